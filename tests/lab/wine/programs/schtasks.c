/* schtasks /Create /TN NAME (/XML FILE | /TR COMMAND /SC ONCE /ST HH:MM [/RU SYSTEM] [/RL HIGHEST]) [/F], /Run, /End,
   /Delete [/F], /Query [/TN NAME] (/XML | /FO CSV|LIST) [/NH].

   As on Windows a task is a UTF-16 XML file in System32\Tasks. Running it is the agent's work (tasks.c). Triggers
   other than a start of Windows (tests/lab/wine/starts.py) and a single date are refused: nothing would fire them here,
   and a single date never fires either. */
#define COBJMACROS
#define CINTERFACE
#include "lab.h"

#include <initguid.h>
#include <msxml2.h>

#define FOLDER L"C:\\windows\\system32\\Tasks"

static wchar_t *name, *file;

__attribute__((noreturn)) static void error(const wchar_t *english, const wchar_t *in_french)
{
    fail(1, L"%ls%ls", french() ? L"ERREUR : " : L"ERROR: ", french() ? in_french : english);
}

static void success(const wchar_t *english, const wchar_t *in_french)
{
    out(french() ? L"Opération réussie : " : L"SUCCESS: ");
    out(french() ? in_french : english, name);
    out(L"\r\n");
}

static IXMLDOMDocument *parse(const wchar_t *xml)
{
    IXMLDOMDocument *document;
    IXMLDOMParseError *problem;
    VARIANT_BOOL valid;
    BSTR text = SysAllocString(xml), reason = NULL;
    long line, column;
    CLSID class_id;
    CoInitialize(NULL);
    if (FAILED(CLSIDFromProgID(L"Msxml2.DOMDocument.3.0", &class_id)) ||
        FAILED(CoCreateInstance(&class_id, NULL, CLSCTX_INPROC_SERVER, &IID_IXMLDOMDocument, (void **)&document)))
        fail(1, L"rentree lab: no XML parser");
    IXMLDOMDocument_loadXML(document, text, &valid);
    if (valid) return document;
    IXMLDOMDocument_get_parseError(document, &problem);
    IXMLDOMParseError_get_line(problem, &line);
    IXMLDOMParseError_get_linepos(problem, &column);
    IXMLDOMParseError_get_reason(problem, &reason);
    fail(1, french() ? L"ERREUR : le fichier XML de la tâche est incorrect.\r\n(%ld,%ld)::ERREUR : %ls" : L"ERROR: The task XML is malformed.\r\n(%ld,%ld)::ERROR: %ls",
         line, column, reason);
}

static IXMLDOMNode *child(IXMLDOMNode *parent, const wchar_t *wanted)
{
    IXMLDOMNode *node = NULL, *next;
    BSTR base;
    for (IXMLDOMNode_get_firstChild(parent, &node); node; node = next) {
        bool hit = SUCCEEDED(IXMLDOMNode_get_baseName(node, &base)) && base && !wcscmp(base, wanted);
        if (hit) return node;
        next = NULL;
        IXMLDOMNode_get_nextSibling(node, &next);
    }
    return NULL;
}

/* Text at a path of element names below `node`; empty when there is none. */
static wchar_t *value(IXMLDOMNode *node, const wchar_t *path)
{
    wchar_t *copy = _wcsdup(path);
    BSTR text = NULL;
    for (wchar_t *step = wcstok(copy, L"/"); step && node; step = wcstok(NULL, L"/")) node = child(node, step);
    if (node) IXMLDOMNode_get_text(node, &text);
    return text ? text : L"";
}

static void check_names(IXMLDOMNode *parent, const wchar_t *allowed)
{
    IXMLDOMNode *node = NULL, *next;
    DOMNodeType type;
    BSTR base;
    if (!parent) return;
    for (IXMLDOMNode_get_firstChild(parent, &node); node; node = next) {
        IXMLDOMNode_get_nodeType(node, &type);
        if (type == NODE_ELEMENT) {
            IXMLDOMNode_get_baseName(node, &base);
            if (!wcsstr(allowed, join(L" %ls ", base)))
                fail(1, french() ? L"ERREUR : le fichier XML de la tâche contient un nœud inattendu.\r\n(0,0):%ls:" : L"ERROR: The task XML contains an unexpected node.\r\n(0,0):%ls:", base);
        }
        next = NULL;
        IXMLDOMNode_get_nextSibling(node, &next);
    }
}

static IXMLDOMNode *checked(const wchar_t *xml)
{
    IXMLDOMDocument *document = parse(xml);
    IXMLDOMElement *root;
    IXMLDOMNode *task;
    BSTR uri;
    const wchar_t *user, *group, *policy;
    IXMLDOMDocument_get_documentElement(document, &root);
    task = (IXMLDOMNode *)root;
    IXMLDOMNode_get_namespaceURI(task, &uri);
    if (!uri || wcscmp(uri, L"http://schemas.microsoft.com/windows/2004/02/mit/task"))
        error(L"The task XML is malformed.\r\n(1,2)::ERROR: incorrect document syntax", L"le fichier XML de la tâche est incorrect.\r\n(1,2)::ERREUR : incorrect document syntax");
    check_names(task, L" RegistrationInfo Triggers Principals Settings Data Actions ");
    check_names(child(task, L"Settings"),
                L" AllowStartOnDemand RestartOnFailure MultipleInstancesPolicy DisallowStartIfOnBatteries StopIfGoingOnBatteries AllowHardTerminate "
                L"StartWhenAvailable NetworkProfileName RunOnlyIfNetworkAvailable WakeToRun Enabled Hidden DeleteExpiredTaskAfter IdleSettings "
                L"NetworkSettings ExecutionTimeLimit Priority RunOnlyIfIdle UseUnifiedSchedulingEngine DisallowStartOnRemoteAppSession ");
    if (!*value(task, L"Actions/Exec/Command"))
        error(L"The task XML is missing a required element or attribute.\r\n(0,0)Actions:", L"un élément ou un attribut requis est absent du fichier XML de la tâche.\r\n(0,0)Actions:");
    check_names(child(child(task, L"Actions"), L"Exec"), L" Command Arguments WorkingDirectory ");
    if (child(task, L"Triggers")) check_names(child(task, L"Triggers"), L" TimeTrigger BootTrigger ");
    user = value(task, L"Principals/Principal/UserId");
    group = value(task, L"Principals/Principal/GroupId");
    /* The group Administrators, whose members every account of the lab is: whoever is logged on. Windows runs such a
       task with HighestAvailable only. */
    if (*group) {
        if (*user || wcscmp(group, L"S-1-5-32-544") || wcscmp(value(task, L"Principals/Principal/RunLevel"), L"HighestAvailable"))
            refuse(L"a task for the group \"%ls\"", group);
    } else if (!same(user, L"S-1-5-18") && !same(user, L"SYSTEM") && !same(user, L"NT AUTHORITY\\SYSTEM")) refuse(L"a task that runs as \"%ls\"", user);
    policy = value(task, L"Settings/MultipleInstancesPolicy");
    if (*policy && wcscmp(policy, L"IgnoreNew")) refuse(L"MultipleInstancesPolicy %ls", policy);
    return task;
}

/* What the XML library of Windows says of a declaration that does not fit UTF-16, which schtasks hands it. */
static void check_encoding(const wchar_t *xml)
{
    const wchar_t *end = starts(xml, L"<?xml") ? wcsstr(xml, L"?>") : NULL, *encoding = end ? wcsstr(xml, L"encoding=") : NULL;
    if (encoding && encoding < end && !starts(encoding + 10, L"UTF-16"))
        error(L"The task XML is malformed.\r\n(1,40)::ERROR: unable to switch the encoding", L"le fichier XML de la tâche est incorrect.\r\n(1,40)::ERREUR : unable to switch the encoding");
}

static void escape(wchar_t *to, const wchar_t *text)
{
    for (; *text; text++)
        if (*text == L'&' || *text == L'<' || *text == L'>') to += swprintf(to, 8, L"&%ls;", *text == L'&' ? L"amp" : *text == L'<' ? L"lt" : L"gt");
        else *to++ = *text;
    *to = 0;
}

static wchar_t *xml_of_command(wchar_t *line)
{
    static wchar_t command[8192], arguments[32768];
    wchar_t *end;
    if (*line == L'"' && (end = wcschr(line + 1, L'"'))) { line++; *end++ = 0; }
    else if ((end = wcschr(line, L' '))) *end++ = 0;
    else end = L"";
    while (*end == L' ') end++;
    escape(command, line);
    escape(arguments, end);
    return join(L"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\r\n"
                L"  <Triggers />\r\n  <Principals>\r\n    <Principal id=\"Author\">\r\n      <UserId>S-1-5-18</UserId>\r\n      <RunLevel>HighestAvailable</RunLevel>\r\n"
                L"    </Principal>\r\n  </Principals>\r\n  <Settings>\r\n    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\r\n  </Settings>\r\n"
                L"  <Actions Context=\"Author\">\r\n    <Exec>\r\n      <Command>%ls</Command>\r\n      <Arguments>%ls</Arguments>\r\n    </Exec>\r\n  </Actions>\r\n</Task>",
                command, arguments);
}

static bool confirmed(const wchar_t *english, const wchar_t *in_french)
{
    char answer[16] = "";
    DWORD got = 0;
    out(french() ? in_french : english, name);
    ReadFile(GetStdHandle(STD_INPUT_HANDLE), answer, 15, &got, NULL);
    return *answer == 'y' || *answer == 'Y' || (french() && (*answer == 'o' || *answer == 'O'));
}

static int create(const wchar_t *xml_file, wchar_t *command, bool forced)
{
    wchar_t *xml, *folder;
    if (!xml_file == !command) refuse(L"/Create without exactly one of /XML and /TR");
    xml = xml_file ? read_text(xml_file, CP_ACP) : xml_of_command(command);
    if (!xml) error(L"The system cannot find the file specified.", L"Le fichier spécifié est introuvable.");
    check_encoding(xml);
    checked(xml);
    if (exists(file) && !forced &&
        !confirmed(L"WARNING: The task name \"%ls\" already exists. Do you want to replace it (Y/N)? ", L"AVERTISSEMENT : le nom de tâche \"%ls\" existe déjà. Voulez-vous la remplacer (O/N) ? "))
        return 1;
    folder = _wcsdup(file);
    *wcsrchr(folder, L'\\') = 0;
    make_folders(folder);
    xml = join(L"\xfeff%ls", xml);
    if (!write_bytes(file, xml, (DWORD)(wcslen(xml) * sizeof *xml))) error(L"Access is denied.", L"Accès refusé.");
    success(L"The scheduled task \"%ls\" has successfully been created.", L"la tâche planifiée \"%ls\" a été créée.");
    return 0;
}

static wchar_t *ask(const wchar_t *verb, const wchar_t *rest)
{
    wchar_t *answer = ask_agent(join(L"%ls%lc%ls%ls", verb, LAB_SEPARATOR, *name == L'\\' ? name + 1 : name, rest));
    if (!answer) error(L"The Task Scheduler service is not available.", L"Le service Planificateur de tâches n’est pas disponible.");
    return answer;
}

static int run(void)
{
    IXMLDOMNode *task = checked(read_text(file, CP_ACP));
    if (same(value(task, L"Settings/AllowStartOnDemand"), L"false")) error(L"The task does not allow being run on demand.", L"La tâche ne peut pas être exécutée à la demande.");
    ask(L"run", join(L"%lc%ls%lc%ls%lc%ls%lc%ls%lc%ls", LAB_SEPARATOR, value(task, L"Actions/Exec/Command"), LAB_SEPARATOR, value(task, L"Actions/Exec/Arguments"),
                     LAB_SEPARATOR, value(task, L"Actions/Exec/WorkingDirectory"), LAB_SEPARATOR, L"IgnoreNew",
                     LAB_SEPARATOR, *value(task, L"Principals/Principal/GroupId") ? L"session" : L"system"));
    success(L"Attempted to run the scheduled task \"%ls\".", L"tentative d’exécution de la tâche planifiée \"%ls\".");
    return 0;
}

static void show(bool xml, bool csv, bool header)
{
    const wchar_t *state;
    if (xml) {
        out(L"%ls\r\n", read_text(file, CP_ACP));
        return;
    }
    state = *ask(L"state", L"") == L'1' ? (french() ? L"En cours" : L"Running") : (french() ? L"Prêt" : L"Ready");
    if (csv && header) out(french() ? L"\"Nom de la tâche\",\"Prochaine exécution\",\"Statut\"\r\n" : L"\"TaskName\",\"Next Run Time\",\"Status\"\r\n");
    if (csv) out(L"\"%ls\",\"N/A\",\"%ls\"\r\n", name, state);
    else out(french() ? L"\r\nDossier : \\\r\nNom de la tâche :      %ls\r\nProchaine exécution :  N/A\r\nStatut :               %ls\r\n"
                      : L"\r\nFolder: \\\r\nTaskName:      %ls\r\nNext Run Time: N/A\r\nStatus:        %ls\r\n", name, state);
}

static int query(bool xml, bool csv, bool header)
{
    WIN32_FIND_DATAW entry;
    HANDLE list;
    if (name) { show(xml, csv, header); return 0; }
    list = FindFirstFileW(FOLDER L"\\*", &entry);
    if (list != INVALID_HANDLE_VALUE) do {
        if (entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) continue;
        name = join(L"\\%ls", entry.cFileName);
        file = join(FOLDER L"%ls", name);
        show(xml, csv, header);
        header = false;
    } while (FindNextFileW(list, &entry));
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    const wchar_t *verb = argc > 1 ? argv[1] : L"", *xml = NULL;
    wchar_t *command = NULL;
    bool forced = false, as_xml = false, csv = false, list = false, header = true, once = false;
    for (int i = 2; i < argc; i++) {
        wchar_t *next = i + 1 < argc ? argv[i + 1] : L"";
        if (same(argv[i], L"/TN")) { name = *next == L'\\' ? next : join(L"\\%ls", next); i++; }
        else if (same(argv[i], L"/XML") && same(verb, L"/Create")) { xml = next; i++; }
        else if (same(argv[i], L"/XML")) { as_xml = true; if (same(next, L"ONE")) i++; }
        else if (same(argv[i], L"/TR")) { command = next; i++; }
        else if (same(argv[i], L"/SC")) { once = same(next, L"ONCE"); if (!once) refuse(L"/SC %ls", next); i++; }
        else if (same(argv[i], L"/ST") || same(argv[i], L"/SD")) i++;
        else if (same(argv[i], L"/RU")) { if (!same(next, L"SYSTEM") && !same(next, L"NT AUTHORITY\\SYSTEM") && !same(next, L"S-1-5-18")) refuse(L"/RU %ls", next); i++; }
        else if (same(argv[i], L"/RL")) i++;
        else if (same(argv[i], L"/F")) forced = true;
        else if (same(argv[i], L"/I")) continue;
        else if (same(argv[i], L"/NH")) header = false;
        else if (same(argv[i], L"/FO")) { csv = same(next, L"CSV"); list = same(next, L"LIST"); i++; }
        else refuse(L"%ls", argv[i]);
    }
    if (name) {
        if (!name[1] || wcspbrk(name, L"/:*?\"<>|") || wcsstr(name, L"..")) error(L"The filename, directory name, or volume label syntax is incorrect.", L"La syntaxe du nom de fichier, de répertoire ou de volume est incorrecte.");
        file = join(FOLDER L"%ls", name);
    }
    if (same(verb, L"/Query")) {
        if (!as_xml && !csv && !list) refuse(L"/Query without /XML, /FO CSV or /FO LIST");
        if (name && !exists(file)) error(L"The system cannot find the file specified.", L"Le fichier spécifié est introuvable.");
        return query(as_xml, csv, header);
    }
    if (!name) error(L"Invalid syntax. Mandatory option 'TN' is missing.", L"Syntaxe incorrecte. L’option obligatoire 'TN' est manquante.");
    name++; /* messages show it as it was given */
    if (same(verb, L"/Create")) {
        if (command && !once) refuse(L"/TR without /SC ONCE");
        return create(xml, command, forced);
    }
    name--;
    if (!exists(file)) error(L"The system cannot find the file specified.", L"Le fichier spécifié est introuvable.");
    name++;
    if (same(verb, L"/Run")) return run();
    if (same(verb, L"/End")) {
        ask(L"end", L"");
        success(L"The scheduled task \"%ls\" has been terminated successfully.", L"la tâche planifiée \"%ls\" a été arrêtée.");
        return 0;
    }
    if (!same(verb, L"/Delete")) refuse(L"%ls", verb);
    if (!forced && !confirmed(L"WARNING: Are you sure you want to remove the task \"%ls\" (Y/N)? ", L"AVERTISSEMENT : voulez-vous vraiment supprimer la tâche \"%ls\" (O/N) ? ")) return 1;
    ask(L"forget", L"");
    if (!DeleteFileW(file)) error(L"Access is denied.", L"Accès refusé.");
    success(L"The scheduled task \"%ls\" was successfully deleted.", L"la tâche planifiée \"%ls\" a été supprimée.");
    return 0;
}
