# SPDX-License-Identifier: GPL-3.0-or-later
"""An export as people have it, brought to plain cells: its encoding, what a program wrote above and around. Pure."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...module_utils.base.message import Message

__all__ = ["Decoded", "Layout", "clean", "heading_key", "layout", "read_text", "spoilt"]

_SIGNS = ";,\t|"
# Lines in which the headings are looked for: a title, a date and a filter stand above them at times.
_ABOVE = 30
_SEP = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_FRENCH = frozenset("éèêëàâçîïôùûüœæÉÈÊÀÂÇÎÔŒ\u2019«»°€")
_TWO_BYTES = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x90-\xaf]|\xc5[\x92\x93]")
# What UTF-8 looks like that was read as Windows-1252 and written again.
_TWICE = re.compile("Ã[\u0080-\u00bfŠŒŽšœžŸ€‚ƒ„…†‡ˆ‰‹\u2018\u2019\u201c\u201d•–—˜™›]|â€[™œ\u009d˜\u201c\u201d]|Å\u201c")
_ENTITY = re.compile(r"&(?:#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[A-Za-z]{2,8});")
_FORMULA = re.compile(r'="([^"]*)"')
_SPACES = {
    **dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2008\u2009\u200a\u3000\u2002\u2003"), " "),
    # Of no width, and the soft hyphen.
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")),
}


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A text, the name of its encoding, and what showed that it is in this one."""

    text: str
    encoding: str
    evidence: Message


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the headings are (the number of their line) and what separates cells."""

    line: int
    sign: str


def read_text(content: bytes) -> Decoded:
    """The text of a file: by its mark, as UTF-8 when it is, else in the code page that makes most sense of its letters.

    Raises ValueError, beginning with the line, for a file in two encodings or in none.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return _by_mark(content.removeprefix(mark), name)
    if b"\0" in content:
        return _wide(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        if len(_TWO_BYTES.findall(content)) >= 1:
            line = content.count(b"\n", 0, exc.start) + 1
            told = Message("this line is not UTF-8, and others are: save the whole file as CSV UTF-8")
            raise ValueError(Message("{line}: {text}", line=line, text=told)) from exc
        return _by_letters(content)
    evidence = Message("nothing but ASCII") if text.isascii() else Message("every letter is valid UTF-8")
    return Decoded(text=text, encoding="UTF-8", evidence=evidence)


def _by_mark(content: bytes, name: str) -> Decoded:
    try:
        text = content.decode(name)
    except UnicodeDecodeError as exc:
        raise ValueError(Message("1: the file's mark says {name}, and it is not that", name=name)) from exc
    return Decoded(text=text, encoding=name.upper(), evidence=Message("its mark says so"))


def _wide(content: bytes) -> Decoded:
    """UTF-16 without its mark: every second byte of Latin text is zero."""
    halves = {"utf-16-le": content[1::2], "utf-16-be": content[0::2]}
    name = max(halves, key=lambda each: halves[each].count(0))
    if len(content) % 2 == 0 and halves[name].count(0) * 4 > len(halves[name]) * 3:
        try:
            text = content.decode(name)
            return Decoded(text=text, encoding=name.upper(), evidence=Message("every second byte is zero"))
        except UnicodeDecodeError:
            pass
    raise ValueError(Message("1: the file is no text: save it as CSV UTF-8"))


def _by_letters(content: bytes) -> Decoded:
    """What Excel writes on a French Windows, a tool of the command line, or an old Mac."""

    def sense(name: str) -> int:
        text = content.decode(name, "replace")
        others = [each for each in text if ord(each) > 0x7F]
        return sum(1 if each in _FRENCH else -1 for each in others)

    # Of two that make as much sense, the first.
    best = max(("cp1252", "cp850", "mac_roman"), key=sense)
    told = Message.plural("{n} letter makes sense in it", "{n} letters make sense in it", max(0, sense(best)))
    return Decoded(text=content.decode(best, "replace"), encoding=best, evidence=told)


def spoilt(text: str) -> tuple[int, str] | None:
    """The first line of letters that were written in UTF-8 and read as something else before, and a piece of it."""
    match = _TWICE.search(text)
    if match is None:
        return None
    begin = text.rfind("\n", 0, match.start()) + 1
    piece = text[max(begin, match.start() - 10) : match.end() + 10].partition("\n")[0]
    return text.count("\n", 0, match.start()) + 1, piece


def clean(cell: str) -> str:
    """What a cell holds, without what a program wrote around it: ="…", &eacute;, the ' before a formula, odd spaces."""
    text = cell.strip()
    if (formula := _FORMULA.fullmatch(text)) is not None:
        text = formula[1]
    if _ENTITY.search(text):
        text = html.unescape(text)
    text = text.translate(_SPACES).strip()
    return text[1:].lstrip() if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text


def heading_key(heading: str) -> str:
    """What headings are compared by: without case, accents and odd spaces."""
    plain = unicodedata.normalize("NFKD", clean(heading)).encode("ascii", "ignore").decode()
    return " ".join(plain.lower().split())


def layout(text: str, fit: Callable[[Sequence[str]], int], *, sign: str = "") -> Layout:
    """Where the headings are. ``fit``: how many cells of a line are headings, 0 when it cannot be them.

    Without any such line it is the first one with something in it. Raises ValueError for an empty file.
    """
    best, least = (0, Layout(line=0, sign="")), Layout(line=0, sign="")
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if number > _ABOVE and least.line:
            break
        said = _SEP.fullmatch(line)
        if said is not None and not best[0]:
            sign = sign or said[1]
        if not line.strip() or said is not None or line.lstrip('"').upper().startswith("#TYPE"):
            continue
        signs = sign or "".join(sorted(_SIGNS, key=line.count, reverse=True))
        least = least if least.line else Layout(line=number, sign=signs[0] if line.count(signs[0]) else sign or ";")
        for each in signs:
            found = fit(_cells(line, each))
            if found > best[0]:
                best = found, Layout(line=number, sign=each)
    if not least.line:
        raise ValueError(Message("1: the file is empty"))
    return best[1] if best[0] else least


def _cells(line: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:
        return []
