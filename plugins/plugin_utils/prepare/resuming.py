# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is there of a file can be gone on with, and where an answer's bytes belong (RFC 9110, 13 and 14). Pure.

A site may refuse a range, pass it over, answer another one, give the file in blocks, or have another file by now under
the same address. None of these may leave something that no later run can go on from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.message import Message

__all__ = ["Place", "RangeError", "StaleError", "place_of", "validator_of"]

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})", re.ASCII)
# What a site, or what stands before it, says of a range alone; of a file that is gone, or of too many requests, not.
_OF_RANGES: Final = frozenset({304, 400, 403, 405, 406, 407, 409, 412, 413, 414, 417, 431, 501, 505})


class StaleError(Exception):
    """What is there cannot be gone on with, and is worth nothing."""


class RangeError(Exception):
    """The site does not answer to a range: the whole has to be asked for. What is there is kept until it comes."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the first byte of an answer belongs, the end of what it brings, and the size of the whole if it is known.

    ``ranges``: False of a site that has passed a range over.
    """

    start: int
    end: int | None
    size: int | None
    ranges: bool = True


def place_of(status: int, headers: Mapping[str, str], have: int, validator: str) -> Place | None:
    """Where an answer belongs when ``have`` bytes are there, of what the ``validator`` names; None for a refusal.

    Raises StaleError, RangeError.
    """
    if status == 416 and have:
        whole = _UNSATISFIED.fullmatch(headers.get("Content-Range", "").strip())
        # A run that was cut off between the last byte and the name.
        if whole and int(whole[1]) == have:
            return Place(start=have, end=have, size=have)
        raise StaleError(Message("what was there did not fit the file any more"))
    if have and status in _OF_RANGES:
        raise RangeError(Message("the site refused to go on (HTTP {status})", status=status))
    if status == 206:
        match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        if not match or int(match[1]) != have or int(match[2]) < have:
            raise StaleError(Message("the site answered with another part of the file than was asked for"))
        now = validator_of(headers)
        if have and now and now != validator:
            raise StaleError(Message("the file on the site is another one by now"))
        size = None if match[3] == "*" else int(match[3])
        if size is not None and int(match[2]) >= size:
            raise StaleError(Message("the site answered with another part of the file than was asked for"))
        if have and headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
            raise StaleError(Message("the site went on with something that is packed"))
        return Place(start=have, end=int(match[2]) + 1, size=size)
    if status != 200:
        return None
    length = headers.get("Content-Length", "")
    size = int(length) if _NUMBER.fullmatch(length) else None
    passed_over = bool(have) and validator_of(headers) in {"", validator}
    return Place(start=0, end=size, size=size, ranges=not passed_over)


def validator_of(headers: Mapping[str, str]) -> str:
    """What If-Range may be asked with: a strong ETag, else the date of the last change; empty when nothing can be gone
    on with, as of a site that says that it knows no ranges.
    """
    if str(headers.get("Accept-Ranges", "")).strip().lower() == "none":
        return ""
    etag = str(headers.get("ETag", "")).strip()
    strong = etag and not etag.startswith("W/")
    return etag if strong else str(headers.get("Last-Modified", "")).strip()
