/* What every program of the lab shares: text in and out, refusals, the pipe to the station's agent. */
#ifndef LAB_H
#define LAB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

/* Folder of the lab's own state inside a station; the snapshot leaves it out. */
#define LAB_FOLDER L"C:\\windows\\lab"
#define LAB_PIPE L"\\\\.\\pipe\\rentree-lab"
/* The event by which a console says that it is there (console.c). */
#define LAB_CONSOLE L"Global\\rentree-lab-console"
#define LAB_SEPARATOR L'\x1f'
#define LAB_TEXT 32768

/* Print in the console's code page, as Windows' own tools do (the OEM page without a console). */
void out(const wchar_t *format, ...);
void err(const wchar_t *format, ...);
/* Say on stderr that the lab does not implement this, and end with exit code 120 (ERROR_CALL_NOT_IMPLEMENTED). */
__attribute__((noreturn)) void refuse(const wchar_t *format, ...);
__attribute__((noreturn)) void fail(int code, const wchar_t *format, ...);

bool french(void);
/* The text of a Win32 error in the language of Windows, without its line end. */
const wchar_t *error_text(DWORD error);
bool same(const wchar_t *left, const wchar_t *right); /* without case */
bool starts(const wchar_t *text, const wchar_t *prefix); /* without case */
wchar_t *join(const wchar_t *format, ...); /* allocated */
wchar_t *absolute(const wchar_t *path);    /* allocated */
bool exists(const wchar_t *path);
bool make_folders(const wchar_t *path);

char *utf8(const wchar_t *text);                    /* allocated */
wchar_t *wide(const char *text, int size, UINT codepage); /* allocated; size -1: up to the NUL */
/* The whole of a file, NUL after it; NULL and GetLastError() when it cannot be read. */
char *read_bytes(const wchar_t *path, DWORD *size);
/* Any of UTF-16 with BOM, UTF-8 with BOM, else the code page given. */
wchar_t *read_text(const wchar_t *path, UINT codepage);
bool write_bytes(const wchar_t *path, const void *bytes, DWORD size);

/* A JSON string with its quotes, allocated. */
char *json(const wchar_t *text);
/* Append a line of UTF-8 to the lab's journal (LAB_FOLDER\journal.jsonl), whole, whoever else does. */
void journal(const char *line);

/* Ask the agent; the answer is allocated, NULL when no agent answers. Fields are joined by LAB_SEPARATOR. */
wchar_t *ask_agent(const wchar_t *request);

/* The variables of Wine and of the host that a Windows program would not see are left out. Allocated block;
   `extra` is a list of NAME=VALUE, replacing. */
wchar_t *clean_environment(const wchar_t *const *extra, int count);

/* CreateProcess with CREATE_SUSPENDED and the handles of `startup` inherited; returns an error code, 0 when it is there.
   Under load a process of Wine 8 sometimes dies in its own start, which says ERROR_INTERNAL_ERROR (seen with ten stations
   on two cores); Windows has nothing like it, so it is tried again. */
DWORD create_process(wchar_t *line, DWORD flags, wchar_t *environment, const wchar_t *folder, STARTUPINFOW *startup,
                     PROCESS_INFORMATION *process);
enum { TRIES = 5 };

#endif
