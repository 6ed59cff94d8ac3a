"""Programs and scripts started by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Win32Error, error_text
from ..paths import absolute
from ..processes import Process
from ..streams import Console, Stdio
from .flow import ReplacedScript
from .script import Frame

if TYPE_CHECKING:
    from .shell import Shell

__all__ = ["find_program", "run_external", "run_script_file", "script_arguments", "start_process"]


def find_program(shell: Shell, name: str) -> str | None:
    """The file a command's name means: current folder, then the path; extensions of PATHEXT in their order."""
    bare = name.replace('"', "")
    if not bare.strip():
        return None
    extensions = [each for each in (shell.environment.get("PATHEXT") or ".COM;.EXE;.BAT;.CMD").split(";") if each]
    last = bare.replace("/", "\\").rpartition("\\")[2]
    candidates = ([bare] if "." in last else []) + [bare + extension.lower() for extension in extensions]
    folders = [shell.directory]
    if "\\" in bare or "/" in bare or ":" in bare:
        pass
    else:
        if "NoDefaultCurrentDirectoryInExePath" in shell.environment:
            folders = []
        folders += [each.strip('"') for each in (shell.environment.get("Path") or "").split(";") if each]
    for folder in folders:
        for candidate in candidates:
            try:
                path = absolute(candidate, absolute(folder, shell.directory))
            except Win32Error:
                continue
            if shell.station.files.is_file(path):
                return shell.station.files.spelled(path)
    return None


async def run_external(shell: Shell, name: str, tail: str, *, called: bool = False) -> int:
    """Run a program and wait for it, or a script; return code 1 and ERRORLEVEL 9009 when there is none."""
    path = find_program(shell, name)
    if path is None:
        bare = name.replace('"', "")
        # A path whose folder is missing has its own message and no 9009.
        if "\\" in bare and not _folder_exists(shell, bare):
            shell.err(error_text(3, shell.language))
            return shell.set_level(1)
        shell.say("not_recognized", name)
        shell.set_level(9009)
        return 1
    extension = path.lower().rpartition(".")[2]
    if extension in ("bat", "cmd"):
        code = await run_script_file(shell, path, name, tail)
        if shell.frame is not None and not called:
            raise ReplacedScript
        return code
    if extension not in ("exe", "com"):
        shell.err(error_text(1155, shell.language))
        return shell.set_level(1155)
    try:
        process = start_process(shell, path, name, tail)
    except Win32Error as error:
        shell.err(error_text(error.code, shell.language, error.path))
        return shell.set_level(error.code)
    return shell.set_level(_signed(await process.wait()))


def start_process(
    shell: Shell,
    path: str,
    name: str,
    tail: str,
    *,
    stdio: Stdio | None = None,
    console: Console | None = None,
    directory: str | None = None,
) -> Process:
    """CreateProcess for a program found. Raises Win32Error."""
    invocation = shell.invocation
    return shell.station.processes.spawn(
        path,
        name + tail,
        token=invocation.token,
        session=invocation.process.session,
        environment=shell.environment.copy(),
        directory=directory or shell.directory,
        stdio=stdio or shell.stdio.dup(),
        console=console or shell.console,
        parent=invocation.process,
        job=invocation.process.job,
    )


async def run_script_file(shell: Shell, path: str, name: str, tail: str) -> int:
    """Run a batch file in this shell."""
    return await shell.run_script(Frame(path, [name, *script_arguments(tail)], tail.strip(" \t")))


def script_arguments(tail: str) -> list[str]:
    """``%1`` and the following: split at separators outside quotes, quotes kept."""
    arguments: list[str] = []
    current = ""
    quoted = False
    for char in tail:
        if char == '"':
            quoted = not quoted
        if not quoted and char in " \t,;=":
            if current:
                arguments.append(current)
            current = ""
        else:
            current += char
    return [*arguments, current] if current else arguments


def _signed(code: int) -> int:
    return code - (1 << 32) if code >= 1 << 31 else code


def _folder_exists(shell: Shell, name: str) -> bool:
    try:
        return shell.station.files.is_directory(absolute(name.rpartition("\\")[0] + "\\", shell.directory))
    except Win32Error:
        return False
