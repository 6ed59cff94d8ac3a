"""What a freshly installed Windows holds, built once per kind of Windows and shared by every station."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache

from . import security
from .content import EMPTY, Content
from .cowtree import CowTree, FrozenTree
from .filesystem import FileNode
from .images import build_image
from .paths import key_of, name_of
from .registry import Key, Registry, ValueType
from .security import ADMINISTRATORS, AUTHENTICATED_USERS, CREATOR_OWNER, SYSTEM, TRUSTED_INSTALLER, USERS, Ace, Acl
from .services import Service
from .tools.names import FORBIDDEN_TOOLS, SYSTEM_TOOLS, file_name, wanted_tool

__all__ = ["SYSTEM32", "WINDOWS", "Baseline", "Windows", "baseline"]

SYSTEM32 = "C:\\Windows\\System32"
_BUILT = dt.datetime(2024, 6, 3, 8, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Windows:
    """A release of Windows. ``curl`` came with 10 1803 (build 17134), ``wmic`` left with 11 24H2 (build 26100)."""

    build: int
    display: str  # DisplayVersion; before 20H2 only ReleaseId holds it
    ubr: int
    caption: str


WINDOWS: dict[str, Windows] = {
    "10-1709": Windows(16299, "1709", 2166, "Microsoft Windows 10"),
    "10-1809": Windows(17763, "1809", 5458, "Microsoft Windows 10"),
    "10-21H2": Windows(19044, "21H2", 4170, "Microsoft Windows 10"),
    "10-22H2": Windows(19045, "22H2", 4529, "Microsoft Windows 10"),
    "11-22H2": Windows(22621, "22H2", 3737, "Microsoft Windows 11"),
    "11-23H2": Windows(22631, "23H2", 3737, "Microsoft Windows 11"),
    "11-24H2": Windows(26100, "24H2", 2033, "Microsoft Windows 11"),
}


@dataclass(frozen=True)
class Baseline:
    """The shared, immutable part of a station."""

    windows: Windows
    files: FrozenTree[FileNode]
    registry: FrozenTree[Key]
    services: tuple[Service, ...]


def _inherited(sid: str, mask: int) -> Ace:
    return Ace(sid, mask, objects=True, containers=True)


# Default DACLs, as icacls shows them on Windows 10/11.
_ROOT_ACL = Acl(
    (
        Ace(AUTHENTICATED_USERS, security.MODIFY, objects=True, containers=True, only=True),
        Ace(AUTHENTICATED_USERS, security.APPEND_DATA),
        _inherited(SYSTEM, security.FULL),
        _inherited(ADMINISTRATORS, security.FULL),
        _inherited(USERS, security.READ_EXECUTE),
    ),
    protected=True,
)
_SYSTEM_ACL = Acl(
    (
        _inherited(TRUSTED_INSTALLER, security.FULL),
        Ace(SYSTEM, security.MODIFY),
        Ace(SYSTEM, security.FULL, objects=True, containers=True, only=True),
        Ace(ADMINISTRATORS, security.MODIFY),
        Ace(ADMINISTRATORS, security.FULL, objects=True, containers=True, only=True),
        _inherited(USERS, security.READ_EXECUTE),
        Ace(CREATOR_OWNER, security.FULL, objects=True, containers=True, only=True),
    ),
    protected=True,
)
_PROGRAM_DATA_ACL = Acl(
    (
        _inherited(SYSTEM, security.FULL),
        _inherited(ADMINISTRATORS, security.FULL),
        Ace(CREATOR_OWNER, security.FULL, objects=True, containers=True, only=True),
        _inherited(USERS, security.READ_EXECUTE),
        # (CI)(WD,AD,WEA,WA): standard users may create files and folders everywhere below.
        Ace(USERS, 0x116, containers=True),
    ),
    protected=True,
)
_USERS_ACL = Acl(
    (
        _inherited(SYSTEM, security.FULL),
        _inherited(ADMINISTRATORS, security.FULL),
        _inherited(USERS, security.READ_EXECUTE),
        _inherited(security.EVERYONE, security.READ_EXECUTE),
    ),
    protected=True,
)
_WINDOWS_TEMP_ACL = Acl(
    (
        _inherited(SYSTEM, security.FULL),
        _inherited(ADMINISTRATORS, security.FULL),
        Ace(CREATOR_OWNER, security.FULL, objects=True, containers=True, only=True),
        # (CI)(S,WD,AD,X)
        Ace(USERS, 0x100026, containers=True),
    ),
    protected=True,
)


class _Files:
    def __init__(self) -> None:
        self.tree: CowTree[FileNode] = CowTree(FrozenTree(), replace)
        self.put("C:", acl=_ROOT_ACL)

    def put(
        self,
        path: str,
        *,
        acl: Acl | None = None,
        content: Content | None = None,
        attributes: str = "",
        owner: str = "",
    ) -> None:
        sid = owner or TRUSTED_INSTALLER
        self.tree.put(
            key_of(path),
            FileNode(
                name=name_of(path),
                directory=content is None,
                owner=sid,
                creator=sid,
                created=_BUILT,
                modified=_BUILT,
                acl=acl or Acl(),
                content=content or EMPTY,
                attributes=attributes,
            ),
        )


def _files(windows: Windows, arch: str) -> FrozenTree[FileNode]:
    files = _Files()
    wide = arch != "x86"
    for path, acl in (
        ("C:\\Windows", _SYSTEM_ACL),
        ("C:\\Windows\\System32", None),
        ("C:\\Windows\\System32\\Tasks", None),
        ("C:\\Windows\\System32\\wbem", None),
        ("C:\\Windows\\System32\\config", None),
        ("C:\\Windows\\System32\\config\\systemprofile", None),
        ("C:\\Windows\\System32\\WindowsPowerShell", None),
        ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0", None),
        ("C:\\Windows\\Temp", _WINDOWS_TEMP_ACL),
        ("C:\\Program Files", _SYSTEM_ACL),
        ("C:\\Program Files\\Common Files", None),
        ("C:\\Program Files\\Windows Defender", None),
        ("C:\\ProgramData", _PROGRAM_DATA_ACL),
        ("C:\\ProgramData\\Microsoft", None),
        ("C:\\Users", _USERS_ACL),
        ("C:\\Users\\Public", None),
        # Users read it, administrators write it, unlike the other public folders.
        ("C:\\Users\\Public\\Desktop", None),
        ("C:\\Users\\Default", None),
    ):
        files.put(path, acl=acl, owner=SYSTEM)
    if wide:
        files.put("C:\\Windows\\SysWOW64", owner=SYSTEM)
        files.put("C:\\Program Files (x86)", acl=_SYSTEM_ACL)
        files.put("C:\\Program Files (x86)\\Common Files")
    version = f"10.0.{windows.build}.{windows.ubr}"
    machine = "x64" if wide else "x86"
    for tool in SYSTEM_TOOLS:
        if wanted_tool(tool, windows.build):
            content = build_image(
                kind="tool", name=tool, arch=machine, version=version, company="Microsoft Corporation", size=64 << 10
            )
            folder = f"{SYSTEM32}\\wbem" if tool == "wmic" else SYSTEM32
            files.put(f"{folder}\\{file_name(tool)}", content=content, attributes="A")
    for tool in FORBIDDEN_TOOLS:
        content = build_image(
            kind="tool",
            name="forbidden",
            arch=machine,
            version=version,
            company="Microsoft Corporation",
            size=450 << 10,
            manifest={"forbidden": True, "tool": tool},
        )
        folder = f"{SYSTEM32}\\WindowsPowerShell\\v1.0" if tool == "powershell" else SYSTEM32
        files.put(f"{folder}\\{tool}.exe", content=content, attributes="A")
    for name in ("svchost", "services", "lsass", "winlogon", "dwm", "csrss", "wininit", "smss", "wsmprovhost"):
        content = build_image(kind="idle", name=name, arch=machine, version=version, size=64 << 10)
        files.put(f"{SYSTEM32}\\{name}.exe", content=content, attributes="A")
    files.put(
        "C:\\Windows\\explorer.exe",
        content=build_image(kind="idle", name="explorer", arch=machine, version=version, size=5 << 20),
        attributes="A",
    )
    return files.tree.freeze()


CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
ENVIRONMENT = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"


def _registry(windows: Windows, arch: str, language: str, oem: int, ansi: int) -> FrozenTree[Key]:
    wide = arch != "x86"
    registry = Registry(FrozenTree(), x64=wide)
    for view in (64, 32) if wide else (64,):
        current = {
            "CurrentVersion": "6.3",
            "CurrentBuild": str(windows.build),
            "CurrentBuildNumber": str(windows.build),
            "ReleaseId": windows.display if windows.build < 19042 else "2009",
            # Windows 11 kept this name in the registry; only the build tells it from Windows 10.
            "ProductName": "Windows 10 Pro",
            "EditionID": "Professional",
            "InstallationType": "Client",
            "SystemRoot": "C:\\WINDOWS",
        }
        if windows.build >= 19042:
            current["DisplayVersion"] = windows.display
        for name, value in current.items():
            registry.set(CURRENT, name, value, view=view)
        registry.set(CURRENT, "UBR", windows.ubr, view=view)
        registry.set(CURRENT, "CurrentMajorVersionNumber", 10, view=view)
        registry.create_key(registry.resolve(UNINSTALL, view=view))
        folders = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
        registry.set(
            folders, "ProgramFilesDir", "C:\\Program Files" if view == 64 else "C:\\Program Files (x86)", view=view
        )
    machine = {"x64": "AMD64", "x86": "x86", "arm64": "ARM64"}[arch]
    for name, value in (
        ("PROCESSOR_ARCHITECTURE", machine),
        ("OS", "Windows_NT"),
        ("NUMBER_OF_PROCESSORS", "4"),
        ("PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"),
    ):
        registry.set(ENVIRONMENT, name, value)
    for name, value in (
        ("ComSpec", "%SystemRoot%\\system32\\cmd.exe"),
        (
            "Path",
            "%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\System32\\Wbem;"
            "%SYSTEMROOT%\\System32\\WindowsPowerShell\\v1.0\\",
        ),
        ("windir", "%SystemRoot%"),
        ("TEMP", "%SystemRoot%\\TEMP"),
        ("TMP", "%SystemRoot%\\TEMP"),
    ):
        registry.set(ENVIRONMENT, name, value, type_=ValueType.REG_EXPAND_SZ)
    codepages = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage"
    registry.set(codepages, "OEMCP", str(oem))
    registry.set(codepages, "ACP", str(ansi))
    registry.set(
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\Language",
        "InstallLanguage",
        "040C" if language == "fr" else "0409",
    )
    registry.create_key(registry.resolve("HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"))
    registry.create_key(
        registry.resolve("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing")
    )
    registry.create_key(
        registry.resolve("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update")
    )
    registry.create_key(registry.resolve("HKCU\\Software"))
    registry.set("HKCR\\.txt", "", "txtfile")
    registry.set("HKCR\\.exe", "", "exefile")
    return registry.freeze()


_SERVICES = (
    ("EventLog", "Windows Event Log", True, "Auto"),
    ("LanmanServer", "Server", True, "Auto"),
    ("LanmanWorkstation", "Workstation", True, "Auto"),
    ("RpcSs", "Remote Procedure Call (RPC)", True, "Auto"),
    ("Schedule", "Task Scheduler", True, "Auto"),
    ("Spooler", "Print Spooler", True, "Auto"),
    ("WinRM", "Windows Remote Management (WS-Management)", True, "Auto"),
    ("Winmgmt", "Windows Management Instrumentation", True, "Auto"),
    ("wuauserv", "Windows Update", False, "Manual"),
)


@lru_cache(maxsize=32)
def baseline(windows: str, arch: str, language: str, oem: int, ansi: int) -> Baseline:
    """The baseline of a kind of Windows. ValueError for an unknown release."""
    if windows not in WINDOWS:
        raise ValueError(f"unknown Windows {windows!r}; known: {', '.join(WINDOWS)}")
    release = WINDOWS[windows]
    services = tuple(
        Service(
            name=name, display_name=display, path=f"{SYSTEM32}\\svchost.exe -k netsvcs", running=on, start_mode=mode
        )
        for name, display, on, mode in _SERVICES
    )
    return Baseline(release, _files(release, arch), _registry(release, arch, language, oem, ansi), services)
