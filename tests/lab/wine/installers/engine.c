/* A run of the engine: its log says 0 before any dialog and any file, and what comes later overwrites it. */
#include "setup.h"

/* Shares of the duration: between the files and the last dialog, and after that. */
#define LAST (1.0 / 8)

enum how { ALL_DONE, NOTHING_DONE, IS_REFUSED, ENDS };
static struct { enum how how; int code; bool roll_back; } outcome;

static wchar_t *log_path, *helper;
static HANDLE helper_process;
static int said;
static bool has_said, named;

static bool refuse_with(int code, bool rolls_back)
{
    outcome.how = IS_REFUSED;
    outcome.code = code;
    outcome.roll_back = rolls_back;
    return false;
}

static bool ends(enum how how, int code)
{
    outcome.how = how;
    outcome.code = code;
    return false;
}

/* The path a switch names, else a file beside the setup. */
static wchar_t *beside(const wchar_t *given, const wchar_t *name)
{
    wchar_t program[MAX_PATH];
    if (given && *given) return _wcsdup(given);
    GetModuleFileNameW(NULL, program, MAX_PATH);
    *wcsrchr(program, L'\\') = 0;
    return join(L"%ls\\%ls", program, name);
}

static bool say(int result, bool application)
{
    named = named || application;
    if (!write_log(log_path, result, named)) return false;
    has_said = true;
    said = result;
    return true;
}

/* ISBEW64.exe, the helper below %TEMP%, is there from the start of an installation to its end; an orphan of another run may
   hold its folder. */
static void start_helper(void)
{
    wchar_t temporary[MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    GetTempPathW(MAX_PATH, temporary);
    for (int i = 0; i < 100; i++) {
        wchar_t *folder = join(L"%ls{%08X-0000-4000-8000-%012X}", temporary, i, i);
        helper = join(L"%ls\\ISBEW64.exe", folder);
        if (exists(helper) && !DeleteFileW(helper)) continue;
        make_folders(folder);
        CopyFileW(LAB_FOLDER L"\\bin\\idle.exe", helper, FALSE);
        if (CreateProcessW(helper, join(L"\"%ls\"", helper), NULL, NULL, FALSE, 0, NULL, folder, &startup, &process)) helper_process = process.hProcess;
        return;
    }
}

static void end_helper(void)
{
    if (!helper_process) return;
    TerminateProcess(helper_process, 0);
    WaitForSingleObject(helper_process, 5000);
    DeleteFileW(helper);
    *wcsrchr(helper, L'\\') = 0;
    RemoveDirectoryW(helper);
}

static const wchar_t *dialogs(void)
{
    enum found found;
    const wchar_t *list;
    if (switches.remove) return manifest(L"uninstall_dialogs");
    found = what_is_there();
    list = manifest(found == UPDATE ? L"update_dialogs" : found == MAINTENANCE ? L"maintenance_dialogs" : L"dialogs");
    /* Not given: the same in every case. */
    return *list ? list : manifest(L"dialogs");
}

/* A removal can be answered "no" (7); maintenance can repair (302) and change (301) instead. */
static bool consents(const wchar_t *dialog, int result)
{
    if (!switches.remove) return true;
    if (starts(dialog, L"SdWelcomeMaint")) return result == 303;
    return !((starts(dialog, L"MessageBox") || starts(dialog, L"SprintfBox")) && result == 7);
}

static bool change(void)
{
    int result;
    if (fails(L"hang") || fails(L"insert_disk")) Sleep(INFINITE);
    if (fails(L"slow")) wait_seconds(fault.seconds);
    if (fails(L"no_change")) {
        take(1);
        return ends(NOTHING_DONE, 0);
    }
    result = switches.remove ? uninstall() : install();
    if (result == DIES) return ends(ENDS, fault.code);
    /* What could not be written is not taken back: a full disk, a file in use. */
    return result == ACCEPTED || refuse_with(result, result == GENERAL);
}

static bool silently(const wchar_t *response, bool *launch)
{
    const wchar_t *list = dialogs();
    bool first = !switches.remove && what_is_there() == FIRST;
    wchar_t *dialog;
    int answered, result = open_response(response);
    if (result) return refuse_with(result, false);
    if (fails(L"rejected") && (fault.code == NO_FILE || fault.code == BAD_FILE)) return refuse_with(fault.code, false);
    if (!say(ACCEPTED, false)) return refuse_with(NO_FOLDER, false);
    if (fails(L"rejected")) return refuse_with(fault.code, false);
    if (fails(L"aborts")) return ends(ENDS, fault.code);
    for (int i = 0; (dialog = nth(list, i)); i++) {
        if (is_last(dialog)) continue;
        if ((result = answer(response, dialog, &answered, launch))) return refuse_with(result, false);
        if (!consents(dialog, answered)) return ends(NOTHING_DONE, 0);
    }
    if (!first || fails(L"insert_disk") || fails(L"no_change")) say(ACCEPTED, true);
    if (!change()) return false;
    take(LAST);
    for (int i = 0; (dialog = nth(list, i)); i++)
        if (is_last(dialog) && (result = answer(response, dialog, &answered, launch))) return refuse_with(result, true);
    if (fails(L"late")) return refuse_with(fault.code, true);
    finish(helper);
    return say(ACCEPTED, true);
}

/* Written as it goes: the beginning at once, a dialog when it is answered, the application's name after the files. */
static bool recording(const wchar_t *response)
{
    const wchar_t *list = dialogs();
    int all = 0, before = 0;
    while (nth(list, all)) before += !is_last(nth(list, all++));
    if (!record_response(response, list, 0, false)) return refuse_with(GENERAL, false);
    for (int answered = 1; answered <= before; answered++) {
        take(LAST / before);
        record_response(response, list, answered, false);
    }
    if (!change() && outcome.how != NOTHING_DONE) return false;
    record_response(response, list, before, true);
    take(LAST);
    if (outcome.how != NOTHING_DONE) finish(helper);
    return record_response(response, list, all, true);
}

static void start_client(void)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    wchar_t *line = join(L"\"%ls\\%ls\"", manifest(L"folder"), manifest(L"exe"));
    CreateProcessW(NULL, line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup, &process);
}

static void linger(void)
{
    if (fails(L"never_ends")) Sleep(INFINITE);
    take(LAST);
    wait_seconds(_wtof(manifest(L"linger")) + (fails(L"lingers") ? fault.seconds : 0));
}

int run_engine(char *result)
{
    wchar_t *response = beside(switches.response, L"setup.iss");
    bool launch = false, done;
    int code = 0;
    log_path = beside(switches.log, L"setup.log");
    if (!switches.remove) start_helper();
    done = switches.record ? recording(response) : silently(response, &launch);
    if (done && launch && !switches.remove && !*fault.kind) start_client();
    if (done || outcome.how == NOTHING_DONE) linger();
    else if (outcome.how == IS_REFUSED) {
        if (outcome.roll_back) roll_back();
        if (!switches.record) say(outcome.code, false);
        code = REFUSED;
    } else
        code = outcome.code;
    if (has_said) sprintf(result, "%d", said);
    if (outcome.how == ENDS && fault.orphan && !fails(L"aborts")) return code;
    end_helper();
    return switches.remove ? 0 : code;
}
