"""The numbers and the findings of docs/troubleshooting.md, with what they mean and what to do, in French: the tables of
the code, which say the same in messages. ``python -m tests.catalogue`` writes them between the marks of that page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.checks.catalogue import FINDINGS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.operations import STATES  # noqa: E402
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
_FINDINGS = "constats"


# A number that no text has: in its place stands what is counted.
_SOME = 777


def _shown(text: str) -> str:
    if isinstance(text, Message):
        fields: dict[str, Any] = dict.fromkeys(re.findall(r"\{(\w+)\}", text.source.text + text.source.plural), "…")
        text = text.given(**fields | ({"n": _SOME} if "n" in fields else {}))
    return _FIELD.sub("…", catalogue("fr").of(text)).replace(str(_SOME), "…").replace("|", "\\|")


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


def _findings() -> str:
    """What the checks of the yearly operations find: its code, what it makes of the operation, what it says."""
    lines = ["| code | état | ce qui est dit |\n|---|---|---|\n"]
    for code, finding in FINDINGS.items():
        state = catalogue("fr").of(STATES[finding.state].label) if finding.state else "-"
        said = " ".join(_shown(text) for text in (finding.text, finding.admin) if text)
        lines.append(f"| `{code}` | {state} | {said} |\n")
    return "".join(lines)


def page(text: str) -> str:
    """The page with the tables as they are now. Raises ValueError for a page without all marks."""
    named = {match[2] for match in MARKS.finditer(text)}
    if named != {*TABLES, _FINDINGS}:
        raise ValueError(f"marks of codes: {', '.join(sorted(named)) or 'none'}")

    def table(match: re.Match[str]) -> str:
        made = _findings() if match[2] == _FINDINGS else _table(TABLES[match[2]](), wide=match[2] != "curl")
        return match[1] + made + match[3]

    return MARKS.sub(table, text)
