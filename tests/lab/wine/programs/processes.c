#include "processes.h"

#include <psapi.h>
#include <tlhelp32.h>
#include <winternl.h>

/* Wine 8's WMI has no command line of other processes: read it where Windows' own provider does, in the process'
   parameters (PEB.ProcessParameters.CommandLine). */
static wchar_t *command_line(HANDLE process)
{
    PROCESS_BASIC_INFORMATION basic;
    PEB peb;
    RTL_USER_PROCESS_PARAMETERS parameters;
    wchar_t *text;
    if (NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, NULL)) return NULL;
    if (!ReadProcessMemory(process, basic.PebBaseAddress, &peb, sizeof peb, NULL)) return NULL;
    if (!ReadProcessMemory(process, peb.ProcessParameters, &parameters, sizeof parameters, NULL)) return NULL;
    text = calloc(parameters.CommandLine.Length / sizeof *text + 1, sizeof *text);
    if (ReadProcessMemory(process, parameters.CommandLine.Buffer, text, parameters.CommandLine.Length, NULL)) return text;
    free(text);
    return NULL;
}

static bool ours(const struct process *process)
{
    if (same(process->name, L"explorer.exe")) return process->command_line && wcsstr(process->command_line, L"/desktop");
    return starts(process->path, LAB_FOLDER L"\\bin\\");
}

struct process *list_processes(int *count)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    HANDLE session = OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, L"Global\\rentree-lab-session-1");
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    struct process *list = NULL;
    int room = 0;
    *count = 0;
    for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
        struct process *process;
        DWORD size = MAX_PATH;
        BOOL inside = FALSE;
        HANDLE handle = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, entry.th32ProcessID);
        if (*count == room) list = realloc(list, (room = room * 2 + 32) * sizeof *list);
        process = list + *count;
        memset(process, 0, sizeof *process);
        process->pid = entry.th32ProcessID;
        process->parent = entry.th32ParentProcessID;
        process->threads = entry.cntThreads;
        wcscpy(process->name, entry.szExeFile);
        if (handle) {
            FILETIME exited, kernel, user;
            PROCESS_MEMORY_COUNTERS memory = {0};
            QueryFullProcessImageNameW(handle, 0, process->path, &size);
            GetProcessTimes(handle, &process->created, &exited, &kernel, &user);
            GetProcessMemoryInfo(handle, &memory, sizeof memory);
            process->memory = memory.WorkingSetSize;
            process->command_line = command_line(handle);
            if (session) IsProcessInJob(handle, session, &inside);
            process->session = inside ? 1 : 0;
            CloseHandle(handle);
        }
        if (!ours(process)) ++*count;
    }
    if (session) CloseHandle(session);
    CloseHandle(snapshot);
    return list;
}
