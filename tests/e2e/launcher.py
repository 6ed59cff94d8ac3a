"""Start plays by forking a process that has imported what they stand on: a third of a play's CPU is imports.

Ansible reads its settings while it is imported: a process that has imported Ansible forks only for plays whose settings
are its own. It has the product too, which reads nothing as it is imported (test_launcher.py). What an interpreter reads
as it starts (``PYTHON…``, locale, time zone) and what OpenSSL reads is that of the process which forks: whoever changes
more than is ``FREE`` starts the command itself. Hashes of texts have one seed for all the plays of a test worker.
Ansible compiles a collection's modules at every start, since it keeps no bytecode of them: a fork has that of the
product's sources, while they are as they were. Sources and roles are those of the moment at which the process began.

As a module (``python -m``): the process that forks. I/O: processes, sockets. Linux only.
"""

from __future__ import annotations

import atexit
import builtins
import gc
import io
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from tests.e2e.ready import (
    COLLECTION,
    Sources,
    import_ansible,
    import_libraries,
    import_product,
    keep_templates,
    parse_roles,
)
from tests.forking import ask, ended_at_once, serve

__all__ = ["FREE", "Launcher", "launcher", "play_launcher"]

# Variables that may differ from one play to the next, by the beginning of their names.
FREE = ("RENTREE_", "COLUMNS", "PYTEST_", "TERM")
_ROOT = Path(__file__).resolve().parents[2]


class Launcher:
    """The process that forks, started with this process's environment. Its commands are Python scripts.

    ``ansible``: it imports Ansible, in ``cwd`` and with these settings (``ANSIBLE_…``).
    """

    def __init__(self, *, ansible: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        self._environment = {**os.environ, **(ansible or {})}
        self._free = FREE if ansible is not None else ("ANSIBLE_", *FREE)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), *(() if ansible is None else ("ansible",))],
                cwd=cwd or _ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def close(self) -> None:
        """End it; what it has started goes on."""
        self._control.close()
        self._process.wait()

    def fits(self, environment: dict[str, str]) -> bool:
        """Whether nothing differs from its own environment but what may."""
        differing = dict(environment.items() ^ self._environment.items())
        return all(name.startswith(self._free) for name in differing)

    def run(
        self, command: Sequence[str], *, cwd: Path, env: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As ``subprocess.run`` with no stdin, and stdout and stderr as one text.

        Raises subprocess.TimeoutExpired after ``timeout`` seconds, and OSError for a command that is too large.
        """
        said, output = os.pipe()
        stdin = os.open(os.devnull, os.O_RDONLY)
        try:
            reply = ask(self._control, {"command": [*command], "cwd": str(cwd), "environment": env}, [stdin, output])
        except OSError:
            os.close(said)
            raise
        finally:
            os.close(stdin)
            os.close(output)
        with reply, reply.makefile("r") as answers, os.fdopen(said, "rb", buffering=0) as pipe:
            pid = int(answers.readline())
            try:
                text = _whole(pipe, command, timeout)
                code = int(answers.readline())
            except BaseException:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                answers.readline()
                raise
        return subprocess.CompletedProcess([*command], code, text)


@cache
def launcher() -> Launcher:
    """That of this process."""
    made = Launcher()
    atexit.register(made.close)
    return made


@cache
def play_launcher(cwd: Path, settings: frozenset[tuple[str, str]]) -> Launcher:
    """That of this process for plays in ``cwd`` with these settings (``ANSIBLE_…``)."""
    made = Launcher(ansible=dict(settings), cwd=cwd)
    atexit.register(made.close)
    return made


def _whole(pipe: BinaryIO, command: Sequence[str], timeout: float) -> str:
    """What comes until its last writer has closed it."""
    until = time.monotonic() + timeout
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(until - time.monotonic()):
                raise subprocess.TimeoutExpired([*command], timeout, b"".join(parts))
            part = pipe.read(2**16)
            if not part:
                return b"".join(parts).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
            parts.append(part)


def _become(request: dict[str, Any], fds: Sequence[int]) -> list[str]:
    stdin, output = fds
    for fd, standard in ((stdin, 0), (output, 1), (output, 2)):
        os.dup2(fd, standard)
    os.close(stdin)
    os.close(output)
    _reopen()
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])
    command: list[str] = request["command"]
    return command


def _reopen() -> None:
    """As an interpreter that starts does: what was opened on another kind of file would look for a place in a pipe."""
    for fd, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        before = getattr(sys, name)
        raw: Any = open(fd, f"{mode}b", 0 if before.write_through else -1, closefd=False)  # noqa: SIM115
        getattr(raw, "raw", raw).name = f"<{name}>"
        buffering = {"line_buffering": before.line_buffering, "write_through": before.write_through}
        made: Any = io.TextIOWrapper(raw, before.encoding, before.errors, newline="\n", **buffering)
        made.mode = mode
        setattr(sys, name, made)
        setattr(sys, f"__{name}__", made)


def _own_folder() -> None:
    """Ansible makes its folder of temporary files as it is imported, and removes it at its end."""
    constants: Any = import_module("ansible.constants")
    remove = import_module("ansible.utils.path").cleanup_tmp_file
    atexit.unregister(remove)
    parent = Path(constants.DEFAULT_LOCAL_TMP).parent
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}", dir=parent)
    constants.DEFAULT_LOCAL_TMP = made
    atexit.register(remove, made, warn=True)


def _main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as control:
        import_libraries()
        # Forks have it too.
        builtins.compile = Sources(COLLECTION / "plugins")
        if with_ansible := "ansible" in sys.argv[2:]:
            import_ansible()
            import_product()
            parse_roles()
            keep_templates()
        # What is there now stays: a collection in a fork would copy all of its pages.
        gc.collect()
        gc.freeze()
        # A play ends before its garbage fills anything; it was looked for at a twentieth of the CPU.
        gc.set_threshold(100_000, 50, 50)
        forked = serve(control)
    if forked is not None:
        command = _become(*forked)
        if with_ansible:
            _own_folder()
        sys.argv[:] = command
        sys.orig_argv[:] = [sys.executable, *command]
        sys.path[0] = str(Path(command[0]).parent)
        with ended_at_once():
            runpy.run_path(command[0], run_name="__main__")


if __name__ == "__main__":
    _main()
