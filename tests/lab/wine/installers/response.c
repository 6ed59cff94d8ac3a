/* Response files and logs: the INI texts of InstallShield, in the same format as the simulated stand-in's
   (tests/lab/simulated/installer). */
#include "setup.h"

static wchar_t *profile(const wchar_t *path, const wchar_t *section, const wchar_t *key)
{
    wchar_t *value = calloc(4096, sizeof *value);
    GetPrivateProfileStringW(section, key, L"", value, 4096, path);
    return value;
}

/* The n-th dialog of a list "a|b|c"; NULL after the last. Allocated. */
static wchar_t *dialog(bool uninstall, int wanted)
{
    const wchar_t *list = manifest(uninstall ? L"uninstall_dialogs" : L"dialogs");
    for (int i = 0; *list; i++) {
        size_t length = wcscspn(list, L"|");
        if (i == wanted) return join(L"%ls-%.*ls", manifest(L"code"), (int)length, list);
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

/* -5 no such file; -3 something missing, also the recording of another year, whose product code differs; -12 not the
   dialogs this release shows, in their order; -10 a Result that is no number. */
int check_response(const wchar_t *path, bool uninstall, bool *launch)
{
    wchar_t *order = join(L"%ls-DlgOrder", manifest(L"code")), *name;
    int count = 0;
    if (!exists(path)) return NO_FILE;
    if (!same(profile(path, L"InstallShield Silent", L"File"), L"Response File") || !number(profile(path, order, L"Count"))) return MISSING_DATA;
    while (dialog(uninstall, count)) count++;
    if (_wtoi(profile(path, order, L"Count")) != count) return WRONG_DIALOGS;
    for (int i = 0; i < count; i++)
        if (!same(profile(path, order, join(L"Dlg%d", i)), dialog(uninstall, i))) return WRONG_DIALOGS;
    for (int i = 0; (name = dialog(uninstall, i)); i++) {
        wchar_t *result = profile(path, name, L"Result");
        if (!*result) return MISSING_DATA;
        if (!number(result)) return BAD_TYPE;
        if (wcsstr(name, L"-SdFinish")) *launch = _wtoi(profile(path, name, L"bOpt1")) != 0;
    }
    return ACCEPTED;
}

static bool write_ansi(const wchar_t *path, const wchar_t *text)
{
    int size = WideCharToMultiByte(1252, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc(size);
    WideCharToMultiByte(1252, 0, text, -1, bytes, size, NULL, NULL);
    return write_bytes(path, bytes, size - 1);
}

/* What a person records who accepts every dialog as it stands and unticks "Lancer PRONOTE". */
bool record_response(const wchar_t *path, bool uninstall)
{
    wchar_t *text = calloc(LAB_TEXT, sizeof *text), *to = text, *name;
    int count = 0;
    while (dialog(uninstall, count)) count++;
    to += swprintf(to, 1024, L"[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Response File\r\n[File Transfer]\r\nOverwrittenReadOnly=NoToAll\r\n[%ls-DlgOrder]\r\n", manifest(L"code"));
    for (int i = 0; (name = dialog(uninstall, i)); i++) {
        to += swprintf(to, 1024, L"Dlg%d=%ls\r\n", i, name);
        if (!i) to += swprintf(to, 64, L"Count=%d\r\n", count);
    }
    for (int i = 0; (name = dialog(uninstall, i)); i++)
        to += swprintf(to, 1024, L"[%ls]\r\n%lsResult=%d\r\n%ls", name, wcsstr(name, L"-SdAskDestPath") ? L"szDir=\r\n" : L"",
                       wcsstr(name, L"-MessageBox") ? 6 : 1, wcsstr(name, L"-SdFinish") ? L"bOpt1=0\r\nbOpt2=0\r\n" : L"");
    swprintf(to, 1024, L"[Application]\r\nName=%ls\r\nVersion=%ls\r\nCompany=Index Education\r\nLang=040c\r\n", manifest(L"product"), manifest(L"release"));
    return write_ansi(path, text);
}

bool write_log(const wchar_t *path, int result)
{
    return write_ansi(path, join(L"[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Log File\r\n[ResponseResult]\r\nResultCode=%d\r\n"
                                 L"[Application]\r\nName=%ls\r\nVersion=%ls\r\nCompany=Index Education\r\nLang=040c\r\n",
                                 result, manifest(L"product"), manifest(L"release")));
}
