/* WMI reads through Wine's own provider (wbemprox), from C: scripts cannot call methods there. */
#define COBJMACROS
#define CINTERFACE
#include "agent.h"

#include <wbemcli.h>

static IWbemLocator *locator;
static struct { wchar_t name[64]; IWbemServices *services; } spaces[8];

bool wmi_open(void)
{
    return SUCCEEDED(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator));
}

static HRESULT open_space(const wchar_t *name, IWbemServices **services)
{
    BSTR text;
    HRESULT result;
    size_t i = 0;
    for (; i < sizeof spaces / sizeof *spaces && spaces[i].services; i++)
        if (same(spaces[i].name, name)) { *services = spaces[i].services; return S_OK; }
    if (i == sizeof spaces / sizeof *spaces || wcslen(name) >= 64) return WBEM_E_INVALID_NAMESPACE;
    text = SysAllocString(name);
    result = IWbemLocator_ConnectServer(locator, text, NULL, NULL, NULL, 0, NULL, NULL, services);
    SysFreeString(text);
    if (FAILED(result)) return result;
    wcscpy(spaces[i].name, name);
    spaces[i].services = *services;
    return S_OK;
}

struct text { char *bytes; size_t size, room; };

static void add(struct text *text, const char *piece)
{
    size_t length = strlen(piece);
    if (text->size + length + 1 > text->room) {
        text->room = (text->size + length + 1) * 2;
        text->bytes = realloc(text->bytes, text->room);
    }
    memcpy(text->bytes + text->size, piece, length + 1);
    text->size += length;
}

static void add_string(struct text *text, const wchar_t *value)
{
    char *quoted = json(value);
    add(text, quoted);
    free(quoted);
}

static void add_scalar(struct text *text, VARIANT *value)
{
    char number[64];
    VARIANT copy;
    switch (V_VT(value)) {
    case VT_BSTR: add_string(text, V_BSTR(value)); return;
    case VT_BOOL: add(text, V_BOOL(value) ? "true" : "false"); return;
    case VT_NULL: case VT_EMPTY: add(text, "null"); return;
    case VT_R4: sprintf(number, "%.9g", V_R4(value)); break;
    case VT_R8: sprintf(number, "%.17g", V_R8(value)); break;
    default:
        VariantInit(&copy);
        if (FAILED(VariantChangeType(&copy, value, 0, VT_I8))) { add(text, "null"); return; }
        sprintf(number, "%lld", (long long)V_I8(&copy));
    }
    add(text, number);
}

static void add_value(struct text *text, VARIANT *value)
{
    SAFEARRAY *array = V_ARRAY(value);
    LONG low, high;
    VARTYPE type = V_VT(value) & ~VT_ARRAY;
    if (!(V_VT(value) & VT_ARRAY)) { add_scalar(text, value); return; }
    SafeArrayGetLBound(array, 1, &low);
    SafeArrayGetUBound(array, 1, &high);
    add(text, "[");
    for (LONG i = low; i <= high; i++) {
        VARIANT item;
        VariantInit(&item);
        V_VT(&item) = type;
        if (SUCCEEDED(SafeArrayGetElement(array, &i, type == VT_VARIANT ? (void *)&item : (void *)&V_I8(&item)))) {
            if (i > low) add(text, ", ");
            add_scalar(text, &item);
            VariantClear(&item);
        }
    }
    add(text, "]");
}

static void add_object(struct text *text, IWbemClassObject *object)
{
    BSTR name;
    VARIANT value;
    CIMTYPE type;
    char number[32];
    const char *before = "{";
    /* System properties but for __CLASS say nothing about the station. */
    IWbemClassObject_BeginEnumeration(object, 0);
    while (IWbemClassObject_Next(object, 0, &name, &value, &type, NULL) == S_OK) {
        if (wcsncmp(name, L"__", 2) || !wcscmp(name, L"__CLASS")) {
            add(text, before);
            add_string(text, name);
            sprintf(number, ": [%ld, ", (long)type);
            add(text, number);
            add_value(text, &value);
            add(text, "]");
            before = ", ";
        }
        SysFreeString(name);
        VariantClear(&value);
    }
    IWbemClassObject_EndEnumeration(object);
    add(text, *before == '{' ? "{}" : "}");
}

static char *failure(HRESULT result)
{
    char *text = malloc(64);
    sprintf(text, "\"error\": %lu", (unsigned long)result);
    return text;
}

char *wmi_query(const wchar_t *space, const wchar_t *query)
{
    struct text text = {0};
    IWbemServices *services;
    IEnumWbemClassObject *found;
    IWbemClassObject *object;
    ULONG count;
    BSTR language = SysAllocString(L"WQL"), line = SysAllocString(query);
    HRESULT result = open_space(space, &services);
    if (SUCCEEDED(result))
        result = IWbemServices_ExecQuery(services, language, line, WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &found);
    SysFreeString(language);
    SysFreeString(line);
    if (FAILED(result)) return failure(result);
    add(&text, "\"objects\": [");
    for (int i = 0; IEnumWbemClassObject_Next(found, WBEM_INFINITE, 1, &object, &count) == S_OK && count; i++) {
        if (i) add(&text, ", ");
        add_object(&text, object);
        IWbemClassObject_Release(object);
    }
    IEnumWbemClassObject_Release(found);
    add(&text, "]");
    return text.bytes;
}

static HRESULT put(IWbemClassObject *in, const wchar_t *name, const wchar_t *value)
{
    VARIANT old, given;
    CIMTYPE type;
    HRESULT result;
    VariantInit(&old);
    if (FAILED(IWbemClassObject_Get(in, name, 0, &old, &type, NULL))) return WBEM_E_INVALID_METHOD_PARAMETERS;
    VariantClear(&old);
    VariantInit(&given);
    if (type == CIM_STRING) {
        V_VT(&given) = VT_BSTR;
        V_BSTR(&given) = SysAllocString(value);
    } else if (type == CIM_UINT32 || type == CIM_SINT32) {
        wchar_t *end;
        V_VT(&given) = VT_I4;
        V_I4(&given) = (LONG)wcstoul(value, &end, 10);
        if (!*value || *end) return WBEM_E_INVALID_METHOD_PARAMETERS;
    } else
        return WBEM_E_INVALID_METHOD_PARAMETERS;
    result = IWbemClassObject_Put(in, name, 0, &given, 0);
    VariantClear(&given);
    return result;
}

char *wmi_method(const wchar_t *space, const wchar_t *class_name, const wchar_t *method, wchar_t **arguments)
{
    struct text text = {0};
    IWbemServices *services;
    IWbemClassObject *object = NULL, *signature = NULL, *in = NULL, *answer = NULL;
    BSTR path = SysAllocString(class_name), name = SysAllocString(method);
    HRESULT result = open_space(space, &services);
    if (SUCCEEDED(result)) result = IWbemServices_GetObject(services, path, 0, NULL, &object, NULL);
    if (SUCCEEDED(result)) result = IWbemClassObject_GetMethod(object, name, 0, &signature, NULL);
    if (SUCCEEDED(result) && signature) result = IWbemClassObject_SpawnInstance(signature, 0, &in);
    for (; SUCCEEDED(result) && arguments[0]; arguments += 2)
        result = in && arguments[1] ? put(in, arguments[0], arguments[1]) : (HRESULT)WBEM_E_INVALID_METHOD_PARAMETERS;
    if (SUCCEEDED(result)) result = IWbemServices_ExecMethod(services, path, name, 0, NULL, in, &answer, NULL);
    if (SUCCEEDED(result)) {
        add(&text, "\"objects\": [");
        if (answer) add_object(&text, answer);
        add(&text, "]");
    }
    if (answer) IWbemClassObject_Release(answer);
    if (in) IWbemClassObject_Release(in);
    if (signature) IWbemClassObject_Release(signature);
    if (object) IWbemClassObject_Release(object);
    SysFreeString(path);
    SysFreeString(name);
    return SUCCEEDED(result) ? text.bytes : failure(result);
}
