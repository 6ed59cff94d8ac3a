/* findstr [/b] [/e] [/x] [/i] [/v] [/n] [/m] [/l] [/r] [/c:TEXT]… [strings] [files]: on bytes, as the real one.

   Strings without /c are split at spaces and read as expressions (. * ^ $ [class] \x) unless /l; those with /c are
   literal unless /r. Exit code 0: something found; 1: nothing, or a file that cannot be opened
   (learn.microsoft.com/windows-server/administration/windows-commands/findstr). */
#include "lab.h"

static struct { char *text; bool literal; } patterns[64];
static int pattern_count;
static bool at_begin, at_end, ignore_case, inverted, numbered, names_only;

static unsigned char fold(unsigned char byte)
{
    return ignore_case && byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
}

/* One element of an expression; `next` is where the following one begins. */
static bool element(const char *pattern, unsigned char byte, const char **next)
{
    bool inside = false, negated;
    if (*pattern == '.') { *next = pattern + 1; return true; }
    if (*pattern == '\\' && pattern[1]) { *next = pattern + 2; return fold(pattern[1]) == fold(byte); }
    if (*pattern != '[' || !strchr(pattern + 2, ']')) { *next = pattern + 1; return fold(*pattern) == fold(byte); }
    negated = *++pattern == '^';
    if (negated) pattern++;
    do {
        unsigned char low = fold(*pattern), high = low;
        if (pattern[1] == '-' && pattern[2] != ']') { high = fold(pattern[2]); pattern += 2; }
        inside = inside || (fold(byte) >= low && fold(byte) <= high);
    } while (*++pattern != ']');
    *next = pattern + 1;
    return inside != negated;
}

static bool match_here(const char *pattern, const char *text, const char *end)
{
    const char *next;
    bool hit;
    if (!*pattern) return !at_end || text == end;
    if (*pattern == '$' && !pattern[1]) return text == end;
    hit = element(pattern, text < end ? *text : 0, &next) && text < end;
    if (*next == '*') {
        for (;;) {
            if (match_here(next + 1, text, end)) return true;
            if (text == end || !element(pattern, *text, &next)) return false;
            text++;
        }
    }
    return hit && match_here(next, text + 1, end);
}

static bool literal_here(const char *pattern, const char *text, const char *end)
{
    for (; *pattern; pattern++, text++)
        if (text == end || fold(*pattern) != fold(*text)) return false;
    return !at_end || text == end;
}

static bool found(const char *text, const char *end)
{
    for (int i = 0; i < pattern_count; i++) {
        const char *pattern = patterns[i].text;
        bool anchored = at_begin || (!patterns[i].literal && *pattern == '^');
        if (!at_begin && anchored) pattern++;
        for (const char *from = text; from <= end; from++) {
            if (patterns[i].literal ? literal_here(pattern, from, end) : match_here(pattern, from, end)) return true;
            if (anchored) break;
        }
    }
    return false;
}

static bool search(const char *bytes, DWORD size, const wchar_t *name, bool prefixed)
{
    const char *line = bytes, *limit = bytes + size;
    bool any = false;
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD written;
    for (unsigned long number = 1; line < limit; number++) {
        const char *newline = memchr(line, '\n', limit - line), *end = newline ? newline : limit;
        if (end > line && end[-1] == '\r') end--;
        if (found(line, end) != inverted) {
            any = true;
            if (names_only) { out(L"%ls\r\n", name); return true; }
            if (prefixed) out(L"%ls:", name);
            if (numbered) out(L"%lu:", number);
            WriteFile(output, line, (DWORD)(end - line), &written, NULL);
            out(L"\r\n");
        }
        line = newline ? newline + 1 : limit;
    }
    return any;
}

static void add(const wchar_t *text, bool literal)
{
    int size = WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL);
    if (pattern_count == 64) refuse(L"more than 64 strings");
    patterns[pattern_count].text = malloc(size);
    patterns[pattern_count].literal = literal;
    WideCharToMultiByte(CP_ACP, 0, text, -1, patterns[pattern_count++].text, size, NULL, NULL);
}

static char *read_input(DWORD *size)
{
    char *bytes = NULL;
    DWORD room = 0, got;
    *size = 0;
    do {
        if (*size + 65536 > room) bytes = realloc(bytes, room = room * 2 + 131072);
        if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes + *size, 65536, &got, NULL)) got = 0;
        *size += got;
    } while (got);
    return bytes;
}

static bool search_files(const wchar_t *argument, bool many)
{
    WIN32_FIND_DATAW entry;
    HANDLE list = FindFirstFileW(argument, &entry);
    bool any = false, wild = wcspbrk(argument, L"*?") != NULL;
    if (list == INVALID_HANDLE_VALUE) {
        err(french() ? L"FINDSTR : impossible d’ouvrir %ls\r\n" : L"FINDSTR: Cannot open %ls\r\n", argument);
        return false;
    }
    do {
        const wchar_t *slash = wcsrchr(argument, L'\\');
        wchar_t *path = wild && slash ? join(L"%.*ls\\%ls", (int)(slash - argument), argument, entry.cFileName)
                                      : join(L"%ls", wild ? entry.cFileName : argument);
        DWORD size;
        char *bytes;
        if (entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) continue;
        bytes = read_bytes(path, &size);
        if (bytes) any = search(bytes, size, path, many || wild) || any;
        else err(french() ? L"FINDSTR : impossible d’ouvrir %ls\r\n" : L"FINDSTR: Cannot open %ls\r\n", path);
        free(bytes);
        free(path);
    } while (FindNextFileW(list, &entry));
    FindClose(list);
    return any;
}

int wmain(int argc, wchar_t **argv)
{
    wchar_t *given[64];
    int given_count = 0, i = 1;
    bool literal = false, expression = false, any = false;
    for (; i < argc && argv[i][0] == L'/'; i++) {
        if (starts(argv[i], L"/c:")) {
            if (given_count == 64) refuse(L"more than 64 strings");
            given[given_count++] = argv[i] + 3;
            continue;
        }
        for (wchar_t *letter = argv[i] + 1; *letter; letter++) switch (towlower(*letter)) {
            case L'b': at_begin = true; break;
            case L'e': at_end = true; break;
            case L'x': at_begin = at_end = true; break;
            case L'i': ignore_case = true; break;
            case L'v': inverted = true; break;
            case L'n': numbered = true; break;
            case L'm': names_only = true; break;
            case L'l': literal = true; break;
            case L'r': expression = true; break;
            case L'/': break;
            default: refuse(L"%ls", argv[i]);
        }
    }
    for (int j = 0; j < given_count; j++) add(given[j], !expression);
    if (!given_count) {
        if (i == argc) fail(2, L"FINDSTR: Bad command line");
        for (wchar_t *word = wcstok(argv[i++], L" "); word; word = wcstok(NULL, L" ")) add(word, literal);
    }
    if (i == argc) {
        DWORD size;
        char *bytes = read_input(&size);
        any = search(bytes, size, L"", false);
    }
    for (int first = i; i < argc; i++) any = search_files(argv[i], argc - first > 1) || any;
    return any ? 0 : 1;
}
