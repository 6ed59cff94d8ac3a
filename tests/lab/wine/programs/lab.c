#include "lab.h"

static void print(DWORD device, const wchar_t *format, va_list arguments)
{
    static wchar_t text[LAB_TEXT];
    static char bytes[LAB_TEXT * 4];
    HANDLE handle = GetStdHandle(device);
    UINT codepage = GetConsoleOutputCP();
    DWORD written;
    int length = _vsnwprintf(text, LAB_TEXT - 1, format, arguments);
    if (length < 0) length = LAB_TEXT - 1;
    length = WideCharToMultiByte(codepage ? codepage : GetOEMCP(), 0, text, length, bytes, sizeof bytes, NULL, NULL);
    for (int done = 0; done < length; done += written)
        if (!WriteFile(handle, bytes + done, length - done, &written, NULL) || !written) return;
}

void out(const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(STD_OUTPUT_HANDLE, format, arguments);
    va_end(arguments);
}

void err(const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(STD_ERROR_HANDLE, format, arguments);
    va_end(arguments);
}

void refuse(const wchar_t *format, ...)
{
    wchar_t program[MAX_PATH];
    va_list arguments;
    GetModuleFileNameW(NULL, program, MAX_PATH);
    err(L"rentree lab: %ls does not implement ", wcsrchr(program, L'\\') + 1);
    va_start(arguments, format);
    print(STD_ERROR_HANDLE, format, arguments);
    va_end(arguments);
    err(L"\r\n");
    ExitProcess(ERROR_CALL_NOT_IMPLEMENTED);
}

void fail(int code, const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(STD_ERROR_HANDLE, format, arguments);
    va_end(arguments);
    err(L"\r\n");
    ExitProcess(code);
}

bool french(void)
{
    return PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_FRENCH;
}

const wchar_t *error_text(DWORD error)
{
    static wchar_t text[1024];
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0, text, 1024, NULL);
    while (length && (text[length - 1] == L'\n' || text[length - 1] == L'\r')) length--;
    text[length] = 0;
    return text;
}

bool same(const wchar_t *left, const wchar_t *right)
{
    return CompareStringOrdinal(left, -1, right, -1, TRUE) == CSTR_EQUAL;
}

bool starts(const wchar_t *text, const wchar_t *prefix)
{
    int length = (int)wcslen(prefix);
    return (int)wcslen(text) >= length && CompareStringOrdinal(text, length, prefix, length, TRUE) == CSTR_EQUAL;
}

wchar_t *join(const wchar_t *format, ...)
{
    wchar_t *text = malloc(LAB_TEXT * sizeof *text);
    va_list arguments;
    va_start(arguments, format);
    if (_vsnwprintf(text, LAB_TEXT - 1, format, arguments) < 0) text[LAB_TEXT - 1] = 0;
    va_end(arguments);
    return text;
}

wchar_t *absolute(const wchar_t *path)
{
    wchar_t *full = malloc(LAB_TEXT * sizeof *full);
    DWORD length;
    if (!GetFullPathNameW(path, LAB_TEXT, full, NULL)) wcscpy(full, path);
    length = (DWORD)wcslen(full);
    /* "C:\folder\" and "C:\folder" are one object; "C:\" keeps its backslash. */
    if (length > 3 && full[length - 1] == L'\\') full[length - 1] = 0;
    return full;
}

bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

bool make_folders(const wchar_t *path)
{
    wchar_t *copy = absolute(path);
    bool made = true;
    for (wchar_t *end = copy + 3; made && (end = wcschr(end, L'\\')); *end++ = L'\\') {
        *end = 0;
        made = CreateDirectoryW(copy, NULL) || GetLastError() == ERROR_ALREADY_EXISTS;
    }
    made = made && (CreateDirectoryW(copy, NULL) || GetLastError() == ERROR_ALREADY_EXISTS);
    free(copy);
    return made;
}

char *utf8(const wchar_t *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc(size);
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
    return bytes;
}

wchar_t *wide(const char *text, int size, UINT codepage)
{
    int length = size ? MultiByteToWideChar(codepage, 0, text, size, NULL, 0) : 0;
    wchar_t *result = calloc(length + 1, sizeof *result);
    if (length) MultiByteToWideChar(codepage, 0, text, size, result, length);
    return result;
}

char *read_bytes(const wchar_t *path, DWORD *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    DWORD length, done = 0, got;
    char *bytes;
    if (file == INVALID_HANDLE_VALUE) return NULL;
    length = GetFileSize(file, NULL);
    bytes = malloc((size_t)length + 2);
    while (done < length && ReadFile(file, bytes + done, length - done, &got, NULL) && got) done += got;
    CloseHandle(file);
    bytes[done] = bytes[done + 1] = 0;
    if (size) *size = done;
    return bytes;
}

wchar_t *read_text(const wchar_t *path, UINT codepage)
{
    DWORD size;
    char *bytes = read_bytes(path, &size);
    wchar_t *text;
    if (!bytes) return NULL;
    if (size >= 2 && !memcmp(bytes, "\xff\xfe", 2)) {
        text = calloc(size / 2 + 1, sizeof *text);
        memcpy(text, bytes + 2, size - 2);
    } else if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
        text = wide(bytes + 3, size - 3, CP_UTF8);
    else
        text = wide(bytes, size, codepage);
    free(bytes);
    return text;
}

bool write_bytes(const wchar_t *path, const void *bytes, DWORD size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD written;
    bool done;
    if (file == INVALID_HANDLE_VALUE) return false;
    done = WriteFile(file, bytes, size, &written, NULL) && written == size;
    CloseHandle(file);
    return done;
}

char *json(const wchar_t *text)
{
    char *bytes = utf8(text), *result = malloc(strlen(bytes) * 6 + 3), *to = result;
    *to++ = '"';
    for (const unsigned char *from = (unsigned char *)bytes; *from; from++)
        if (*from == '"' || *from == '\\') { *to++ = '\\'; *to++ = (char)*from; }
        else if (*from < 0x20) to += sprintf(to, "\\u%04x", *from);
        else *to++ = (char)*from;
    *to++ = '"';
    *to = 0;
    free(bytes);
    return result;
}

void journal(const char *line)
{
    DWORD written;
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Global\\rentree-lab-journal"), file;
    WaitForSingleObject(mutex, INFINITE);
    file = CreateFileW(LAB_FOLDER L"\\journal.jsonl", FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
    WriteFile(file, line, (DWORD)strlen(line), &written, NULL);
    WriteFile(file, "\n", 1, &written, NULL);
    CloseHandle(file);
    ReleaseMutex(mutex);
    CloseHandle(mutex);
}

wchar_t *ask_agent(const wchar_t *request)
{
    wchar_t *answer = calloc(LAB_TEXT, sizeof *answer);
    DWORD got = 0;
    if (CallNamedPipeW(LAB_PIPE, (void *)request, (DWORD)(wcslen(request) * sizeof *request), answer,
                       (LAB_TEXT - 1) * sizeof *answer, &got, 20000))
        return answer;
    free(answer);
    return NULL;
}

/* Whether the variable comes from Wine or the host. USER/HOME/LC_ALL… are Unix'; Windows has USERNAME and so on. */
static bool foreign(const wchar_t *item)
{
    static const wchar_t *const names[] = {L"HOME=", L"USER=", L"LOGNAME=", L"SHELL=", L"PWD=", L"LANG=", L"LANGUAGE=", L"LOCPATH=", L"TERM=", L"DISPLAY="};
    if (starts(item, L"WINE") || starts(item, L"LC_") || starts(item, L"XDG_") || starts(item, L"VKD3D_")) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (starts(item, names[i])) return true;
    return false;
}

static bool replaced(const wchar_t *item, const wchar_t *const *extra, int count)
{
    for (int i = 0; i < count; i++) {
        size_t length = wcschr(extra[i], L'=') - extra[i] + 1;
        if (!_wcsnicmp(item, extra[i], length)) return true;
    }
    return false;
}

wchar_t *clean_environment(const wchar_t *const *extra, int count)
{
    wchar_t *strings = GetEnvironmentStringsW(), *block, *to;
    size_t size = 2;
    for (wchar_t *item = strings; *item; item += wcslen(item) + 1) size += wcslen(item) + 1;
    for (int i = 0; i < count; i++) size += wcslen(extra[i]) + 1;
    to = block = calloc(size, sizeof *block);
    for (wchar_t *item = strings; *item; item += wcslen(item) + 1)
        if (*item == L'=' || (!foreign(item) && !replaced(item, extra, count))) {
            wcscpy(to, item);
            to += wcslen(to) + 1;
        }
    for (int i = 0; i < count; i++)
        if (wcschr(extra[i], L'=')[1]) { /* an empty value removes the variable, as SET does */
            wcscpy(to, extra[i]);
            to += wcslen(to) + 1;
        }
    FreeEnvironmentStringsW(strings);
    return block;
}

DWORD create_process(wchar_t *line, DWORD flags, wchar_t *environment, const wchar_t *folder, STARTUPINFOW *startup,
                     PROCESS_INFORMATION *process)
{
    flags |= CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT;
    for (int tries = 1; !CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, environment, folder, startup, process); tries++)
        if (GetLastError() != ERROR_INTERNAL_ERROR || tries == TRIES) return GetLastError();
    return 0;
}
