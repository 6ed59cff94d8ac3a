/* The WinRS host: one command, as WinRM's winrshost.exe runs it.

   rshost REQUEST EXIT      first process: owns the job object; its death, however it comes, kills the whole tree
   rshost /console REQUEST EXIT   second process: has a console of its own (CREATE_NO_WINDOW), sets its code page

   REQUEST (UTF-16, fields ended by NUL): command line, folder, code page, then NAME=VALUE…
   EXIT receives "+<pid>" once the command runs, then the 32-bit exit code in decimal (a Unix parent sees eight bits
   only); "!<error>" when the command could not be started. Quotes never pass through Wine's own command line of Unix arguments. */
#include "lab.h"

/* A conhost that dies in its start (create_process, lab.h) leaves a program without a console: its output would be in the
   ANSI code page, as if Windows had written it so. Such a program must not run. */
enum { NO_CONSOLE = 0x434f4e };

static void report(const wchar_t *path, const char *format, DWORD value)
{
    char text[32];
    sprintf(text, format, (unsigned long)value);
    write_bytes(path, text, (DWORD)strlen(text));
}

/* Start with our own standard handles. Returns an error code, 0 when it runs. */
static DWORD start(wchar_t *line, DWORD flags, wchar_t *environment, const wchar_t *folder, HANDLE job, PROCESS_INFORMATION *process)
{
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    DWORD error;
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    error = create_process(line, flags, environment, folder && *folder ? folder : NULL, &startup, process);
    if (error) return error;
    if (job && !AssignProcessToJobObject(job, process->hProcess)) {
        error = GetLastError();
        TerminateProcess(process->hProcess, 1);
        return error;
    }
    ResumeThread(process->hThread);
    return 0;
}

static DWORD wait(PROCESS_INFORMATION *process)
{
    DWORD code;
    WaitForSingleObject(process->hProcess, INFINITE);
    GetExitCodeProcess(process->hProcess, &code);
    return code;
}

static int console(const wchar_t *request, const wchar_t *exit_file)
{
    DWORD size, error;
    wchar_t *text = (wchar_t *)read_bytes(request, &size), *line, *folder, *codepage;
    const wchar_t *extra[512];
    int count = 0;
    PROCESS_INFORMATION process;
    if (!text) return report(exit_file, "!%lu", GetLastError()), 1;
    line = text;
    folder = line + wcslen(line) + 1;
    codepage = folder + wcslen(folder) + 1;
    for (wchar_t *item = codepage + wcslen(codepage) + 1; item < text + size / 2 && *item && count < 512; item += wcslen(item) + 1)
        extra[count++] = item;
    if (!SetConsoleCP(_wtoi(codepage)) || !SetConsoleOutputCP(_wtoi(codepage)) || GetConsoleOutputCP() != (UINT)_wtoi(codepage))
        return NO_CONSOLE;
    if ((error = start(line, 0, clean_environment(extra, count), folder, NULL, &process)))
        return report(exit_file, "!%lu", error), 1;
    report(exit_file, "+%lu", process.dwProcessId);
    report(exit_file, "%lu", wait(&process));
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {0};
    PROCESS_INFORMATION process;
    HANDLE job;
    wchar_t program[MAX_PATH], *line;
    DWORD error;
    if (argc == 4 && same(argv[1], L"/console")) return console(argv[2], argv[3]);
    if (argc != 3) refuse(L"these arguments");
    job = CreateJobObjectW(NULL, NULL);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    GetModuleFileNameW(NULL, program, MAX_PATH);
    line = join(L"\"%ls\" /console \"%ls\" \"%ls\"", program, argv[1], argv[2]);
    for (int tries = 1;; tries++) {
        error = start(line, CREATE_NO_WINDOW, NULL, NULL, job, &process);
        if (!error && wait(&process) == NO_CONSOLE) error = ERROR_INTERNAL_ERROR;
        if (!error) break;
        if (tries < TRIES && error == ERROR_INTERNAL_ERROR) continue;
        report(argv[2], "!%lu", error);
        return 1;
    }
    /* The command's streams end with the command, not with us. */
    for (DWORD device = 0; device < 3; device++) CloseHandle(GetStdHandle(STD_INPUT_HANDLE - device));
    /* What the command left in the background lives until the shell is deleted, that is until we are killed. */
    do {
        Sleep(50);
        QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting, sizeof accounting, NULL);
    } while (accounting.ActiveProcesses);
    return 0;
}
