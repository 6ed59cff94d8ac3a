/* The Task Scheduler: starts tasks as SYSTEM, or in the session of whoever is logged on, outside the job object of
   whoever asked, and remembers how they ended.

   Requests come from schtasks.exe: run NAME COMMAND ARGUMENTS FOLDER POLICY SESSION, end NAME, state NAME, forget NAME.
   Answers: a Win32 error; for `state` "<running 0|1> <last result> <last run, FILETIME>". */
#include "agent.h"

#define TASK_LIMIT 64

static struct task {
    wchar_t name[260];
    HANDLE process, job;
    DWORD pid, result;
    ULONGLONG started;
} tasks[TASK_LIMIT];
static CRITICAL_SECTION lock;
static HANDLE session;

void tasks_open(void)
{
    InitializeCriticalSection(&lock);
    /* Membership in this job is what "session 1" means to tasklist.exe: Wine puts every process in one session. */
    session = CreateJobObjectW(NULL, L"Global\\rentree-lab-session-1");
}

static struct task *find(const wchar_t *name, bool create)
{
    struct task *empty = NULL;
    for (int i = 0; i < TASK_LIMIT; i++) {
        if (same(tasks[i].name, name)) return &tasks[i];
        if (!*tasks[i].name && !empty) empty = &tasks[i];
    }
    if (!create || !empty || wcslen(name) >= 260) return NULL;
    memset(empty, 0, sizeof *empty);
    wcscpy(empty->name, name);
    empty->result = SCHED_S_TASK_HAS_NOT_RUN;
    return empty;
}

/* The environment of SYSTEM. */
static wchar_t *system_environment(void)
{
    static wchar_t user[80];
    wchar_t computer[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    static const wchar_t *const profile = L"USERPROFILE=C:\\windows\\system32\\config\\systemprofile";
    const wchar_t *extra[] = {user, profile, L"APPDATA=C:\\windows\\system32\\config\\systemprofile\\AppData\\Roaming",
                              L"LOCALAPPDATA=C:\\windows\\system32\\config\\systemprofile\\AppData\\Local",
                              L"TEMP=C:\\windows\\TEMP", L"TMP=C:\\windows\\TEMP", L"USERDOMAIN=WORKGROUP",
                              L"HOMEPATH=", L"HOMEDRIVE=", L"LOGONSERVER=", L"SESSIONNAME=", L"CLIENTNAME="};
    GetComputerNameW(computer, &size);
    swprintf(user, 80, L"USERNAME=%ls$", computer);
    return clean_environment(extra, sizeof extra / sizeof *extra);
}

/* Somebody is logged on when his Explorer, or anything he started, is in the session. */
static bool session_open(void)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION facts = {0};
    return QueryInformationJobObject(session, JobObjectBasicAccountingInformation, &facts, sizeof facts, NULL) && facts.ActiveProcesses;
}

static DWORD launch(wchar_t *line, const wchar_t *folder, wchar_t *environment, HANDLE outer, HANDLE job, PROCESS_INFORMATION *process)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    HANDLE nothing;
    DWORD error;
    EnterCriticalSection(&starting);
    nothing = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);
    startup.hStdInput = startup.hStdOutput = startup.hStdError = nothing;
    error = create_process(line, CREATE_NO_WINDOW, environment, folder && *folder ? folder : L"C:\\windows\\system32", &startup, process);
    CloseHandle(nothing);
    LeaveCriticalSection(&starting);
    if (error) return error;
    /* The session's job holds the task's own. */
    if (outer) AssignProcessToJobObject(outer, process->hProcess);
    AssignProcessToJobObject(job, process->hProcess);
    ResumeThread(process->hThread);
    CloseHandle(process->hThread);
    return 0;
}

static DWORD WINAPI follow(void *argument)
{
    struct task *task = argument;
    HANDLE process = task->process;
    DWORD code;
    char *name = json(task->name);
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &code);
    EnterCriticalSection(&lock);
    task->result = code;
    task->process = NULL;
    CloseHandle(task->job);
    task->job = NULL;
    LeaveCriticalSection(&lock);
    CloseHandle(process);
    say("{\"event\": \"task\", \"state\": \"ended\", \"name\": %s, \"result\": %lu}", name, (unsigned long)code);
    free(name);
    return 0;
}

static DWORD run(wchar_t **fields)
{
    struct task *task = find(fields[0], true);
    PROCESS_INFORMATION process;
    wchar_t *environment, *line, *expanded;
    DWORD error;
    char *name;
    FILETIME now;
    bool interactive = same(fields[5], L"session");
    if (!task) return ERROR_NOT_ENOUGH_MEMORY;
    /* IgnoreNew: the request succeeds and nothing is started. The other policies are refused by schtasks.exe. */
    if (task->process) return 0;
    if (interactive && !session_open()) {
        /* Taken, and not carried out: "The operator or administrator has refused the request". */
        task->result = HRESULT_FROM_WIN32(ERROR_REQUEST_REFUSED);
        return 0;
    }
    environment = interactive ? clean_environment(NULL, 0) : system_environment();
    line = join(*fields[2] ? L"\"%ls\" %ls" : L"\"%ls\"", fields[1], fields[2]);
    expanded = malloc(LAB_TEXT * sizeof *expanded);
    ExpandEnvironmentStringsW(line, expanded, LAB_TEXT);
    task->job = CreateJobObjectW(NULL, NULL);
    error = launch(expanded, fields[3], environment, interactive ? session : NULL, task->job, &process);
    GetSystemTimeAsFileTime(&now);
    task->started = (ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime;
    name = json(task->name);
    if (error) {
        /* The request itself has succeeded; the history shows the HRESULT of the action. */
        task->result = HRESULT_FROM_WIN32(error);
        CloseHandle(task->job);
        say("{\"event\": \"task\", \"state\": \"failed\", \"name\": %s, \"result\": %lu}", name, (unsigned long)task->result);
    } else {
        task->process = process.hProcess;
        task->pid = process.dwProcessId;
        task->result = SCHED_S_TASK_RUNNING;
        say("{\"event\": \"task\", \"state\": \"started\", \"name\": %s, \"pid\": %lu}", name, (unsigned long)task->pid);
        CloseHandle(CreateThread(NULL, 0, follow, task, 0, NULL));
    }
    free(name);
    free(environment);
    free(line);
    free(expanded);
    return 0;
}

void tasks_answer(wchar_t **fields, wchar_t *answer)
{
    struct task *task;
    int count = 0;
    while (fields[count]) count++;
    EnterCriticalSection(&lock);
    if (count == 7 && same(fields[0], L"run"))
        swprintf(answer, LAB_TEXT, L"%lu", (unsigned long)run(fields + 1));
    else if (count == 2 && (task = find(fields[1], true))) {
        if (same(fields[0], L"state"))
            swprintf(answer, LAB_TEXT, L"%d %lu %llu", task->process != NULL, (unsigned long)task->result, task->started);
        else {
            if (task->process && same(fields[0], L"end")) TerminateJobObject(task->job, SCHED_S_TASK_TERMINATED);
            if (same(fields[0], L"forget") && !task->process) *task->name = 0;
            wcscpy(answer, L"0");
        }
    }
    LeaveCriticalSection(&lock);
}

DWORD start_process(wchar_t *line, bool interactive)
{
    PROCESS_INFORMATION process;
    wchar_t *environment = clean_environment(NULL, 0);
    HANDLE job = interactive ? session : CreateJobObjectW(NULL, NULL);
    DWORD error = launch(line, NULL, environment, NULL, job, &process);
    free(environment);
    if (!interactive) CloseHandle(job);
    if (error) return 0;
    CloseHandle(process.hProcess);
    return process.dwProcessId;
}
