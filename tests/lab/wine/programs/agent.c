/* The station's resident: WinRS, Task Scheduler, WMI and shutdown requests, as Windows' services do them.

   On standard input the lab sends one request a line, fields separated by tabs: NUMBER, VERB, arguments. On standard
   output go {"id": NUMBER, …} answers and {"event": …} lines. End of input ends the agent. Windows programs reach it
   through the named pipe LAB_PIPE. */
#include "agent.h"

static CRITICAL_SECTION output;

void say(const char *format, ...)
{
    va_list arguments;
    EnterCriticalSection(&output);
    va_start(arguments, format);
    vfprintf(stdout, format, arguments);
    va_end(arguments);
    fputc('\n', stdout);
    fflush(stdout);
    LeaveCriticalSection(&output);
}

static int split(wchar_t *text, wchar_t separator, wchar_t **fields, int limit)
{
    int count = 0;
    while (text && count < limit - 1) {
        fields[count++] = text;
        text = wcschr(text, separator);
        if (text) *text++ = 0;
    }
    fields[count] = NULL;
    return count;
}

static DWORD WINAPI serve_pipe(void *unused)
{
    static wchar_t request[LAB_TEXT], answer[LAB_TEXT];
    wchar_t *fields[64];
    DWORD size;
    (void)unused;
    for (;;) {
        HANDLE pipe = CreateNamedPipeW(LAB_PIPE, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                                       PIPE_UNLIMITED_INSTANCES, sizeof answer, sizeof request, 0, NULL);
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) {
            CloseHandle(pipe);
            continue;
        }
        if (ReadFile(pipe, request, sizeof request - sizeof *request, &size, NULL)) {
            request[size / sizeof *request] = 0;
            wcscpy(answer, L"87");
            split(request, LAB_SEPARATOR, fields, 64);
            if (same(fields[0], L"shutdown") && fields[1] && fields[2] && fields[3]) {
                char *comment = json(fields[3]);
                say("{\"event\": \"shutdown\", \"action\": \"%ls\", \"seconds\": %ls, \"comment\": %s}", fields[1], fields[2], comment);
                free(comment);
                wcscpy(answer, L"0");
            } else if (same(fields[0], L"acl") && fields[1]) {
                char *path = json(fields[1]);
                say("{\"event\": \"acl\", \"path\": %s}", path);
                free(path);
                wcscpy(answer, L"0");
            } else
                tasks_answer(fields, answer);
            WriteFile(pipe, answer, (DWORD)(wcslen(answer) * sizeof *answer), &size, NULL);
            FlushFileBuffers(pipe);
        }
        DisconnectNamedPipe(pipe);
        CloseHandle(pipe);
    }
    return 0;
}

/* RegFlushKey does nothing in Wine 8: a copy is the only way to see the registry as it is now. */
static LSTATUS save_hives(void)
{
    static const LUID backup = {17, 0}; /* SeBackupPrivilege */
    TOKEN_PRIVILEGES privileges = {1, {{backup, SE_PRIVILEGE_ENABLED}}};
    HANDLE token;
    LSTATUS error;
    OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token);
    AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL);
    CloseHandle(token);
    DeleteFileW(LAB_FOLDER L"\\system.reg");
    DeleteFileW(LAB_FOLDER L"\\user.reg");
    error = RegSaveKeyW(HKEY_LOCAL_MACHINE, LAB_FOLDER L"\\system.reg", NULL);
    return error ? error : RegSaveKeyW(HKEY_CURRENT_USER, LAB_FOLDER L"\\user.reg", NULL);
}

/* At every boot Wine writes the host's name into the TCP/IP parameters, which hostname.exe reads. */
static void set_host_name(void)
{
    wchar_t name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    HKEY key;
    GetComputerNameW(name, &size);
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"System\\CurrentControlSet\\Services\\Tcpip\\Parameters", 0, KEY_WRITE, &key)) return;
    RegSetValueExW(key, L"Hostname", 0, REG_SZ, (const BYTE *)name, (size + 1) * sizeof *name);
    RegCloseKey(key);
}

static void answer(wchar_t *line)
{
    wchar_t *fields[64];
    int count = split(line, L'\t', fields, 64);
    if (count == 4 && same(fields[1], L"query")) {
        char *text = wmi_query(fields[2], fields[3]);
        say("{\"id\": %ls, %s}", fields[0], text);
        free(text);
    } else if (count >= 5 && same(fields[1], L"method")) {
        char *text = wmi_method(fields[2], fields[3], fields[4], fields + 5);
        say("{\"id\": %ls, %s}", fields[0], text);
        free(text);
    } else if (count == 2 && same(fields[1], L"save")) {
        LSTATUS error = save_hives();
        say("{\"id\": %ls, \"error\": %ld}", fields[0], (long)error);
    } else if (count == 2 && same(fields[1], L"processes")) {
        char *text = native_processes();
        say("{\"id\": %ls, %s}", fields[0], text);
        free(text);
    } else if (count == 3 && same(fields[1], L"file")) {
        char *text = native_file(fields[2]);
        say("{\"id\": %ls, %s}", fields[0], text);
        free(text);
    } else if (count == 3 && same(fields[1], L"command"))
        say("{\"id\": %ls, \"error\": %lu}", fields[0], (unsigned long)command_start(fields[0], fields[2]));
    else if (count == 3 && same(fields[1], L"kill")) {
        command_kill(fields[2]);
        say("{\"id\": %ls}", fields[0]);
    } else if (count == 4 && same(fields[1], L"start"))
        say("{\"id\": %ls, \"pid\": %lu}", fields[0], start_process(fields[3], same(fields[2], L"1")));
    else
        say("{\"id\": %ls, \"error\": %d}", fields[0], ERROR_INVALID_FUNCTION);
}

int wmain(void)
{
    static char line[LAB_TEXT * 4];
    InitializeCriticalSection(&output);
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (!wmi_open()) return 1;
    /* Ours alone: no command is to keep what the lab reads. */
    SetHandleInformation(GetStdHandle(STD_INPUT_HANDLE), HANDLE_FLAG_INHERIT, 0);
    SetHandleInformation(GetStdHandle(STD_OUTPUT_HANDLE), HANDLE_FLAG_INHERIT, 0);
    tasks_open();
    commands_open();
    set_host_name();
    CloseHandle(CreateThread(NULL, 0, serve_pipe, NULL, 0, NULL));
    say("{\"event\": \"ready\"}");
    while (fgets(line, sizeof line, stdin)) {
        wchar_t *text;
        line[strcspn(line, "\r\n")] = 0;
        text = wide(line, -1, CP_UTF8);
        answer(text);
        free(text);
    }
    return 0;
}
