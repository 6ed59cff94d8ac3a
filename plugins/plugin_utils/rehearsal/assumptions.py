# SPDX-License-Identifier: GPL-3.0-or-later
"""Each assumption of docs/fidelity.md that a station can be asked about, and what the evidence says of it. Data. Pure.

A test compares the table with the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.message import Message
from . import judge_job as job
from . import judge_tools as tools
from . import judge_wmi as wmi
from .ask import Evidence
from .judged import Judged, Outcome

__all__ = ["ASSUMPTIONS", "VERDICTS", "Assumption", "Found", "judge", "verdict"]

VERDICTS: Final = {"held": 0, "contradicted": 1, "incomplete": 3}
"""With exit codes, as the audit's. ``incomplete``: something that was asked got no answer."""


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """``key``: its row in docs/fidelity.md."""

    key: str
    says: str
    judge: Callable[[Evidence], Judged]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one came to at a station."""

    assumption: Assumption
    outcome: Outcome
    seen: str


ASSUMPTIONS: Final[tuple[Assumption, ...]] = tuple(
    Assumption(key=key, says=says, judge=judge)
    for key, says, judge in (
        ("E1", Message("reg.exe writes in UTF-8 or in the OEM code page"), tools.registry_page),
        ("E2", Message("cmd writes in UTF-8"), tools.echoes),
        ("E4", Message("reg.exe parts its columns by four spaces"), tools.columns_of_reg),
        ("E5", Message("reg.exe returns 1 for a key that is not there"), tools.exit_code("absent_key", 1)),
        ("E6", Message("on a 32-bit Windows both views of the registry are the same"), tools.same_views),
        ("E7", Message("tasklist has image, number and session in their columns"), wmi.columns_of_tasklist),
        ("E8", Message("tasklist prints nothing without the right to WMI"), wmi.quiet_tasklist),
        ("E10", Message("quotes protect all but quotes and percent signs"), tools.plain_quotes),
        ("E11", Message("a shell of a 64-bit Windows runs the 64-bit cmd"), tools.environment),
        ("W2", Message("what a task runs outlives the shell that started it"), job.outlives_its_shell),
        ("W5", Message("WMI finds a file by its path as it is"), wmi.plain_path),
        ("W6", Message("WMI finds a file by a path with an accent"), wmi.accented_path),
        ("W7", Message("WMI tells a file that is not there as such"), wmi.absent_file),
        ("W8", Message("WMI tells a file's version as four numbers"), wmi.version_of_file),
        ("W11", Message("LIKE of WQL passes over the case of letters"), wmi.wql_like),
        ("W14", Message("somebody has a session open when explorer.exe runs"), wmi.session),
        ("W23", Message("cmd takes the quotes off a line that begins with one"), tools.first_quote),
        ("W40", Message("WMI tells the category of each network"), wmi.networks),
        ("W41", Message("the temporary folder is the account's own"), tools.temporary_folder),
        ("J2", Message("the task runs as SYSTEM without a password"), job.one_account),
        ("J5", Message("WMI shows the task's process with its command line"), job.recognised),
        ("J6", Message("schtasks returns 1 for a task that is not there"), tools.exit_code("absent_task", 1)),
        ("J10", Message("curl.exe is there and knows our options"), tools.curl_options),
        ("J11", Message("curl's exit codes are those of its manual"), tools.codes_of_curl),
        ("J12", Message("certutil prints a digest alone on its line"), tools.digest),
        ("J13", Message("findstr returns 0 for a line that matches, else 1"), tools.matching),
        ("J14", Message("start /wait waits for a window program and has its exit code"), job.waits_for_windows),
        ("J15", Message("ping waits five seconds without a console"), job.waits_without_console),
        ("J16", Message("ren puts a job's last file in its place whole"), job.stopped),
        ("J17", Message("cmd finds every label of a script"), job.labels),
        ("J19", Message("nothing forbids the task's script below Program Files"), job.runs_at_all),
        ("J20", Message("curl prints the HTTP status of an error too"), tools.status_with_failure),
        ("J23", Message("dir returns 1 where there is no link"), tools.exit_code("no_link", 1)),
        ("L3", Message("Home editions alone have no msg.exe"), tools.message_program),
        ("N1", Message("nothing answers in the depot's place"), tools.nothing_between),
        ("N2", Message("Windows can check whether the depot's certificate was revoked"), tools.revocation),
    )
)
"""In the order of the page."""


def judge(evidence: Evidence) -> list[Found]:
    """Every assumption, in the order of the table."""
    return [
        Found(assumption=each, outcome=outcome, seen=seen)
        for each in ASSUMPTIONS
        for outcome, seen in (each.judge(evidence),)
    ]


def verdict(found: Iterable[Found], evidence: Evidence) -> str:
    """What is contradicted outweighs what got no answer; what this kind of Windows cannot tell is no fault."""
    if any(each.outcome == "contradicted" for each in found):
        return "contradicted"
    return "incomplete" if evidence.problems or evidence.part("end") is None else "held"
