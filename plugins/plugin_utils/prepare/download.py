# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch a page, or a large file: whole or not at all, going on where an earlier try stopped.

A file in the making is ``<name>.part`` with ``<name>.part.json`` beside it (address, validator of what was begun); a
whole one is ``<name>`` with ``<name>.json`` (address, size, SHA-256). Sites ban addresses that ask too often: a page is
asked for once, and only a transfer that had begun is taken up again. I/O: the network, files and Ansible.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from ansible.module_utils.urls import Request

from ...module_utils.base.files import sha256_of, write_atomically
from ...module_utils.base.http import USER_AGENT, trust
from ...module_utils.base.text import reason_of

__all__ = ["Download", "DownloadError", "DownloadOptions", "cached", "fetch_file", "fetch_page", "forget"]

_MAX_PAGE = 4 << 20
_PIECE = 1 << 18
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)", re.ASCII)

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there, and the whole size if it is known."""


class DownloadError(ValueError):
    """What could not be fetched, the fact, and the remedy."""


@dataclass(frozen=True, kw_only=True)
class DownloadOptions:
    """How to ask. The timeout (between two bytes) and the pause are in seconds."""

    folder: Path
    timeout: float = 60.0
    tries: int = 5
    pause: float = 2.0
    validate_certs: bool = True
    ca_path: str | None = None


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
    """The page, with one request. Raises DownloadError."""
    try:
        with _open(url, {}, options) as response:
            page: bytes = response.read(_MAX_PAGE + 1)
    except (HTTPError, URLError, HTTPException, OSError, ValueError) as exc:
        raise DownloadError(f"the page {url} could not be read: {_words(exc)}. {_BY_HAND}") from exc
    if len(page) > _MAX_PAGE:
        raise DownloadError(
            f"the page {url} is larger than {_MAX_PAGE >> 20} MiB: it is not the download page. {_BY_HAND}"
        )
    return page


_BY_HAND = (
    "Check the controller's way to the Internet (proxy), or download the installer with a browser and pass it with "
    "pronote_prepare_installer=<file>"
)


def cached(name: str, *, options: DownloadOptions, url: str = "", sha256: str = "") -> Download | None:
    """A file that an earlier run fetched whole, from this address or with this digest, and that is still so."""
    path = options.folder / name
    note = _note(path.with_name(f"{name}.json"))
    if not path.is_file() or not note or (url and note.get("url") != url) or (sha256 and note.get("sha256") != sha256):
        return None
    digest = sha256_of(path)
    if digest != note.get("sha256"):
        return None
    return Download(path=path, url=str(note.get("url", "")), size=path.stat().st_size, sha256=digest, received=0)


def forget(name: str, *, options: DownloadOptions) -> None:
    """Delete a fetched file: it was not what it should be, and the next run has to ask again."""
    for suffix in ("", ".json", ".part", ".part.json"):
        (options.folder / f"{name}{suffix}").unlink(missing_ok=True)


def fetch_file(url: str, name: str, *, options: DownloadOptions, progress: Progress) -> Download:
    """Fetch a file into the folder under this name. Raises DownloadError, and OSError for the folder's disk."""
    options.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = options.folder / f"{name}.part"
    received = 0

    def count(have: int, size: int | None, came: int) -> None:
        nonlocal received
        received += came
        progress(have, size)

    for attempt in range(options.tries):
        if attempt:
            time.sleep(options.pause)
        try:
            _transfer(url, part, options=options, count=count)
            break
        except _BrokenOffError as exc:
            broken = exc
    else:
        have = part.stat().st_size if part.exists() else 0
        raise DownloadError(
            f"{url} broke off {options.tries} times ({broken}); {have} bytes are kept in {part}. Run again: it goes on "
            "from there"
        )
    digest, size = sha256_of(part), part.stat().st_size
    path = options.folder / name
    # The note first: a file without its note is fetched again, a note without its file is nothing.
    note = {"url": url, "size": size, "sha256": digest}
    write_atomically(path.with_name(f"{name}.json"), json.dumps(note).encode(), mode=0o600)
    part.replace(path)
    _note_path(part).unlink(missing_ok=True)
    return Download(path=path, url=url, size=size, sha256=digest, received=received)


def _transfer(url: str, part: Path, *, options: DownloadOptions, count: Callable[[int, int | None, int], None]) -> None:
    """One request, appended to what is there. Raises _BrokenOffError, DownloadError, OSError."""
    note = _note(_note_path(part))
    have = part.stat().st_size if part.exists() else 0
    validator = str(note.get("validator", "")) if note.get("url") == url else ""
    # Without a validator nobody can tell whether the rest belongs to the same file.
    if not validator:
        have = 0
    headers = {"Range": f"bytes={have}-", "If-Range": validator} if have else {}
    try:
        response = _open(url, headers, options)
    except (HTTPError, URLError, HTTPException, OSError, ValueError) as exc:
        if isinstance(exc, HTTPError) and exc.code == 416 and have:
            part.unlink()
            raise _BrokenOffError("what was there did not fit the file any more") from exc
        raise DownloadError(f"{url} could not be fetched: {_words(exc)}. {_BY_HAND}") from exc
    with contextlib.closing(response):
        start, size = _place(response, have)
        _enough_room(part, (size or 0) - start)
        validator = _validator(response)
        write_atomically(_note_path(part), json.dumps({"url": url, "validator": validator}).encode(), mode=0o600)
        with part.open("r+b" if start else "wb") as file:
            file.truncate(start)
            file.seek(start)
            at = start
            while piece := _read(response):
                file.write(piece)
                at += len(piece)
                count(at, size, len(piece))
            file.flush()
            os.fsync(file.fileno())
    if size is not None and at > size:
        part.unlink()
    if size is not None and at != size:
        raise _BrokenOffError(f"{at} of {size} bytes came")


def _open(url: str, headers: dict[str, str], options: DownloadOptions) -> Any:
    return Request().open(
        "GET",
        url,
        headers=headers,
        http_agent=USER_AGENT,
        timeout=options.timeout,
        context=trust(options.validate_certs, options.ca_path),
        decompress=False,
    )


def _read(response: Any) -> bytes:
    try:
        # read1 returns what has come; read would wait for a whole piece and lose it when the connection breaks.
        piece: bytes = response.read1(_PIECE)
    except (HTTPException, OSError) as exc:
        raise _BrokenOffError(_words(exc)) from exc
    return piece


def _place(response: Any, have: int) -> tuple[int, int | None]:
    """Where the answer's first byte belongs, and the whole size. Raises _BrokenOffError when it is somewhere else."""
    if response.status == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        if not match or int(match[1]) != have:
            raise _BrokenOffError("the site answered with another part of the file than was asked for")
        return have, None if match[2] == "*" else int(match[2])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _validator(response: Any) -> str:
    """What If-Range may be asked with: a strong ETag, else the date of the last change (RFC 9110, 13.1.5)."""
    etag = str(response.headers.get("ETag", "")).strip()
    strong = etag and not etag.startswith("W/")
    return etag if strong else str(response.headers.get("Last-Modified", "")).strip()


def _enough_room(part: Path, needed: int) -> None:
    status = os.statvfs(part.parent)
    free = status.f_bavail * status.f_frsize
    if needed > free:
        raise DownloadError(
            f"{part.parent} has {free >> 20} MiB free, {(needed >> 20) + 1} MiB more are needed: make room, or set "
            "pronote_prepare_download_dir"
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


def _words(exc: BaseException) -> str:
    return f"HTTP {exc.code}" if isinstance(exc, HTTPError) else reason_of(exc)
