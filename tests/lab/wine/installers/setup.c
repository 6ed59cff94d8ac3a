/* setup.exe: /s /f1"answers.iss" /f2"log" installs, with -removeonly removes, /r /f1"answers.iss" records.

   Its starts and ends are written to the lab's journal. Without /s or /r it waits for a person for ever. */
#include "setup.h"

#include <shellapi.h>

struct fault fault;
struct switches switches;

static wchar_t *words[256];
static int word_count;

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

void wait_seconds(double seconds)
{
    if (seconds > 0) Sleep((DWORD)(seconds * 1000));
}

void take(double share)
{
    wait_seconds(_wtof(manifest(L"seconds")) * share);
}

bool fails(const wchar_t *kind)
{
    return same(fault.kind, kind);
}

/* LAB_FOLDER\fault.txt (the station's), else the manifest's: KIND CODE SECONDS TIMES WHEN ORPHAN; TIMES 0: every start. */
static void take_fault(void)
{
    static const wchar_t *const file = LAB_FOLDER L"\\fault.txt";
    struct fault found = {0};
    int times = 0, orphan = 0;
    long long code = 0;
    wchar_t when[16] = L"any";
    char text[160], *bytes;
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Global\\rentree-lab-fault");
    WaitForSingleObject(mutex, INFINITE);
    bytes = read_bytes(file, NULL);
    swscanf(bytes ? wide(bytes, -1, CP_UTF8) : manifest(L"fault"), L"%31ls %lld %lf %d %15ls %d", found.kind, &code, &found.seconds, &times, when, &orphan);
    found.code = (int)(DWORD)code;
    found.orphan = orphan;
    if (same(when, L"any") || same(when, switches.remove ? L"remove" : L"install")) {
        fault = found;
        if (bytes && times == 1) DeleteFileW(file);
        else if (bytes && times > 1) {
            sprintf(text, "%ls %lld %f %d %ls %d", found.kind, code, found.seconds, times - 1, when, orphan);
            write_bytes(file, text, (DWORD)strlen(text));
        }
    }
    ReleaseMutex(mutex);
}

static bool is(const wchar_t *word, const wchar_t *name)
{
    return (*word == L'/' || *word == L'-') && same(word + 1, name);
}

/* The path of /f1 or /f2: its word without the quotes in it. */
static wchar_t *path_of(const wchar_t *word)
{
    wchar_t *path = _wcsdup(word + 3), *to = path;
    for (const wchar_t *from = path; *from; from++)
        if (*from != L'"') *to++ = *from;
    *to = 0;
    return path;
}

/* The raw line, not argv: a word that begins with a quote ("/f1C:\a b\x.iss") is not understood. */
static void parse(void)
{
    for (wchar_t *at = _wcsdup(GetCommandLineW()); *at && word_count < 256;) {
        bool quoted = false;
        while (iswspace(*at)) at++;
        if (!*at) break;
        words[word_count++] = at;
        for (; *at && (quoted || !iswspace(*at)); at++)
            if (*at == L'"') quoted = !quoted;
        if (*at) *at++ = 0;
    }
    for (int i = 1; i < word_count; i++) {
        const wchar_t *word = words[i];
        if (is(word, L"s")) switches.silent = true;
        else if (is(word, L"r")) switches.record = true;
        else if (is(word, L"removeonly") || is(word, L"uninst") || is(word, L"x")) switches.remove = true;
        else if (is(word, L"runfromtemp")) switches.from_temporary = true;
        else if (starts(word, L"-media_path:") || starts(word, L"-tempdisk1folder:")) switches.clone = true;
        else if (starts(word, L"/f1") || starts(word, L"-f1")) switches.response = path_of(word);
        else if (starts(word, L"/f2") || starts(word, L"-f2")) switches.log = path_of(word);
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

static void record_event(const char *event, const char *rest)
{
    char *line = malloc(strlen(rest) + 256);
    sprintf(line, "{\"kind\": \"installer\", \"event\": \"%s\", %s}", event, rest);
    journal(line);
    free(line);
}

/* The engine copies itself to the temporary folder, and what it starts there goes on; whoever started us sees us end. */
static int start_clone(void)
{
    wchar_t temporary[MAX_PATH], program[MAX_PATH];
    wchar_t *folder, *copy, *line;
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    GetTempPathW(MAX_PATH, temporary);
    GetModuleFileNameW(NULL, program, MAX_PATH);
    folder = join(L"%ls%ls", temporary, manifest(L"code"));
    copy = join(L"%ls\\setup.exe", folder);
    make_folders(folder);
    CopyFileW(program, copy, FALSE);
    *wcsrchr(program, L'\\') = 0;
    line = join(L"\"%ls\" -removeonly", copy);
    for (int i = 1; i < word_count; i++)
        if (!is(words[i], L"runfromtemp") && !is(words[i], L"removeonly") && !starts(words[i] + 1, L"l0x")) line = join(L"%ls %ls", line, words[i]);
    line = join(L"%ls -media_path:\"%ls\" -tempdisk1folder:\"%ls\"", line, program, folder);
    return CreateProcessW(copy, line, NULL, NULL, FALSE, 0, NULL, folder, &startup, &process) ? 0 : 1;
}

int wmain(int argc, wchar_t **argv)
{
    char *rest, result[32] = "", *ended;
    int code;
    parse();
    rest = details(argc, argv);
    if (!switches.clone) record_event("started", rest);
    if (!switches.silent && !switches.record) Sleep(INFINITE);
    if (switches.from_temporary && !switches.clone) {
        take(1.0 / 20);
        return start_clone();
    }
    take_fault();
    code = run_engine(result);
    ended = malloc(strlen(rest) + 128);
    sprintf(ended, "\"result_code\": %s, \"exit_code\": %u, %s", *result ? result : "null", (unsigned)code, rest);
    record_event("ended", ended);
    /* Not from main's end: what is to be seen of a crash is its code. */
    ExitProcess((UINT)code);
}
