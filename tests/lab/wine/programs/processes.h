/* The process list as Windows shows it. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include "lab.h"

struct process {
    DWORD pid, parent, threads, session;
    SIZE_T memory; /* working set, bytes */
    FILETIME created;
    wchar_t name[MAX_PATH], path[MAX_PATH];
    wchar_t *command_line; /* NULL when it cannot be read */
};

/* Every process but Wine's own desktop (explorer.exe /desktop: on Windows explorer.exe means an open session) and the
   lab's hosts. Allocated; count in `count`. */
struct process *list_processes(int *count);

#endif
