# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a response file, in words: each finding's severity and remedy. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ...module_utils.base.message import Message, advised

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
        return str(self.told)

    @property
    def told(self) -> str:
        """Fact and remedy, for a reader of any language."""
        return advised(self.fact, self.remedy)


FINDINGS: dict[str, tuple[Severity, Message]] = {
    "not_response": ("error", Message("Record it with setup.exe /r; this file is something else.")),
    "no_header": (
        "error",
        Message(
            "Record it with setup.exe /r of this release. If its setup writes no header either, it is one of "
            "Windows Installer inside (InstallScript MSI): publish that with technology: custom."
        ),
    ),
    "truncated": (
        "error",
        Message("The recording broke off (cancelled setup, full disk, copied too early). Record it again."),
    ),
    "no_application": (
        "error",
        Message(
            "The setup was cancelled or closed, or the station lost its power: answer the dialogs to the end. "
            "Record it again."
        ),
    ),
    "no_end": (
        "error",
        Message(
            "Click the last dialog away before you log off: without its answer a setup takes back what it "
            "installed (-3). Record it again. If the setup shows no dialog after its files, set "
            "pronote_response_accept: [no_end]."
        ),
    ),
    "no_dialog": ("error", Message("The setup has recorded no dialog. Record it again.")),
    "setup_failed": ("error", Message("Find out why the setup failed on that PC. Record it again.")),
    "not_number": ("error", Message("A setup ends at such an answer (-1). Record it again.")),
    "several_products": ("error", Message("Keep the sections of one product, or record it again.")),
    "other_product": ("error", Message("Record it with the setup of this year and architecture.")),
    "other_language": (
        "error",
        Message("Record it with the setup in this language, or accept it: pronote_response_accept: [other_language]."),
    ),
    "other_year": ("error", Message("Record it with the setup of this year.")),
    "cancelled": ("error", Message("Answer the dialogs to the end. Record it again.")),
    "refused": ("error", Message("Answer yes to that question. Record it again.")),
    "maintenance": (
        "error",
        Message("Remove the client of this year from the reference station, then record it again."),
    ),
    "not_removal": ("error", Message("Choose the removal in the setup's first dialog. Record it again.")),
    "removes": (
        "error",
        Message("Choose anything but the removal in the setup's first dialog. Record it again."),
    ),
    "launches": (
        "error",
        Message(
            "Untick « Lancer PRONOTE après installation » in the last dialog and record it again: as SYSTEM it "
            "would start a client that nobody sees."
        ),
    ),
    "reboots": (
        "error",
        Message("Refuse the restart in the last dialog: stations would restart under people. Record it again."),
    ),
    "relative_path": ("error", Message("Keep the folder that the setup proposes. Record it again.")),
    "network_path": (
        "error",
        Message("SYSTEM has no access to shares. Keep the folder that the setup proposes. Record it again."),
    ),
    "user_folder": (
        "error",
        Message("Other stations do not have that user. Keep the folder that the setup proposes. Record it again."),
    ),
    "only_message": (
        "warn",
        Message("The setup may have refused this PC: look at what it said. Record it again."),
    ),
    "no_order": ("warn", Message("Setups find their dialogs by name: it works without, if it is whole.")),
    "miscounted": ("warn", Message("Setups do not look at the number: it works, if it is whole.")),
    "went_back": (
        "warn",
        Message("It may work. If the setup answers -3, record it again without the Back button."),
    ),
    "extra_dialog": (
        "warn",
        Message("It does no harm: a setup takes the answers of the dialogs that it shows."),
    ),
}
"""Every finding's severity and remedy."""


def finding(code: str, fact: Message) -> Finding:
    """A finding of this code."""
    severity, remedy = FINDINGS[code]
    return Finding(code=code, severity=severity, fact=fact, remedy=remedy)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that forbid to use a recording."""
    return [each for each in findings if each.severity == "error"]


def accept(findings: Iterable[Finding], codes: Collection[str]) -> list[Finding]:
    """The findings, those whose code an admin has accepted as warnings."""
    return [replace(each, severity="warn") if each.code in codes else each for each in findings]
