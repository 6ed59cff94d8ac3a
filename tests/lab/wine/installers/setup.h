/* The InstallShield InstallScript stand-in: what it was built for, and its parts. */
#ifndef SETUP_H
#define SETUP_H

#include "lab.h"

/* Resources: RCDATA 1 the manifest (UTF-16 lines NAME=VALUE), 2 the client's exe, 3 the updater's. */
enum { MANIFEST = 1, CLIENT = 2, UPDATER = 3 };

/* ResultCode of the log (docs/fidelity.md, S). */
enum { ACCEPTED = 0, MISSING_DATA = -3, NO_FILE = -5, NO_LOG = -7, BAD_PATH = -8, BAD_TYPE = -10, WRONG_DIALOGS = -12, NO_FOLDER = -51, NO_ACCESS = -52 };

/* A value of the manifest; empty when it has none. */
const wchar_t *manifest(const wchar_t *name);
const void *resource(int number, DWORD *size);

/* How this start goes wrong: rejected, no_change, crash, slow, disk_full, hang; empty when it does not. */
struct fault { wchar_t kind[32]; int code; double seconds; };
struct fault take_fault(void);

/* Response files (response.c). */
int check_response(const wchar_t *path, bool uninstall, bool *launch);
bool record_response(const wchar_t *path, bool uninstall);
bool write_log(const wchar_t *path, int result);

/* Installing (install.c); returns a ResultCode. `crashed` is set when the setup is to die half-way. */
int install(const struct fault *fault, bool *crashed);
int uninstall(void);

#endif
