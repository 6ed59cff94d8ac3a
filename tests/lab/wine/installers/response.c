/* Response files and logs: the INI texts of InstallShield, in the same format as the simulated stand-in's
   (tests/lab/simulated/installer). */
#include "setup.h"

static wchar_t *profile(const wchar_t *path, const wchar_t *section, const wchar_t *key)
{
    wchar_t *value = calloc(4096, sizeof *value);
    GetPrivateProfileStringW(section, key, L"", value, 4096, path);
    return value;
}

wchar_t *nth(const wchar_t *list, int wanted)
{
    for (int i = 0; *list; i++) {
        size_t length = wcscspn(list, L"|");
        if (i == wanted) return join(L"%.*ls", (int)length, list);
        list += length + (list[length] == L'|');
    }
    return NULL;
}

static bool number(const wchar_t *text)
{
    if (*text == L'-') text++;
    if (!*text) return false;
    while (iswdigit(*text)) text++;
    return !*text;
}

/* -5 no such file; -8 not a response file, or no path: without its header, as in UTF-16 without a mark. */
int open_response(const wchar_t *path)
{
    DWORD size;
    char *bytes;
    if (!(iswalpha(path[0]) && path[1] == L':')) return BAD_FILE;
    bytes = read_bytes(path, &size);
    if (!bytes) return NO_FILE;
    /* Wine would read it; Windows takes the mark for a part of the first line. */
    if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) return BAD_FILE;
    return same(profile(path, L"InstallShield Silent", L"File"), L"Response File") ? ACCEPTED : BAD_FILE;
}

/* By the section's name; nobody looks at DlgOrder. -3 no section (as in a recording of another year, whose product code
   differs), or no Result in it; -1 a Result that is no number. */
int answer(const wchar_t *path, const wchar_t *dialog, int *result, bool *launch)
{
    wchar_t *section = join(L"%ls-%ls", manifest(L"code"), dialog), *text = profile(path, section, L"Result");
    if (!*text) return MISSING_DATA;
    if (!number(text)) return GENERAL;
    *result = _wtoi(text);
    if (starts(dialog, L"SdFinish")) *launch = _wtoi(profile(path, section, L"bOpt1")) != 0;
    return ACCEPTED;
}

static char *ansi(const wchar_t *text, int *size)
{
    char *bytes;
    *size = WideCharToMultiByte(1252, 0, text, -1, NULL, 0, NULL, NULL);
    bytes = malloc(*size);
    WideCharToMultiByte(1252, 0, text, -1, bytes, *size, NULL, NULL);
    --*size;
    return bytes;
}

/* What a section holds once a person has accepted its dialog as it stands. */
static const wchar_t *accepted(const wchar_t *dialog)
{
    if (starts(dialog, L"SdAskDestPath")) return L"szDir=\r\nResult=1\r\n";
    if (starts(dialog, L"SdFinishReboot")) return L"Result=1\r\nBootOption=0\r\n";
    if (starts(dialog, L"SdFinish")) return L"Result=1\r\nbOpt1=0\r\nbOpt2=0\r\n";
    if (starts(dialog, L"SdWelcomeMaint")) return switches.remove ? L"Result=303\r\n" : L"Result=302\r\n";
    if (starts(dialog, L"MessageBox") || starts(dialog, L"SprintfBox")) return L"Result=6\r\n";
    return L"Result=1\r\n";
}

/* Whether it comes after the files. */
bool is_last(const wchar_t *dialog)
{
    return starts(dialog, L"SdFinish");
}

/* What a person has recorded by now who accepts every dialog as it stands and unticks "Lancer PRONOTE": so many dialogs
   answered; `files` says that they are copied. */
bool record_response(const wchar_t *path, const wchar_t *dialogs, int answered, bool files)
{
    wchar_t *text = calloc(LAB_TEXT, sizeof *text), *to = text;
    const wchar_t *code = manifest(L"code");
    int first_last = 0, size;
    char *bytes;
    while (first_last < answered && !is_last(nth(dialogs, first_last))) first_last++;
    to += swprintf(to, 1024, L"[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Response File\r\n[File Transfer]\r\nOverwrittenReadOnly=NoToAll\r\n");
    if (answered) to += swprintf(to, 1024, L"[%ls-DlgOrder]\r\n", code);
    for (int i = 0; i < answered; i++) {
        to += swprintf(to, 1024, L"Dlg%d=%ls-%ls\r\n", i, code, nth(dialogs, i));
        if (!i) to += swprintf(to, 64, L"Count=%d\r\n", answered);
    }
    for (int i = 0; i <= answered; i++) {
        if (i == first_last && files)
            to += swprintf(to, 1024, L"[Application]\r\nName=%ls\r\nVersion=%ls\r\nCompany=Index Education\r\nLang=040c\r\n", manifest(L"product"), manifest(L"release"));
        if (i < answered) to += swprintf(to, 1024, L"[%ls-%ls]\r\n%ls", code, nth(dialogs, i), accepted(nth(dialogs, i)));
    }
    bytes = ansi(text, &size);
    return write_bytes(path, bytes, size);
}

/* While it is rewritten it is empty, then cut short. False: its folder does not exist. */
bool write_log(const wchar_t *path, int result, bool application)
{
    wchar_t *text = join(L"[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Log File\r\n[ResponseResult]\r\nResultCode=%d", result);
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    double pause = _wtof(manifest(L"rewrite_seconds")) / 2;
    const void *bytes;
    int size;
    DWORD written;
    if (file == INVALID_HANDLE_VALUE) return false;
    if (fails(L"log_cut")) *wcsstr(text, L"ResultCode") = 0;
    else if (!fails(L"log_unfinished"))
        text = join(application ? L"%ls\r\n[Application]\r\nName=%ls\r\nVersion=%ls\r\nCompany=Index Education\r\nLang=040c\r\n" : L"%ls\r\n",
                    text, manifest(L"product"), manifest(L"release"));
    if (fails(L"log_utf16")) {
        text = join(L"\xfeff%ls", text);
        bytes = text;
        size = (int)(wcslen(text) * sizeof *text);
    } else
        bytes = ansi(text, &size);
    if (fails(L"log_empty")) size = 0;
    wait_seconds(pause);
    if (size > 50) WriteFile(file, bytes, 50, &written, NULL);
    wait_seconds(pause);
    if (size > 50) WriteFile(file, (const char *)bytes + 50, size - 50, &written, NULL);
    CloseHandle(file);
    return true;
}
