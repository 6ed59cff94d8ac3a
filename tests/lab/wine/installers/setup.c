/* setup.exe: /s /f1"answers.iss" /f2"log" installs, with -removeonly removes, /r /f1"answers.iss" records.

   Its starts and ends are written to the lab's journal. Without /s or /r it waits for a person for ever. */
#include "setup.h"

#include <shellapi.h>

static struct { bool silent, record, remove, worker; const wchar_t *response, *log; } switches;

const void *resource(int number, DWORD *size)
{
    HRSRC found = FindResourceW(NULL, MAKEINTRESOURCEW(number), (LPCWSTR)RT_RCDATA);
    if (!found) return NULL;
    if (size) *size = SizeofResource(NULL, found);
    return LockResource(LoadResource(NULL, found));
}

const wchar_t *manifest(const wchar_t *name)
{
    static wchar_t *lines;
    DWORD size;
    size_t length = wcslen(name);
    if (!lines) {
        const void *raw = resource(MANIFEST, &size);
        lines = calloc(size / sizeof *lines + 2, sizeof *lines);
        memcpy(lines, raw, size);
        for (wchar_t *end = lines; (end = wcschr(end, L'\n'));) *end++ = 0;
    }
    for (const wchar_t *line = lines; *line; line += wcslen(line) + 1)
        if (!wcsncmp(line, name, length) && line[length] == L'=') return line + length + 1;
    return L"";
}

/* LAB_FOLDER\fault.txt (the station's), else the manifest's: KIND CODE SECONDS TIMES; TIMES 0 is every start. */
struct fault take_fault(void)
{
    static const wchar_t *const file = LAB_FOLDER L"\\fault.txt";
    struct fault fault = {0};
    int times = 0;
    char text[128], *bytes;
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Global\\rentree-lab-fault");
    WaitForSingleObject(mutex, INFINITE);
    bytes = read_bytes(file, NULL);
    if (bytes) {
        wchar_t *line = wide(bytes, -1, CP_UTF8);
        if (swscanf(line, L"%31ls %d %lf %d", fault.kind, &fault.code, &fault.seconds, &times) == 4 && times == 1) DeleteFileW(file);
        else if (times > 1) {
            sprintf(text, "%ls %d %f %d", fault.kind, fault.code, fault.seconds, times - 1);
            write_bytes(file, text, (DWORD)strlen(text));
        }
    } else
        swscanf(manifest(L"fault"), L"%31ls %d %lf", fault.kind, &fault.code, &fault.seconds);
    ReleaseMutex(mutex);
    return fault;
}

static bool is(const wchar_t *argument, const wchar_t *name)
{
    return (*argument == L'/' || *argument == L'-') && same(argument + 1, name);
}

static void parse(int argc, wchar_t **argv)
{
    for (int i = 1; i < argc; i++) {
        if (is(argv[i], L"s")) switches.silent = true;
        else if (is(argv[i], L"r")) switches.record = true;
        else if (is(argv[i], L"removeonly") || is(argv[i], L"uninst") || is(argv[i], L"x")) switches.remove = true;
        else if (is(argv[i], L"worker")) switches.worker = true;
        else if (starts(argv[i], L"/f1") || starts(argv[i], L"-f1")) switches.response = argv[i] + 3;
        else if (starts(argv[i], L"/f2") || starts(argv[i], L"-f2")) switches.log = argv[i] + 3;
    }
}

static char *details(int argc, wchar_t **argv)
{
    wchar_t user[256] = L"";
    char *text = malloc(1 << 16), *to = text, *name;
    GetEnvironmentVariableW(L"USERNAME", user, 256);
    name = json(*user && user[wcslen(user) - 1] == L'$' ? L"SYSTEM" : user);
    to += sprintf(to, "\"release\": \"%ls\", \"arch\": \"%ls\", \"product\": \"%ls\", \"action\": \"%s\", \"pid\": %lu, \"user\": %s, \"arguments\": [",
                  manifest(L"release"), manifest(L"arch"), manifest(L"product"), switches.remove ? "uninstall" : "install",
                  (unsigned long)GetCurrentProcessId(), name);
    for (int i = 1; i < argc; i++) {
        char *argument = json(argv[i]);
        to += sprintf(to, "%s%s", i > 1 ? ", " : "", argument);
        free(argument);
    }
    strcpy(to, "]");
    free(name);
    return text;
}

static void record_event(const char *event, const char *result, const char *rest)
{
    char *line = malloc(strlen(rest) + 256);
    sprintf(line, "{\"kind\": \"installer\", \"event\": \"%s\", %s%s%s%s}", event, *result ? "\"result_code\": " : "", result, *result ? ", " : "", rest);
    journal(line);
    free(line);
}

/* The engine copies itself to the temporary folder and goes on from there; whoever started us sees us end. */
static int start_worker(void)
{
    wchar_t temporary[MAX_PATH], program[MAX_PATH];
    wchar_t *folder, *copy, *line = GetCommandLineW();
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    GetTempPathW(MAX_PATH, temporary);
    GetModuleFileNameW(NULL, program, MAX_PATH);
    folder = join(L"%ls%ls", temporary, manifest(L"code"));
    copy = join(L"%ls\\setup.exe", folder);
    make_folders(folder);
    CopyFileW(program, copy, FALSE);
    if (*line == L'"') line = wcschr(line + 1, L'"') + 1;
    else line += wcscspn(line, L" ");
    if (!CreateProcessW(copy, join(L"\"%ls\"%ls -worker", copy, line), NULL, NULL, FALSE, 0, NULL, folder, &startup, &process)) return 1;
    return 0;
}

/* The path a switch names, else a file beside the setup. */
static wchar_t *beside(const wchar_t *given, const wchar_t *name)
{
    wchar_t program[MAX_PATH];
    if (given && *given) return _wcsdup(given);
    GetModuleFileNameW(NULL, program, MAX_PATH);
    *wcsrchr(program, L'\\') = 0;
    return join(L"%ls\\%ls", program, name);
}

static void start_client(void)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    wchar_t *line = join(L"\"%ls\\%ls\"", manifest(L"folder"), manifest(L"exe"));
    CreateProcessW(NULL, line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup, &process);
}

int wmain(int argc, wchar_t **argv)
{
    struct fault fault;
    bool launch = false, crashed = false;
    char *rest, number[16];
    wchar_t *response;
    int result;
    parse(argc, argv);
    rest = details(argc, argv);
    if (!switches.worker) record_event("started", "", rest);
    if (!switches.silent && !switches.record) Sleep(INFINITE);
    if (*manifest(L"early_parent") == L'1' && !switches.worker) return start_worker();
    fault = take_fault();
    response = beside(switches.response, L"setup.iss");
    if (switches.record) result = record_response(response, switches.remove) ? ACCEPTED : -6;
    else if (switches.response && *switches.response && !(iswalpha(switches.response[0]) && switches.response[1] == L':')) result = BAD_PATH;
    else if (same(fault.kind, L"rejected")) result = exists(response) ? fault.code : NO_FILE;
    else result = check_response(response, switches.remove, &launch);
    if (same(fault.kind, L"hang")) Sleep(INFINITE);
    if (same(fault.kind, L"slow")) Sleep((DWORD)(fault.seconds * 1000));
    if (result == ACCEPTED && !same(fault.kind, L"no_change")) result = switches.remove ? uninstall() : install(&fault, &crashed);
    if (crashed) {
        record_event("ended", "\"crash\"", rest);
        ExitProcess(EXCEPTION_ACCESS_VIOLATION);
    }
    if (!switches.record && !write_log(beside(switches.log, L"setup.log"), result)) result = NO_LOG;
    if (result == ACCEPTED && launch && !switches.remove && !*fault.kind) start_client();
    sprintf(number, "%d", result);
    record_event("ended", number, rest);
    return result;
}
