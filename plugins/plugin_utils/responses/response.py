# SPDX-License-Identifier: GPL-3.0-or-later
"""Response files (``.iss``) of InstallShield InstallScript setups: read, write, and find what is wrong. Pure.

Format: InstallShield help, "Response File Dialog Sequence", "Response File Dialog Data", "Response File Application
Header". The dialogs of a silent run must be those of ``DlgOrder``, in number and in order; the application header is
for people and is used by no setup. Recordings seen in public repositories put ``[Application]`` before the last dialog.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "FINDINGS",
    "Finding",
    "Mode",
    "ResponseFile",
    "accept",
    "decode_response",
    "errors",
    "for_setup",
    "parse_language",
    "validate",
    "validate_bytes",
]

Mode = Literal["install", "uninstall"]
Severity = Literal["error", "warn"]
Sections = dict[str, dict[str, str]]

# A recording has a few kilobytes. What is larger was not written by a setup.
_LARGEST = 1 << 20
_GUID = r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}"
_ORDER = re.compile(rf"({_GUID})-DlgOrder", re.IGNORECASE)
_DIALOG = re.compile(rf"({_GUID})-(\w+-\d+)", re.IGNORECASE)
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_PATH_KEY = re.compile(r"s[zv](Dir|Path)\w*", re.IGNORECASE)
# Symbolic folders of InstallShield, as in <ProgramFiles>\…, are absolute too.
_ABSOLUTE = re.compile(r"[A-Z]:[\\/]|<\w+>", re.IGNORECASE)
_USER_FOLDER = re.compile(
    r"[A-Z]:[\\/](Users|Utilisateurs|Documents and Settings)[\\/](?!Public\b)|%(USERPROFILE|APPDATA|LOCALAPPDATA)%",
    re.IGNORECASE,
)
_LAUNCH_KEY = re.compile(r"launch|lancer|demarrer|run(app|now|prog)", re.IGNORECASE)
# Values of Result: NEXT 1, BACK 12, CANCEL 2 (IDCANCEL); of a MessageBox Yes 6 and No 7 (IDYES, IDNO).
_BACK, _CANCEL, _NO = "12", "2", "7"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong with a recording. ``code`` is a key of FINDINGS; an error forbids to file it."""

    code: str
    severity: Severity
    fact: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.fact}. {self.remedy}"


_AGAIN = "Record it again."
FINDINGS: dict[str, tuple[Severity, str]] = {
    "not_response": ("error", "Record it with setup.exe /r; this file is something else."),
    "truncated": ("error", f"The recording broke off (cancelled setup, full disk, copied too early). {_AGAIN}"),
    "no_order": ("error", f"The setup has recorded no dialog. {_AGAIN}"),
    "several_products": ("error", "Keep the sections of one product, or record it again."),
    "other_product": ("error", "Record it with the setup of this year and architecture."),
    "other_language": ("error", "Record it with the setup in this language, or set pronote_record_language."),
    "other_year": ("error", "Record it with the setup of this year."),
    "cancelled": ("error", f"Answer the dialogs to the end. {_AGAIN}"),
    "refused": ("error", f"Answer yes to that question. {_AGAIN}"),
    "maintenance": ("error", "Remove the client of this year from the reference station, then record it again."),
    "launches": (
        "error",
        "Untick « Lancer PRONOTE après installation » in the last dialog and record it again: as SYSTEM it would start "
        "a client that nobody sees.",
    ),
    "reboots": ("error", f"Refuse the restart in the last dialog: stations would restart under people. {_AGAIN}"),
    "relative_path": ("error", f"Keep the folder that the setup proposes. {_AGAIN}"),
    "network_path": ("error", f"SYSTEM has no access to shares. Keep the folder that the setup proposes. {_AGAIN}"),
    "user_folder": (
        "error",
        f"Other stations do not have that user. Keep the folder that the setup proposes. {_AGAIN}",
    ),
    "went_back": ("warn", "It may work. If the setup answers -12, record it again without the Back button."),
    "extra_dialog": ("warn", "Its answers are never read."),
}
"""Every finding's severity and remedy."""


def _finding(code: str, fact: str) -> Finding:
    severity, remedy = FINDINGS[code]
    return Finding(code=code, severity=severity, fact=fact, remedy=remedy)


def decode_response(data: bytes) -> tuple[str, str]:
    """The text, and its encoding in words: UTF-16 (with a mark, or told by its zeros), UTF-8 with a mark, or cp1252.

    Raises ValueError for what is no text.
    """
    if len(data) > _LARGEST:
        raise ValueError(f"it has {len(data)} bytes, and a response file a few thousand")
    unmarked = "utf-16-le" if len(data) > 3 and not any(data[1:200:2]) else "cp1252"
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), unmarked)
    try:
        # An odd last byte of UTF-16 is a file cut short: the sections that are whole still tell more than an error.
        text = data[: len(data) & ~1].decode(encoding) if encoding.startswith("utf-16") else data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise ValueError(f"it is not text ({encoding}: {exc.reason} at byte {exc.start})") from exc
    if "\0" in text:
        raise ValueError("it is not text (it holds zero bytes)")
    return text, {"utf-16-le": "utf-16", "utf-8-sig": "utf-8"}.get(encoding, encoding)


def parse_language(value: str) -> int:
    """A language identifier as an admin writes it: ``0x040c``, ``040c`` or ``1036`` is French. Raises ValueError."""
    text = str(value).strip().lower()
    match = re.fullmatch(r"(0x[0-9a-f]{1,4}|0[0-9a-f]{3})|[1-9]\d{0,4}", text, re.ASCII)
    if match is None:
        raise ValueError(f"{value!r} is not a language: 0x040c or 1036 is French")
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
        current: dict[str, str] | None = None
        for line in re.split(r"\r\n|\r|\n", text):
            stripped = line.strip()
            if not stripped or stripped.startswith(";"):
                continue
            if stripped.startswith("["):
                name = stripped[1:].partition("]")[0]

                current = sections.setdefault(names.setdefault(name.lower(), name), {})
            elif current is None:
                raise ValueError(f"it does not begin with a section ({stripped[:40]!r})")
            elif "=" in stripped:
                key, _, value = stripped.partition("=")
                # The first value counts, as for GetPrivateProfileString.
                if key.strip().lower() not in {known.lower() for known in current}:
                    current[key.strip()] = value.strip()
        if not sections:
            raise ValueError("it has no section")
        return cls(sections=sections, encoding=encoding)

    def render(self) -> bytes:
        """The bytes a setup reads: CRLF, ANSI (cp1252), or UTF-16 with a mark when a value does not fit.

        GetPrivateProfileString, which setups read with, takes those two; a UTF-8 mark would hide the first section.
        """
        text = "".join(
            f"[{name}]\r\n" + "".join(f"{key}={value}\r\n" for key, value in values.items())
            for name, values in self.sections.items()
        )
        try:
            return text.encode("cp1252")
        except UnicodeEncodeError:
            return b"\xff\xfe" + text.encode("utf-16-le")

    def section(self, name: str) -> dict[str, str]:
        """A section by its name without case, keys in lower case; empty when there is none."""
        values = next((values for known, values in self.sections.items() if known.lower() == name.lower()), {})
        return {key.lower(): value for key, value in values.items()}

    @property
    def product_codes(self) -> list[str]:
        """The products whose dialogs are in order here, in capitals: one in a sound recording."""
        return [match[1].upper() for name in self.sections if (match := _ORDER.fullmatch(name))]

    @property
    def product_code(self) -> str:
        """The product code, in braces and capitals; empty when there is not exactly one."""
        codes = self.product_codes
        return codes[0] if len(codes) == 1 else ""

    @property
    def dialogs(self) -> list[str]:
        """The dialogs in order, as in ``SdWelcome-0``: Dlg0, Dlg1 … up to the first that is missing."""
        order = self.section(f"{self.product_code}-DlgOrder") if self.product_code else {}
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


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that forbid to use a recording."""
    return [finding for finding in findings if finding.severity == "error"]


def accept(findings: Iterable[Finding], codes: Collection[str]) -> list[Finding]:
    """The findings, those whose code an admin has accepted as warnings."""
    return [replace(finding, severity="warn") if finding.code in codes else finding for finding in findings]


def validate_bytes(
    data: bytes, *, mode: Mode, product_code: str = "", language: int | None = None, year: int | None = None
) -> tuple[ResponseFile | None, list[Finding]]:
    """Parse and validate; what is no response file at all is a finding like the others."""
    try:
        response = ResponseFile.parse(data)
    except ValueError as exc:
        return None, [_finding("not_response", f"this is not a response file: {exc}")]
    return response, validate(response, mode=mode, product_code=product_code, language=language, year=year)


def validate(
    response: ResponseFile, *, mode: Mode, product_code: str = "", language: int | None = None, year: int | None = None
) -> list[Finding]:
    """Everything wrong with a recording of this mode. Empty or None: that is not compared."""
    silent = response.section("InstallShield Silent")
    if silent.get("file", "").lower() != "response file":
        what = f"File={silent['file']}" if "file" in silent else "it has no [InstallShield Silent] File="
        return [_finding("not_response", f"this is not a response file: {what}")]
    found = [*_order(response), *_identity(response, product_code.upper(), language, year), *_answers(response, mode)]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.severity != "error")


def _order(response: ResponseFile) -> Iterator[Finding]:
    codes, dialogs = response.product_codes, response.dialogs
    if not codes:
        yield _finding("no_order", "it has no section [{…}-DlgOrder]")
    elif len(codes) > 1:
        yield _finding("several_products", f"it holds the dialogs of several products ({', '.join(codes)})")
    elif not dialogs:
        yield _finding("no_order", f"[{codes[0]}-DlgOrder] lists no dialog")
    if not dialogs:
        return
    count = response.section(f"{codes[0]}-DlgOrder").get("count", "")
    if count != str(len(dialogs)):
        yield _finding("truncated", f"DlgOrder announces {count or 'no number of'} dialogs and lists {len(dialogs)}")
    for dialog in dialogs:
        values = response.section(f"{codes[0]}-{dialog}")
        if "result" not in values:
            yield _finding("truncated", f"the dialog {dialog} is listed and has no {'Result' if values else 'section'}")
    listed = {dialog.lower() for dialog in dialogs}
    for dialog in dict.fromkeys(name for name, _key, _value in response.answers()):
        if dialog.lower() not in listed:
            yield _finding("extra_dialog", f"the dialog {dialog} has answers and is not listed in DlgOrder")


def _identity(response: ResponseFile, product_code: str, language: int | None, year: int | None) -> Iterator[Finding]:
    own = response.product_code
    # A code that is none is the caller's mistake, and told as such where it is used.
    if own and re.fullmatch(_GUID, product_code) and own != product_code:
        yield _finding("other_product", f"it is a recording of the product {own}, not of {product_code}")
    # 0009 was seen where 0409 was meant: without a country, the language alone is compared.
    told = response.language
    if language is not None and told is not None:
        same = told & 0x3FF == language & 0x3FF if told < 0x400 else told == language
        if not same:
            yield _finding("other_language", f"it was recorded in the language 0x{told:04x}, not 0x{language:04x}")
    version = response.section("Application").get("version", "")
    told_year = re.match(r"(20\d\d)\.", version, re.ASCII)
    if year is not None and told_year and int(told_year[1]) != year:
        yield _finding("other_year", f"it was recorded with {version[:40]}, not with a release of {year}")


def _answers(response: ResponseFile, mode: Mode) -> Iterator[Finding]:
    for dialog, key, value in response.answers():
        name, low = f"{dialog} {key}={value}"[:120], key.lower()
        if low == "result":
            yield from _result(dialog, value, name, mode)
        elif (low.startswith("bopt") or _LAUNCH_KEY.search(key)) and value.isdecimal() and int(value):
            if dialog.lower().startswith("sdfinish") or not low.startswith("bopt"):
                yield _finding("launches", f"a box of the last dialog is ticked ({name})")
        elif low == "bootoption" and value.isdecimal() and int(value):
            yield _finding("reboots", f"the setup is told to restart Windows ({name})")
        elif _USER_FOLDER.match(value):
            yield _finding("user_folder", f"a folder of a user is in it ({name})")
        elif _PATH_KEY.fullmatch(key) and value.startswith("\\\\"):
            yield _finding("network_path", f"a folder on the network is in it ({name})")
        elif _PATH_KEY.fullmatch(key) and value and not _ABSOLUTE.match(value):
            yield _finding("relative_path", f"a path without drive is in it ({name})")


def _result(dialog: str, value: str, name: str, mode: Mode) -> Iterator[Finding]:
    if dialog.lower().startswith("sdwelcomemaint") and mode == "install":
        yield _finding("maintenance", f"it was recorded where the client was installed already ({name})")
    elif value == _CANCEL:
        yield _finding("cancelled", f"a dialog was answered with Cancel ({name})")
    elif value == _BACK:
        yield _finding("went_back", f"the Back button was used ({name})")
    elif (value == _NO and dialog.lower().startswith("messagebox")) or (
        value == "0" and dialog.lower().startswith("askyesno") and mode == "uninstall"
    ):
        yield _finding("refused", f"a question was answered with no ({name})")
