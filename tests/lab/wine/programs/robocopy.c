/* robocopy SOURCE TARGET FILE /L [/NJH] [/NJS] [/MINAGE:days]: what would be copied, and nothing is, which is how a
   file's age is asked. 0: nothing would be, 1: the file would be, 16: no such folder
   (learn.microsoft.com/windows-server/administration/windows-commands/robocopy). */
#include "lab.h"

static const ULONGLONG DAY = 24ULL * 3600 * 10000000;

int wmain(int argc, wchar_t **argv)
{
    const wchar_t *words[3];
    int count = 0;
    bool list = false;
    ULONGLONG days = 0, now, written;
    FILETIME time;
    WIN32_FILE_ATTRIBUTE_DATA file;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != L'/' && count < 3) words[count++] = argv[i];
        else if (same(argv[i], L"/L")) list = true;
        else if (starts(argv[i], L"/MINAGE:")) days = _wtoi(argv[i] + 8);
        else if (!same(argv[i], L"/NJH") && !same(argv[i], L"/NJS")) refuse(L"robocopy %ls", argv[i]);
    }
    if (!list || count != 3 || days >= 1900) refuse(L"robocopy without /L and one file");
    if (!exists(words[0])) return 16;
    if (!GetFileAttributesExW(join(L"%ls\\%ls", words[0], words[2]), GetFileExInfoStandard, &file)) return 0;
    GetSystemTimeAsFileTime(&time);
    now = (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
    written = (ULONGLONG)file.ftLastWriteTime.dwHighDateTime << 32 | file.ftLastWriteTime.dwLowDateTime;
    return written + days * DAY <= now;
}
