/* Runs until it is ended: stands for explorer.exe of an open session. */
#include "lab.h"

int wmain(void)
{
    for (;;) Sleep(INFINITE);
}
