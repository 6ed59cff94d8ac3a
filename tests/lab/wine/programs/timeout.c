/* timeout: needs a console on its standard input, which WinRS never gives (its real answer then, exit code 1). */
#include "lab.h"

int wmain(void)
{
    DWORD mode;
    if (GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode)) refuse(L"waiting at a console");
    fail(1, french() ? L"Erreur : la redirection de l’entrée n’est pas prise en charge. Arrêt immédiat du processus."
                     : L"ERROR: Input redirection is not supported, exiting the process immediately.");
}
