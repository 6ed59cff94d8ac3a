/* icacls PATH [/inheritance:e|d|r] [/grant[:r] WHO:RIGHTS…] [/deny WHO:RIGHTS…] [/remove[:g|:d] WHO…] [/setowner WHO]
   [/reset] [/T] [/C] [/L] [/Q]; without any: shows the list.

   Wine maps access lists to Unix mode bits and forgets the rest, so the lists are kept in LAB_FOLDER\acl.tsv:
   path, file index (a new folder of the same name has none of the old one's list), owner, protected, ACEs as
   SID:flags:rights joined by ";". Paths without a record inherit as on a fresh Windows 10 (table below). */
#include "lab.h"

#include <aclapi.h>
#include <sddl.h>

#define STORE LAB_FOLDER L"\\acl.tsv"
#define ACE_LIMIT 32

struct acl {
    wchar_t *path;
    ULONGLONG index;
    wchar_t owner[128];
    bool is_protected;
    int count;
    struct ace { wchar_t sid[128], flags[32], rights[64]; } aces[ACE_LIMIT];
};

static const struct { const wchar_t *sid, *english, *french; } names[] = {
    {L"S-1-5-18", L"NT AUTHORITY\\SYSTEM", L"AUTORITE NT\\Système"},
    {L"S-1-5-32-544", L"BUILTIN\\Administrators", L"BUILTIN\\Administrateurs"},
    {L"S-1-5-32-545", L"BUILTIN\\Users", L"BUILTIN\\Utilisateurs"},
    {L"S-1-5-11", L"NT AUTHORITY\\Authenticated Users", L"AUTORITE NT\\Utilisateurs authentifiés"},
    {L"S-1-1-0", L"Everyone", L"Tout le monde"},
    {L"S-1-3-0", L"CREATOR OWNER", L"CREATEUR PROPRIETAIRE"},
};

static const struct { const wchar_t *path, *owner, *aces; } defaults[] = {
    {L"C:\\ProgramData", L"S-1-5-18",
     L"S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-3-0:(OI)(CI)(IO):F;S-1-5-32-545:(OI)(CI):RX;S-1-5-32-545:(CI):WD,AD,WEA,WA"},
    {L"C:\\Program Files (x86)", L"S-1-5-18", L"S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-5-32-545:(OI)(CI):RX;S-1-3-0:(OI)(CI)(IO):F"},
    {L"C:\\Program Files", L"S-1-5-18", L"S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-5-32-545:(OI)(CI):RX;S-1-3-0:(OI)(CI)(IO):F"},
    {L"C:\\windows\\temp", L"S-1-5-18", L"S-1-5-32-545:(CI):S,WD,AD,X;S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-3-0:(OI)(CI)(IO):F"},
    {L"C:\\windows", L"S-1-5-18", L"S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-5-32-545:(OI)(CI):RX;S-1-3-0:(OI)(CI)(IO):F"},
    {L"C:\\users", L"S-1-5-18", L"S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-5-32-545:(OI)(CI):RX;S-1-1-0:(OI)(CI):RX"},
    {L"C:", L"S-1-5-18", L"S-1-5-11:(OI)(CI)(IO):M;S-1-5-11::AD;S-1-5-18:(OI)(CI):F;S-1-5-32-544:(OI)(CI):F;S-1-5-32-545:(OI)(CI):RX"},
};

static struct acl *store;
static int store_count;

static ULONGLONG file_index(const wchar_t *path)
{
    BY_HANDLE_FILE_INFORMATION info = {0};
    HANDLE file = CreateFileW(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE) return 0;
    GetFileInformationByHandle(file, &info);
    CloseHandle(file);
    return (ULONGLONG)info.nFileIndexHigh << 32 | info.nFileIndexLow;
}

static void parse_aces(struct acl *acl, const wchar_t *text)
{
    while (*text && acl->count < ACE_LIMIT) {
        struct ace *ace = acl->aces + acl->count++;
        const wchar_t *flags = wcschr(text, L':') + 1, *rights = wcschr(flags, L':') + 1, *end = wcschr(rights, L';');
        if (!end) end = rights + wcslen(rights);
        swprintf(ace->sid, 128, L"%.*ls", (int)(flags - text - 1), text);
        swprintf(ace->flags, 32, L"%.*ls", (int)(rights - flags - 1), flags);
        swprintf(ace->rights, 64, L"%.*ls", (int)(end - rights), rights);
        text = *end ? end + 1 : end;
    }
}

static void load(void)
{
    wchar_t *text = read_text(STORE, CP_UTF8), *line = text, *next;
    for (; line && *line; line = next) {
        wchar_t *fields[5] = {line};
        struct acl *acl;
        next = wcschr(line, L'\n');
        if (next) *next++ = 0;
        for (int i = 1; i < 5; i++) { fields[i] = wcschr(fields[i - 1], L'\t'); *fields[i]++ = 0; }
        if (file_index(fields[0]) != _wcstoui64(fields[1], NULL, 10)) continue;
        store = realloc(store, (store_count + 1) * sizeof *store);
        acl = store + store_count++;
        memset(acl, 0, sizeof *acl);
        acl->path = fields[0];
        acl->index = _wcstoui64(fields[1], NULL, 10);
        wcscpy(acl->owner, fields[2]);
        acl->is_protected = *fields[3] == L'1';
        parse_aces(acl, fields[4]);
    }
}

static void save(void)
{
    wchar_t *text = calloc(store_count * 8192 + 1, sizeof *text), *to = text;
    char *bytes;
    for (int i = 0; i < store_count; i++) {
        to += swprintf(to, 4096, L"%ls\t%llu\t%ls\t%d\t", store[i].path, store[i].index, store[i].owner, store[i].is_protected);
        for (int j = 0; j < store[i].count; j++)
            to += swprintf(to, 256, L"%ls%ls:%ls:%ls", j ? L";" : L"", store[i].aces[j].sid, store[i].aces[j].flags, store[i].aces[j].rights);
        *to++ = L'\n';
    }
    *to = 0;
    bytes = utf8(text);
    write_bytes(STORE, bytes, (DWORD)strlen(bytes));
}

static struct acl *record(const wchar_t *path, bool create)
{
    struct acl *acl;
    for (int i = 0; i < store_count; i++)
        if (same(store[i].path, path)) return store + i;
    if (!create) return NULL;
    store = realloc(store, (store_count + 1) * sizeof *store);
    acl = store + store_count++;
    memset(acl, 0, sizeof *acl);
    acl->path = _wcsdup(path);
    acl->index = file_index(path);
    wcscpy(acl->owner, L"S-1-5-32-544");
    return acl;
}

static bool directory(const wchar_t *path)
{
    return GetFileAttributesW(path) & FILE_ATTRIBUTE_DIRECTORY;
}

static void effective(const wchar_t *path, struct acl *acl);

/* The entries that a child of `parent` inherits, marked (I). */
static void inherit(const wchar_t *parent, bool to_directory, struct acl *acl)
{
    struct acl *above = calloc(1, sizeof *above);
    effective(parent, above);
    for (int i = 0; i < above->count && acl->count < ACE_LIMIT; i++) {
        struct ace *from = above->aces + i, *to = acl->aces + acl->count;
        bool objects = wcsstr(from->flags, L"(OI)"), containers = wcsstr(from->flags, L"(CI)");
        if (!(to_directory ? containers || objects : objects)) continue;
        *to = *from;
        swprintf(to->flags, 32, L"(I)%ls%ls%ls", to_directory && objects ? L"(OI)" : L"", to_directory && containers ? L"(CI)" : L"",
                 to_directory && !containers ? L"(IO)" : L"");
        acl->count++;
    }
    free(above);
}

static void effective(const wchar_t *path, struct acl *acl)
{
    struct acl *own = record(path, false);
    wchar_t *parent;
    for (size_t i = 0; !own && i < sizeof defaults / sizeof *defaults; i++)
        if (same(path, defaults[i].path) || (wcslen(path) == 3 && starts(path, defaults[i].path))) {
            wcscpy(acl->owner, defaults[i].owner);
            parse_aces(acl, defaults[i].aces);
            return;
        }
    if (own) {
        wcscpy(acl->owner, own->owner);
        for (int i = 0; i < own->count; i++) acl->aces[acl->count++] = own->aces[i];
        if (own->is_protected) return;
    } else
        wcscpy(acl->owner, L"S-1-5-32-544");
    parent = _wcsdup(path);
    if (wcsrchr(parent, L'\\')) {
        *wcsrchr(parent, L'\\') = 0;
        inherit(parent, directory(path), acl);
    }
    free(parent);
}

static const wchar_t *sid_of(const wchar_t *who)
{
    static wchar_t text[128];
    BYTE sid[SECURITY_MAX_SID_SIZE];
    wchar_t domain[256], *string;
    DWORD size = sizeof sid, length = 256;
    SID_NAME_USE use;
    PSID parsed;
    if (*who == L'*') {
        if (!ConvertStringSidToSidW(who + 1, &parsed)) return NULL;
        LocalFree(parsed);
        swprintf(text, 128, L"%ls", who + 1);
        return text;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const wchar_t *full = french() ? names[i].french : names[i].english, *bare = wcschr(full, L'\\');
        if (same(who, full) || (bare && same(who, bare + 1))) return names[i].sid;
    }
    /* Wine knows English names whatever the language; on a French Windows they do not exist. */
    if (french() || !LookupAccountNameW(NULL, who, sid, &size, domain, &length, &use) || !ConvertSidToStringSidW(sid, &string)) return NULL;
    swprintf(text, 128, L"%ls", string);
    return text;
}

static const wchar_t *name_of(const wchar_t *sid)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same(sid, names[i].sid)) return french() ? names[i].french : names[i].english;
    return sid;
}

/* WHO:(OI)(CI)F or WHO:(RX,W). Returns a Win32 error. */
static DWORD parse_grant(const wchar_t *text, struct ace *ace)
{
    static const wchar_t *const known[] = {L"N", L"F", L"M", L"RX", L"R", L"W", L"D", L"DE", L"RC", L"WDAC", L"WO", L"S", L"AS", L"MA", L"GR", L"GW",
                                           L"GE", L"GA", L"RD", L"WD", L"AD", L"REA", L"WEA", L"X", L"DC", L"RA", L"WA"};
    const wchar_t *colon = wcsrchr(text, L':'), *sid, *right;
    wchar_t *who, rights[64], *word;
    if (!colon) return ERROR_INVALID_PARAMETER;
    who = join(L"%.*ls", (int)(colon - text), text);
    sid = sid_of(who);
    if (!sid) return ERROR_NONE_MAPPED;
    wcscpy(ace->sid, sid);
    right = colon + 1;
    ace->flags[0] = 0;
    while (starts(right, L"(OI)") || starts(right, L"(CI)") || starts(right, L"(IO)") || starts(right, L"(NP)")) {
        swprintf(ace->flags + wcslen(ace->flags), 8, L"(%.2ls)", right + 1);
        right += 4;
        if (wcslen(ace->flags) > 20) return ERROR_INVALID_PARAMETER;
    }
    if (*right == L'(' && right[wcslen(right) - 1] == L')') swprintf(rights, 64, L"%.*ls", (int)wcslen(right) - 2, right + 1);
    else swprintf(rights, 64, L"%ls", right);
    _wcsupr(rights);
    wcscpy(ace->rights, rights);
    if (!*rights) return ERROR_INVALID_PARAMETER;
    for (word = wcstok(rights, L","); word; word = wcstok(NULL, L",")) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && wcscmp(known[i], word)) i++;
        if (i == sizeof known / sizeof *known) return ERROR_INVALID_PARAMETER;
    }
    return 0;
}

struct change { enum { GRANT, REPLACE, REMOVE, OWNER, ENABLE, COPY, DROP, RESET } kind; struct ace ace; };

static void drop_sid(struct acl *acl, const wchar_t *sid)
{
    int kept = 0;
    for (int i = 0; i < acl->count; i++)
        if (!same(acl->aces[i].sid, sid)) acl->aces[kept++] = acl->aces[i];
    acl->count = kept;
}

static void apply(const wchar_t *path, const struct change *changes, int count)
{
    struct acl *acl = record(path, true);
    for (int i = 0; i < count; i++) {
        const struct change *change = changes + i;
        struct acl copy = {0};
        switch (change->kind) {
        case REPLACE: drop_sid(acl, change->ace.sid); /* fall through */
        case GRANT: if (acl->count < ACE_LIMIT) acl->aces[acl->count++] = change->ace; break;
        case REMOVE: drop_sid(acl, change->ace.sid); break;
        case OWNER: wcscpy(acl->owner, change->ace.sid); break;
        case ENABLE: acl->is_protected = false; break;
        case DROP: acl->is_protected = true; break;
        case RESET: acl->is_protected = false; acl->count = 0; break;
        case COPY:
            effective(path, &copy);
            acl->count = copy.count;
            for (int j = 0; j < copy.count; j++) {
                acl->aces[j] = copy.aces[j];
                if (starts(acl->aces[j].flags, L"(I)")) memmove(acl->aces[j].flags, acl->aces[j].flags + 3, (wcslen(acl->aces[j].flags) - 2) * 2);
            }
            acl->is_protected = true;
        }
    }
}

static int done, failed;
static bool quiet;

static void show(const wchar_t *path)
{
    struct acl acl = {0};
    effective(path, &acl);
    for (int i = 0; i < acl.count; i++) {
        if (i) for (size_t j = 0; j <= wcslen(path); j++) out(L" ");
        else out(L"%ls ", path);
        out(L"%ls:%ls(%ls)\r\n", name_of(acl.aces[i].sid), acl.aces[i].flags, acl.aces[i].rights);
    }
    if (!acl.count) out(L"%ls\r\n", path);
    out(L"\r\n");
}

static void visit(const wchar_t *path, const wchar_t *shown, const struct change *changes, int count, bool recurse)
{
    WIN32_FIND_DATAW entry;
    HANDLE list;
    if (count) {
        apply(path, changes, count);
        if (!quiet) out(french() ? L"fichier traité : %ls\r\n" : L"processed file: %ls\r\n", shown);
    } else show(path);
    done++;
    if (!recurse || !directory(path) || (list = FindFirstFileW(join(L"%ls\\*", path), &entry)) == INVALID_HANDLE_VALUE) return;
    do
        if (wcscmp(entry.cFileName, L".") && wcscmp(entry.cFileName, L".."))
            visit(join(L"%ls\\%ls", path, entry.cFileName), join(L"%ls\\%ls", shown, entry.cFileName), changes, count, recurse);
    while (FindNextFileW(list, &entry));
    FindClose(list);
}

__attribute__((noreturn)) static void invalid(const wchar_t *argument)
{
    fail(ERROR_INVALID_PARAMETER, french() ? L"Paramètre non valide \"%ls\"" : L"Invalid parameter \"%ls\"", argument);
}

int wmain(int argc, wchar_t **argv)
{
    static struct change changes[64];
    int count = 0, mode = -1;
    bool recurse = false;
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Global\\rentree-lab-acl");
    if (argc < 2) refuse(L"the help text");
    for (int i = 2; i < argc; i++) {
        struct change *change = changes + count;
        if (count == 64) refuse(L"more than 64 changes");
        if (argv[i][0] == L'/') mode = -1;
        if (same(argv[i], L"/T")) recurse = true;
        else if (same(argv[i], L"/Q")) quiet = true;
        else if (same(argv[i], L"/C") || same(argv[i], L"/L")) continue;
        else if (same(argv[i], L"/grant")) mode = GRANT;
        else if (same(argv[i], L"/grant:r")) mode = REPLACE;
        else if (same(argv[i], L"/remove") || same(argv[i], L"/remove:g")) mode = REMOVE;
        else if (same(argv[i], L"/setowner") && i + 1 < argc) mode = OWNER;
        else if (same(argv[i], L"/inheritance:e")) changes[count++].kind = ENABLE;
        else if (same(argv[i], L"/inheritance:d")) changes[count++].kind = COPY;
        else if (same(argv[i], L"/inheritance:r")) changes[count++].kind = DROP;
        else if (same(argv[i], L"/reset")) changes[count++].kind = RESET;
        else if (argv[i][0] == L'/') refuse(L"%ls", argv[i]);
        else if (mode == GRANT || mode == REPLACE) {
            DWORD error = parse_grant(argv[i], &change->ace);
            if (error == ERROR_NONE_MAPPED) fail(error, L"%ls: %ls", argv[i], error_text(error));
            if (error) invalid(argv[i]);
            change->kind = mode;
            count++;
        } else if (mode == REMOVE || mode == OWNER) {
            const wchar_t *sid = sid_of(argv[i]);
            if (!sid) fail(ERROR_NONE_MAPPED, L"%ls: %ls", argv[i], error_text(ERROR_NONE_MAPPED));
            change->kind = mode;
            wcscpy(change->ace.sid, sid);
            count++;
        } else invalid(argv[i]);
    }
    if (wcspbrk(argv[1], L"*?")) refuse(L"wildcards");
    WaitForSingleObject(mutex, INFINITE);
    load();
    if (exists(argv[1])) visit(absolute(argv[1]), argv[1], changes, count, recurse);
    else {
        failed++;
        err(L"%ls: %ls\r\n", argv[1], error_text(ERROR_FILE_NOT_FOUND));
    }
    if (count) save();
    /* The lab then keeps the object's inode from being used again, which would pass its list on to a stranger. */
    for (int i = 0; i < store_count; i++) free(ask_agent(join(L"acl%lc%ls", LAB_SEPARATOR, store[i].path)));
    ReleaseMutex(mutex);
    if (!quiet || failed)
        out(french() ? L"%d fichiers correctement traités ; échec du traitement de %d fichiers\r\n"
                     : L"Successfully processed %d files; Failed processing %d files\r\n", done, failed);
    return failed ? ERROR_FILE_NOT_FOUND : 0;
}
