# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch a page, or a large file: whole or not at all, going on where an earlier try stopped.

A file in the making is ``<name>.part`` with ``<name>.part.json`` beside it (address, validator of what was begun); a
whole one is ``<name>`` with ``<name>.json`` (address, size, SHA-256). Sites ban addresses that ask too often: a page is
asked for once, and only a transfer that had begun is taken up again.

How large a file may be is known: the lock file tells it, or the site; without either it stops at a limit. Some of the
disk stays free, and what cannot be gone on with is not kept. I/O: the network and files.
"""

from __future__ import annotations

import errno
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ...module_utils.base.files import sha256_of, write_atomically
from ...module_utils.base.http import Bounds, RequestError, Stream, ask, opened, vouched
from ...module_utils.base.message import Message, message_of
from .part import drop, note_of, note_path
from .resuming import Place, RangeError, StaleError, place_of, validator_of

__all__ = ["Download", "DownloadError", "DownloadOptions", "cached", "fetch_file", "fetch_page", "forget"]

_MAX_PAGE = 4 << 20
_MAX_REDIRECTS = 5
# Bytes a second. Less is no download: a line of 128 kbit/s brings twice that.
_PACE = 8 << 10
# As often in a row as a site has another file for who asks for the rest: each of its machines has a mark of its own.
_ANEW = 2
_BETWEEN_LOOKS = 16 << 20  # bytes after which the disk is looked at again
# Bytes: less than this of a file is no block that a site gives it in, and of what is packed so many at a time.
_LEAST_BLOCK = 256 << 10
_UNPACKED = 1 << 20

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there, and the whole size if it is known."""


class DownloadError(ValueError):
    """What could not be fetched, the fact, and the remedy."""


@dataclass(frozen=True, kw_only=True)
class DownloadOptions:
    """How to ask. The pause and the timeout are in seconds, the others in bytes.

    ``timeout``: of a page, and for a file until it begins and while next to nothing of it comes. ``max_size``: of a
    file, whatever a site says of it. ``keep_free``: what stays free on the disk.
    """

    folder: Path
    timeout: float = 60.0
    tries: int = 5
    pause: float = 2.0
    validate_certs: bool = True
    ca_path: str | None = None
    max_size: int = 2 << 30
    keep_free: int = 256 << 20

    def bounds(self, limit: int, *, pace: int = 0) -> Bounds:
        """Of one request."""
        return Bounds(
            timeout=self.timeout,
            limit=limit,
            validate_certs=self.validate_certs,
            ca_path=self.ca_path or None,
            pace=pace,
        )

    @property
    def vouched(self) -> list[str]:
        """Who vouches for what is fetched."""
        return vouched(self.validate_certs, self.ca_path)


@dataclass(frozen=True, kw_only=True)
class Download:
    """A whole file. ``received``: bytes that came over the network in this run."""

    path: Path
    url: str
    size: int
    sha256: str
    received: int


class _BrokenOffError(Exception):
    """The transfer stopped early; what came is kept."""


class _BlockError(_BrokenOffError):
    """It came as the site said, and is a part of the file only: the next one is asked for, which is no failure."""


def fetch_page(url: str, *, options: DownloadOptions) -> bytes:
    """The page, with one request, and one more for each redirect. Raises DownloadError."""
    try:
        page = ask(url, bounds=options.bounds(_MAX_PAGE), redirects=_MAX_REDIRECTS)
    except RequestError as exc:
        error = message_of(exc)
        if exc.kind == "too_long":
            error = Message("{error}: it is not the download page", error=error)
        raise DownloadError(
            Message(
                "the page {url} could not be read: {error}. {by_hand}",
                url=url,
                error=error,
                by_hand=_BY_HAND,
            )
        ) from exc
    if not page.ok:
        raise DownloadError(
            Message(
                "the page {url} could not be read: HTTP {status}. {by_hand}",
                url=url,
                status=page.status,
                by_hand=_BY_HAND,
            )
        )
    return page.body


_BY_HAND = Message(
    "Check the controller's way to the Internet (proxy), or download the installer with a browser and pass it with "
    "pronote_prepare_installer=<file>"
)


def cached(name: str, *, options: DownloadOptions, url: str = "", sha256: str = "") -> Download | None:
    """A file that an earlier run fetched whole, from this address or with this digest, and that is still so.

    Of this address it counts only when whoever vouches now did so then; a digest says all by itself.
    """
    path = options.folder / name
    note = note_of(path.with_name(f"{name}.json"))
    if not path.is_file() or not note or (url and note.get("url") != url) or (sha256 and note.get("sha256") != sha256):
        return None
    if not sha256 and note.get("vouched") != options.vouched:
        return None
    digest = sha256_of(path)
    if digest != note.get("sha256"):
        return None
    return Download(path=path, url=str(note.get("url", "")), size=path.stat().st_size, sha256=digest, received=0)


def forget(name: str, *, options: DownloadOptions) -> None:
    """Delete a fetched file: it was not what it should be, and the next run has to ask again."""
    for suffix in ("", ".json", ".part", ".part.json"):
        (options.folder / f"{name}{suffix}").unlink(missing_ok=True)


def fetch_file(url: str, name: str, *, options: DownloadOptions, progress: Progress, size: int = 0) -> Download:
    """Fetch a file into the folder under this name. Raises DownloadError, and OSError for the folder's disk.

    ``size``: how large it is when that is known, for a site that does not say.
    """
    options.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = options.folder / f"{name}.part"
    received = 0

    def count(have: int, whole: int | None, came: int) -> None:
        nonlocal received
        received += came
        progress(have, whole)

    failed, resume = 0, True
    while True:
        try:
            _transfer(url, part, options=options, count=count, known=size, resume=resume)
            break
        except _BlockError:
            continue
        except RangeError as exc:
            broken: Exception = exc
            resume = False
        except StaleError as exc:
            broken = exc
            drop(part)
        except _BrokenOffError as exc:
            broken = exc
        except OSError as exc:
            if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
                drop(part)
            raise
        failed += 1
        if failed == options.tries:
            if not resume:
                drop(part)
            raise DownloadError(
                Message(
                    "{url} broke off {tries} times ({broken}); {kept}",
                    url=url,
                    tries=options.tries,
                    broken=message_of(broken),
                    kept=_what_is_kept(part),
                )
            )
        time.sleep(options.pause)
    digest, have = sha256_of(part), part.stat().st_size
    path = options.folder / name
    # The note first: a file without its note is fetched again, a note without its file is nothing.
    note = {"url": url, "size": have, "sha256": digest, "vouched": options.vouched}
    write_atomically(path.with_name(f"{name}.json"), json.dumps(note).encode(), mode=0o600)
    part.replace(path)
    note_path(part).unlink(missing_ok=True)
    return Download(path=path, url=url, size=have, sha256=digest, received=received)


def _what_is_kept(part: Path) -> str:
    """In words; what nobody could go on with is deleted."""
    if not note_of(note_path(part)).get("validator"):
        drop(part)
    if not part.exists():
        return Message("nothing is kept, for the site cannot go on where it stopped. Run again")
    size = part.stat().st_size
    return Message("{size} bytes are kept in {part}. Run again: it goes on from there", size=size, part=part)


def _transfer(
    url: str,
    part: Path,
    *,
    options: DownloadOptions,
    count: Callable[[int, int | None, int], None],
    known: int,
    resume: bool,
) -> None:
    """One request, appended to what is there.

    Raises _BrokenOffError, RangeError, StaleError, DownloadError, OSError.
    """
    note = note_of(note_path(part))
    have = part.stat().st_size if part.exists() and resume else 0
    ours = note.get("url") == url and note.get("vouched") == options.vouched
    validator = str(note.get("validator", "")) if ours else ""
    # Without a validator nobody can tell whether the rest belongs to the same file.
    if not validator:
        have = 0
    headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
    bounds = options.bounds(options.max_size, pace=_PACE)
    try:
        with opened(url, bounds=bounds, headers=headers, redirects=_MAX_REDIRECTS) as answer:
            place = _placed(answer, have, validator)
            if place.start and place.start == place.size:
                return
            packed = _fits(url, answer, place.size, options)
            size = known or None if packed or place.size is None else place.size
            _enough_room(part, (size or 0) - place.start, options)
            # Of a site that passes ranges over nothing can be gone on with, whatever it says of the file.
            before = note.get("anew")
            anew = (before if isinstance(before, int) else 0) + 1 if have and not place.start else 0
            passed_over = not place.ranges or anew >= _ANEW or (ours and note.get("passed_over") is True)
            kept = "" if packed or passed_over else validator_of(answer.headers)
            begun = {
                "url": url,
                "validator": kept,
                "vouched": options.vouched,
                "passed_over": passed_over,
                "anew": anew,
            }
            write_atomically(note_path(part), json.dumps(begun).encode(), mode=0o600)
            pieces = _unpacked(answer) if packed else iter(answer.read, b"")
            with part.open("r+b" if place.start else "wb") as file:
                at = _received(pieces, file, part, start=place.start, size=size, options=options, count=count)
    except RequestError as exc:
        raise DownloadError(
            Message("{url} could not be fetched: {error}. {by_hand}", url=url, error=message_of(exc), by_hand=_BY_HAND)
        ) from exc
    if size is not None and at > size:
        drop(part)
    if size is not None and at != size:
        whole = at == place.end and at - place.start >= _LEAST_BLOCK and kept
        raise (_BlockError if whole else _BrokenOffError)(Message("{at} of {size} bytes came", at=at, size=size))


def _placed(answer: Stream, have: int, validator: str) -> Place:
    """Where the answer belongs. Raises RangeError, StaleError, RequestError for a refusal."""
    place = place_of(answer.status, answer.headers, have, validator)
    if place is None:
        raise RequestError(Message("HTTP {status}", status=answer.status))
    return place


def _unpacked(answer: Stream) -> Iterator[bytes]:
    """What something on the way has packed, although that was not asked for. Raises RequestError."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for piece in iter(answer.read, b""):
        rest = piece
        while rest and not unpacker.eof:
            try:
                plain = unpacker.decompress(rest, _UNPACKED)
            except zlib.error as exc:
                raise RequestError(Message("it cannot be unpacked")) from exc
            rest = unpacker.unconsumed_tail
            if plain:
                yield plain
    if not unpacker.eof:
        raise RequestError(Message("it stopped early"), kind="broken_off")


def _received(
    pieces: Iterator[bytes],
    file: IO[bytes],
    part: Path,
    *,
    start: int,
    size: int | None,
    options: DownloadOptions,
    count: Callable[[int, int | None, int], None],
) -> int:
    """Write what comes, from ``start`` on; where it ends. Raises _BrokenOffError, DownloadError, OSError."""
    file.truncate(start)
    file.seek(start)
    at = looked = start
    try:
        while (size is None or at <= size) and (piece := next(pieces, b"")):
            file.write(piece)
            at += len(piece)
            count(at, size, len(piece))
            _small_enough(at, options)
            if at - looked >= _BETWEEN_LOOKS:
                looked = at
                _enough_room(part, 0, options)
    except RequestError as exc:
        if exc.kind in {"none", "broken_off"}:
            raise _BrokenOffError(message_of(exc)) from exc
        # It has no end: the rest of it would be no more of an installer.
        drop(part)
        raise
    except DownloadError:
        drop(part)
        raise
    file.flush()
    os.fsync(file.fileno())
    return at


def _fits(url: str, answer: Stream, told: int | None, options: DownloadOptions) -> bool:
    """Whether it has to be unpacked. Raises DownloadError for an answer that cannot be the file."""
    coding = str(answer.headers.get("Content-Encoding", "")).strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise DownloadError(
            Message(
                "{url} comes packed, which was not asked for: something on the way changes it. {by_hand}",
                url=url,
                by_hand=_BY_HAND,
            )
        )
    if told is not None and told > options.max_size:
        raise DownloadError(
            Message(
                "{url} has {told} MiB, and an installer {max_size} MiB at most. {by_hand}",
                url=url,
                told=told >> 20,
                max_size=options.max_size >> 20,
                by_hand=_BY_HAND,
            )
        )
    return coding in {"gzip", "x-gzip"}


def _small_enough(size: int, options: DownloadOptions) -> None:
    """Raise RequestError for more than a file may have, with what earlier tries had brought."""
    if size > options.max_size:
        raise RequestError(
            Message("it is longer than {max_size} MiB", max_size=options.max_size >> 20), kind="too_long"
        )


def _enough_room(part: Path, needed: int, options: DownloadOptions) -> None:
    """Raise DownloadError when the disk would have less than is to stay free."""
    status = os.statvfs(part.parent)
    free = status.f_bavail * status.f_frsize
    if needed + options.keep_free > free:
        raise DownloadError(
            Message(
                "{parent} has {free} MiB free, {needed} MiB more are needed: make room ({keep_free} "
                "MiB stay free for the rest of the controller), or set pronote_cache_dir",
                parent=part.parent,
                free=free >> 20,
                needed=(needed >> 20) + 1,
                keep_free=options.keep_free >> 20,
            )
        )
