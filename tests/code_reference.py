"""The numbers of docs/troubleshooting.md, with what they mean and what to do, in French: the tables of the code, which
say the same in messages. ``python -m tests.catalogue`` writes them between the marks of that page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.job.curl import CURL_CODES, curl_cause  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.exit_codes import (  # noqa: E402
    EXIT_CODES,
    INSTALLER_CODES,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.fault_codes import FAULTS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

__all__ = ["MARKS", "TABLES", "page"]

MARKS = re.compile(r"(<!-- codes (\w+) : make catalogue -->\n).*?(<!-- fin des codes -->)", re.DOTALL)
_FIELD = re.compile(r"\{[^{}]*\}")

Rows = Iterator[tuple[int, str, str]]


def _faults() -> Rows:
    for code, cause in FAULTS.items():
        yield code, cause.fact, cause.remedy


def _exits() -> Rows:
    for code, cause in {**EXIT_CODES, **INSTALLER_CODES}.items():
        # The HRESULTs of errors that are in the table by their number.
        if code >> 16 != 0x8007 or (code & 0xFFFF) not in INSTALLER_CODES:
            yield code, cause.words, cause.remedy


def _curl() -> Rows:
    for code in CURL_CODES:
        words, remedy = curl_cause(code, "")
        yield code, words, remedy


TABLES: Mapping[str, Callable[[], Rows]] = {"winrm": _faults, "windows": _exits, "curl": _curl}


def _shown(text: str) -> str:
    return _FIELD.sub("…", catalogue("fr").of(text)).replace("|", "\\|")


def _numbers(codes: list[int]) -> tuple[str, str, str]:
    signed = [code - (1 << 32) for code in codes if code >> 31]
    large = [code for code in codes if code > 0xFFFF]
    return (
        ", ".join(str(code) for code in codes),
        ", ".join(f"0x{code:08X}" for code in large),
        ", ".join(str(code) for code in signed),
    )


def _table(rows: Rows, *, wide: bool) -> str:
    by_meaning: dict[tuple[str, str], list[int]] = {}
    for code, words, remedy in rows:
        by_meaning.setdefault((_shown(words), _shown(remedy)), []).append(code)
    head = "| code | hexadécimal | signé | sens | que faire |\n|---|---|---|---|---|\n"
    lines = []
    for (words, remedy), codes in sorted(by_meaning.items(), key=lambda each: min(each[1])):
        number, large, signed = _numbers(sorted(codes))
        shown = f"{number} | {large} | {signed}" if wide else number
        lines.append(f"| {shown} | {words} | {remedy} |\n")
    return (head if wide else "| code | sens | que faire |\n|---|---|---|\n") + "".join(lines)


def page(text: str) -> str:
    """The page with the tables as they are now. Raises ValueError for a page without all marks."""
    named = {match[2] for match in MARKS.finditer(text)}
    if named != TABLES.keys():
        raise ValueError(f"marks of codes: {', '.join(sorted(named)) or 'none'}")

    def table(match: re.Match[str]) -> str:
        return match[1] + _table(TABLES[match[2]](), wide=match[2] != "curl") + match[3]

    return MARKS.sub(table, text)
