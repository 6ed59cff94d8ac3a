/* tasklist /FO CSV|LIST… : only /FO CSV, with or without /NH, and /FI "IMAGENAME|PID eq …".

   "image","pid","session name","session number","memory": SESSIONNAME is "Services" in session 0, "Console" in the
   session at the screen; memory has the thousands separator of the locale and "K" ("Ko" in French). Without a match:
   INFO line on stdout, exit code 0 (learn.microsoft.com/windows-server/administration/windows-commands/tasklist). */
#include "processes.h"

static void thousands(SIZE_T number, wchar_t *text)
{
    wchar_t digits[32], *from = digits;
    int length = swprintf(digits, 32, L"%llu", (unsigned long long)number);
    while (*from) {
        *text++ = *from++;
        if (--length && length % 3 == 0) *text++ = french() ? 0xa0 : L',';
    }
    *text = 0;
}

/* "NAME eq VALUE" */
static bool matches(const struct process *process, wchar_t **filter)
{
    wchar_t pid[16];
    if (!filter[0]) return true;
    swprintf(pid, 16, L"%lu", (unsigned long)process->pid);
    return same(filter[0], L"IMAGENAME") ? same(process->name, filter[1]) : same(pid, filter[1]);
}

int wmain(int argc, wchar_t **argv)
{
    bool csv = false, header = true;
    wchar_t *filter[2] = {NULL, NULL};
    int count, shown = 0;
    struct process *list;
    for (int i = 1; i < argc; i++) {
        if (same(argv[i], L"/FO") && i + 1 < argc && same(argv[i + 1], L"CSV")) { csv = true; i++; }
        else if (same(argv[i], L"/NH")) header = false;
        else if (same(argv[i], L"/FI") && i + 1 < argc && !filter[0]) {
            wchar_t *text = argv[++i], *end = wcschr(text, L' ');
            if (!end || !starts(end, L" eq ")) refuse(L"the filter %ls", text);
            *end = 0;
            filter[0] = text;
            filter[1] = end + 4;
            if (!same(text, L"IMAGENAME") && !same(text, L"PID")) refuse(L"filters on %ls", text);
        } else refuse(L"%ls", argv[i]);
    }
    if (!csv) refuse(L"any format but /FO CSV");
    list = list_processes(&count);
    for (int i = 0; i < count; i++) {
        wchar_t memory[40];
        if (!matches(list + i, filter)) continue;
        if (!shown++ && header)
            out(french() ? L"\"Nom de l’image\",\"PID\",\"Nom de la session\",\"Numéro de session\",\"Utilisation mémoire\"\r\n"
                         : L"\"Image Name\",\"PID\",\"Session Name\",\"Session#\",\"Mem Usage\"\r\n");
        thousands(list[i].memory / 1024, memory);
        out(L"\"%ls\",\"%lu\",\"%ls\",\"%lu\",\"%ls %ls\"\r\n", list[i].name, (unsigned long)list[i].pid,
            list[i].session ? L"Console" : L"Services", (unsigned long)list[i].session, memory, french() ? L"Ko" : L"K");
    }
    if (!shown)
        out(french() ? L"Information : aucune tâche en service ne correspond aux critères spécifiés.\r\n"
                     : L"INFO: No tasks are running which match the specified criteria.\r\n");
    return 0;
}
