# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages of schools are called, where an audit is too large for one: beside the index, in its folder. Pure."""

from __future__ import annotations

import hashlib
import re

__all__ = ["LARGEST", "is_school_page", "school_page"]

LARGEST = 2000
"""Stations of one page; an audit of more, and of several schools, has an index and a page per school."""

_UAI = re.compile(r"[0-9]{7}[A-Z]")
_OURS = re.compile(r"(?:[0-9]{7}[a-z]|[a-z0-9-]{1,32}-[0-9a-f]{12})")


def school_page(index: str, school: str) -> str:
    """The file of a school beside ``index``, ``audit.html``: ``audit.etab-0310001a.html``.

    What is no UAI is data of an inventory: letters and digits of it for people, and a digest so that no two schools
    have one file, on a disk that does not tell case apart either.
    """
    name = school.lower()
    if not _UAI.fullmatch(school):
        shown = re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:32] or "x"
        name = f"{shown}-{hashlib.sha256(school.encode(errors='replace')).hexdigest()[:12]}"
    stem, dot, ending = index.rpartition(".")
    return f"{stem}.etab-{name}.{ending}" if dot and stem else f"{index}.etab-{name}"


def is_school_page(index: str, name: str) -> bool:
    """Whether a file beside ``index`` is a school's page of it, of this audit or of an earlier one."""
    stem, dot, ending = index.rpartition(".")
    before, after = (f"{stem}.etab-", f".{ending}") if dot and stem else (f"{index}.etab-", "")
    middle = name.removeprefix(before).removesuffix(after) if after else name.removeprefix(before)
    return name == f"{before}{middle}{after}" and bool(_OURS.fullmatch(middle))
