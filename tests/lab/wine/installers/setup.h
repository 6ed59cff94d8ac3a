/* The InstallShield InstallScript stand-in: what it was built for, and its parts. It does what real engines were seen to
   do ([E] in docs/fidelity.md, S), as the simulated one does (tests/lab/simulated/installer). */
#ifndef SETUP_H
#define SETUP_H

#include "lab.h"

/* Resources: RCDATA 1 the manifest (UTF-16 lines NAME=VALUE), 2 the client's exe, 3 the updater's. */
enum { MANIFEST = 1, CLIENT = 2, UPDATER = 3 };

/* ResultCode of the log. */
enum { ACCEPTED = 0, GENERAL = -1, MISSING_DATA = -3, NO_FILE = -5, BAD_FILE = -8, NO_FOLDER = -51, NO_ACCESS = -52 };
/* The exit code of an installation that is refused. */
#define REFUSED ((int)0x80042000)

/* A value of the manifest; empty when it has none. */
const wchar_t *manifest(const wchar_t *name);
const void *resource(int number, DWORD *size);
/* Wait for this share of the setup's duration. */
void take(double share);
void wait_seconds(double seconds);

/* How this start goes wrong; `kind` is one of FaultKind (tests/lab/simulated/options.py), empty when it does not. */
struct fault { wchar_t kind[32]; int code; double seconds; bool orphan; };
extern struct fault fault;
bool fails(const wchar_t *kind);

/* Of the command line. */
struct switches { bool silent, record, remove, from_temporary, clone; wchar_t *response, *log; };
extern struct switches switches;

/* One silent or recording run (engine.c): the exit code. `result` is the text of the log's ResultCode, "" without one. */
int run_engine(char *result);

/* Response files (response.c). */
int open_response(const wchar_t *path);
/* What a dialog is answered: ACCEPTED, MISSING_DATA, GENERAL. */
int answer(const wchar_t *path, const wchar_t *dialog, int *result, bool *launch);
bool is_last(const wchar_t *dialog);
bool record_response(const wchar_t *path, const wchar_t *dialogs, int answered, bool files);
/* The n-th dialog of a list "a|b|c"; NULL after the last. Allocated. */
wchar_t *nth(const wchar_t *list, int wanted);
bool write_log(const wchar_t *path, int result, bool application);

/* Changes of the station (install.c); `do_…` return a ResultCode, or DIES. */
enum { DIES = 1 };
enum found { FIRST, UPDATE, MAINTENANCE };
enum found what_is_there(void);
int install(void);
int uninstall(void);
void roll_back(void);
/* What comes after the last dialog. `helper`: the engine's own program below %TEMP%, NULL for a removal's, which runs there. */
void finish(const wchar_t *helper);

#endif
