"""What a scenario puts on a station beside its baseline: accounts, clients, foreign entries, a session."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from . import security
from .baseline import CURRENT, ENVIRONMENT, SYSTEM32, UNINSTALL
from .content import Content
from .environment import Environment, expand
from .errors import Win32Error
from .foreign import foreign_entries
from .installer.client import client_path, install_client
from .installer.products import NAMES
from .options import FileOptions
from .paths import parent_of
from .registry import ValueType
from .security import ADMINISTRATORS, SYSTEM, Ace, Acl, Token

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["environment_block", "finish_pending_renames", "provision", "start_system_processes"]

SESSION_MANAGER = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
_OTHERS_FILE = "C:\\Windows\\Temp\\old.tmp"
_CLIENTS_FILE = "C:\\Program Files\\Index Education\\Pronote 2026\\Réseau\\Client\\IEBase.dll"
CODE_INTEGRITY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\CI\\Policy"
_CBS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"
_UPDATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"


def provision(station: SimulatedStation) -> None:
    """Apply the options to a fresh station."""
    options = station.options
    registry = station.registry
    registry.set(
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", "ComputerName", station.computer_name
    )
    registry.set(
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", "Hostname", options.name.partition(".")[0]
    )
    edition = {"pro": "Professional", "home": "Core", "education": "Education", "se": "CloudEdition"}[options.edition]
    registry.set(CURRENT, "EditionID", edition)
    if options.s_mode:
        registry.set(CODE_INTEGRITY, "SkuPolicyRequired", 1)
    if options.edition == "home":
        station.files.delete(f"{SYSTEM32}\\msg.exe", token=station.system)
    for account in station.accounts:
        _profile(station, account.name, station.token_of(account))
    for user in options.users:
        _profile(station, user, station.standard_user(user))
    for entry in foreign_entries(options.uninstall_entries, x64=options.arch != "x86"):
        key = f"{UNINSTALL}\\{entry.key}"
        for name, data in entry.values.items():
            registry.set(key, name, data, view=entry.view)
    if "cbs" in options.pending_reboot:
        registry.create_key(registry.resolve(_CBS))
    if "windows_update" in options.pending_reboot:
        registry.create_key(registry.resolve(_UPDATE))
    _put_renames(station)
    for client in options.clients:
        install_client(
            station,
            release=client.release,
            product=NAMES[client.product],
            arch=client.arch,
            entry=client.entry,
            exe=client.exe,
            updater=client.updater,
            display_version=client.display_version,
            display_name=client.display_name,
            uninstaller=client.uninstaller,
            uninstall_string=client.uninstall_string,
        )
    for file in options.files:
        _put_file(station, file)
    for write in options.registry:
        registry.set(write.key, write.name, write.data, view=write.view, type_=write.type)
    registry.denied = {registry.resolve(key).lower() for key in options.denied_keys}
    if options.session_open is not None:
        open_session(station, options.session_open)
    if options.running_client:
        client = next(each for each in options.clients if each.release == options.running_client and each.exe)
        station.processes.add_resident(
            client_path(station, release=client.release, arch=client.arch, product=NAMES[client.product]),
            token=station.standard_user(options.session_open or "eleve"),
            session=1,
        )


def _put_renames(station: SimulatedStation) -> None:
    """Programs that ask for it again at each start: a printer's, or the client's own updater."""
    wanted = {"rename": _OTHERS_FILE, "product_rename": _CLIENTS_FILE}
    names = [wanted[each] for each in station.options.pending_reboot if each in wanted]
    if names:
        pairs = [text for name in names for text in (f"\\??\\{name}", "")]
        station.registry.set(SESSION_MANAGER, "PendingFileRenameOperations", pairs)


def _put_file(station: SimulatedStation, file: FileOptions) -> None:
    station.files.make_directories(parent_of(file.path), token=station.system)
    content = Content.padded(file.text.encode(), file.size)
    station.files.write(file.path, content, token=station.system)
    if file.modified:
        node = station.files.change(file.path)
        node.created = node.modified = dt.datetime.fromisoformat(file.modified)


def open_session(station: SimulatedStation, user: str) -> None:
    """Somebody logs on at the console: session 1, with its Explorer."""
    known = station.token_named(user)
    # An administrator's own programs run without his rights until he is asked (User Account Control).
    token = known.filtered if known is not None and known.elevated else station.standard_user(user)
    for name in ("winlogon.exe", "dwm.exe"):
        station.processes.add_host(name, path=f"{SYSTEM32}\\{name}", session=1)
    station.processes.add_resident(
        "C:\\Windows\\explorer.exe", token=token, session=1, command_line="C:\\Windows\\Explorer.EXE"
    )


def close_session(station: SimulatedStation) -> None:
    """Whoever is logged on at the console logs off: every program of that session ends."""
    for process in list(station.processes):
        if process.session > 0:
            station.processes.kill(process, 0)


def start_client(station: SimulatedStation, release: str, arch: str = "x64") -> None:
    """Whoever is logged on at the console starts a client that is installed. Raises Win32Error."""
    path = client_path(station, release=release, arch=arch)
    station.files.require(path)
    user = session_user(station) or "eleve"
    station.processes.add_resident(path, token=station.standard_user(user.rpartition("\\")[2]), session=1)


def session_user(station: SimulatedStation) -> str | None:
    """Who is logged on at the console, as ``Win32_ComputerSystem.UserName`` tells it."""
    for process in station.processes.named("explorer.exe"):
        if process.session > 0:
            return process.token.name
    return None


def start_system_processes(station: SimulatedStation) -> None:
    """What each boot starts."""
    add = station.processes.add_host
    add("System Idle Process", pid=0)
    add("System", pid=4)
    for name in ("smss.exe", "csrss.exe", "wininit.exe", "services.exe", "lsass.exe"):
        add(name, path=f"{SYSTEM32}\\{name}", parent=4)
    for _ in range(4):
        add("svchost.exe", path=f"{SYSTEM32}\\svchost.exe", parent=4)
    for service in station.services.all():
        path = service.path.strip('"')
        if service.running and "svchost" not in path and station.files.is_file(path):
            station.processes.add_resident(path, token=station.system, session=0, host=True)


def finish_pending_renames(station: SimulatedStation) -> None:
    """What the Session Manager and servicing do at boot: the pending operations are carried out and forgotten."""
    registry = station.registry
    pending = registry.get(SESSION_MANAGER, "PendingFileRenameOperations")
    if isinstance(pending, list):
        for source, target in zip(pending[::2], pending[1::2], strict=False):
            path = source.removeprefix("\\??\\")
            if not target and station.files.is_file(path):
                station.files.delete(path, token=station.system)
        registry.delete_value(registry.resolve(SESSION_MANAGER), "PendingFileRenameOperations")
    _put_renames(station)
    registry.remove(_CBS)
    registry.remove(_UPDATE)


def _profile(station: SimulatedStation, name: str, token: Token) -> None:
    home = f"C:\\Users\\{name}"
    inherited = [Ace(sid, security.FULL, objects=True, containers=True) for sid in (SYSTEM, ADMINISTRATORS, token.sid)]
    try:
        station.files.make_directory(home, token=station.system, acl=Acl(tuple(inherited), protected=True))
    except Win32Error as error:
        if error.code != 183:
            raise
        return
    station.files.change(home).owner = token.sid
    for below in ("AppData", "AppData\\Local", "AppData\\Local\\Temp", "Desktop", "Downloads"):
        station.files.make_directory(f"{home}\\{below}", token=token)
    station.registry.create_key(station.registry.resolve("HKCU\\Software", sid=token.sid))


def environment_block(station: SimulatedStation, token: Token) -> Environment:
    """CreateEnvironmentBlock: the machine's variables, the folders, and those of the account."""
    wide = station.options.arch != "x86"
    variables = Environment(
        {
            "SystemDrive": "C:",
            "SystemRoot": "C:\\Windows",
            "ProgramData": "C:\\ProgramData",
            "ALLUSERSPROFILE": "C:\\ProgramData",
            "PUBLIC": "C:\\Users\\Public",
            "ProgramFiles": "C:\\Program Files",
            "CommonProgramFiles": "C:\\Program Files\\Common Files",
            "COMPUTERNAME": station.computer_name,
            "PROMPT": "$P$G",
        }
    )
    if wide:
        variables["ProgramFiles(x86)"] = "C:\\Program Files (x86)"
        variables["CommonProgramFiles(x86)"] = "C:\\Program Files (x86)\\Common Files"
        variables["ProgramW6432"] = "C:\\Program Files"
        variables["CommonProgramW6432"] = "C:\\Program Files\\Common Files"
    machine = station.registry.key(station.registry.resolve(ENVIRONMENT))
    ordered = sorted(machine.values.values(), key=lambda value: value.type is ValueType.REG_EXPAND_SZ)
    for value in ordered:
        if isinstance(value.data, str):
            expanded = value.type is ValueType.REG_EXPAND_SZ
            variables[value.name] = expand(value.data, variables) if expanded else value.data
    if token.sid == SYSTEM:
        home, user, domain = f"{SYSTEM32}\\config\\systemprofile", f"{station.computer_name}$", "WORKGROUP"
    else:
        user = token.name.rpartition("\\")[2]
        home, domain = f"C:\\Users\\{user}", station.computer_name
        variables["TEMP"] = variables["TMP"] = f"{home}\\AppData\\Local\\Temp"
    variables["USERNAME"], variables["USERDOMAIN"], variables["USERPROFILE"] = user, domain, home
    variables["APPDATA"], variables["LOCALAPPDATA"] = f"{home}\\AppData\\Roaming", f"{home}\\AppData\\Local"
    return variables
