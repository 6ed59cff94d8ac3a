# SPDX-License-Identifier: GPL-3.0-or-later
"""How each station of a deployment ended, from what its task returned: one table, which the block and the JSON read.

Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import Message, sourced
from ..remaining.standing import CONFIRM_REMEDY, TO_CONFIRM

__all__ = ["OUTCOMES", "Outcome", "StationEnd", "by_school", "count", "ended"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One way to end. ``mark`` and ``style``: on a terminal; ``label``: of ``n`` stations; ``listed``: the block names
    its stations and says why; ``dry``: the label in a dry run, where it is another."""

    mark: str
    style: str
    label: Message
    listed: bool = True
    dry: Message | None = None


OUTCOMES: dict[str, Outcome] = {
    "done": Outcome(mark="✓", style="green", label=Message.plural("{n} done", "{n} done"), listed=False),
    "to_install": Outcome(
        mark="→", style="green", label=Message.plural("{n} to install", "{n} to install"), listed=False
    ),
    "to_remove": Outcome(mark="→", style="green", label=Message.plural("{n} to remove", "{n} to remove"), listed=False),
    "to_stage": Outcome(
        mark="→", style="green", label=Message.plural("{n} to bring files to", "{n} to bring files to"), listed=False
    ),
    "to_tidy": Outcome(mark="→", style="green", label=Message.plural("{n} to tidy", "{n} to tidy"), listed=False),
    "right": Outcome(
        mark="=", style="green", label=Message.plural("{n} with nothing to do", "{n} with nothing to do"), listed=False
    ),
    "frozen": Outcome(
        mark="❄",
        style="cyan",
        label=Message.plural("{n} to confirm after a restart", "{n} to confirm after a restart"),
    ),
    "running": Outcome(mark="…", style="cyan", label=Message.plural("{n} under way", "{n} under way")),
    "armed": Outcome(
        mark="…",
        style="cyan",
        label=Message.plural("{n} to install at its next start", "{n} to install at their next start"),
    ),
    "left": Outcome(
        mark="…",
        style="yellow",
        label=Message.plural("{n} left for later", "{n} left for later"),
        dry=Message.plural("{n} to wait", "{n} to wait"),
    ),
    "held": Outcome(mark="‖", style="yellow", label=Message.plural("{n} held back", "{n} held back")),
    "failed": Outcome(
        mark="✗",
        style="red",
        label=Message.plural("{n} failed", "{n} failed"),
        dry=Message.plural("{n} refused", "{n} refused"),
    ),
    "refused": Outcome(
        mark="!", style="magenta", label=Message.plural("{n} with access refused", "{n} with access refused")
    ),
    "unreachable": Outcome(mark="○", style="magenta", label=Message.plural("{n} unreachable", "{n} unreachable")),
    "untried": Outcome(mark="?", style="magenta", label=Message.plural("{n} not tried", "{n} not tried")),
}
"""Every outcome of a station, in the order in which they are counted. ``to_…`` come of dry runs alone."""

_FORESEEN = {"install": "to_install", "finish": "to_install", "remove": "to_remove", "stage": "to_stage"}

_NOT_BEGUN = Message("the run ended before its turn")
_BEGIN_AGAIN = Message("Run the deployment again.")


@dataclass(frozen=True, kw_only=True)
class StationEnd:
    """One station. ``school``: its UAI; ``outcome``: of OUTCOMES; ``until``: when it may be done, in the words of its
    hours, where that is why it was left."""

    station: str
    school: str = ""
    room: str = ""
    outcome: str = "untried"
    action: str = ""
    kind: str = ""
    changed: bool = False
    release: str = ""
    reason: str = ""
    remedy: str = ""
    until: str = ""

    @property
    def unreachable(self) -> bool:
        """Whether Ansible counts it so."""
        return self.outcome in {"unreachable", "refused"}

    @property
    def failed(self) -> bool:
        """Whether Ansible counts it as failed: a job that goes on by itself has no end yet, which is no success."""
        return self.outcome in {"failed", "running"}


def ended(
    station: str, result: Mapping[str, Any] | None, *, check: bool, school: str = "", room: str = ""
) -> StationEnd:
    """How a station ended. ``result``: what its task returned, None when it had none."""
    if result is None or ("action" not in result and not (result.get("failed") or result.get("unreachable"))):
        return StationEnd(station=station, school=school, room=room, reason=_NOT_BEGUN, remedy=_BEGIN_AGAIN)
    wrong = bool(result.get("failed") or result.get("unreachable"))
    outcome = _wrong(result) if wrong else _outcome(result, check=check)
    reason = _text(result, "fact") or _text(result, "reason") or str(result.get("msg") or "")
    remedy = _text(result, "remedy")
    if outcome == "frozen":
        reason, remedy = TO_CONFIRM.given(freezer=str(result["frozen"])), CONFIRM_REMEDY
    return StationEnd(
        station=station,
        school=school,
        room=room,
        outcome=outcome,
        action=str(result.get("action") or ""),
        kind=str(result.get("kind") or "") if wrong else "",
        changed=bool(result.get("changed")),
        release=str(result.get("release") or ""),
        reason=reason,
        remedy=remedy,
        until=_until(result) if result.get("action") == "skip" else "",
    )


def _wrong(result: Mapping[str, Any]) -> str:
    kind = result.get("kind")
    if kind in {"refused", "running"}:
        return str(kind)
    return "unreachable" if result.get("unreachable") else "failed"


def _outcome(result: Mapping[str, Any], *, check: bool) -> str:
    action = result["action"]
    if action == "skip":
        return "held" if "held_by" in result else "left"
    if action in {"arm", "armed"}:
        return "armed"
    if result.get("frozen") and (action == "none" or not check):
        return "frozen"
    if check:
        return _FORESEEN.get(action, "to_tidy" if result.get("changed") else "right")
    return "done" if result.get("changed") else "right"


def _text(result: Mapping[str, Any], name: str) -> str:
    text = result.get(name) or ""
    return text if isinstance(text, Message) else sourced(str(text), result.get(f"{name}_source"))


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


def _until(result: Mapping[str, Any]) -> str:
    """``2026-11-26 18:00``, of a station that is outside its hours (deploy/hours.py); empty for any other reason."""
    reason = _text(result, "reason")
    values = [reason] if isinstance(reason, Message) else []
    while values:
        value = values.pop()
        if "opens_at" in value.values and (moment := _MOMENT.search(str(value.values["opens_at"]))):
            return moment[0]
        values += [each for each in value.values.values() if isinstance(each, Message)]
    return ""


def by_school(ends: Iterable[StationEnd]) -> dict[str, list[StationEnd]]:
    """Stations by UAI, in the order of schools, rooms and names."""
    schools: dict[str, list[StationEnd]] = {}
    for end in sorted(ends, key=lambda end: (end.school, end.room, end.station)):
        schools.setdefault(end.school, []).append(end)
    return schools


def count(ends: Iterable[StationEnd]) -> dict[str, int]:
    """Stations by outcome, every outcome present."""
    counted = Counter(end.outcome for end in ends)
    return {outcome: counted[outcome] for outcome in OUTCOMES}
