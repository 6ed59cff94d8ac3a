/* The parts of the station's agent. */
#ifndef AGENT_H
#define AGENT_H

#include "lab.h"

/* One line of JSON to the lab; whole, from any thread. */
void say(const char *format, ...);

/* WMI (wmi.c): answers are JSON, allocated. A property is [CIM type, value]. */
bool wmi_open(void);
char *wmi_query(const wchar_t *space, const wchar_t *query);
/* `arguments` are name, value pairs, NULL at the end. */
char *wmi_method(const wchar_t *space, const wchar_t *class_name, const wchar_t *method, wchar_t **arguments);

/* Processes and files (native.c), JSON, allocated. */
char *native_processes(void);
char *native_file(const wchar_t *path);

/* Commands of WinRS (commands.c): by the number of the request that started them. Returns an error code. */
void commands_open(void);
DWORD command_start(const wchar_t *number, const wchar_t *request);
void command_kill(const wchar_t *number);
/* Held by whoever starts a program: what one inherits is no other's. */
extern CRITICAL_SECTION starting;

/* Task Scheduler (tasks.c). */
void tasks_open(void);
/* Fields of a request of schtasks.exe, NULL at the end; the answer is written into `answer`. */
void tasks_answer(wchar_t **fields, wchar_t *answer);
/* Start in session 1, the session of whoever sits at the station, or in session 0; returns the pid, 0 on failure. */
DWORD start_process(wchar_t *line, bool interactive);

#endif
