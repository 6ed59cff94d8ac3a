# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program's exit code means when Windows, Windows Installer or a runtime gave it: tables. Pure.

Names and texts: "Windows Installer error messages" and "NTSTATUS values" ([MS-ERREF] 2.2, 2.3) of Microsoft's
documentation. An exit code comes signed from cmd.exe, unsigned from WinRS, and in hexadecimal from people.
docs/troubleshooting.md has the same tables, written from these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.message import Message

__all__ = [
    "EXIT_CODES",
    "INSTALLER_CODES",
    "NSIS_CODES",
    "OF_TECHNOLOGY",
    "ExitCause",
    "code_text",
    "exit_cause",
    "unsigned",
]


@dataclass(frozen=True, kw_only=True)
class ExitCause:
    """What happened, and what to do."""

    words: Message
    remedy: Message


def _cause(words: Message, remedy: Message) -> ExitCause:
    return ExitCause(words=words, remedy=remedy)


_AGAIN = Message("Run again.")
_LATER = Message("Wait until that is over (Windows Update, another setup), then run again.")
_RESTART = Message("Restart the station, then run again.")
_LOG = Message("Read its log, which is on the controller, then run the setup by hand on this station.")
_FETCH = Message("Run again: what does not have its digest is fetched anew. If it lasts, publish the release again.")
_POLICY = Message("Look at the station's policies (AppLocker, software restriction, Windows Installer) and allow it.")
_ANTIVIRUS = Message("Look at the antivirus of the station, allow the installer there, then run again.")
_ROOM = Message("Make room on the station's system drive, then run again.")
_SYSTEM = Message("Repair Windows on the station (sfc /scannow, then DISM /RestoreHealth), then run again.")
_RELEASE = Message("Publish the installer that goes with this Windows, then run again.")
_REMOVE = Message("Remove the other one first (pronote_client_state absent), then run again.")
_DISK = Message("Check the station's disk (chkdsk), then run again.")
_MEMORY = Message("Restart the station to free its memory, then run again.")

_BUSY = _cause(Message("another installation is under way on the station"), _LATER)
_DENIED = _cause(Message("access to something was denied"), _ANTIVIRUS)
_FORBIDDEN = _cause(Message("a policy of the station forbids it"), _POLICY)
_FULL = _cause(Message("the disk is full"), _ROOM)
_NO_MEMORY = _cause(Message("the station has no memory left"), _MEMORY)
_CANCELLED = _cause(Message("somebody or something cancelled it"), _AGAIN)
_UNREADABLE = _cause(Message("the installer could not be opened or read"), _FETCH)
_OTHER_MACHINE = _cause(Message("the installer is not for this kind of Windows"), _RELEASE)
_UNSIGNED = _cause(Message("Windows does not let it run: its signature is not one that is allowed"), _POLICY)
_INFECTED = _cause(Message("an antivirus takes it for a virus"), _ANTIVIRUS)
_CRASHED = _cause(Message("it crashed"), _LOG)
_LIBRARY = _cause(Message("a library that it needs is missing or damaged"), _SYSTEM)
_BROKEN = _cause(Message("something that Windows needs for it is damaged"), _SYSTEM)
_ENDED = _cause(Message("it was ended from outside, or Windows went down"), _AGAIN)
_HELD = _cause(Message("a file was held by another program"), _RESTART)
_RPC = _cause(Message("a service of Windows did not answer"), _RESTART)
_STARTED = _cause(Message("a file or folder that it needs was not there"), _LOG)
_SOURCE = _cause(Message("the installer that it needs as its source is not there"), _LOG)
_ANOTHER = _cause(Message("another version of this product is installed"), _REMOVE)
_GONE = _cause(Message("the product is not installed"), _LOG)

INSTALLER_CODES: Final[dict[int, ExitCause]] = {
    1601: _cause(Message("the Windows Installer service could not be reached"), _RESTART),
    1602: _CANCELLED,
    1603: _cause(Message("it failed and took back what it had done"), _LOG),
    1604: _cause(Message("the installation was suspended and is not complete"), _RESTART),
    1605: _GONE,
    **dict.fromkeys(
        (1606, 1607, 1608), _cause(Message("the installer names something unknown to Windows Installer"), _LOG)
    ),
    1610: _cause(Message("the records of what is installed are damaged"), _LOG),
    1612: _SOURCE,
    1613: _cause(Message("the installer wants a newer Windows Installer"), _RELEASE),
    1614: _GONE,
    1618: _BUSY,
    1619: _UNREADABLE,
    1620: _UNREADABLE,
    1621: _cause(Message("the installer's window could not be started"), _LOG),
    1622: _cause(Message("its log could not be written"), _ROOM),
    1623: _cause(Message("the station does not have the installer's language"), _RELEASE),
    1624: _cause(Message("a transform of the installer could not be applied"), _LOG),
    1625: _FORBIDDEN,
    1626: _cause(Message("a function of the installer could not be run"), _LOG),
    1627: _cause(Message("a function of the installer failed"), _LOG),
    1631: _cause(Message("the Windows Installer service could not be started"), _RESTART),
    1632: _cause(Message("the folder for temporary files is full or cannot be used"), _ROOM),
    1633: _OTHER_MACHINE,
    1634: _cause(Message("the part is not used on this station"), _LOG),
    1635: _UNREADABLE,
    1636: _UNREADABLE,
    1637: _cause(Message("the installer wants a newer Windows Installer"), _RELEASE),
    1638: _ANOTHER,
    1639: _cause(Message("its command line is not one that Windows Installer takes"), _LOG),
    1640: _cause(Message("installations are not allowed in a remote session"), _POLICY),
    1641: _cause(Message("it succeeded and began a restart"), _AGAIN),
    1642: _cause(Message("what it would update is not there"), _LOG),
    1643: _FORBIDDEN,
    1644: _FORBIDDEN,
    1645: _cause(Message("installations are not allowed in a remote session"), _POLICY),
    1646: _cause(Message("the update cannot be removed"), _LOG),
    1647: _cause(Message("the update is not applied to this product"), _LOG),
    1648: _cause(Message("no order of the updates was found"), _LOG),
    1649: _FORBIDDEN,
    1650: _UNREADABLE,
    1651: _FORBIDDEN,
    1652: _cause(Message("Windows Installer does not run in safe mode"), _RESTART),
    1653: _CRASHED,
    1654: _FORBIDDEN,
    3010: _cause(Message("it succeeded and wants a restart"), _RESTART),
}
"""Of Windows Installer (winerror.h, ERROR_INSTALL_…): setups of other kinds pass them on."""

NSIS_CODES: Final[dict[int, ExitCause]] = {
    1: _CANCELLED,
    2: _cause(Message("its own script gave up"), _LOG),
}
"""Of an NSIS setup (NSIS manual, appendix D)."""

_WIN32: Final[dict[int, ExitCause]] = {
    **dict.fromkeys((2, 3), _STARTED),
    5: _DENIED,
    **dict.fromkeys((8, 14, 1450, 1455), _NO_MEMORY),
    **dict.fromkeys((32, 33), _HELD),
    **dict.fromkeys((39, 112), _FULL),
    **dict.fromkeys((23, 1117, 1392, 1393), _cause(Message("the disk, or what is on it, is damaged"), _DISK)),
    126: _LIBRARY,
    127: _LIBRARY,
    **dict.fromkeys((193, 216), _OTHER_MACHINE),
    **dict.fromkeys((225, 226), _INFECTED),
    577: _UNSIGNED,
    740: _cause(Message("it wants the rights of an administrator"), _POLICY),
    1058: _cause(Message("a service of Windows that it needs is disabled"), _POLICY),
    1060: _BROKEN,
    **dict.fromkeys((1115, 1190), _ENDED),
    1223: _CANCELLED,
    1260: _FORBIDDEN,
    **dict.fromkeys((1722, 1723, 1726), _RPC),
    4551: _UNSIGNED,
}
"""System error codes, in an HRESULT (0x8007…): alone, a program may mean anything by so small a number."""

EXIT_CODES: Final[dict[int, ExitCause]] = {
    # DBG_TERMINATE_PROCESS: what ends a session or a process with the task manager.
    0x40010004: _ENDED,
    # STATUS_BREAKPOINT, E_FAIL, E_UNEXPECTED, E_OUTOFMEMORY (0x8007000E is 14), CO_E_SERVER_EXEC_FAILURE,
    # REGDB_E_CLASSNOTREG
    0x80000003: _CRASHED,
    0x80004005: _cause(Message("it failed, and does not say of what"), _LOG),
    0x8000FFFF: _cause(Message("it failed, and does not say of what"), _LOG),
    0x80080005: _RPC,
    0x80040154: _BROKEN,
    # STATUS_ACCESS_VIOLATION, _ILLEGAL_INSTRUCTION, _PRIVILEGED_INSTRUCTION, _STACK_OVERFLOW, _HEAP_CORRUPTION,
    # _STACK_BUFFER_OVERRUN, _FATAL_USER_CALLBACK_EXCEPTION, _INTEGER_DIVIDE_BY_ZERO, _ASSERTION_FAILURE; exceptions of
    # C++ and of .NET
    **dict.fromkeys(
        (
            *(0xC0000005, 0xC000001D, 0xC0000096, 0xC00000FD, 0xC0000374, 0xC0000409, 0xC000041D, 0xC0000094),
            *(0xC0000420, 0xC0000602, 0xE06D7363, 0xE0434352, 0xE0434F4D),
        ),
        _CRASHED,
    ),
    # STATUS_IN_PAGE_ERROR, _DISK_CORRUPT_ERROR, _FILE_CORRUPT_ERROR, _CRC_ERROR, _IO_DEVICE_ERROR
    **dict.fromkeys(
        (0xC0000006, 0xC0000032, 0xC0000102, 0xC000003F, 0xC0000185),
        _cause(Message("the disk, or what is on it, is damaged"), _DISK),
    ),
    # STATUS_NO_MEMORY, _INSUFFICIENT_RESOURCES, _COMMITMENT_LIMIT, _PAGEFILE_QUOTA
    **dict.fromkeys((0xC0000017, 0xC000009A, 0xC000012D, 0xC0000007), _NO_MEMORY),
    # STATUS_ACCESS_DENIED, _PRIVILEGE_NOT_HELD
    **dict.fromkeys((0xC0000022, 0xC0000061), _DENIED),
    # STATUS_OBJECT_NAME_NOT_FOUND, _OBJECT_PATH_NOT_FOUND, _NO_SUCH_FILE
    **dict.fromkeys((0xC0000034, 0xC000003A, 0xC000000F), _STARTED),
    # STATUS_SHARING_VIOLATION
    0xC0000043: _HELD,
    # STATUS_DISK_FULL
    0xC000007F: _FULL,
    # STATUS_INVALID_IMAGE_FORMAT, _IMAGE_MACHINE_TYPE_MISMATCH…
    **dict.fromkeys((0xC000007B, 0xC0000130), _OTHER_MACHINE),
    # STATUS_DLL_NOT_FOUND, _ORDINAL_NOT_FOUND, _ENTRYPOINT_NOT_FOUND, _DELAY_LOAD_FAILED, _SXS_CANT_GEN_ACTCTX
    **dict.fromkeys((0xC0000135, 0xC0000138, 0xC0000139, 0xC06D007E, 0xC0150002), _LIBRARY),
    # STATUS_CONTROL_C_EXIT
    0xC000013A: _ENDED,
    # STATUS_DLL_INIT_FAILED: a desktop without room for one more program, a session that ends
    0xC0000142: _cause(Message("Windows could not start it (its session ends, or is out of room)"), _RESTART),
    # STATUS_DLL_INIT_FAILED_LOGOFF, _SYSTEM_SHUTDOWN
    **dict.fromkeys((0xC000026B, 0xC00002FE), _ENDED),
    # STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT, _OTHER
    **dict.fromkeys((0xC0000361, 0xC0000362, 0xC0000364), _FORBIDDEN),
    # STATUS_INVALID_IMAGE_HASH, _SYSTEM_INTEGRITY_POLICY_VIOLATION
    **dict.fromkeys((0xC0000428, 0xC0E90002), _UNSIGNED),
    # STATUS_VIRUS_INFECTED, _VIRUS_DELETED
    **dict.fromkeys((0xC0000906, 0xC0000907), _INFECTED),
    **{0x80070000 | code: cause for code, cause in {**INSTALLER_CODES, **_WIN32}.items()},
}
"""By 32-bit unsigned number: NTSTATUS, HRESULT, exceptions of runtimes. They mean the same of whatever program."""

OF_TECHNOLOGY: Final[Mapping[str, Mapping[int, ExitCause]]] = {"nsis": NSIS_CODES, "msi": _WIN32}
"""What a number means to one technology alone, before anything else."""


def unsigned(code: int) -> int:
    """The number as 32 bits without a sign: cmd.exe writes -1073741819 for 0xC0000005."""
    return code & 0xFFFFFFFF


def code_text(code: int) -> str:
    """The number as it came, and in hexadecimal where that is how people look for it."""
    return f"{code} (0x{unsigned(code):08X})" if abs(code) > 0xFFFF else f"{code}"


def exit_cause(code: int, *, technology: str = "") -> ExitCause | None:
    """What a program's exit code means; None for one that is its own affair. ``technology``: of the installer."""
    number = unsigned(code)
    own = OF_TECHNOLOGY.get(technology, {})
    return own.get(number) or EXIT_CODES.get(number) or INSTALLER_CODES.get(number)
