/* Takes the place of Wine's silent stubs (no output, exit code 0): whatever is asked, it refuses. */
#include "lab.h"

int wmain(void)
{
    refuse(L"%ls", GetCommandLineW());
}
