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
    HKEY key = create_key(HKEY_LOCAL_MACHINE, join(UNINSTALL L"%ls", manifest(L"code")), KEY_WOW64_32KEY);
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
    wchar_t *path = _wcsdup(manifest(L"engine")), program[MAX_PATH];
    GetModuleFileNameW(NULL, program, MAX_PATH);
    *wcsrchr(path, L'\\') = 0;
    if (!make_folders(path)) return false;
    path[wcslen(path)] = L'\\';
    return same(path, program) || CopyFileW(program, path, FALSE);
}

/* The folder of a file and those above it, as far as nothing is left in them, up to "Index Education" or Program Files. */
static void remove_folders(const wchar_t *file)
{
    wchar_t *folder = _wcsdup(file);
    *wcsrchr(folder, L'\\') = 0;
    while (!wcsstr(folder + wcslen(folder) - 15, L"Index Education") && RemoveDirectoryW(folder)) *wcsrchr(folder, L'\\') = 0;
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

/* MoveFileEx with MOVEFILE_DELAY_UNTIL_REBOOT: a source and a target, an empty target deletes. */
static void register_rename(const wchar_t *source, const wchar_t *target)
{
    static const wchar_t *const name = L"PendingFileRenameOperations";
    wchar_t *values = calloc(LAB_TEXT, sizeof *values), *to = values;
    DWORD size = (LAB_TEXT - 2 * MAX_PATH - 16) * sizeof *values;
    HKEY key;
    RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control\\Session Manager", 0, KEY_READ | KEY_WRITE, &key);
    /* Empty strings are values here: the end is that of the data, less its last NUL. */
    if (!RegQueryValueExW(key, name, NULL, NULL, (BYTE *)values, &size)) to += size / sizeof *values - 1;
    to += swprintf(to, MAX_PATH, L"\\??\\%ls", source) + 1;
    if (*target) to += swprintf(to, MAX_PATH, L"!\\??\\%ls", target);
    to += 2;
    RegSetValueExW(key, name, 0, REG_MULTI_SZ, (BYTE *)values, (DWORD)((to - values) * sizeof *values));
    RegCloseKey(key);
}

/* The four numbers of a version, one after the other; 0 when there is no exe, or none that can be read. */
static unsigned long long version_of(const wchar_t *path)
{
    DWORD ignored, size = GetFileVersionInfoSizeW(path, &ignored);
    VS_FIXEDFILEINFO *info;
    UINT length;
    void *data = size ? malloc(size) : NULL;
    if (!data || !GetFileVersionInfoW(path, 0, size, data) || !VerQueryValueW(data, L"\\", (void **)&info, &length)) return 0;
    return (unsigned long long)info->dwFileVersionMS << 32 | info->dwFileVersionLS;
}

static unsigned long long wanted_version(void)
{
    unsigned parts[4] = {0};
    swscanf(manifest(L"release"), L"%u.%u.%u.%u", parts, parts + 1, parts + 2, parts + 3);
    return (unsigned long long)(parts[0] << 16 | parts[1]) << 32 | (parts[2] << 16 | parts[3]);
}

/* By InstallShield's framework. What is unknown is maintained. */
enum found what_is_there(void)
{
    HKEY key;
    wchar_t *path = join(UNINSTALL L"%ls", manifest(L"code"));
    bool entry = false;
    unsigned long long version = version_of(exe());
    if (!RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ | KEY_WOW64_32KEY, &key)) {
        entry = !RegQueryValueExW(key, L"UninstallString", NULL, NULL, NULL, NULL);
        RegCloseKey(key);
    }
    return !entry ? FIRST : version && version < wanted_version() ? UPDATE : MAINTENANCE;
}

/* What a rollback needs: what was there, as far as something was changed. */
static struct { bool copied, first, kept; char *bytes; DWORD size; } before;

int install(void)
{
    DWORD size, written, half;
    const char *image = resource(CLIENT, &size);
    HANDLE file;
    before.first = what_is_there() == FIRST;
    if (*manifest(L"refuses_older") == L'1' && version_of(exe()) > wanted_version()) return GENERAL;
    if (!make_folders(manifest(L"folder"))) return NO_FOLDER;
    take(1.0 / 4);
    before.bytes = read_bytes(exe(), &before.size);
    /* A running client holds its file: sharing violation. */
    file = CreateFileW(exe(), GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) return NO_ACCESS;
    before.copied = true;
    half = size / 2;
    WriteFile(file, image, half, &written, NULL);
    take(1.0 / 2);
    if (fails(L"crash") || fails(L"killed") || fails(L"disk_full")) {
        CloseHandle(file);
        return fails(L"disk_full") ? NO_ACCESS : DIES;
    }
    WriteFile(file, image + half, size - half, &written, NULL);
    CloseHandle(file);
    write_entry(size);
    before.kept = write_maintenance();
    return before.kept ? ACCEPTED : NO_ACCESS;
}

void roll_back(void)
{
    /* What is removed is gone. */
    if (switches.remove || !before.copied) return;
    if (before.bytes) write_bytes(exe(), before.bytes, before.size);
    else {
        DeleteFileW(exe());
        remove_folders(exe());
    }
    if (!before.first || !before.kept) return;
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, join(UNINSTALL L"%ls", manifest(L"code")), KEY_WOW64_32KEY, 0);
    DeleteFileW(manifest(L"engine"));
    remove_folders(manifest(L"engine"));
}

void finish(const wchar_t *helper)
{
    const wchar_t *folder = manifest(L"folder");
    if (!switches.remove) {
        /* .pcprn files are the client's. */
        if (starts(manifest(L"exe"), L"Client")) write_file_type();
        if (*manifest(L"updater") == L'1') write_updater();
        if (*manifest(L"renames") == L'1' || fails(L"held")) register_rename(join(L"%ls\\moteur.new", folder), join(L"%ls\\moteur.dll", folder));
    }
    if (*manifest(L"leaves_temporary") == L'1') {
        wchar_t program[MAX_PATH], *folder;
        GetModuleFileNameW(NULL, program, MAX_PATH);
        folder = _wcsdup(helper ? helper : program);
        register_rename(folder, L"");
        *wcsrchr(folder, L'\\') = 0;
        register_rename(folder, L"");
    }
}

int uninstall(void)
{
    wchar_t *key = join(UNINSTALL L"%ls", manifest(L"code"));
    HKEY left;
    take(1.0 / 2);
    if (exists(exe()) && !DeleteFileW(exe())) register_rename(exe(), L"");
    if (fails(L"crash") || fails(L"killed")) return DIES;
    if (fails(L"held")) {
        write_bytes(join(L"%ls\\moteur.dll", manifest(L"folder")), "moteur", 6);
        register_rename(join(L"%ls\\moteur.dll", manifest(L"folder")), L"");
    }
    remove_folders(exe());
    /* The updater and the engine's own folder stay, and the key with its version. */
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, key, KEY_WOW64_32KEY, 0);
    left = create_key(HKEY_LOCAL_MACHINE, key, KEY_WOW64_32KEY);
    set_text(left, L"DisplayVersion", L"1.0.0");
    RegCloseKey(left);
    return ACCEPTED;
}
