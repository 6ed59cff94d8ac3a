/* Commands of WinRS, as WinRM's winrshost.exe runs them: each in a job object of its own, and in a console that has the
   shell's code page.

   A console costs two processes, as much as the command itself: there is one for each code page (console.c has it), and
   the agent goes into it to start a command there. What `chcp` changed is put back at the next start.

   REQUEST (UTF-16, fields ended by NUL): command line, folder, code page, the files of the three standard streams, then
   NAME=VALUE… Quotes never pass through Wine's own command line of Unix arguments. */
#include "agent.h"

#define PAGE_LIMIT 16
enum { FOLDER = 1, PAGE, STREAMS, VARIABLES = STREAMS + 3, FIELD_LIMIT = 512 };

static struct console {
    UINT page;
    HANDLE owner;
    DWORD pid;
} consoles[PAGE_LIMIT], *inside;

static struct command {
    unsigned long number;
    HANDLE process, job;
    struct command *next;
} *commands;
static CRITICAL_SECTION lock;
CRITICAL_SECTION starting;

void commands_open(void)
{
    InitializeCriticalSection(&lock);
    InitializeCriticalSection(&starting);
}

static void leave(struct console *console)
{
    if (inside == console) {
        FreeConsole();
        inside = NULL;
    }
    if (console->owner) {
        TerminateProcess(console->owner, 1);
        CloseHandle(console->owner);
        console->owner = NULL;
    }
}

static bool open_console(struct console *console)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    HANDLE ready = CreateEventW(NULL, TRUE, FALSE, LAB_CONSOLE), either[2] = {ready, NULL};
    wchar_t *line = join(L"\"" LAB_FOLDER L"\\bin\\console.exe\" %u", console->page);
    if (!create_process(line, CREATE_NO_WINDOW, NULL, NULL, &startup, &process)) {
        ResumeThread(process.hThread);
        CloseHandle(process.hThread);
        console->owner = either[1] = process.hProcess;
        console->pid = process.dwProcessId;
        if (WaitForMultipleObjects(2, either, FALSE, INFINITE) != WAIT_OBJECT_0) leave(console);
    }
    free(line);
    CloseHandle(ready);
    return console->owner != NULL;
}

/* Go into the console of a code page. */
static bool enter(UINT page)
{
    struct console *console = consoles;
    while (console->page && console->page != page)
        if (++console == consoles + PAGE_LIMIT) return false;
    console->page = page;
    for (int tries = 0; tries < TRIES; tries++) {
        if (console->owner || open_console(console)) {
            if (inside != console) {
                FreeConsole();
                inside = AttachConsole(console->pid) ? console : NULL;
            }
            if (inside && SetConsoleCP(page) && SetConsoleOutputCP(page) && GetConsoleOutputCP() == page) return true;
        }
        leave(console);
    }
    return false;
}

static DWORD start(wchar_t **fields, int count, HANDLE job, PROCESS_INFORMATION *process)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    HANDLE *streams[] = {&startup.hStdInput, &startup.hStdOutput, &startup.hStdError};
    wchar_t *environment = clean_environment((const wchar_t *const *)fields + VARIABLES, count - VARIABLES);
    DWORD error = 0;
    EnterCriticalSection(&starting);
    if (!enter(_wtoi(fields[PAGE]))) error = ERROR_INTERNAL_ERROR;
    for (int i = 0; i < 3; i++) {
        *streams[i] = CreateFileW(fields[STREAMS + i], i ? GENERIC_WRITE : GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit,
                                  OPEN_EXISTING, 0, NULL);
        if (*streams[i] == INVALID_HANDLE_VALUE && !error) error = GetLastError();
    }
    if (!error) error = create_process(fields[0], 0, environment, *fields[FOLDER] ? fields[FOLDER] : NULL, &startup, process);
    /* The command's streams end with the command, not with us. */
    for (int i = 0; i < 3; i++)
        if (*streams[i] != INVALID_HANDLE_VALUE) CloseHandle(*streams[i]);
    LeaveCriticalSection(&starting);
    free(environment);
    if (error) return error;
    if (!AssignProcessToJobObject(job, process->hProcess)) {
        error = GetLastError();
        TerminateProcess(process->hProcess, 1);
        CloseHandle(process->hProcess);
    } else
        ResumeThread(process->hThread);
    CloseHandle(process->hThread);
    return error;
}

static DWORD WINAPI follow(void *argument)
{
    struct command *command = argument;
    unsigned long number = command->number;
    HANDLE process = command->process;
    DWORD code;
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    say("{\"event\": \"ended\", \"command\": %lu, \"code\": %lu}", number, (unsigned long)code);
    return 0;
}

DWORD command_start(const wchar_t *number, const wchar_t *request)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    PROCESS_INFORMATION process;
    struct command *command;
    DWORD size, error;
    wchar_t *text = (wchar_t *)read_bytes(request, &size), *fields[FIELD_LIMIT];
    int count = 0;
    HANDLE job;
    if (!text) return GetLastError();
    for (wchar_t *item = text; item < text + size / sizeof *text && count < FIELD_LIMIT; item += wcslen(item) + 1) fields[count++] = item;
    job = CreateJobObjectW(NULL, NULL);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    error = count < VARIABLES ? ERROR_INVALID_DATA : start(fields, count, job, &process);
    free(text);
    if (error) {
        CloseHandle(job);
        return error;
    }
    command = calloc(1, sizeof *command);
    *command = (struct command){wcstoul(number, NULL, 10), process.hProcess, job, NULL};
    EnterCriticalSection(&lock);
    command->next = commands;
    commands = command;
    LeaveCriticalSection(&lock);
    /* It is in the list until it is killed: what it leaves in the background lives until its shell is deleted. */
    CloseHandle(CreateThread(NULL, 0, follow, command, 0, NULL));
    return 0;
}

void command_kill(const wchar_t *number)
{
    unsigned long wanted = wcstoul(number, NULL, 10);
    EnterCriticalSection(&lock);
    for (struct command **at = &commands; *at; at = &(*at)->next)
        if ((*at)->number == wanted) {
            HANDLE job = (*at)->job;
            *at = (*at)->next;
            TerminateJobObject(job, 1);
            CloseHandle(job);
            break;
        }
    LeaveCriticalSection(&lock);
}
