"""One prefix: cloned from the template, started, stopped. Knows Wine and Unix, nothing of WinRM."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Set
from pathlib import Path

from .template import LAB_FOLDER, Template, wine_environment
from .toolchain import WINE, WINESERVER

__all__ = ["Prefix", "PrefixError", "kill"]

_STOP_SECONDS = 10.0
_BOOT_SECONDS = 60.0
# A program asks wineserver hundreds of things before it begins, one after the other: on one core that is a switch, on
# two each question wakes the other core up. A seventh of the CPU of a command, and half of its time.
_cores = itertools.cycle(random.sample(sorted(os.sched_getaffinity(0)), len(os.sched_getaffinity(0))))
_NAME_KEY = r"System\\CurrentControlSet\\Control\\ComputerName\\ComputerName"


class PrefixError(Exception):
    """Wine did not do what was asked; the message says what."""


class Prefix:
    """A prefix in ``folder`` and its processes.

    wineserver runs as our child in the foreground: its end is the end of every process of the prefix, so whoever holds
    it holds the station. ``setpriv --pdeathsig`` ends it when we die without a chance to clean up.
    """

    def __init__(self, folder: Path, template: Template, *, language: str) -> None:
        self.folder = folder
        self._on_one_core = ("taskset", "--cpu-list", str(next(_cores)))
        self.path = folder / "prefix"
        self.run = folder / "run"
        self._template = template
        self._environment = wine_environment(
            self.path, language=language, locale_folder=template.locales, home=folder / "home"
        )
        self._pinned: dict[tuple[int, int], int] = {}
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def drive(self) -> Path:
        return self.path / "drive_c"

    @property
    def running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def clone(self, computer_name: str) -> None:
        """Create the prefix from the template: hard links, but real copies of what Wine rewrites in place."""
        self.path.mkdir(parents=True)
        self.run.mkdir()
        (self.folder / "home").mkdir()
        source = self._template.prefix
        # cp -al: one process, a few tens of milliseconds for 3000 files; Python's own loop takes three times as long.
        subprocess.run(
            ["/bin/cp", "-al", "--", f"{source}/drive_c", f"{source}/dosdevices", f"{self.path}/"], check=True
        )
        for path in (*source.glob("*.reg"), source / ".update-timestamp"):
            shutil.copyfile(path, self.path / path.name)
        for path in (*self.drive.glob("windows/*.ini"), *self.drive.glob("windows/inf/*.inf")):
            copy = path.read_bytes()
            path.unlink()
            path.write_bytes(copy)
        registry = self.path / "system.reg"
        text = registry.read_text(encoding="utf-8", errors="surrogateescape")
        text = _set_value(text, _NAME_KEY, "ComputerName", computer_name)
        registry.write_text(text, encoding="utf-8", errors="surrogateescape")

    def start_server(self) -> None:
        """Start wineserver. The prefix's services begin with the first program."""
        self._server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "INT", *self._on_one_core, str(WINESERVER), "-f", "-p"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    async def boot(self) -> None:
        """Start wineserver and the prefix's services. Raises PrefixError."""
        self.start_server()
        # Services inherit the first program's descriptors: on /dev/null, or every reader of our pipes waits for them.
        process = await self.spawn("C:\\windows\\system32\\wineboot.exe", stdin=None, stdout=None, stderr=None)
        try:
            await asyncio.wait_for(process.wait(), _BOOT_SECONDS)
        except TimeoutError as exc:
            kill(process)
            raise PrefixError(f"wineboot did not end within {_BOOT_SECONDS} s in {self.path}") from exc

    async def spawn(
        self, program: str, *arguments: str, stdin: int | None, stdout: int | None, stderr: int | None
    ) -> asyncio.subprocess.Process:
        """Start a Windows program; ``None`` is /dev/null."""
        nothing = asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(
            *self._on_one_core,
            str(WINE),
            program,
            *arguments,
            env=self._environment,
            # Where WinRS begins too: the account's profile. Outside of drive C: Wine warns on stderr.
            cwd=self.drive / "users" / getpass.getuser(),
            stdin=nothing if stdin is None else stdin,
            stdout=nothing if stdout is None else stdout,
            stderr=nothing if stderr is None else stderr,
            start_new_session=True,
        )

    def stop(self) -> None:
        """End every process of the prefix and write the registry. Returns when nothing is left; may block 10 s."""
        server, self._server = self._server, None
        if server is None:
            return
        # SIGINT is what `wineserver -k` sends: clients are killed, the registry is saved. SIGTERM spares the clients.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(_STOP_SECONDS)
        deadline = time.monotonic() + _STOP_SECONDS
        while (left := self.pids()) and time.monotonic() < deadline:
            # wineserver has ended them; they need a moment. Only what has this prefix in its own environment.
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    def pids(self) -> list[int]:
        """Processes of this prefix that still run."""
        marker = f"WINEPREFIX={self.path}\0".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if marker in (entry / "environ").read_bytes() + b"\0":
                        found.append(int(entry.name))
        return found

    def kill_forgotten(self, pipes: Set[int]) -> None:
        """Kill what has one of these pipes (inodes) and never became a Windows program.

        wineserver forgets a program that is ended before its first thread is there: its process waits for ever (Wine 8,
        once in sixty on a busy machine, where it is ended as it starts). Windows has nothing like it.
        """
        wanted = {f"pipe:[{inode}]" for inode in pipes}
        for pid in self.pids():
            process = Path("/proc", str(pid))
            with contextlib.suppress(OSError):
                if not (process / "cmdline").read_bytes().startswith(bytes(WINE) + b"\0"):
                    continue
                if any(str(file.readlink()) in wanted for file in (process / "fd").iterdir()):
                    os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for descriptor in self._pinned.values():
            os.close(descriptor)
        self._pinned.clear()

    def pin(self, windows_path: str) -> None:
        """Keep the inode of a file or folder from being used again, even when it is deleted."""
        with contextlib.suppress(OSError):
            descriptor = os.open(self.host_path(windows_path), os.O_PATH)
            stat = os.fstat(descriptor)
            if (stat.st_dev, stat.st_ino) in self._pinned:
                os.close(descriptor)
            else:
                self._pinned[stat.st_dev, stat.st_ino] = descriptor

    def lab_file(self, name: str) -> Path:
        """A file of the lab inside the prefix (programs/lab.h, LAB_FOLDER)."""
        return self.path / LAB_FOLDER / name

    def unix(self, path: Path) -> str:
        r"""The name of a host's file for a program in the prefix; drive Z: is gone, ``\\?\unix`` is always there."""
        return "\\\\?\\unix" + str(path)

    def host_path(self, windows_path: str) -> Path:
        """The host's path of ``C:\\…``, whatever the case of its parts; the last ones need not exist."""
        drive, _, rest = windows_path.partition("\\")
        if drive.upper() != "C:":
            raise ValueError(f"{windows_path!r} is not on drive C:")
        path = self.drive
        for part in filter(None, rest.split("\\")):
            exact = path / part
            if not exact.exists() and path.is_dir():
                exact = next((entry for entry in path.iterdir() if entry.name.casefold() == part.casefold()), exact)
            path = exact
        return path


def kill(process: asyncio.subprocess.Process) -> None:
    """SIGKILL. ``Process.kill`` polls first and may take the exit status away from asyncio."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _escape(text: str) -> str:
    """Text of a value in Wine's registry files: ASCII, others as \\x (4 hex digits)."""
    escaped = "".join(c if 0x20 <= ord(c) < 0x7F and c not in '"\\' else f"\\x{ord(c):04x}" for c in text)
    return f'"{escaped}"'


def _set_value(text: str, key: str, name: str, value: str) -> str:
    """Replace a string value in the text of a registry file of Wine. KeyError when the key or value is missing."""
    start = text.index(f"\n[{key}]")
    end = text.find("\n[", start + 2)
    section = text[start:end]
    begin = section.index(f'\n"{name}"=')
    stop = section.index("\n", begin + 1)
    return text[:start] + section[:begin] + f'\n"{name}"={_escape(value)}' + section[stop:] + text[end:]
