/* Client PRONOTE.exe: runs until it is closed, and so holds its own file. */
#include <windows.h>

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, PWSTR line, int show)
{
    (void)instance, (void)previous, (void)line, (void)show;
    for (;;) Sleep(INFINITE);
}
