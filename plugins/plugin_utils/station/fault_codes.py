# SPDX-License-Identifier: GPL-3.0-or-later
"""What the numbers of WS-Man, WinRM and WMI faults mean: a table. Pure.

Names and texts: ``wsmerror.h`` of the Windows SDK. docs/troubleshooting.md shows the same numbers to administrators.
"""

from __future__ import annotations

from typing import Final

from ...module_utils.base.message import Message
from .errors import AccessDeniedError, BusyError, Cause, ProtocolFaultError, QuotaError, StationError
from .soap import Fault

__all__ = ["FAULTS", "LOST_SHELL", "NOTHING_YET", "NOT_FOUND", "SUBCODES", "from_fault"]

LOST_SHELL: Final = frozenset({0x803381A6, 0x803381E9, 0x8033805B, 0x800703FA})
"""On Command: this shell runs nothing any more, a new one does.

ERROR_WSMAN_QUOTA_MAX_OPERATIONS (a shell's count of operations does not go down when a command ends:
ansible/plugins/connection/winrm.py, _winrm_run_command), ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ (as many of its
commands run, or are over and not acknowledged, as may), ERROR_WSMAN_UNEXPECTED_SELECTORS (there is no such shell: the
service was restarted, or it was idle for too long), ERROR_KEY_DELETED (the account's profile was unloaded under it).
"""
NOTHING_YET: Final = 0x80338029
"""ERROR_WSMAN_OPERATION_TIMEDOUT: on Receive, nothing was written yet; elsewhere the station did not come to it."""
NOT_FOUND: Final = frozenset({0x80338000, 0x80041002})
"""ERROR_WSMAN_RESOURCE_NOT_FOUND (recorded on Windows Server 2012 R2 for an absent instance), WBEM_E_NOT_FOUND."""

_DENIED = Cause(
    kind=AccessDeniedError,
    fact=Message("access denied while {doing} (code {code})"),
    remedy=Message(
        "Use a member of the local Administrators group; for a local account other than the built-in "
        "Administrator set LocalAccountTokenFilterPolicy=1 (docs/winrm.md)."
    ),
)
_NO_SHELLS = Cause(
    kind=AccessDeniedError,
    fact=Message("the station allows no remote shells while {doing} (code {code})"),
    remedy=Message("A policy forbids them: AllowRemoteShellAccess (winrm get winrm/config/winrs)."),
)
_SHELLS = Cause(
    kind=QuotaError,
    fact=Message("the station has no free WinRM shell left for this account while {doing}"),
    remedy=Message("Wait for other runs to end, or raise MaxShellsPerUser (winrm set winrm/config/winrs)."),
)
_OPERATIONS = Cause(
    kind=QuotaError,
    fact=Message("the station's quota of WinRM operations is used up while {doing}"),
    remedy=Message("Wait for other runs to end, or raise MaxConcurrentOperationsPerUser (winrm/config/service)."),
)
_QUOTA = Cause(
    kind=QuotaError,
    fact=Message("a WinRM quota of the station is used up while {doing}: {text}"),
    remedy=Message("Wait for other runs to end, or raise that quota (winrm get winrm/config)."),
)
_BUSY = Cause(
    kind=BusyError,
    fact=Message("the station is too busy: it did not come to it in time while {doing}"),
    remedy=Message(
        "Wait for what loads it (start of Windows, updates, antivirus), then run again, or raise "
        "ansible_winrm_operation_timeout_sec and ansible_winrm_read_timeout_sec."
    ),
)
_ANSWER_TOO_LARGE = Cause(
    kind=ProtocolFaultError,
    fact=Message("the station's answer is larger than its envelope allows while {doing}"),
    remedy=Message("Raise MaxEnvelopeSizekb (winrm set winrm/config)."),
)
REQUEST_TOO_LARGE: Final = Cause(
    kind=ProtocolFaultError,
    fact=Message("the station finds the request too large while {doing}"),
    remedy=Message("Raise MaxEnvelopeSizekb (winrm set winrm/config)."),
)
"""HTTP 413 too."""
_NO_SHELL = Cause(
    kind=ProtocolFaultError,
    fact=Message("the shell or the command is gone on the station while {doing}"),
    remedy=Message(
        "The station or its WinRM service was restarted: run again, what was under way is found and followed."
    ),
)
_NO_CLASS = Cause(
    kind=ProtocolFaultError,
    fact=Message("WMI of the station does not know what was asked while {doing} (code {code})"),
    remedy=Message("Its repository may be damaged: winmgmt /verifyrepository on the station."),
)
_NO_PROGRAM = Cause(
    kind=ProtocolFaultError,
    fact=Message("the station finds no program for the command while {doing}"),
    remedy=Message("Look whether cmd.exe is where %COMSPEC% says, and whether an antivirus or a policy forbids it."),
)
_TOO_LONG = Cause(
    kind=ProtocolFaultError,
    fact=Message("the station finds the command line too long while {doing}"),
    remedy=Message("Report it with the output of -vvvv."),
)
_OFFLINE = Cause(
    kind=BusyError,
    fact=Message("the station's WinRM service says that it is offline while {doing}"),
    remedy=Message("It is starting or stopping: run again in a few minutes."),
)
_UNKNOWN = Cause(
    kind=ProtocolFaultError,
    fact=Message("the station answered a fault while {doing}: {text} [{code}]"),
    remedy=Message(
        "Restart the station's WinRM service and run again; if it lasts, the WinRM event log of the station has the "
        "details."
    ),
)
_RPC = Cause(
    kind=ProtocolFaultError,
    fact=Message("a service of the station that WMI needs does not answer while {doing} (RPC, code {code})"),
    remedy=Message(
        "Start RpcSs, DcomLaunch and Winmgmt on the station, or restart it, then run again; where it lasts, look at "
        "its firewall and antivirus."
    ),
)
_DISABLED = Cause(
    kind=ProtocolFaultError,
    fact=Message("a service of the station is disabled or gone while {doing} (code {code})"),
    remedy=Message(
        "Set its service Winmgmt to start by itself and start it (sc config Winmgmt start= auto), then run again."
    ),
)
_WMI_FAILED = Cause(
    kind=ProtocolFaultError,
    fact=Message("WMI of the station failed while {doing}, and says no more than that (code {code})"),
    remedy=Message("Run again; if it lasts, restart Winmgmt on the station and check winmgmt /verifyrepository."),
)
_WMI_PROVIDER = Cause(
    kind=ProtocolFaultError,
    fact=Message("WMI of the station cannot load what answers this while {doing} (code {code})"),
    remedy=Message(
        "Restart Winmgmt on the station, then run again; if it lasts, repair Windows there (sfc /scannow) and check "
        "winmgmt /verifyrepository."
    ),
)
_WMI_DOWN = Cause(
    kind=BusyError,
    fact=Message("WMI of the station is going down while {doing} (code {code})"),
    remedy=Message("Windows or the service Winmgmt is restarting: run again in a few minutes."),
)
_GOING_DOWN = Cause(
    kind=BusyError,
    fact=Message("Windows is going down on the station while {doing} (code {code})"),
    remedy=Message("Run again once the station is up: what was under way is found and followed."),
)
_NO_MEMORY = Cause(
    kind=BusyError,
    fact=Message("the station has no memory or handles left while {doing} (code {code})"),
    remedy=Message("Wait for what loads it or restart the station, then run again."),
)
_WMI_BUSY = Cause(
    kind=BusyError,
    fact=Message("WMI of the station is too busy while {doing} (code {code})"),
    remedy=Message("Wait for what loads it (start of Windows, updates, an inventory), then run again."),
)
_QUERY = Cause(
    kind=ProtocolFaultError,
    fact=Message("WMI of the station does not take the question while {doing} (code {code})"),
    remedy=Message("Report it with the output of -vvvv: it is a fault of the collection."),
)

FAULTS: Final[dict[int, Cause]] = {
    # ERROR_ACCESS_DENIED, E_ACCESSDENIED, WBEM_E_ACCESS_DENIED, ERROR_WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED
    **dict.fromkeys((5, 0x80070005, 0x80041003, 0x80338104), _DENIED),
    # ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED
    0x803381AC: _NO_SHELLS,
    # ERROR_WSMAN_QUOTA_MAX_SHELLS, _MAX_SHELLS_PPQ
    **dict.fromkeys((0x803381A5, 0x803381E4), _SHELLS),
    # ERROR_WSMAN_QUOTA_MAX_OPERATIONS, _MAX_OPERATIONS_USER_PPQ
    **dict.fromkeys((0x803381A6, 0x803381E8), _OPERATIONS),
    # ERROR_WSMAN_QUOTA_LIMIT, _USER, _SYSTEM, _MAX_SHELLUSERS, and the others of a plug-in (_PPQ)
    **dict.fromkeys(
        (0x8033803F, 0x803381A7, 0x803381A8, 0x803381AB, 0x803381E5, 0x803381E6, 0x803381E7, 0x803381E9, 0x803381EA),
        _QUOTA,
    ),
    NOTHING_YET: _BUSY,
    # ERROR_WSMAN_ENDPOINT_UNAVAILABLE
    0x80338014: _OFFLINE,
    # ERROR_WSMAN_MAX_ENVELOPE_SIZE
    0x80338047: REQUEST_TOO_LARGE,
    # ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED, ERROR_WSMAN_SERVER_ENVELOPE_LIMIT
    **dict.fromkeys((0x80338048, 0x80338049), _ANSWER_TOO_LARGE),
    # ERROR_WSMAN_UNEXPECTED_SELECTORS, ERROR_KEY_DELETED
    **dict.fromkeys((0x8033805B, 0x800703FA), _NO_SHELL),
    # ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER (a WQL query on an unknown class), WBEM_E_INVALID_NAMESPACE, _CLASS
    **dict.fromkeys((0x8033801A, 0x8004100E, 0x80041010), _NO_CLASS),
    # ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_FILENAME_EXCED_RANGE, as HRESULTs
    **dict.fromkeys((0x80070002, 0x80070003), _NO_PROGRAM),
    0x800700CE: _TOO_LONG,
    # RPC_S_SERVER_UNAVAILABLE, _SERVER_TOO_BUSY, _CALL_FAILED, _CALL_FAILED_DNE, CO_E_SERVER_EXEC_FAILURE,
    # RPC_E_SERVERFAULT, _DISCONNECTED, _CALL_REJECTED, WBEM_E_TRANSPORT_FAILURE
    **dict.fromkeys(
        (
            *(0x800706BA, 0x800706BB, 0x800706BE, 0x800706BF, 0x80080005),
            *(0x80010105, 0x80010108, 0x80010001, 0x80041015),
        ),
        _RPC,
    ),
    # ERROR_SERVICE_DISABLED, _SERVICE_DOES_NOT_EXIST, _SERVICE_NOT_ACTIVE, _SERVICE_DEPENDENCY_FAIL
    **dict.fromkeys((0x80070422, 0x80070424, 0x80070426, 0x8007042C), _DISABLED),
    # WBEM_E_FAILED, _UNEXPECTED, _CRITICAL_ERROR, E_FAIL, E_UNEXPECTED
    **dict.fromkeys((0x80041001, 0x8004101D, 0x8004100A, 0x80004005, 0x8000FFFF), _WMI_FAILED),
    # WBEM_E_PROVIDER_FAILURE, _PROVIDER_NOT_FOUND, _PROVIDER_LOAD_FAILURE, _INITIALIZATION_FAILURE,
    # _PROVIDER_NOT_CAPABLE, _PROVIDER_SUSPENDED, REGDB_E_CLASSNOTREG, ERROR_MOD_NOT_FOUND
    **dict.fromkeys(
        (
            *(0x80041004, 0x80041011, 0x80041013, 0x80041014, 0x80041024, 0x80041081, 0x80040154),
            0x8007007E,
        ),
        _WMI_PROVIDER,
    ),
    # WBEM_E_SHUTTING_DOWN, _CALL_CANCELLED
    **dict.fromkeys((0x80041033, 0x80041032), _WMI_DOWN),
    # ERROR_SHUTDOWN_IN_PROGRESS, ERROR_SHUTDOWN_IS_SCHEDULED
    **dict.fromkeys((0x8007045B, 0x800704A6), _GOING_DOWN),
    # WBEM_E_OUT_OF_MEMORY, E_OUTOFMEMORY, ERROR_NOT_ENOUGH_MEMORY, _NO_SYSTEM_RESOURCES, _COMMITMENT_LIMIT
    **dict.fromkeys((0x80041006, 0x8007000E, 0x80070008, 0x800705AA, 0x800705AF), _NO_MEMORY),
    # WBEM_E_SERVER_TOO_BUSY, _QUOTA_VIOLATION, _TIMED_OUT, _TOO_MUCH_DATA
    **dict.fromkeys((0x80041045, 0x8004106C, 0x80041069, 0x80041044), _WMI_BUSY),
    # WBEM_E_INVALID_PARAMETER, _INVALID_QUERY, _INVALID_QUERY_TYPE, _NOT_SUPPORTED, _INVALID_OBJECT_PATH
    **dict.fromkeys((0x80041008, 0x80041017, 0x80041018, 0x8004100C, 0x8004103A), _QUERY),
}

SUBCODES: Final[dict[str, Cause]] = {
    "AccessDenied": _DENIED,
    "QuotaLimit": _QUOTA,
    "TimedOut": _BUSY,
    "EndpointUnavailable": _OFFLINE,
}
"""For a fault whose numbers say nothing."""


def _row(code: int) -> Cause | None:
    """What a number means, that of an error of the system (1722) as well as its HRESULT (0x800706BA)."""
    return FAULTS.get(code) or (FAULTS.get(0x80070000 | code) if 0 < code <= 0xFFFF else None)


def from_fault(fault: Fault, *, doing: str) -> StationError:
    """The error of a fault. ``doing`` says what was asked, as in "reading Win32_Process"."""
    code = next((code for code in fault.codes if _row(code) is not None), None)
    cause = (None if code is None else _row(code)) or SUBCODES.get(fault.subcode, _UNKNOWN)
    if code is None and fault.codes:
        code = fault.codes[0]
    shown: object = code
    if cause is _UNKNOWN:
        shown = (fault.subcode or Message("no code")) if code is None else f"code {code} (0x{code:08X})"
    error = cause.error(doing=doing, code=shown, text=fault.reason)
    error.codes = frozenset(fault.codes)
    return error
