# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a response file, in words: each finding's severity and remedy. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["FINDINGS", "Finding", "accept", "errors", "finding"]

Severity = Literal["error", "warn"]


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
    "no_header": (
        "error",
        "Record it with setup.exe /r of this release. If its setup writes no header either, it is one of Windows "
        "Installer inside (InstallScript MSI): publish that with technology: custom.",
    ),
    "truncated": ("error", f"The recording broke off (cancelled setup, full disk, copied too early). {_AGAIN}"),
    "no_application": (
        "error",
        f"The setup was cancelled or closed, or the station lost its power: answer the dialogs to the end. {_AGAIN}",
    ),
    "no_end": (
        "error",
        "Click the last dialog away before you log off: without its answer a setup takes back what it installed (-3). "
        f"{_AGAIN} If the setup shows no dialog after its files, set pronote_record_accept: [no_end].",
    ),
    "no_dialog": ("error", f"The setup has recorded no dialog. {_AGAIN}"),
    "setup_failed": ("error", f"Find out why the setup failed on that PC. {_AGAIN}"),
    "not_number": ("error", f"A setup ends at such an answer (-1). {_AGAIN}"),
    "several_products": ("error", "Keep the sections of one product, or record it again."),
    "other_product": ("error", "Record it with the setup of this year and architecture."),
    "other_language": ("error", "Record it with the setup in this language, or set pronote_record_language."),
    "other_year": ("error", "Record it with the setup of this year."),
    "cancelled": ("error", f"Answer the dialogs to the end. {_AGAIN}"),
    "refused": ("error", f"Answer yes to that question. {_AGAIN}"),
    "maintenance": ("error", "Remove the client of this year from the reference station, then record it again."),
    "not_removal": ("error", f"Choose the removal in the setup's first dialog. {_AGAIN}"),
    "removes": ("error", f"Choose anything but the removal in the setup's first dialog. {_AGAIN}"),
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
    "only_message": ("warn", f"The setup may have refused this PC: look at what it said. {_AGAIN}"),
    "no_order": ("warn", "Setups find their dialogs by name: it works without, if it is whole."),
    "miscounted": ("warn", "Setups do not look at the number: it works, if it is whole."),
    "went_back": ("warn", "It may work. If the setup answers -3, record it again without the Back button."),
    "extra_dialog": ("warn", "It does no harm: a setup takes the answers of the dialogs that it shows."),
}
"""Every finding's severity and remedy."""


def finding(code: str, fact: str) -> Finding:
    """A finding of this code."""
    severity, remedy = FINDINGS[code]
    return Finding(code=code, severity=severity, fact=fact, remedy=remedy)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that forbid to use a recording."""
    return [each for each in findings if each.severity == "error"]


def accept(findings: Iterable[Finding], codes: Collection[str]) -> list[Finding]:
    """The findings, those whose code an admin has accepted as warnings."""
    return [replace(each, severity="warn") if each.code in codes else each for each in findings]
