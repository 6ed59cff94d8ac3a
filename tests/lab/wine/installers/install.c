/* What the setup does to the station: the client's exe, uninstall entries, file type, the updater and its service. */
#include "setup.h"

#define UNINSTALL L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\"
#define UPDATER_FOLDER L"C:\\Program Files (x86)\\Index Education\\Mise a jour automatique"
#define UPDATER_EXE UPDATER_FOLDER L"\\IEMiseAJour.exe"
#define UPDATER_SERVICE L"IndexEducationMiseAJour"

static const wchar_t *exe(void)
{
    return join(L"%ls\\%ls", manifest(L"folder"), manifest(L"exe"));
}

/* A third of the setup's duration: before, in the middle of, and after writing. */
static void take_time(void)
{
    Sleep((DWORD)(_wtof(manifest(L"seconds")) * 1000 / 3));
}

static void set_text(HKEY key, const wchar_t *name, const wchar_t *value)
{
    RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)value, (DWORD)((wcslen(value) + 1) * sizeof *value));
}

static void set_number(HKEY key, const wchar_t *name, DWORD value)
{
    RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&value, sizeof value);
}

static HKEY create_key(HKEY root, const wchar_t *path, REGSAM view)
{
    HKEY key = NULL;
    RegCreateKeyExW(root, path, 0, NULL, 0, KEY_WRITE | view, NULL, &key, NULL);
    return key;
}

static void write_entry(DWORD size)
{
    HKEY key = create_key(HKEY_LOCAL_MACHINE, join(UNINSTALL L"%ls", manifest(L"code")), KEY_WOW64_64KEY);
    SYSTEMTIME now;
    GetLocalTime(&now);
    set_text(key, L"DisplayName", manifest(L"display_name"));
    set_text(key, L"Publisher", L"Index Education");
    set_text(key, L"DisplayVersion", L"1.0.0");
    set_text(key, L"DisplayIcon", exe());
    set_text(key, L"InstallLocation", manifest(L"folder"));
    set_text(key, L"InstallDate", join(L"%04d%02d%02d", now.wYear, now.wMonth, now.wDay));
    set_text(key, L"UninstallString", manifest(L"uninstall_string"));
    set_number(key, L"EstimatedSize", size / 1024);
    set_number(key, L"NoModify", 1);
    set_number(key, L"Language", 0x40c);
    RegCloseKey(key);
}

/* The copy of ourselves that UninstallString starts. */
static bool write_maintenance(void)
{
    wchar_t *path = _wcsdup(manifest(L"uninstall_string") + 1), program[MAX_PATH];
    *wcschr(path, L'"') = 0;
    GetModuleFileNameW(NULL, program, MAX_PATH);
    *wcsrchr(path, L'\\') = 0;
    if (!make_folders(path)) return false;
    path[wcslen(path)] = L'\\';
    return same(path, program) || CopyFileW(program, path, FALSE);
}

static void write_file_type(void)
{
    HKEY key = create_key(HKEY_CLASSES_ROOT, L".pcprn", 0);
    set_text(key, NULL, L"IndexEducation.pcprn");
    RegCloseKey(key);
    key = create_key(HKEY_CLASSES_ROOT, L"IndexEducation.pcprn\\shell\\open\\command", 0);
    set_text(key, NULL, join(L"\"%ls\" \"%%1\"", exe()));
    RegCloseKey(key);
}

static void write_updater(void)
{
    DWORD size;
    const void *image = resource(UPDATER, &size);
    SC_HANDLE manager, service;
    HKEY key;
    if (exists(UPDATER_EXE)) return;
    make_folders(UPDATER_FOLDER);
    write_bytes(UPDATER_EXE, image, size);
    key = create_key(HKEY_LOCAL_MACHINE, join(UNINSTALL L"%ls", manifest(L"updater_code")), KEY_WOW64_32KEY);
    set_text(key, L"DisplayName", manifest(L"updater_name"));
    set_text(key, L"Publisher", L"Index Education");
    set_text(key, L"DisplayVersion", L"1.0.0");
    set_text(key, L"UninstallString", manifest(L"updater_uninstall_string"));
    RegCloseKey(key);
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE);
    service = CreateServiceW(manager, UPDATER_SERVICE, L"Mise à jour automatique Index Education", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, L"\"" UPDATER_EXE L"\"", NULL, NULL, NULL, NULL, NULL);
    if (service) StartServiceW(service, 0, NULL);
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
}

int install(const struct fault *fault, bool *crashed)
{
    DWORD size, written, half;
    const char *image = resource(CLIENT, &size);
    HANDLE file;
    if (!make_folders(manifest(L"folder"))) return NO_FOLDER;
    take_time();
    /* A running client holds its file: sharing violation. */
    file = CreateFileW(exe(), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) return NO_ACCESS;
    half = size / 2;
    WriteFile(file, image, half, &written, NULL);
    take_time();
    *crashed = same(fault->kind, L"crash");
    if (*crashed || same(fault->kind, L"disk_full")) {
        CloseHandle(file);
        return NO_ACCESS;
    }
    WriteFile(file, image + half, size - half, &written, NULL);
    CloseHandle(file);
    /* .pcprn files are the client's. */
    if (starts(manifest(L"exe"), L"Client")) write_file_type();
    write_entry(size);
    if (!write_maintenance()) return NO_ACCESS;
    if (*manifest(L"updater") == L'1') write_updater();
    take_time();
    return ACCEPTED;
}

int uninstall(void)
{
    wchar_t *folder = _wcsdup(manifest(L"folder"));
    take_time();
    if (exists(exe()) && !DeleteFileW(exe())) return NO_ACCESS;
    /* The folders it leaves empty, up to "Index Education"; the updater and the engine's own folder stay. */
    while (!wcsstr(folder + wcslen(folder) - 15, L"Index Education") && RemoveDirectoryW(folder)) *wcsrchr(folder, L'\\') = 0;
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, join(UNINSTALL L"%ls", manifest(L"code")), KEY_WOW64_64KEY, 0);
    take_time();
    return ACCEPTED;
}
