/* Whoever has a console of one code page for the commands of WinRS (commands.c): console CODEPAGE.

   Started with CREATE_NO_WINDOW; says by an event that the console is there. A conhost that dies in its start (create_process,
   lab.h) leaves a program without one: output would be in the ANSI code page, as if Windows had written it so. */
#include "lab.h"

int wmain(int argc, wchar_t **argv)
{
    HANDLE ready;
    UINT page;
    if (argc != 2) refuse(L"these arguments");
    page = _wtoi(argv[1]);
    if (!SetConsoleCP(page) || !SetConsoleOutputCP(page) || GetConsoleOutputCP() != page) return 1;
    ready = OpenEventW(EVENT_MODIFY_STATE, FALSE, LAB_CONSOLE);
    SetEvent(ready);
    CloseHandle(ready);
    Sleep(INFINITE);
    return 0;
}
