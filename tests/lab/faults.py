"""Fault rules: what goes wrong on a station, and when.

A rule waits for a *step*, which is a line of text: a request to the station ("Command reg query …"), anything that is
posted to it, before it is known who asks ("Post /wsman"), a program that starts on it ("Start C:\\…\\curl.exe …"), a
file made on it ("Write C:\\…\\setup.exe"), a download of its from the depot ("Fetch setup.exe").
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from .journal import Journal

__all__ = ["Effect", "Fault", "FaultPlan"]

Effect = Literal[
    "cut",  # the TCP connection is reset before the request is handled
    "cut_after",  # the request is handled, its answer is lost
    "delay",  # the answer waits `seconds`
    "http_500",  # HTTP 500 with an empty body
    "access_denied",  # WS-Man fault 5
    "quota_shells",  # fault 2150859173 as a WSManFault
    "quota_shells_wmi",  # the same number as an MSFT_WmiError, with the subcode w:QuotaLimit
    "busy",  # fault 2150858793: the station did not come to it in time
    "shell_lost",  # fault 2150858843: there is no such shell
    "profile_unloaded",  # fault 2147943418: the shell is there, and can run nothing
    "server_limit",  # fault 0x80338049
    "request_limit",  # fault 0x80338047
    "answer",  # the request is handled; `status`, `headers` and `body` are sent instead of its answer
    "edit",  # the answer is sent with `find` replaced by `replace` (a regular expression)
    "garble",  # the answer's last third is other bytes
    "no_content_type",  # the answer without this header
    "in_clear",  # the answer is not encrypted, although the request was
    "endless",  # Enumerate, Pull: `size` rows, and more to come; Receive: `size` bytes, and the command goes on
    "hostile",  # `mode` of tests/lab/web/hostile.py instead of an answer
    "quota_operations",  # fault 2150859174
    "shell_used_up",  # WMI error 0x803381A6 on Command: the shell must be created again
    "power_off",  # the station loses power while handling the request
    "reboot",  # the station restarts: off, then on again
    "oversize",  # the fault Windows sends when an answer does not fit the envelope
    "note",  # nothing goes wrong: the step is written into the journal, for tests that want to know the steps
    "hold",  # the request waits until the controller is gone or the rule is taken away
    # Steps on the station itself; power_off, reboot and access_denied (error 5) are meant there too.
    "disk_full",  # nothing more fits on the disk, until the faults are changed
    "clock_jump",  # the station's clock goes forward by `seconds`
    "quarantine",  # an antivirus deletes the file as soon as nobody holds it
    # Downloads: what tests/lab/web/depot.py does to them.
    "missing",
    "unavailable",
    "corrupt",
    "cut_download",
    "no_range",
]

_NOT_REQUESTS = ("Post", "Start", "Write", "Fetch")


@dataclass
class Fault:
    """One rule. The server asks the plan before each request, with its action and command line."""

    effect: Effect
    # Matched (re.search) against the step. Steps that are no messages are meant only by a pattern that begins with
    # "^Post ", "^Start ", "^Write " or "^Fetch ".
    match: str = ""
    # Fires on the nth match (1: the first), then `times` times (0: for ever).
    nth: int = 1
    times: int = 1
    seconds: float = 0.0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    mode: str = ""
    size: int = 0
    find: str = ""
    replace: str = ""
    seen: int = field(default=0, repr=False)
    fired: int = field(default=0, repr=False)

    def edited(self, answer: bytes) -> bytes:
        """An answer after an `edit`."""
        return re.sub(self.find.encode(), self.replace.encode(), answer, flags=re.DOTALL)

    def fires(self, what: str) -> bool:
        """Count this request; say whether the fault applies to it."""
        kind = what.partition(" ")[0]
        if kind in _NOT_REQUESTS and not self.match.startswith(f"^{kind} "):
            return False
        if not re.search(self.match, what):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times and self.fired >= self.times):
            return False
        self.fired += 1
        return True


@dataclass
class FaultPlan:
    """The rules of one station, in order; the first that fires wins."""

    faults: list[Fault] = field(default_factory=list)
    # Set whenever the rules are changed: what was held goes on.
    changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def replace(self, faults: list[Fault]) -> None:
        """Other rules from now on."""
        self.faults[:] = faults
        self.changed.set()
        self.changed = asyncio.Event()

    def check(self, what: str) -> Fault | None:
        """The fault to apply to this request, if any."""
        fired = [fault for fault in self.faults if fault.fires(what)]
        return fired[0] if fired else None

    def of_download(self, station: str, file: str, journal: Journal) -> str | None:
        """What goes wrong with a station's download from the depot, as the depot has it (``DepotFaults``)."""
        rule = self.check(f"Fetch {file}")
        if rule is None:
            return None
        journal.add("fault", station, effect=rule.effect, what=f"Fetch {file}")
        if rule.effect == "note":
            return None
        return "cut" if rule.effect == "cut_download" else rule.effect

    @classmethod
    def from_data(cls, rules: list[dict[str, Any]]) -> FaultPlan:
        """Build from scenario data; unknown keys raise TypeError."""
        return cls([Fault(**rule) for rule in rules])
