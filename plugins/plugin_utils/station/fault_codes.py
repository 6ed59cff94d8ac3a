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
    remedy=Message("Look this code up in docs/troubleshooting.md; the WinRM event log of the station has the details."),
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
}

SUBCODES: Final[dict[str, Cause]] = {
    "AccessDenied": _DENIED,
    "QuotaLimit": _QUOTA,
    "TimedOut": _BUSY,
    "EndpointUnavailable": _OFFLINE,
}
"""For a fault whose numbers say nothing."""


def from_fault(fault: Fault, *, doing: str) -> StationError:
    """The error of a fault. ``doing`` says what was asked, as in "reading Win32_Process"."""
    code = next((code for code in fault.codes if code in FAULTS), None)
    cause = SUBCODES.get(fault.subcode, _UNKNOWN) if code is None else FAULTS[code]
    if code is None and fault.codes:
        code = fault.codes[0]
    shown: object = code
    if cause is _UNKNOWN:
        shown = (fault.subcode or Message("no code")) if code is None else f"code {code} (0x{code:08X})"
    error = cause.error(doing=doing, code=shown, text=fault.reason)
    error.codes = frozenset(fault.codes)
    return error
