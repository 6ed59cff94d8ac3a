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
import time
from dataclasses import dataclass
from pathlib import Path

from ...module_utils.base.files import sha256_of, write_atomically
from ...module_utils.base.http import RequestError, ask
from ...module_utils.base.message import Message, message_of
from .transfer import (
    BY_HAND,
    MAX_REDIRECTS,
    BrokenOffError,
    DownloadError,
    DownloadOptions,
    Progress,
    Transfer,
    drop,
    note_of,
    note_path,
)

__all__ = ["Download", "DownloadError", "DownloadOptions", "cached", "fetch_file", "fetch_page", "forget"]

_MAX_PAGE = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Download:
    """A whole file. ``received``: bytes that came over the network in this run."""

    path: Path
    url: str
    size: int
    sha256: str
    received: int


def fetch_page(url: str, *, options: DownloadOptions) -> bytes:
    """The page, with one request, and one more for each redirect. Raises DownloadError."""
    try:
        page = ask(url, bounds=options.bounds(_MAX_PAGE), redirects=MAX_REDIRECTS)
    except RequestError as exc:
        error = message_of(exc)
        if exc.kind == "too_long":
            error = Message("{error}: it is not the download page", error=error)
        raise DownloadError(
            Message(
                "the page {url} could not be read: {error}. {by_hand}",
                url=url,
                error=error,
                by_hand=BY_HAND,
            )
        ) from exc
    if not page.ok:
        raise DownloadError(
            Message(
                "the page {url} could not be read: HTTP {status}. {by_hand}",
                url=url,
                status=page.status,
                by_hand=BY_HAND,
            )
        )
    return page.body


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
    transfer = Transfer(url=url, part=part, options=options, progress=progress, known=size)
    for attempt in range(options.tries):
        if attempt:
            time.sleep(options.pause)
        try:
            transfer.once()
            break
        except BrokenOffError as exc:
            broken = exc
        except OSError as exc:
            if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
                drop(part)
            raise
    else:
        raise DownloadError(
            Message(
                "{url} broke off {tries} times ({broken}); {kept}",
                url=url,
                tries=options.tries,
                broken=message_of(broken),
                kept=transfer.what_is_kept(),
            )
        )
    digest, have = sha256_of(part), part.stat().st_size
    path = options.folder / name
    # The note first: a file without its note is fetched again, a note without its file is nothing.
    note = {"url": url, "size": have, "sha256": digest, "vouched": options.vouched}
    write_atomically(path.with_name(f"{name}.json"), json.dumps(note).encode(), mode=0o600)
    part.replace(path)
    note_path(part).unlink(missing_ok=True)
    return Download(path=path, url=url, size=have, sha256=digest, received=transfer.received)
