# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch a page, or a large file: whole or not at all, going on where an earlier try stopped.

A file in the making is ``<name>.part`` with ``<name>.part.json`` beside it (address, validator of what was begun); a
whole one is ``<name>`` with ``<name>.json`` (address, size, SHA-256). Sites ban addresses that ask too often: a page is
asked for once, and only a transfer that had begun is taken up again.

How large a file may be is known: the lock file tells it, or the site; without either it stops at a limit. Some of the
disk stays free, and what cannot be gone on with is not kept. I/O: the network and files.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...module_utils.base.files import sha256_of, write_atomically
from ...module_utils.base.http import Bounds, RequestError, Stream, ask, opened, vouched
from ...module_utils.base.message import Message, message_of

__all__ = ["Download", "DownloadError", "DownloadOptions", "cached", "fetch_file", "fetch_page", "forget"]

_MAX_PAGE = 4 << 20
_MAX_REDIRECTS = 5
# Bytes a second. Less is no download: a line of 128 kbit/s brings twice that.
_PACE = 8 << 10
_BETWEEN_LOOKS = 16 << 20  # bytes after which the disk is looked at again
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)

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
    note = _note(path.with_name(f"{name}.json"))
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

    for attempt in range(options.tries):
        if attempt:
            time.sleep(options.pause)
        try:
            _transfer(url, part, options=options, count=count, known=size)
            break
        except _BrokenOffError as exc:
            broken = exc
        except OSError as exc:
            if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
                _drop(part)
            raise
    else:
        raise DownloadError(
            Message(
                "{url} broke off {tries} times ({broken}); {kept}",
                url=url,
                tries=options.tries,
                broken=message_of(broken),
                kept=_what_is_kept(part),
            )
        )
    digest, have = sha256_of(part), part.stat().st_size
    path = options.folder / name
    # The note first: a file without its note is fetched again, a note without its file is nothing.
    note = {"url": url, "size": have, "sha256": digest, "vouched": options.vouched}
    write_atomically(path.with_name(f"{name}.json"), json.dumps(note).encode(), mode=0o600)
    part.replace(path)
    _note_path(part).unlink(missing_ok=True)
    return Download(path=path, url=url, size=have, sha256=digest, received=received)


def _what_is_kept(part: Path) -> str:
    """In words; what nobody could go on with is deleted."""
    if not _note(_note_path(part)).get("validator"):
        _drop(part)
    if not part.exists():
        return Message("nothing is kept, for the site cannot go on where it stopped. Run again")
    size = part.stat().st_size
    return Message("{size} bytes are kept in {part}. Run again: it goes on from there", size=size, part=part)


def _transfer(
    url: str, part: Path, *, options: DownloadOptions, count: Callable[[int, int | None, int], None], known: int
) -> None:
    """One request, appended to what is there. Raises _BrokenOffError, DownloadError, OSError."""
    note = _note(_note_path(part))
    have = part.stat().st_size if part.exists() else 0
    ours = note.get("url") == url and note.get("vouched") == options.vouched
    validator = str(note.get("validator", "")) if ours else ""
    # Without a validator nobody can tell whether the rest belongs to the same file.
    if not validator:
        have = 0
    headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
    bounds = options.bounds(options.max_size, pace=_PACE)
    try:
        with opened(url, bounds=bounds, headers=headers, redirects=_MAX_REDIRECTS) as answer:
            if answer.status == 416 and have:
                _drop(part)
                raise _BrokenOffError(Message("what was there did not fit the file any more"))
            start, told = _place(answer, have)
            _fits(url, answer, told, options)
            size = told if told is not None else known or None
            _enough_room(part, (size or 0) - start, options)
            validator = _validator(answer)
            begun = {"url": url, "validator": validator, "vouched": options.vouched}
            write_atomically(_note_path(part), json.dumps(begun).encode(), mode=0o600)
            with part.open("r+b" if start else "wb") as file:
                at = _received(answer, file, part, start=start, size=size, options=options, count=count)
    except RequestError as exc:
        raise DownloadError(
            Message("{url} could not be fetched: {error}. {by_hand}", url=url, error=message_of(exc), by_hand=_BY_HAND)
        ) from exc
    if size is not None and at > size:
        _drop(part)
    if size is not None and at != size:
        raise _BrokenOffError(Message("{at} of {size} bytes came", at=at, size=size))


def _received(
    answer: Stream,
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
        while (size is None or at <= size) and (piece := answer.read()):
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
        _drop(part)
        raise
    except DownloadError:
        _drop(part)
        raise
    file.flush()
    os.fsync(file.fileno())
    return at


def _drop(part: Path) -> None:
    """Keep nothing of a file in the making."""
    part.unlink(missing_ok=True)
    _note_path(part).unlink(missing_ok=True)


def _fits(url: str, answer: Stream, told: int | None, options: DownloadOptions) -> None:
    """Raise DownloadError for an answer that cannot be the file."""
    coding = str(answer.headers.get("Content-Encoding", "")).strip().lower()
    if coding not in {"", "identity"}:
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


def _place(response: Stream, have: int) -> tuple[int, int | None]:
    """Where the answer's first byte belongs, and the whole size.

    Raises _BrokenOffError when it is somewhere else, RequestError for a refusal.
    """
    if response.status == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if not match or int(match[1]) != have:
            raise _BrokenOffError(Message("the site answered with another part of the file than was asked for"))
        return have, None if match[2] == "*" else int(match[2])
    if response.status != 200:
        raise RequestError(Message("HTTP {status}", status=response.status))
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if _NUMBER.fullmatch(length) else None


def _validator(response: Stream) -> str:
    """What If-Range may be asked with: a strong ETag, else the date of the last change (RFC 9110, 13.1.5)."""
    etag = str(response.headers.get("ETag", "")).strip()
    strong = etag and not etag.startswith("W/")
    return etag if strong else str(response.headers.get("Last-Modified", "")).strip()


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
                "MiB stay free for the rest of the controller), or set pronote_prepare_download_dir",
                parent=part.parent,
                free=free >> 20,
                needed=(needed >> 20) + 1,
                keep_free=options.keep_free >> 20,
            )
        )


def _note_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _note(path: Path) -> dict[str, Any]:
    """An unreadable or foreign note is as good as none."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
    return {}
