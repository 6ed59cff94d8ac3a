/* shutdown /r|/s|/a [/f] [/t SECONDS] [/c COMMENT] [/d REASON]: hands the request to the station's agent.
   Default of /t: 30 (learn.microsoft.com/windows-server/administration/windows-commands/shutdown). */
#include "lab.h"

static bool option(const wchar_t *argument, wchar_t letter)
{
    return (*argument == L'/' || *argument == L'-') && towlower(argument[1]) == letter && !argument[2];
}

int wmain(int argc, wchar_t **argv)
{
    const wchar_t *action = NULL, *comment = L"";
    unsigned long seconds = 30;
    wchar_t *answer;
    for (int i = 1; i < argc; i++) {
        if (option(argv[i], L'r')) action = L"restart";
        else if (option(argv[i], L's')) action = L"stop";
        else if (option(argv[i], L'a')) action = L"abort";
        else if (option(argv[i], L'f')) continue;
        else if (option(argv[i], L't') && i + 1 < argc) {
            wchar_t *end;
            seconds = wcstoul(argv[++i], &end, 10);
            if (*end || seconds > 315360000) fail(ERROR_INVALID_PARAMETER, L"%ls(87)", error_text(ERROR_INVALID_PARAMETER));
        } else if (option(argv[i], L'c') && i + 1 < argc) comment = argv[++i];
        else if (option(argv[i], L'd') && i + 1 < argc) i++;
        else refuse(L"%ls", argv[i]);
    }
    if (!action) refuse(L"a request without /r, /s or /a");
    answer = ask_agent(join(L"shutdown%lc%ls%lc%lu%lc%ls", LAB_SEPARATOR, action, LAB_SEPARATOR, seconds, LAB_SEPARATOR, comment));
    if (!answer) fail(1, L"rentree lab: the station's agent does not answer");
    return _wtoi(answer);
}
