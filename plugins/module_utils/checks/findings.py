# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check of one yearly operation found, in the one shape that the board reads. Pure.

A check collects findings and evidence by code; what they say is data (``checks/catalogue.py``), since school staff read
it. The state follows from the findings alone, so a check cannot say one thing and conclude another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..base.message import Message
from ..base.text import printable_message
from ..base.times import iso
from .catalogue import EVIDENCE, FINDINGS

__all__ = [
    "DONE",
    "IN_DOUBT",
    "NOT_OBSERVABLE",
    "TO_DO",
    "CheckError",
    "Report",
]

DONE = "done"
TO_DO = "to_do"
IN_DOUBT = "in_doubt"
NOT_OBSERVABLE = "not_observable"
# What a finding makes of the operation, the strongest first. "Not done" beats a doubt, and a doubt beats what could not
# be looked at: it is what somebody can act on.
_STRONGEST = (TO_DO, IN_DOUBT, NOT_OBSERVABLE)
_shown = partial(printable_message, keep="", space="\N{REPLACEMENT CHARACTER}", longest=500)


class CheckError(Exception):
    """What ends a check early: the code of a finding and its values. Never a crash, and never quoted as text."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    @property
    def text(self) -> Message:
        """What it says."""
        return _filled(FINDINGS[self.code].text, self.values)


@dataclass(kw_only=True)
class Report:
    """Findings and evidence about one operation, in the order in which they were made."""

    operation: int
    findings: list[tuple[str, Message]] = field(default_factory=list)
    evidence: list[tuple[Message, str, str]] = field(default_factory=list)

    def find(self, code: str, **values: object) -> None:
        """Add a finding. Values come from files and servers, and are made printable here."""
        self.findings.append((code, _filled(FINDINGS[code].text, values)))

    def find_age(self, date: dt.datetime, *, newer_than: dt.datetime | None, now: dt.datetime) -> None:
        """Add that a file is older than it should be, or of a day that is to come."""
        if newer_than is not None and date < newer_than:
            self.find("file_old", date=iso(date), limit=iso(newer_than))
        elif date > now + dt.timedelta(days=1):
            self.find("file_from_future", date=iso(date))

    def prove(self, what: str, *, date: str, source: str, **values: object) -> None:
        """Add evidence: what was seen, the date it bears (ISO 8601, or empty), and where it was seen."""
        self.evidence.append((_filled(EVIDENCE[what], values), date, _shown(source)))

    @property
    def codes(self) -> list[str]:
        return [code for code, _other in self.findings]

    @property
    def state(self) -> str:
        """The strongest state that a finding demands; done when none demands any."""
        demanded = {FINDINGS[code].state for code in self.codes}
        return next((state for state in _STRONGEST if state in demanded), DONE)

    def as_dict(self) -> dict[str, Any]:
        """The shape that the board reads; ``text`` and ``what`` are Messages."""
        return {
            "operation": self.operation,
            "state": self.state,
            "findings": [
                {"code": code, "severity": FINDINGS[code].severity, "text": text} for code, text in self.findings
            ],
            "evidence": [{"what": what, "date": date, "source": source} for what, date, source in self.evidence],
        }


def _filled(text: Message, values: Mapping[str, object]) -> Message:
    """A text of the catalogue with values of files and servers."""
    return text.given(**{name: each if isinstance(each, int) else _shown(each) for name, each in values.items()})
