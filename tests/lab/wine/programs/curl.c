/* curl, as far as it fetches one file over HTTP or HTTPS: exit codes and messages of the curl manual.

   Built on WinHTTP, so the bytes travel through Windows' own client. Refuses every other option. */
#include "lab.h"

#include <winhttp.h>

static struct {
    bool fail, silent, show_error, follow, resume, folders, retry_refused, retry_all, ignored;
    const wchar_t *output, *url, *write_out, *proxy, *noproxy;
    long retries, retry_delay;
    double connect_timeout, max_time, speed_time, rate, speed_limit;
} options = {.speed_time = 30};
static ULONGLONG began;
static DWORD last_status; /* 0: no answer */

static int complain(int code, const wchar_t *format, ...)
{
    wchar_t text[2048];
    va_list arguments;
    va_start(arguments, format);
    _vsnwprintf(text, 2047, format, arguments);
    va_end(arguments);
    if (!options.silent || options.show_error) err(L"curl: (%d) %ls\r\n", code, text);
    return code;
}

static int network_error(DWORD error, bool connected)
{
    switch (error) {
    case ERROR_WINHTTP_NAME_NOT_RESOLVED: return complain(6, L"Could not resolve host");
    case ERROR_WINHTTP_CANNOT_CONNECT: return complain(7, L"Failed to connect: Connection refused");
    case ERROR_WINHTTP_TIMEOUT: return complain(28, L"Operation timed out");
    case ERROR_WINHTTP_SECURE_FAILURE:
    case ERROR_WINHTTP_SECURE_CHANNEL_ERROR: return complain(60, L"SSL certificate problem");
    case ERROR_WINHTTP_INVALID_SERVER_RESPONSE:
    case ERROR_WINHTTP_CONNECTION_ERROR: return connected ? complain(56, L"Recv failure: Connection was reset") : complain(52, L"Empty reply from server");
    default: return complain(56, L"Failure when receiving data from the peer (%lu)", error);
    }
}

static ULONGLONG number_header(HINTERNET request, DWORD header, ULONGLONG missing)
{
    wchar_t text[64];
    DWORD size = sizeof text;
    return WinHttpQueryHeaders(request, header, NULL, text, &size, NULL) ? _wcstoui64(text, NULL, 10) : missing;
}

static HANDLE open_output(ULONGLONG resumed)
{
    HANDLE file;
    LARGE_INTEGER position = {.QuadPart = (LONGLONG)resumed};
    if (!options.output || !wcscmp(options.output, L"-")) return GetStdHandle(STD_OUTPUT_HANDLE);
    if (options.folders) {
        wchar_t *folder = absolute(options.output);
        *wcsrchr(folder, L'\\') = 0;
        if (wcslen(folder) > 2) make_folders(folder);
        free(folder);
    }
    file = CreateFileW(options.output, GENERIC_WRITE, FILE_SHARE_READ, NULL, resumed ? OPEN_EXISTING : CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file != INVALID_HANDLE_VALUE && resumed) SetFilePointerEx(file, position, NULL, FILE_BEGIN);
    return file;
}

static int copy_body(HINTERNET request, ULONGLONG resumed, ULONGLONG expected)
{
    static char chunk[32768];
    HANDLE file = INVALID_HANDLE_VALUE;
    ULONGLONG total = 0, first = GetTickCount64(), slow_since = first, slow_bytes = 0;
    DWORD got, written, want = options.rate > 0 && options.rate < sizeof chunk ? (DWORD)options.rate : sizeof chunk;
    int code = 0;
    for (;;) {
        ULONGLONG now;
        if (!WinHttpReadData(request, chunk, want ? want : 1, &got)) { code = network_error(GetLastError(), true); break; }
        if (file == INVALID_HANDLE_VALUE && (file = open_output(resumed)) == INVALID_HANDLE_VALUE)
            return complain(23, L"Failed to open the file %ls: %ls", options.output, error_text(GetLastError()));
        if (!got) break;
        if (!WriteFile(file, chunk, got, &written, NULL) || written != got) { code = complain(23, L"Failure writing output to destination"); break; }
        total += got;
        now = GetTickCount64();
        if (options.max_time > 0 && now - began > options.max_time * 1000) { code = complain(28, L"Operation timed out with %llu bytes received", total); break; }
        if (options.rate > 0 && (now - first) < total * 1000 / options.rate) Sleep((DWORD)(total * 1000 / options.rate - (now - first)));
        slow_bytes += got;
        if (options.speed_limit > 0 && now - slow_since >= options.speed_time * 1000) {
            if (slow_bytes * 1000.0 / (now - slow_since) < options.speed_limit) { code = complain(28, L"Operation too slow"); break; }
            slow_since = now;
            slow_bytes = 0;
        }
    }
    if (options.output && file != INVALID_HANDLE_VALUE) CloseHandle(file);
    if (!code && expected != (ULONGLONG)-1 && total < expected)
        code = complain(18, L"transfer closed with %llu bytes remaining to read", expected - total);
    return code;
}

static ULONGLONG present_size(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    if (!options.resume || !options.output || !GetFileAttributesExW(options.output, GetFileExInfoStandard, &data)) return 0;
    return (ULONGLONG)data.nFileSizeHigh << 32 | data.nFileSizeLow;
}

static wchar_t *variable(const wchar_t *name)
{
    static wchar_t value[1024];
    DWORD length = GetEnvironmentVariableW(name, value, 1024);
    return length && length < 1024 ? value : NULL;
}

/* host:port of the proxy for a host, NULL for none ("ENVIRONMENT", curl manual). Windows ignores the case of names. */
static const wchar_t *proxy_for(const wchar_t *host, bool secure)
{
    wchar_t spared[1024] = L"", *name, *found, *slash;
    const wchar_t *from = options.noproxy ? options.noproxy : variable(L"no_proxy");
    if (from) wcsncpy(spared, from, 1023);
    for (name = wcstok(spared, L", "); name; name = wcstok(NULL, L", ")) {
        size_t own = wcslen(host), length = wcslen(name);
        if (!wcscmp(name, L"*")) return NULL;
        if (own >= length && !_wcsicmp(host + own - length, name) && (own == length || *name == L'.' || host[own - length - 1] == L'.')) return NULL;
    }
    found = options.proxy ? _wcsdup(options.proxy) : variable(secure ? L"https_proxy" : L"http_proxy");
    if (!found) found = variable(L"all_proxy");
    if (!found) return NULL;
    if (wcsstr(found, L"://")) found = wcsstr(found, L"://") + 3;
    if ((slash = wcschr(found, L'/'))) *slash = 0;
    return found;
}

static bool told_length(HINTERNET request)
{
    wchar_t text[128];
    DWORD size = sizeof text;
    return WinHttpQueryHeaders(request, WINHTTP_QUERY_CONTENT_RANGE, NULL, text, &size, NULL);
}

/* One attempt. `transient` says whether --retry applies. */
static int fetch(ULONGLONG resumed, bool *transient)
{
    wchar_t host[256], path[8192], range[64];
    URL_COMPONENTS parts = {.dwStructSize = sizeof parts, .lpszHostName = host, .dwHostNameLength = 256, .lpszUrlPath = path, .dwUrlPathLength = 8192};
    HINTERNET session, connection, request;
    const wchar_t *proxy;
    DWORD status, disabled = 0, timeout = options.connect_timeout > 0 ? (DWORD)(options.connect_timeout * 1000) : 60000;
    /* A receive that stalls counts for --speed-time too. */
    DWORD receive = options.max_time > 0 ? (DWORD)(options.max_time * 1000) : options.speed_limit > 0 ? (DWORD)(options.speed_time * 1000) : 0;
    int code;
    *transient = false;
    last_status = 0;
    if (!WinHttpCrackUrl(options.url, 0, 0, &parts)) return complain(3, L"URL using bad/illegal format or missing URL");
    proxy = proxy_for(host, parts.nScheme == INTERNET_SCHEME_HTTPS);
    session = WinHttpOpen(L"curl/8.4.0", proxy ? WINHTTP_ACCESS_TYPE_NAMED_PROXY : WINHTTP_ACCESS_TYPE_NO_PROXY, proxy, NULL, 0);
    WinHttpSetTimeouts(session, timeout, timeout, receive, receive);
    connection = WinHttpConnect(session, host, parts.nPort, 0);
    request = WinHttpOpenRequest(connection, L"GET", path, NULL, NULL, NULL, parts.nScheme == INTERNET_SCHEME_HTTPS ? WINHTTP_FLAG_SECURE : 0);
    if (!options.follow) disabled |= WINHTTP_DISABLE_REDIRECTS;
    WinHttpSetOption(request, WINHTTP_OPTION_DISABLE_FEATURE, &disabled, sizeof disabled);
    swprintf(range, 64, L"Range: bytes=%llu-\r\n", resumed);
    if (!WinHttpSendRequest(request, resumed ? range : NULL, resumed ? (DWORD)-1 : 0, NULL, 0, 0, 0) || !WinHttpReceiveResponse(request, NULL)) {
        DWORD error = GetLastError();
        code = network_error(error, false);
        *transient = code == 28 || (code == 7 && options.retry_refused) || options.retry_all;
    } else {
        status = last_status = (DWORD)number_header(request, WINHTTP_QUERY_STATUS_CODE, 0);
        /* Complete already, which curl takes for success; not with -f until 8.5, if the answer has a Content-Range
           (github.com/curl/curl/pull/12176). */
        if (status == 416 && resumed && !(options.fail && told_length(request))) code = 0;
        else if (status >= 400 && options.fail) {
            code = complain(22, L"The requested URL returned error: %lu", (unsigned long)status);
            *transient = status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504) || options.retry_all;
        } else if (resumed && status != 206)
            code = complain(33, L"HTTP server doesn't seem to support byte ranges. Cannot resume.");
        else {
            code = copy_body(request, resumed, number_header(request, WINHTTP_QUERY_CONTENT_LENGTH, (ULONGLONG)-1));
            *transient = code == 28 || (code && code != 23 && options.retry_all);
        }
    }
    WinHttpCloseHandle(request);
    WinHttpCloseHandle(connection);
    WinHttpCloseHandle(session);
    return code;
}

static double amount(const wchar_t *text, const wchar_t *option)
{
    wchar_t *end;
    double value = wcstod(text, &end), unit = towlower(*end) == L'k' ? 1024 : towlower(*end) == L'm' ? 1048576 : towlower(*end) == L'g' ? 1073741824 : 1;
    if (end == text || value < 0 || (unit > 1 && end[1]) || (unit == 1 && *end))
        fail(2, L"curl: option %ls: expected a proper numerical parameter", option);
    return value * unit;
}

/* Returns how many following arguments were used, -1 for an option that is not ours. */
static int long_option(const wchar_t *name, wchar_t **rest, int left)
{
    static const struct { const wchar_t *name; bool *flag; } flags[] = {
        {L"fail", &options.fail}, {L"silent", &options.silent}, {L"show-error", &options.show_error}, {L"location", &options.follow},
        {L"create-dirs", &options.folders}, {L"retry-connrefused", &options.retry_refused}, {L"retry-all-errors", &options.retry_all},
        {L"disable", &options.ignored}, {L"ssl-no-revoke", &options.ignored}, {L"ssl-revoke-best-effort", &options.ignored}};
    static const struct { const wchar_t *name; double *value; } amounts[] = {
        {L"connect-timeout", &options.connect_timeout}, {L"max-time", &options.max_time}, {L"limit-rate", &options.rate},
        {L"speed-time", &options.speed_time}, {L"speed-limit", &options.speed_limit}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!wcscmp(name, flags[i].name)) { *flags[i].flag = true; return 0; }
    if (!left) return -1;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        if (!wcscmp(name, amounts[i].name)) { *amounts[i].value = amount(*rest, name); return 1; }
    if (!wcscmp(name, L"retry")) options.retries = (long)amount(*rest, name);
    else if (!wcscmp(name, L"retry-delay")) options.retry_delay = (long)amount(*rest, name);
    else if (!wcscmp(name, L"output")) options.output = *rest;
    else if (!wcscmp(name, L"url")) options.url = *rest;
    else if (!wcscmp(name, L"proxy")) options.proxy = *rest;
    else if (!wcscmp(name, L"noproxy")) options.noproxy = *rest;
    else if (!wcscmp(name, L"write-out") && !wcscmp(*rest, L"%{http_code}")) options.write_out = *rest;
    else if (!wcscmp(name, L"continue-at") && !wcscmp(*rest, L"-")) options.resume = true;
    else return -1;
    return 1;
}

static int short_options(const wchar_t *letters, wchar_t **rest, int left)
{
    for (; *letters; letters++) {
        static const struct { wchar_t letter; const wchar_t *name; bool valued; } known[] = {
            {L'f', L"fail", false}, {L's', L"silent", false}, {L'S', L"show-error", false}, {L'L', L"location", false}, {L'o', L"output", true}, {L'q', L"disable", false}, {L'x', L"proxy", true},
            {L'C', L"continue-at", true}, {L'w', L"write-out", true}, {L'm', L"max-time", true}, {L'y', L"speed-time", true}, {L'Y', L"speed-limit", true}};
        size_t i = 0;
        while (i < sizeof known / sizeof *known && known[i].letter != *letters) i++;
        if (i == sizeof known / sizeof *known) return -1;
        if (known[i].valued && letters[1]) { wchar_t *value = (wchar_t *)letters + 1; return long_option(known[i].name, &value, 1) < 0 ? -1 : 0; }
        if (known[i].valued) return long_option(known[i].name, rest, left);
        long_option(known[i].name, rest, left);
    }
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    ULONGLONG resumed;
    bool transient;
    int code;
    for (int i = 1; i < argc; i++) {
        int used;
        if (argv[i][0] != L'-' || !argv[i][1]) {
            if (options.url) refuse(L"more than one URL");
            options.url = argv[i];
            continue;
        }
        used = argv[i][1] == L'-' ? long_option(argv[i] + 2, argv + i + 1, argc - i - 1) : short_options(argv[i] + 1, argv + i + 1, argc - i - 1);
        if (used < 0) refuse(L"the option %ls", argv[i]);
        i += used;
    }
    if (!options.url) fail(2, L"curl: try 'curl --help' for more information");
    if (!wcsstr(options.url, L"://")) options.url = join(L"http://%ls", options.url);
    if (!starts(options.url, L"http://") && !starts(options.url, L"https://")) return complain(1, L"Protocol not supported");
    began = GetTickCount64();
    resumed = present_size();
    for (long attempt = 0;; attempt++) {
        code = fetch(resumed, &transient);
        if (!code || !transient || attempt >= options.retries) {
            /* After the last attempt, whatever its result (curl's tool_operate.c). */
            if (options.write_out) out(L"%03lu", (unsigned long)last_status);
            return code;
        }
        /* Default: 1 s, doubled each time, ten minutes at most (curl manual, --retry). */
        Sleep(options.retry_delay ? (DWORD)options.retry_delay * 1000 : attempt < 9 ? 1000u << attempt : 600000);
    }
}
