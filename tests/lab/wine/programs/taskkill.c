/* taskkill [/F] [/T] (/IM NAME|/PID NUMBER)… [/FI "IMAGENAME eq NAME"]: Wine's knows no /T and no /FI.

   Exit code 128 when nothing is found, 1 when something could not be ended (observed on Windows 10 and 11). Without
   /F a program without window cannot be ended. */
#include "processes.h"

static struct process *list;
static int count, missing, failed;
static bool forced, tree;
static const wchar_t *only; /* the image name of /FI: what has another is passed over */

static void report(const struct process *process, DWORD parent, bool child, bool ended)
{
    const wchar_t *why = L"This process can only be terminated forcefully (with /F option).";
    if (ended && child)
        out(french() ? L"Opération réussie : le processus avec PID %lu (processus enfant de PID %lu) a été terminé.\r\n"
                     : L"SUCCESS: The process with PID %lu (child process of PID %lu) has been terminated.\r\n", process->pid, parent);
    else if (ended)
        out(french() ? L"Opération réussie : le processus \"%ls\" de PID %lu a été terminé.\r\n"
                     : L"SUCCESS: The process \"%ls\" with PID %lu has been terminated.\r\n", process->name, process->pid);
    else {
        if (french()) why = L"ce processus peut seulement être terminé de force (avec l’option /F).";
        err(french() ? L"Erreur : le processus avec PID %lu n’a pas pu être terminé.\r\nRaison : %ls\r\n"
                     : L"ERROR: The process with PID %lu could not be terminated.\r\nReason: %ls\r\n", process->pid, why);
        failed++;
    }
}

static void end(const struct process *process, DWORD parent, bool child)
{
    HANDLE handle;
    /* A recycled pid is no child: children are younger than their parents. */
    if (tree)
        for (int i = 0; i < count; i++)
            if (list[i].parent == process->pid && list[i].pid != process->pid && CompareFileTime(&list[i].created, &process->created) >= 0)
                end(list + i, process->pid, true);
    handle = forced ? OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, process->pid) : NULL;
    report(process, parent, child, handle && TerminateProcess(handle, 1));
    if (handle) WaitForSingleObject(handle, 5000);
}

static void end_matching(const wchar_t *image, const wchar_t *pid)
{
    bool found = false;
    for (int i = 0; i < count; i++) {
        wchar_t number[16];
        swprintf(number, 16, L"%lu", (unsigned long)list[i].pid);
        if (image ? !same(list[i].name, image) : !same(number, pid)) continue;
        found = true;
        if (!only || same(list[i].name, only)) end(list + i, 0, false);
    }
    if (found) return;
    missing++;
    err(french() ? L"Erreur : le processus \"%ls\" est introuvable.\r\n" : L"ERROR: The process \"%ls\" not found.\r\n", image ? image : pid);
}

int wmain(int argc, wchar_t **argv)
{
    bool asked = false;
    for (int i = 1; i < argc; i++) {
        if (same(argv[i], L"/F")) forced = true;
        else if (same(argv[i], L"/T")) tree = true;
        else if ((same(argv[i], L"/IM") || same(argv[i], L"/PID")) && i + 1 < argc) {
            if (wcschr(argv[++i], L'*')) refuse(L"wildcards");
            asked = true;
        } else if (same(argv[i], L"/FI") && i + 1 < argc && starts(argv[i + 1], L"IMAGENAME eq ")) {
            only = argv[++i] + wcslen(L"IMAGENAME eq ");
        } else refuse(L"%ls", argv[i]);
    }
    if (!asked) refuse(L"a request without /IM or /PID");
    list = list_processes(&count);
    for (int i = 1; i < argc; i++) {
        if (same(argv[i], L"/IM")) end_matching(argv[++i], NULL);
        else if (same(argv[i], L"/PID")) end_matching(NULL, argv[++i]);
    }
    return missing ? 128 : failed ? 1 : 0;
}
