"""Numbers and findings on the pages for administrators, with what they mean and what to do, in French: the tables of
code that messages are made from. ``python -m tests.catalogue`` writes them between the marks of these pages."""

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
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import RESULT_CODES  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.findings import FINDINGS as FLAWS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.exit_codes import (  # noqa: E402
    EXIT_CODES,
    INSTALLER_CODES,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.fault_codes import FAULTS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

__all__ = ["MARKS", "PAGES", "page"]

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


def _results() -> str:
    """What an InstallShield log ends with."""
    lines = [f"| {code} | {_shown(words)} |\n" for code, words in RESULT_CODES.items()]
    return "".join(["| `ResultCode` | sens |\n|---|---|\n", *lines])


def _findings() -> str:
    """What the checks of the yearly operations find: its code, what it makes of the operation, what it says."""
    lines = ["| code | état | ce qui est dit |\n|---|---|---|\n"]
    for code, finding in FINDINGS.items():
        state = catalogue("fr").of(STATES[finding.state].label) if finding.state else "-"
        said = " ".join(_shown(text) for text in (finding.text, finding.admin) if text)
        lines.append(f"| `{code}` | {state} | {said} |\n")
    return "".join(lines)


def _flaws() -> str:
    """What is found wrong with a recording."""
    weights = {"error": "erreur", "warn": "avertissement"}
    lines = [f"| `{code}` | {weights[weight]} | {_shown(remedy)} |\n" for code, (weight, remedy) in FLAWS.items()]
    return "".join(["| code | gravité | que faire |\n|---|---|---|\n", *lines])


PAGES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "docs/troubleshooting.md": {
        "winrm": lambda: _table(_faults(), wide=True),
        "windows": lambda: _table(_exits(), wide=True),
        "curl": lambda: _table(_curl(), wide=False),
        "installshield": _results,
        "constats": _findings,
    },
    "docs/responses.md": {"enregistrements": _flaws},
}
"""Each page with its tables, by the names of their marks."""


def page(text: str, name: str = "docs/troubleshooting.md") -> str:
    """The page with its tables as they are now. Raises ValueError for one without all marks."""
    tables = PAGES[name]
    named = {match[2] for match in MARKS.finditer(text)}
    if named != tables.keys():
        raise ValueError(f"marks of codes: {', '.join(sorted(named)) or 'none'}")
    return MARKS.sub(lambda match: match[1] + tables[match[2]]() + match[3], text)
