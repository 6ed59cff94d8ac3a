/* fc /b FILE FILE: 0 the same bytes, 1 others, 2 a file that cannot be read
   (learn.microsoft.com/windows-server/administration/windows-commands/fc). */
#include "lab.h"

int wmain(int argc, wchar_t **argv)
{
    DWORD sizes[2];
    char *bytes[2];
    if (argc != 4 || !same(argv[1], L"/b")) refuse(L"fc without /b and two files");
    for (int i = 0; i < 2; i++)
        if (!(bytes[i] = read_bytes(argv[2 + i], &sizes[i]))) fail(2, L"FC: %ls", argv[2 + i]);
    if (sizes[0] == sizes[1] && !memcmp(bytes[0], bytes[1], sizes[0])) return out(L"FC:\r\n"), 0;
    out(L"FC:\r\n");
    return 1;
}
