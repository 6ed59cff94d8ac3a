"""A process that forks for whoever asks it, over a socket: what is imported before is there in each fork.

Who asks sends a value and descriptors (``ask``), and reads two lines of the answer: the fork's process id, then how it
ended. I/O: processes, sockets, files. Linux only.
"""

from __future__ import annotations

import atexit
import copy
import hashlib
import json
import marshal
import os
import selectors
import socket
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any

__all__ = ["KeptCode", "ask", "ended_at_once", "keep_metadata", "serve"]

_LARGEST = 2**17  # bytes of a request: arguments and environment of one process


def ask(control: socket.socket, request: object, fds: Sequence[int]) -> socket.socket:
    """Have a process forked, which gets these descriptors and a value of JSON. Raises OSError for a large one."""
    data = json.dumps(request).encode()
    if len(data) > _LARGEST:
        raise OSError(f"a request of {len(data)} bytes")
    reply, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(control, [data], [*fds, theirs.fileno()])
    return reply


def serve(control: socket.socket) -> tuple[Any, list[int]] | None:
    """Fork for each request until nobody is left who asks. A fork returns with its request, the process with None."""
    running: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _events in selector.select():
                if key.fd in running:
                    selector.unregister(key.fd)
                    pid, reply = running.pop(key.fd)
                    os.close(key.fd)
                    _, status = os.waitpid(pid, 0)
                    _tell(reply, os.waitstatus_to_exitcode(status))
                    reply.close()
                    continue
                data, fds, _flags, _address = socket.recv_fds(control, _LARGEST, 8)
                if not data:
                    return None
                *given, other = fds
                reply = socket.socket(fileno=other)
                pid = os.fork()
                if pid == 0:
                    for fd, (_pid, another) in running.items():
                        os.close(fd)
                        another.close()
                    reply.close()
                    return json.loads(data), given
                for fd in given:
                    os.close(fd)
                _tell(reply, pid)
                handle = os.pidfd_open(pid)
                running[handle] = (pid, reply)
                selector.register(handle, selectors.EVENT_READ)


def _tell(reply: socket.socket, number: int) -> None:
    # Who asked may have been ended.
    with suppress(OSError):
        reply.sendall(f"{number}\n".encode())


class KeptCode:
    """Code by what it was made of, in files: processes that have forked from one another share nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, CodeType] = {}

    def get(self, key: object, make: Callable[[], CodeType]) -> CodeType:
        """The code of a key, whose ``repr`` tells it from every other; ``make`` may raise."""
        name = hashlib.sha256(repr(key).encode(errors="surrogatepass")).hexdigest()
        if (code := self._known.get(name)) is not None:
            return code
        file = self._folder / name
        try:
            code = marshal.loads(file.read_bytes())
        except OSError:
            code = make()
            # Whoever reads sees a whole file or none. A folder that is not there any more keeps nothing.
            with suppress(OSError):
                part = file.with_name(f"{name}.{os.getpid()}")
                part.write_bytes(marshal.dumps(code))
                part.rename(file)
        self._known[name] = code
        return code


@contextmanager
def ended_at_once() -> Generator[None]:
    """End this process after the block as an interpreter ends, but for taking apart what there is.

    That would copy every page which a fork shares with its parent: a tenth of a play's CPU. What raises anything but
    SystemExit with a number ends as ever.
    """
    code = 0
    try:
        yield
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = end.code or 0
    end_threads: Callable[[], None] = vars(threading)["_shutdown"]
    end_threads()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def keep_metadata(*files: Path) -> None:
    """What Ansible's plugins are called now, and those of these files: every fork would read three thousand lines."""
    loader: Any = import_module("ansible.utils.collection_loader._collection_finder")
    read = loader._meta_yml_to_dict
    kept: dict[bytes | str, Any] = {}

    def once(text: bytes | str, content_id: Any) -> Any:
        if text not in kept:
            kept[text] = read(text, content_id)
        return copy.deepcopy(kept[text])

    loader._meta_yml_to_dict = once
    builtin = Path(import_module("ansible").__file__ or "").parent / "config/ansible_builtin_runtime.yml"
    for file in (builtin, *files):
        once(file.read_bytes(), None)
