# SPDX-License-Identifier: GPL-3.0-or-later
"""Response files (``.iss``) of InstallShield InstallScript setups: read and write. Pure.

Format: InstallShield help, "Response File Dialog Sequence", "Response File Dialog Data", "Response File Application
Header". A silent run finds each dialog's section by its name; ``DlgOrder`` and the application header are for people
(docs/fidelity.md, R8). Recordings seen in public repositories put ``[Application]`` before the last dialog. What is
wrong with one is found by ``validate.py``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ...module_utils.base.message import Message

__all__ = [
    "GUID",
    "Mode",
    "ResponseFile",
    "decode_response",
    "for_setup",
    "parse_language",
]

Mode = Literal["install", "update", "uninstall"]
"""The case that a recording is for: a first installation, one over an earlier release of the year, a removal."""
Sections = dict[str, dict[str, str]]

# A recording has a few kilobytes. What is larger was not written by a setup.
_LARGEST = 1 << 20
GUID = r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}"
_ORDER = re.compile(rf"({GUID})-DlgOrder", re.IGNORECASE)
_DIALOG = re.compile(rf"({GUID})-(\w+-\d+)", re.IGNORECASE)
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def decode_response(data: bytes) -> tuple[str, str]:
    """The text, and its encoding in words: UTF-16 (with a mark, or told by its zeros), UTF-8, or cp1252.

    Text of an ANSI page with accents is practically never valid UTF-8 (docs/fidelity.md, E3), so what is needs no mark.
    Raises ValueError for what is no text.
    """
    if len(data) > _LARGEST:
        raise ValueError(
            Message.plural(
                "it has {n} byte, and a response file a few thousand",
                "it has {n} bytes, and a response file a few thousand",
                len(data),
            )
        )
    unmarked = "utf-16-le" if len(data) > 3 and not any(data[1:200:2]) else "utf-8" if _is_utf8(data) else "cp1252"
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), unmarked)
    try:
        # An odd last byte of UTF-16 is a file cut short: the sections that are whole still tell more than an error.
        text = data[: len(data) & ~1].decode(encoding) if encoding.startswith("utf-16") else data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise ValueError(
            Message(
                "it is not text ({encoding}: {reason} at byte {start})",
                encoding=encoding,
                reason=exc.reason,
                start=exc.start,
            )
        ) from exc
    if "\0" in text:
        raise ValueError(Message("it is not text (it holds zero bytes)"))
    return text, {"utf-16-le": "utf-16", "utf-8-sig": "utf-8"}.get(encoding, encoding)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parse_language(value: str) -> int:
    """A language identifier as an admin writes it: ``0x040c``, ``040c`` or ``1036`` is French. Raises ValueError."""
    text = str(value).strip().lower()
    match = re.fullmatch(r"(0x[0-9a-f]{1,4}|0[0-9a-f]{3})|[1-9]\d{0,4}", text, re.ASCII)
    if match is None:
        raise ValueError(Message("{value} is not a language: 0x040c or 1036 is French", value=repr(value)))
    return int(text, 16 if match[1] else 10)


@dataclass(frozen=True, kw_only=True)
class ResponseFile:
    """A parsed recording: sections and keys in their order and spelling; the first of a repeated name counts.

    ``encoding`` is how it was written.
    """

    sections: Sections
    encoding: str = "cp1252"

    @classmethod
    def parse(cls, data: bytes) -> ResponseFile:
        """Read a recording: UTF-16 or UTF-8 with a mark, ANSI, lines ending with LF or CRLF. Raises ValueError."""
        text, encoding = decode_response(data)
        sections: Sections = {}
        names: dict[str, str] = {}
        keys: set[tuple[str, str]] = set()
        current: dict[str, str] | None = None
        for line in re.split(r"\r\n|\r|\n", text):
            stripped = line.strip()
            if not stripped or stripped.startswith(";"):
                continue
            if stripped.startswith("["):
                name = stripped[1:].partition("]")[0]

                name = names.setdefault(name.lower(), name)
                current = sections.setdefault(name, {})
            elif current is None:
                raise ValueError(Message("it does not begin with a section ({stripped})", stripped=repr(stripped[:40])))
            elif "=" in stripped:
                key, _mark, value = stripped.partition("=")
                # The first value counts, as for GetPrivateProfileString.
                if (known := (name, key.strip().lower())) not in keys:
                    keys.add(known)
                    current[key.strip()] = value.strip()
        if not sections:
            raise ValueError(Message("it has no section"))
        return cls(sections=sections, encoding=encoding)

    def render(self) -> bytes:
        """The bytes a setup reads: CRLF, ANSI (cp1252), or UTF-16 with a mark when a value does not fit.

        GetPrivateProfileString, which setups read with, takes those two; a UTF-8 mark would hide the first section.
        What would be UTF-8 by chance (``Ã©``) goes into UTF-16 too, so that it is read again as what it is.
        """
        text = "".join(
            f"[{name}]\r\n" + "".join(f"{key}={value}\r\n" for key, value in values.items())
            for name, values in self.sections.items()
        )
        ansi = text.encode("cp1252", "replace")
        fits = ansi.decode("cp1252") == text and not _is_utf8(ansi)
        return ansi if fits else b"\xff\xfe" + text.encode("utf-16-le")

    def section(self, name: str) -> dict[str, str]:
        """A section by its name without case, keys in lower case; empty when there is none."""
        values = next((values for known, values in self.sections.items() if known.lower() == name.lower()), {})
        return {key.lower(): value for key, value in values.items()}

    @property
    def product_codes(self) -> list[str]:
        """The products whose dialogs are here, in capitals: one in a sound recording.

        Those that have an order; without any, those that have dialogs, for a setup asks for no order.
        """
        ordered = [match[1].upper() for name in self.sections if (match := _ORDER.fullmatch(name))]
        answered = [match[1].upper() for name in self.sections if (match := _DIALOG.fullmatch(name))]
        return ordered or list(dict.fromkeys(answered))

    @property
    def product_code(self) -> str:
        """The product code, in braces and capitals; empty when there is not exactly one."""
        codes = self.product_codes
        return codes[0] if len(codes) == 1 else ""

    @property
    def order(self) -> dict[str, str]:
        """``[{product code}-DlgOrder]``; empty when there is none."""
        return self.section(f"{self.product_code}-DlgOrder") if self.product_code else {}

    @property
    def dialogs(self) -> list[str]:
        """The dialogs in order, as in ``SdWelcome-0``: Dlg0, Dlg1 … up to the first that is missing."""
        order = self.order
        names = itertools.takewhile(bool, (order.get(f"dlg{number}", "") for number in itertools.count()))
        return [name.partition("}-")[2] or name for name in names]

    @property
    def language(self) -> int | None:
        """``Lang`` of ``[Application]``, hexadecimal without prefix (``040c``); None when absent or not a number."""
        text = self.section("Application").get("lang", "")
        return int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{1,4}", text) else None

    def answers(self) -> Iterator[tuple[str, str, str]]:
        """(dialog, key, value) of every dialog's section, in the file's order."""
        for name, values in self.sections.items():
            if match := _DIALOG.fullmatch(name):
                for key, value in values.items():
                    yield match[2], key, value


def for_setup(data: bytes) -> bytes:
    """The bytes that a setup reads: unchanged when it reads them as they are, otherwise written anew.

    Raises ValueError when this is no response file.
    """
    response = ResponseFile.parse(data)
    wide = data.startswith(b"\xff\xfe")
    text = data.decode("utf-16") if wide else data.decode("cp1252", "replace")
    crlf_only = text.count("\n") == text.count("\r") == text.count("\r\n")
    readable = (wide or response.encoding == "cp1252") and crlf_only
    return data if readable else response.render()
