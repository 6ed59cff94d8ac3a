/* Facts that Wine's WMI lacks or gets wrong, from the same Win32 functions Windows' providers use. */
#include "agent.h"
#include "processes.h"

static unsigned long long number(FILETIME time)
{
    return (unsigned long long)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

char *native_processes(void)
{
    int count;
    struct process *list = list_processes(&count);
    size_t size = 64, used;
    char *text;
    for (int i = 0; i < count; i++) size += 512 + 6 * (3 * MAX_PATH * 2 + (list[i].command_line ? 3 * wcslen(list[i].command_line) : 0));
    text = malloc(size);
    used = sprintf(text, "\"processes\": [");
    for (int i = 0; i < count; i++) {
        char *name = json(list[i].name), *path = json(list[i].path), *line = list[i].command_line ? json(list[i].command_line) : NULL;
        used += sprintf(text + used, "%s[%lu, %lu, %lu, %lu, %llu, %llu, %s, %s, %s]", i ? ", " : "", (unsigned long)list[i].pid,
                        (unsigned long)list[i].parent, (unsigned long)list[i].session, (unsigned long)list[i].threads,
                        (unsigned long long)list[i].memory, number(list[i].created), name, path, line ? line : "null");
        free(name);
        free(path);
        free(line);
        free(list[i].command_line);
    }
    free(list);
    strcpy(text + used, "]");
    return text;
}

/* Four parts of VS_FIXEDFILEINFO.dwFileVersion, which CIM_DataFile.Version shows. */
static bool version(const wchar_t *path, char *text)
{
    DWORD ignored, size = GetFileVersionInfoSizeW(path, &ignored);
    void *block = size ? malloc(size) : NULL;
    VS_FIXEDFILEINFO *fixed;
    UINT length;
    bool found = block && GetFileVersionInfoW(path, 0, size, block) && VerQueryValueW(block, L"\\", (void **)&fixed, &length);
    if (found)
        sprintf(text, "\"%u.%u.%u.%u\"", HIWORD(fixed->dwFileVersionMS), LOWORD(fixed->dwFileVersionMS),
                HIWORD(fixed->dwFileVersionLS), LOWORD(fixed->dwFileVersionLS));
    free(block);
    return found;
}

char *native_file(const wchar_t *path)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    char *text = malloc(512), four[64] = "null";
    if (!GetFileAttributesExW(path, GetFileExInfoStandard, &data)) {
        sprintf(text, "\"error\": %lu", GetLastError());
        return text;
    }
    version(path, four);
    sprintf(text, "\"file\": {\"attributes\": %lu, \"size\": %llu, \"created\": %llu, \"modified\": %llu, \"accessed\": %llu, \"version\": %s}",
            data.dwFileAttributes, (unsigned long long)data.nFileSizeHigh << 32 | data.nFileSizeLow, number(data.ftCreationTime),
            number(data.ftLastWriteTime), number(data.ftLastAccessTime), four);
    return text;
}
