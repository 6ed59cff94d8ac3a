/* start.exe, for cmd's start: start ["title"] [/wait] [/b] [/min] program and its arguments.

   Wine 8's own rebuilds the line from argv and quotes whole what has a space (/f1"C:\a b" becomes "/f1C:\a b"), which
   real setups do not understand; Windows hands the line on as it stands. */
#include "lab.h"

/* After this word of the line, and the spaces behind it. */
static wchar_t *after(wchar_t *at)
{
    bool quoted = false;
    for (; *at && (quoted || !iswspace(*at)); at++)
        if (*at == L'"') quoted = !quoted;
    while (iswspace(*at)) at++;
    return at;
}

int wmain(void)
{
    wchar_t *rest = after(GetCommandLineW());
    bool waits = false;
    DWORD code;
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    /* As Wine's cmd hands a title on: "\"title\"". */
    if (starts(rest, L"\"\\\"")) {
        rest = wcsstr(rest + 3, L"\\\"\"");
        if (!rest) refuse(L"start: a title without an end");
        for (rest += 3; iswspace(*rest);) rest++;
    }
    while (*rest == L'/') {
        if (starts(rest, L"/wait")) waits = true;
        else if (!starts(rest, L"/b") && !starts(rest, L"/min")) refuse(L"start: option %ls", rest);
        rest = after(rest);
    }
    if (!*rest) refuse(L"start without a program");
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    code = create_process(rest, 0, NULL, NULL, &startup, &process);
    if (code) fail((int)code, L"%ls", error_text(code));
    ResumeThread(process.hThread);
    if (waits) {
        WaitForSingleObject(process.hProcess, INFINITE);
        GetExitCodeProcess(process.hProcess, &code);
    }
    ExitProcess(code);
}
