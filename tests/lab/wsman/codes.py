"""The faults that the server sends, with Windows' codes and texts (``wsmerror.h`` of the Windows SDK).

Where the SDK's text has no recorded use, the recording is named.
"""

from __future__ import annotations

from tests.lab.wsman.soap import SoapFault

__all__ = [
    "aborted",
    "access_denied",
    "already_exists",
    "command_refused",
    "commands_quota",
    "enumeration_mode",
    "envelope_too_small",
    "filter_dialect",
    "filter_rejected",
    "invalid_characters",
    "invalid_context",
    "invalid_options",
    "invalid_parameter",
    "invalid_resource",
    "line_too_long",
    "operation_timeout",
    "operations_quota",
    "oversize",
    "profile_unloaded",
    "request_too_large",
    "server_envelope_limit",
    "shell_used_up",
    "shells_quota",
    "unknown_action",
    "unknown_command",
    "unknown_shell",
    "wmi_fault",
]

_CANNOT = "The WS-Management service cannot process the request. "
_SELECTORS = (
    "The WS-Management service cannot process the request because the request contained invalid selectors for the "
    "resource. "
)
_INVALID_CLASS, _INVALID_NAMESPACE, _INVALID_QUERY = 0x80041010, 0x8004100E, 0x80041017
# DSP0200 CIM status codes of what a query can be refused for.
_CIM_STATUS = {_INVALID_NAMESPACE: 3, _INVALID_CLASS: 5, _INVALID_QUERY: 15}


def operation_timeout() -> SoapFault:
    """ERROR_WSMAN_OPERATION_TIMEDOUT: nothing to tell within the request's OperationTimeout."""
    reason = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
    return SoapFault(0x80338029, reason, subcode="w:TimedOut")


def access_denied() -> SoapFault:
    """ERROR_ACCESS_DENIED."""
    return SoapFault(5, "Access is denied. ", subcode="w:AccessDenied")


def aborted() -> SoapFault:
    """ERROR_OPERATION_ABORTED: the command or shell went away while a Receive waited for it."""
    reason = "The I/O operation has been aborted because of either a thread exit or an application request. "
    return SoapFault(995, reason)


def invalid_resource() -> SoapFault:
    """ERROR_WSMAN_INVALID_RESOURCE_URI: no plug-in answers for this URI."""
    reason = (
        f"{_CANNOT}The resource URI is missing or it has an incorrect format. Check the documentation or use the "
        'following command for information on how to construct a resource URI: "winrm help uris". '
    )
    return SoapFault(0x8033803B, reason, subcode="a:DestinationUnreachable", detail="InvalidResourceURI")


def unknown_action() -> SoapFault:
    """ERROR_WSMAN_INVALID_ACTIONURI."""
    reason = (
        f"{_CANNOT}The WS-Addressing action URI is invalid. Check the documentation for information on how to "
        "construct an action URI. "
    )
    return SoapFault(0x80338001, reason, subcode="a:ActionNotSupported")


def invalid_parameter() -> SoapFault:
    """ERROR_WSMAN_INVALID_PARAMETER: something the operation needs is missing or no value of its kind."""
    reason = "The WS-Management service cannot process the request because a parameter for the operation is not valid. "
    return SoapFault(0x8033803A, reason, subcode="w:InvalidParameter")


def invalid_options() -> SoapFault:
    """ERROR_WSMAN_OPTIONS_INVALID_VALUE."""
    reason = (
        "The WS-Management service cannot process the request because one or more of the options has an invalid value. "
    )
    return SoapFault(0x80338053, reason, subcode="w:InvalidOptions", detail="InvalidValue")


def already_exists() -> SoapFault:
    """ERROR_WSMAN_ALREADY_EXISTS: the client's own identifier is taken (DSP0226, wsman:AlreadyExists; not recorded)."""
    reason = "The WS-Management service cannot create the resource because it already exists. "
    return SoapFault(0x80338033, reason, subcode="w:AlreadyExists")


def unknown_shell(shell_id: str) -> SoapFault:
    """No such shell: never there, deleted, idle for too long, or somebody else's."""
    message = (
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on "
        "the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the "
        "server. Provide the correct ShellId or create a new shell and retry the operation. "
    )
    return SoapFault(
        0x8033805B, _SELECTORS, subcode="w:InvalidSelectors", detail="UnexpectedSelectors", message=message
    )


def unknown_command() -> SoapFault:
    """No such command in this shell, or its end was received already."""
    message = (
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not "
        "exist. Either the command has completed execution or the client specified an invalid command identifier. "
    )
    return SoapFault(
        0x8033805B, _SELECTORS, subcode="w:InvalidSelectors", detail="UnexpectedSelectors", message=message
    )


def command_refused(code: int, message: str) -> SoapFault:
    """CreateProcess failed, with this Win32 error: as an HRESULT, told by the shell's plug-in.

    Recorded in pypsrp's test suite on Windows Server 2008 R2, for a program that is not there (2147942402).
    """
    return access_denied() if code == 5 else SoapFault(_win32(code), message, shell=True)


def line_too_long() -> SoapFault:
    """ERROR_FILENAME_EXCED_RANGE (2147942606): more than CreateProcess takes."""
    return SoapFault(_win32(206), "The filename or extension is too long. ", shell=True)


def profile_unloaded() -> SoapFault:
    """ERROR_KEY_DELETED (2147943418): the account's profile was unloaded under a shell that is still open."""
    reason = "Illegal operation attempted on a registry key that has been marked for deletion. "
    return SoapFault(_win32(1018), reason, shell=True)


def _win32(code: int) -> int:
    """HRESULT_FROM_WIN32."""
    return 0x80070000 | code


def shells_quota(maximum: int, *, older: bool = False) -> SoapFault:
    """ERROR_WSMAN_QUOTA_MAX_SHELLS: MaxShellsPerUser.

    As an MSFT_WmiError (WinRb's recording of Windows Server 2008 R2), or ``older`` as a WSManFault.
    """
    told = (
        f"{_CANNOT}This user is allowed a maximum number of {maximum} concurrent shells, which has been exceeded. "
        "Close existing shells or raise the quota for this user. "
    )
    if older:
        return SoapFault(2150859173, told, subcode="w:QuotaLimit")
    reason = (
        f"{_CANNOT}The maximum number of concurrent shells for this user has been exceeded. Close existing shells or "
        "raise the quota for this user. "
    )
    return SoapFault(2150859173, reason, subcode="w:QuotaLimit", message=told, cim_status=27)


def _operations(maximum: int) -> str:
    # Text recorded in masterzen/winrm#129.
    return (
        f"{_CANNOT}This user is allowed a maximum number of {maximum} concurrent operations, which has been exceeded. "
        "Close existing operations for this user, or raise the quota for this user. "
    )


def operations_quota(maximum: int) -> SoapFault:
    """ERROR_WSMAN_QUOTA_MAX_OPERATIONS: MaxConcurrentOperationsPerUser."""
    return SoapFault(2150859174, _operations(maximum), subcode="w:QuotaLimit")


def shell_used_up(maximum: int) -> SoapFault:
    """The same code as an MSFT_WmiError: the shell started as many commands as it may (pywinrm's recording)."""
    return SoapFault(2150859174, _operations(maximum), cim_status=27)


def commands_quota() -> SoapFault:
    """ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ (2150859241). Text recorded in jborean93/pypsrp#148."""
    reason = (
        f"{_CANNOT}The maximum number of concurrent commands per shell has been exceeded. Retry the request later or "
        "raise the Maximum Commands per Shell quota. "
    )
    return SoapFault(0x803381E9, reason)


def oversize(size: int, maximum: int) -> SoapFault:
    """ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED; sizes in bytes. Text recorded in Esri/arcgis-powershell-dsc#688."""
    reason = (
        f"{_CANNOT}The computed response packet size ({size}) exceeds the maximum envelope size that is allowed "
        f"({maximum}). "
    )
    return SoapFault(0x80338048, reason, subcode="w:EncodingLimit", detail="MaxEnvelopeSizeExceeded")


def server_envelope_limit() -> SoapFault:
    """ERROR_WSMAN_SERVER_ENVELOPE_LIMIT."""
    reason = "The response that the WS-Management service computed exceed the internal limit for envelope size. "
    return SoapFault(0x80338049, reason, subcode="w:EncodingLimit", detail="ServiceEnvelopeLimit")


def request_too_large() -> SoapFault:
    """ERROR_WSMAN_MAX_ENVELOPE_SIZE."""
    reason = (
        "The maximum envelope size in the request is too large. Change the maximum envelope size and try the request "
        "again. "
    )
    return SoapFault(0x80338047, reason, subcode="w:EncodingLimit", detail="MaxEnvelopeSize")


def enumeration_mode() -> SoapFault:
    """ERROR_WSMAN_UNSUPPORTED_FEATURE: anything but objects (of which Windows has some modes more than the lab)."""
    reason = (
        "The WS-Management service does not support the specified feature. Remove the unsupported feature from the "
        "request and retry. "
    )
    return SoapFault(0x80338042, reason, subcode="w:UnsupportedFeature", detail="EnumerationMode")


def envelope_too_small() -> SoapFault:
    """ERROR_WSMAN_ENCODING_LIMIT: a MaxEnvelopeSize below the 8192 bytes that DSP0226 asks for."""
    reason = (
        "The WS-Management service cannot process the request because the encoding of the request exceeds an internal "
        "encoding limit. Reconfigure the client to send messages which fit the encoding limits of the service. "
    )
    return SoapFault(0x80338035, reason, subcode="w:EncodingLimit", detail="MinimumEnvelopeLimit")


def invalid_characters() -> SoapFault:
    """ERROR_WSMAN_INVALID_CHARACTERS_IN_RESPONSE: a value holds what XML 1.0 cannot."""
    reason = "WinRM cannot process the request because the response contains invalid characters. "
    return SoapFault(2150859018, reason)


def filter_dialect() -> SoapFault:
    """ERROR_WSMAN_ENUMERATE_FILTER_DIALECT_REQUESTED_UNAVAILABLE."""
    reason = (
        "The filter dialect (the type associated with the filter) was not supported for this resource. Change the "
        "filter dialect or remove it from the request and try the request again. "
    )
    return SoapFault(0x80338019, reason, subcode="n:FilterDialectRequestedUnavailable")


def invalid_context() -> SoapFault:
    """ERROR_WSMAN_ENUMERATE_INVALID_ENUMERATION_CONTEXT."""
    reason = (
        "The WS-Enumeration context in the enumeration is not valid. Enumeration may have been completed or canceled. "
        "You cannot use this enumeration context anymore. Start a new enumeration. "
    )
    return SoapFault(0x8033801B, reason, subcode="n:InvalidEnumerationContext")


def filter_rejected(code: int, message: str) -> SoapFault:
    """What a WQL query is refused with, by its WMI error.

    ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER: for an unknown class as a WSManFault with the WMI plug-in's own
    (WinRb's recordings of two stacks), for a bad query or namespace as an MSFT_WmiError (virt-who reads error_Code
    2150858778 for a namespace that does not exist). Anything else as for a Get.
    """
    if code not in _CIM_STATUS:
        return wmi_fault(code, message)
    reason = (
        "The data source could not process the filter. The filter might be missing or it might be invalid. Change the "
        "filter and try the request again.  "
    )
    if code == _INVALID_CLASS:
        message = "The specified class does not exist in the given namespace. "
        return SoapFault(0x8033801A, reason, subcode="n:CannotProcessFilter", message=message, provider=0x8033801A)
    return SoapFault(0x8033801A, reason, subcode="n:CannotProcessFilter", cim_status=_CIM_STATUS[code])


def wmi_fault(code: int, message: str) -> SoapFault:
    """A WMI failure (HRESULT) as the WMI plug-in tells it: WSManFault with its own WSManFault in a ProviderFault."""
    if code in {0x80041002, _INVALID_CLASS, _INVALID_NAMESPACE}:
        # ERROR_WSMAN_RESOURCE_NOT_FOUND: the answer of a Windows Server 2012 R2 to a Get of an absent Win32_Process is
        # kept in the parser's tests of microsoft/omi.
        reason = f"{_CANNOT}The service cannot find the resource identified by the resource URI and selectors. "
        return SoapFault(
            0x80338000, reason, subcode="a:DestinationUnreachable", detail="InvalidResourceURI", provider=0x80338000
        )
    if code == 0x80041003:
        text = f"{_CANNOT}The WMI service returned an 'access denied' error. "
        return SoapFault(5, "Access is denied. ", subcode="w:AccessDenied", message=text, provider=0x80338104)
    if code == 0x80041008:
        text = f"{_CANNOT}The WMI service reported that the WMI provider received an invalid parameter. "
        return SoapFault(0x8033811E, text, subcode="w:InvalidParameter", provider=0x8033811E)
    if code == 0x80041024:
        text = f"{_CANNOT}The WMI service reported that the WMI provider could not perform the requested operation. "
        return SoapFault(0x80338102, text, subcode="a:ActionNotSupported", provider=0x80338102)
    text = f"{_CANNOT}The WMI service or the WMI provider returned an unknown error: HRESULT 0x{code:08x} {message} "
    return SoapFault(code, text, provider=code)
