# SPDX-License-Identifier: GPL-3.0-or-later
"""Move what runs up to 0.1.0 wrote into the inventory's folder to the place beside it, once, so that nothing is lost.

File by file, each by a second name (a hard link) where the file system has them for both places, and otherwise by a
copy that is looked at before the first is deleted. A move that was cut off at any moment is gone on with by the next
run. A store that another run has open stays where it is, and is used there (places/look.py). I/O: the store's file and
files.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ...module_utils.base.files import sha256_of, sha256_of_file
from ...module_utils.base.locks import acquired
from ...module_utils.base.message import Message, message_of
from . import decide
from .held import HeldError, alone, is_empty
from .look import files

__all__ = ["Moves", "move"]

_PATIENCE = 10.0
"""Seconds that a run waits for another one that moves the same things."""
# A link between two file systems, on one that has none, or refused by the kernel for somebody else's file.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}


@dataclass(kw_only=True)
class Moves:
    """What came of it. ``done``: old and new place of each file; ``stayed``: kinds and why they are where they were."""

    done: list[tuple[Path, Path]] = field(default_factory=list)
    stayed: dict[str, str] = field(default_factory=dict)


def move(folder: str, kinds: Mapping[str, frozenset[str]], *, check: bool) -> Moves:
    """Move what lies in the old places of an inventory's folder, which has no links in its path; in a check only tell.

    ``kinds``: as decide.to_move gives them.
    """
    moves = Moves()
    found = {kind: named for kind, left in kinds.items() if (named := _files(folder, kind, left))}
    if not found:
        return moves
    try:
        with nullcontext() if check else _one_at_a_time(folder):
            for kind, left in kinds.items():
                with _told(moves, kind):
                    _move_kind(folder, kind, left, moves, check=check)
    except (OSError, HeldError) as exc:
        moves.stayed |= dict.fromkeys(found, _why(exc))
    return moves


def _files(folder: str, kind: str, left: frozenset[str]) -> list[Path]:
    return [file for file in files(decide.old(folder, kind), kind) if not decide.stays(file.name, left)]


@contextlib.contextmanager
def _one_at_a_time(folder: str) -> Iterator[None]:
    """Raises OSError, HeldError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not acquired(handle, _PATIENCE):
            raise HeldError(Message("another run is moving it"))
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told(moves: Moves, kind: str) -> Iterator[None]:
    try:
        yield
    except (OSError, HeldError) as exc:
        moves.stayed[kind] = _why(exc)


def _why(exc: OSError | HeldError) -> str:
    if isinstance(exc, HeldError):
        return message_of(exc)
    place = exc.filename2 or exc.filename
    said = exc.args[1] if len(exc.args) > 1 and isinstance(exc.args[1], Message) else str(exc.strerror or exc)
    return Message("{place}: {error}", place=place, error=said) if place else said


def _move_kind(folder: str, kind: str, left: frozenset[str], moves: Moves, *, check: bool) -> None:
    """Raises OSError, HeldError."""
    above, target = Path(decide.old(folder, kind)), Path(decide.default(folder, kind))
    found = _files(folder, kind, left)
    if not found:
        return
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))
    if above.is_symlink():
        _move_link(above, target, moves, check=check)
        return
    if not check:
        target.mkdir(parents=True, exist_ok=True, mode=above.stat().st_mode & 0o777)
    for file in found:
        carry = _move_store if kind == "state" else _move_file
        carry(file, target / file.name, moves, check=check)
    if not check:
        # What people put there stays, and so does the folder.
        with contextlib.suppress(OSError):
            above.rmdir()


def _move_link(link: Path, target: Path, moves: Moves, *, check: bool) -> None:
    """A folder that people keep elsewhere stays there (a local disk, say): the link to it moves."""
    if _is_there(target):
        raise HeldError(
            Message("it is a link, and {target} is there too: delete the one that you do not want", target=target)
        )
    if not check:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(link.resolve())
        link.unlink()
    moves.done.append((link, target))


def _move_store(file: Path, target: Path, moves: Moves, *, check: bool) -> None:
    if _is_there(target) and not _is_same(file, target) and not is_empty(file):
        if not is_empty(target):
            raise HeldError(
                Message(
                    "{target} is there too, and is the one that is used. Keep one: look at both, then delete "
                    "{file} or put "
                    "it in the other's place",
                    target=target,
                    file=file,
                )
            )
        # It would hide the old one.
        if not check:
            with alone(target):
                target.unlink()
    if not check:
        if _is_there(target) and file.samefile(target):
            # One file with two names: what is in the log of writes beside the new one is not known to the old one.
            file.unlink()
        else:
            with alone(file):
                _carry(file, target)
    moves.done.append((file, target))


def _move_file(file: Path, target: Path, moves: Moves, *, check: bool) -> None:
    if _is_there(target) and not _is_same(file, target):
        # Written anew since: both are kept.
        target = next(path for path in _spares(target) if not _is_there(path) or _is_same(file, path))
    if not check:
        _carry(file, target)
    moves.done.append((file, target))


def _spares(target: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        yield target.with_name(f"{target.stem}.before-{number}{target.suffix}")


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _is_same(file: Path, other: Path) -> bool:
    """Whether the one is the other: by a second name, or as the copy of a move that was cut off, whatever was written
    to that since.
    """
    if not (file.exists() and other.exists()):
        return False
    if file.samefile(other):
        return True
    digest, note = sha256_of(file), _note(other)
    return digest == sha256_of(other) or (note.is_file() and note.read_text(encoding="ascii") == digest)


def _note(target: Path) -> Path:
    """Holds the digest of what was copied there, until the original is deleted."""
    return target.with_name(f".{target.name}.moved")


def _carry(file: Path, target: Path) -> None:
    """Bring a file to its place, whole or not at all, unless it is there; then delete the first. Raises OSError."""
    with contextlib.ExitStack() as stack:
        if not _is_there(target):
            if file.is_symlink():
                # A link that was relative would lead elsewhere.
                target.symlink_to(file.resolve())
            elif not _linked(file, target):
                # Open until the file is deleted: closing it would let go of SQLite's lock on it (fcntl(2)).
                _copy(stack.enter_context(file.open("rb")), file, target)
        file.unlink()
    _note(target).unlink(missing_ok=True)


def _linked(file: Path, target: Path) -> bool:
    try:
        os.link(file, target)
    except OSError as exc:
        if exc.errno not in _NO_LINK:
            raise
        return False
    return True


def _copy(source: IO[bytes], file: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.moving")
    try:
        with part.open("wb") as copied:
            shutil.copyfileobj(source, copied)
            copied.flush()
            os.fsync(copied.fileno())
        shutil.copystat(file, part)
        with contextlib.suppress(PermissionError):
            os.chown(part, file.stat().st_uid, file.stat().st_gid)
        _note(target).write_text(_proven(part, sha256_of_file(source)), encoding="ascii")
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _proven(copy: Path, digest: str) -> str:
    if sha256_of(copy) != digest:
        raise OSError(errno.EIO, Message("the copy is not what was copied"), str(copy))
    return digest
