# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that somebody works in: what is there, and new files, which never take another's place. I/O: files."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import reason_of, some_of
from ..inventory.names import Taken
from ..inventory.sources import reserved_names
from ..inventory.stations_csv import decode, refuse_taken
from .answers import Export, read_export
from .files import SOURCE, VAULT
from .vault import of_file

__all__ = ["Here", "create", "read_by_others", "there"]

_LARGEST: Final = 16 << 20
_NAMED: Final = 3


@dataclass(frozen=True, kw_only=True)
class Here:
    """What answers are held against (``gather.Surroundings``). ``base``: the folder that paths begin in; ``loader``:
    Ansible's."""

    base: Path
    loader: Any
    vault_file: str = ""

    @property
    def address(self) -> str | None:
        """This machine, as others may know it; None where its own name is none of a network. Nobody is asked for it: a
        resolver that does not answer takes its time."""
        name = socket.gethostname()
        return f"http://{name}/pronote" if "." in name and not name.startswith("localhost") else None

    def path(self, text: str) -> Path:
        """A path as people type it. Raises ValueError for a home of nobody."""
        try:
            return self.base / Path(text).expanduser()
        except RuntimeError as exc:
            raise ValueError(Message("{path}: nobody has such a home", path=text)) from exc

    def folder(self, text: str) -> str:
        """The folder of an inventory, if it is ours to write. Raises ValueError."""
        told = text.strip().rstrip("/")
        if not told or not told.isprintable() or {",", "%", "{", "#", ";"}.intersection(told):
            raise ValueError(Message("{text} cannot be the name of a folder of an inventory", text=repr(told[:80])))
        path = self.path(told)
        if path.resolve() == self.base.resolve():
            raise ValueError(Message("it must be a folder of its own, in this one: inventories/my_schools"))
        try:
            names = sorted(each.name for each in path.iterdir()) if path.exists() else []
        except OSError as exc:
            raise ValueError(Message("{path}: {error}", path=told, error=exc.strerror or reason_of(exc))) from exc
        if names and SOURCE not in names:
            raise ValueError(
                Message(
                    "{path} is not empty, and has no inventory of init ({names}): name another folder, which is made",
                    path=told,
                    names=some_of(names, _NAMED),
                )
            )
        return told

    def export(self, text: str, *, preset: str, school: str) -> Export:
        """The stations of a file. Raises ValueError."""
        told = text.strip()
        if not told:
            raise ValueError(Message("an answer is needed"))
        path = self.path(told)
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as exc:
            raise ValueError(
                Message(
                    "{path} cannot be read ({error}): give the path of the file",
                    path=told,
                    error=exc.strerror or reason_of(exc),
                )
            ) from exc
        if len(content) > _LARGEST:
            raise ValueError(Message("{path} is larger than 16 MiB: it is no list of stations", path=told))
        try:
            found = read_export(content, decode(content), preset=preset, school=school)
            refuse_taken(found.rows, Taken.of(hosts={}, groups={}, reserved=reserved_names()))
        except ValueError as exc:
            raise ValueError(Message("{path}:{error}", path=told, error=_error(exc))) from exc
        return found

    def file_of_vault(self, text: str, *, folder: str) -> str:
        """A file with a password, or one that can be made. Raises ValueError."""
        told = text.strip()
        if not told:
            return ""
        path = self.path(told)
        if folder and path.resolve().is_relative_to(self.path(folder).resolve()):
            raise ValueError(
                Message("{path} lies in the inventory: put it elsewhere, where it goes into no copy of it", path=told)
            )
        if path.is_dir() or "%" in told:
            raise ValueError(Message("{path} cannot be a file with a password", path=told))
        if path.exists():
            of_file(path, self.loader)
            if read_by_others(path):
                raise ValueError(Message("{path} can be read by others: chmod 600 {path}", path=told))
        # One way to write it, whether somebody types it or Ansible's configuration says it.
        whole, home = Path(os.path.normpath(path)), Path.home()
        return f"~/{whole.relative_to(home)}" if whole.is_relative_to(home) else str(whole)

    def has_vault(self, folder: str) -> bool:
        """Whether the account is there already."""
        return (self.path(folder) / VAULT).exists()

    def open_to_all(self) -> bool:
        """Whether everybody may write into this folder: Ansible reads no ansible.cfg there."""
        return bool(self.base.stat().st_mode & stat.S_IWOTH)


def _error(exc: ValueError) -> Any:
    return exc.args[0] if exc.args and isinstance(exc.args[0], Message) else str(exc)


def read_by_others(path: Path) -> bool:
    """Whether anybody but its owner may read a file. Raises OSError."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def there(base: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """What is in those files that are there. Raises OSError."""
    found = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found[path] = (base / Path(path).expanduser()).read_bytes()
    return found


def create(path: Path, content: bytes, *, mode: int) -> None:
    """Make a file, whole or not at all, and its folders. Raises FileExistsError where there is one by now, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755 if mode & stat.S_IROTH else 0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        _put(Path(name), path)
    finally:
        Path(name).unlink(missing_ok=True)


def _put(made: Path, path: Path) -> None:
    """Give a file its name. A link, unlike a move, takes nobody's place; some file systems have none."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError as exc:
        if exc.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}:
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from exc
        made.rename(path)
