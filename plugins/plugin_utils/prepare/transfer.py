# SPDX-License-Identifier: GPL-3.0-or-later
"""One file's way from a site to the disk: each try goes on where the one before stopped, or begins again.

What cannot be gone on with (a site that refuses ranges, ignores or misanswers them, a mark that changes with each
request, a packed part) is asked for from its beginning, so that no state is left over which every later run would
stumble. I/O: the network and files.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from ...module_utils.base.files import write_atomically
from ...module_utils.base.http import Bounds, RequestError, Stream, opened, vouched
from ...module_utils.base.message import Message, message_of

__all__ = [
    "BY_HAND",
    "MAX_REDIRECTS",
    "BrokenOffError",
    "DownloadError",
    "DownloadOptions",
    "Progress",
    "Transfer",
    "drop",
    "note_of",
    "note_path",
]

MAX_REDIRECTS: Final = 5
# Bytes a second. Less is no download: a line of 128 kbit/s brings twice that.
_PACE = 8 << 10
_BETWEEN_LOOKS = 16 << 20  # bytes after which the disk is looked at again
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)
_WHOLE = re.compile(r"bytes \*/(\d{1,18})", re.ASCII)
# The site has no time for anybody: whether it can go on where it stopped is another question.
_PASSING = frozenset({429, 500, 502, 503, 504})
# After so many answers with the whole file to a request for the rest, nothing is ever gone on with there.
_BEGUN_ANEW = 2

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


class BrokenOffError(Exception):
    """The transfer stopped early; what came is kept."""


class _NoRestError(BrokenOffError):
    """The rest of what is there was not to be had, or is not the rest: the file is asked for from its beginning."""


BY_HAND = Message(
    "Check the controller's way to the Internet (proxy), or download the installer with a browser and pass it with "
    "pronote_prepare_installer=<file>"
)


@dataclass(kw_only=True)
class Transfer:
    """The tries of one file. ``known``: its size in bytes, for a site that does not say; 0 when nobody knows."""

    url: str
    part: Path
    options: DownloadOptions
    progress: Progress
    known: int
    received: int = 0
    # Whether the file is asked for from its beginning, whatever is there; and how often the rest was not to be had.
    afresh: bool = False
    no_rest: int = 0

    def once(self) -> None:
        """One request, appended to what is there. Raises BrokenOffError, DownloadError, OSError."""
        note = note_of(note_path(self.part))
        have = self.part.stat().st_size if self.part.exists() else 0
        ours = note.get("url") == self.url and note.get("vouched") == self.options.vouched
        validator = str(note.get("validator", "")) if ours else ""
        # Without a validator nobody can tell whether the rest belongs to the same file.
        if not validator or self.afresh:
            have = 0
        self.afresh = False
        headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
        bounds = self.options.bounds(self.options.max_size, pace=_PACE)
        try:
            with opened(self.url, bounds=bounds, headers=headers, redirects=MAX_REDIRECTS) as answer:
                if have and self._is_whole(answer, have, note.get("size")):
                    return
                start, told = _place(answer, have)
                _fits(self.url, answer, told, self.options)
                size = told if told is not None else self.known or None
                _enough_room(self.part, (size or 0) - start, self.options)
                begun = {
                    "url": self.url,
                    "validator": _validator(answer),
                    "vouched": self.options.vouched,
                    "size": size,
                }
                write_atomically(note_path(self.part), json.dumps(begun).encode(), mode=0o600)
                with self.part.open("r+b" if start else "wb") as file:
                    at = self._received(answer, file, start=start, size=size)
        except RequestError as exc:
            raise DownloadError(
                Message(
                    "{url} could not be fetched: {error}. {by_hand}",
                    url=self.url,
                    error=message_of(exc),
                    by_hand=BY_HAND,
                )
            ) from exc
        if size is not None and at > size:
            drop(self.part)
        if start and at == start and at != size:
            raise self._without_rest(Message("the site answered with an empty part of the file"))
        if size is not None and at != size:
            raise BrokenOffError(Message("{at} of {size} bytes came", at=at, size=size))

    def _is_whole(self, answer: Stream, have: int, before: object) -> bool:
        """Whether what is there is all of it. Raises _NoRestError for an answer that does not go on from it.

        ``before``: the size that the site told when it was begun.
        """
        if answer.status == 416:
            whole = _WHOLE.fullmatch(answer.headers.get("Content-Range", "").strip())
            if whole and int(whole[1]) == have:
                return True
            raise self._without_rest(Message("what was there did not fit the file any more"))
        if answer.status == 206:
            match = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
            if not match or int(match[1]) != have or (before and match[2] not in {"*", str(before)}):
                raise self._without_rest(Message("the site answered with another part of the file than was asked for"))
            if _is_packed(answer):
                raise self._without_rest(Message("the rest of the file comes packed, which was not asked for"))
        elif answer.status == 200:
            self.no_rest += 1
        elif answer.status not in _PASSING:
            raise self._without_rest(
                Message("the site answers HTTP {status} to who asks for the rest", status=answer.status)
            )
        return False

    def _without_rest(self, why: Message) -> _NoRestError:
        self.afresh = True
        self.no_rest += 1
        return _NoRestError(why)

    def _received(self, answer: Stream, file: IO[bytes], *, start: int, size: int | None) -> int:
        """Write what comes, from ``start`` on; where it ends. Raises BrokenOffError, DownloadError, OSError."""
        file.truncate(start)
        file.seek(start)
        at = looked = start
        try:
            while (size is None or at <= size) and (piece := answer.read()):
                file.write(piece)
                at += len(piece)
                self.received += len(piece)
                self.progress(at, size)
                _small_enough(at, self.options)
                if at - looked >= _BETWEEN_LOOKS:
                    looked = at
                    _enough_room(self.part, 0, self.options)
        except RequestError as exc:
            if exc.kind in {"none", "broken_off"}:
                raise BrokenOffError(message_of(exc)) from exc
            # It has no end: the rest of it would be no more of an installer.
            drop(self.part)
            raise
        except DownloadError:
            drop(self.part)
            raise
        file.flush()
        os.fsync(file.fileno())
        return at

    def what_is_kept(self) -> Message:
        """In words; what nobody could go on with is deleted."""
        if self.afresh or self.no_rest >= _BEGUN_ANEW or not note_of(note_path(self.part)).get("validator"):
            drop(self.part)
        if not self.part.exists():
            return Message("nothing is kept, for the site cannot go on where it stopped. Run again")
        size = self.part.stat().st_size
        return Message("{size} bytes are kept in {part}. Run again: it goes on from there", size=size, part=self.part)


def drop(part: Path) -> None:
    """Keep nothing of a file in the making."""
    part.unlink(missing_ok=True)
    note_path(part).unlink(missing_ok=True)


def _is_packed(answer: Stream) -> bool:
    return str(answer.headers.get("Content-Encoding", "")).strip().lower() not in {"", "identity"}


def _fits(url: str, answer: Stream, told: int | None, options: DownloadOptions) -> None:
    """Raise DownloadError for an answer that cannot be the file."""
    if _is_packed(answer):
        raise DownloadError(
            Message(
                "{url} comes packed, which was not asked for: something on the way changes it. {by_hand}",
                url=url,
                by_hand=BY_HAND,
            )
        )
    if told is not None and told > options.max_size:
        raise DownloadError(
            Message(
                "{url} has {told} MiB, and an installer {max_size} MiB at most. {by_hand}",
                url=url,
                told=told >> 20,
                max_size=options.max_size >> 20,
                by_hand=BY_HAND,
            )
        )


def _place(response: Stream, have: int) -> tuple[int, int | None]:
    """Where the answer's first byte belongs, and the whole size.

    Raises BrokenOffError when it is somewhere else, RequestError for a refusal.
    """
    if response.status == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if not match or int(match[1]) != have:
            raise BrokenOffError(Message("the site answered with another part of the file than was asked for"))
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


def note_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def note_of(path: Path) -> dict[str, Any]:
    """An unreadable or foreign note is as good as none."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
    return {}
