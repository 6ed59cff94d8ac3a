/* msg * [/TIME:SECONDS] [/V] [/W] TEXT: the text goes into the lab's journal, if somebody is logged on (an explorer.exe in
   a session above 0). Other receivers are refused (learn.microsoft.com/windows-server/administration/windows-commands/msg;
   255 characters at most: community.windows.win_msg). */
#include "processes.h"

int wmain(int argc, wchar_t **argv)
{
    unsigned long seconds = 60;
    wchar_t *text = L"";
    struct process *list;
    char *encoded, *line;
    int count, i = 2;
    bool somebody = false;
    if (argc < 3 || !same(argv[1], L"*")) refuse(L"a receiver other than *");
    for (; i < argc && argv[i][0] == L'/'; i++) {
        if (starts(argv[i], L"/TIME:")) seconds = wcstoul(argv[i] + 6, NULL, 10);
        else if (!same(argv[i], L"/V") && !same(argv[i], L"/W")) refuse(L"%ls", argv[i]);
    }
    for (; i < argc; i++) text = *text ? join(L"%ls %ls", text, argv[i]) : argv[i];
    if (!*text || wcslen(text) > 255) fail(1, L"Invalid parameter(s)");
    list = list_processes(&count);
    for (i = 0; i < count; i++) somebody |= same(list[i].name, L"explorer.exe") && list[i].session > 0;
    if (!somebody) fail(1, L"No User exists for *");
    encoded = json(text);
    line = malloc(strlen(encoded) + 80);
    sprintf(line, "{\"kind\": \"message\", \"text\": %s, \"seconds\": %lu}", encoded, seconds);
    journal(line);
    return 0;
}
