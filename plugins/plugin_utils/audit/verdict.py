# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's verdict on one station. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...module_utils.base.message import Message, enumerated
from ...module_utils.base.sure import sure
from ...module_utils.product.release import Release
from ..station.boot import is_later_boot
from ..station.frozen import THAW, Unconfirmed, confirmed, wanted_text
from ..station.state import Installation, StationState

__all__ = ["Verdict", "of_frozen", "verdict"]

_DEPLOY = Message("Deploy (playbooks/deploy.yml).")
_NO_RELEASE = Message("the release of the school's server is not known")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One status, with the reason and the remedy, which are Messages wherever they are ours."""

    status: str
    reason: str
    remedy: str = ""


def _noted(reason: str, noted: Installation | None) -> str:
    """A reason, with the condition of an installation that is not sound in brackets."""
    return reason if noted is None else Message("{reason} ({note})", reason=reason, note=noted.describe())


def verdict(state: StationState, expected: Release | None, *, why_unknown: str = "") -> Verdict:
    """Judge a station that could be read against the release its school's server runs.

    Years stand side by side: an older year beside the right one is no fault. ``several`` means more than one client of
    the expected year, where shortcuts and file types may start the wrong one.
    """
    if expected is None:
        return Verdict(
            status="unknown_release",
            reason=why_unknown or _NO_RELEASE,
            remedy=Message("Make the server readable, or pin pronote_client_release in the inventory."),
        )
    wanted = expected.client
    current = state.of_year(wanted.year)
    known = state.judged(expected)
    sound = [i for i in current if i.condition == "ok" and i.release is not None]
    loose = [i for i in current if i.condition == "exe_without_entry" and i.release is not None]
    if known.several:
        shown = enumerated([i.describe() for i in sound])
        reason = Message("several clients of {year}: {shown}", year=wanted.year, shown=shown)
        return Verdict(status="several", reason=reason, remedy=Message("Remove all but one."))
    if sound:
        return _compared(sound[0], wanted, beside=loose)
    if loose:
        return _loose(loose[-1], wanted)
    # One of another year, known by its folder, matters only when there is nothing else to go by.
    others = any(i.release is not None for i in state.installations)
    unreadable = [
        i
        for i in state.installations
        if i.condition == "version_unreadable" and not (others and i.year not in {None, wanted.year})
    ]
    if unreadable:
        reason = Message("{path} has no readable version", path=unreadable[0].path)
        return Verdict(status="unknown_release", reason=reason, remedy=Message("Install the client again."))
    return _without(state, current, wanted)


def of_frozen(
    judged: Verdict, state: StationState, expected: Release | None, unconfirmed: Unconfirmed | None
) -> Verdict:
    """The verdict on a station that is put back at each start: what was brought to it shows itself at the next one."""
    if expected is None or unconfirmed is None or unconfirmed.wanted != wanted_text(expected, absent=False):
        return judged
    if judged.status == "compliant":
        if confirmed(unconfirmed, unconfirmed.wanted, state.boot):
            return judged
        remedy = Message("Audit again after a restart of the station: it then shows whether the client has stayed.")
        reason = Message(
            "{release}, installed on a frozen station ({freezer}), to be confirmed after a restart",
            release=expected.client,
            freezer=state.frozen,
        )
        return Verdict(status="frozen", reason=reason, remedy=remedy)
    if judged.status in {"late", "absent", "older_year_only"} and is_later_boot(unconfirmed.boot, state.boot):
        reason = Message(
            "{reason}; {freezer} has put it back at its last start", reason=judged.reason, freezer=state.frozen
        )
        return replace(judged, reason=reason, remedy=THAW)
    return judged


def _loose(found: Installation, wanted: Release) -> Verdict:
    """A program that nothing registers, as a copy or the rest of a removal is: deployments put the client there."""
    release = sure(found.release).client
    reason = Message("{release} instead of {wanted}", release=release, wanted=wanted)
    if release == wanted:
        reason = Message("{release} is there, and not installed", release=release)
    return Verdict(status="late", reason=_noted(reason, found), remedy=_DEPLOY)


def _compared(found: Installation, wanted: Release, *, beside: list[Installation]) -> Verdict:
    release = sure(found.release).client
    noted = beside[0] if beside else None
    if release == wanted:
        return Verdict(status="compliant", reason=_noted(str(release), noted))
    if release < wanted:
        reason = Message("{release} instead of {wanted}", release=release, wanted=wanted)
        return Verdict(status="late", reason=_noted(reason, noted), remedy=_DEPLOY)
    remedy = Message("Update the server from the hosting console, or deploy with pronote_client_when_newer: over.")
    return Verdict(status="ahead", reason=_noted(_newer(release, wanted), noted), remedy=remedy)


def _without(state: StationState, current: list[Installation], wanted: Release) -> Verdict:
    others = [i.release for i in state.installations if i.release is not None]
    newer = [release for release in others if release.client > wanted]
    if newer:
        remedy = Message("Is the year's base open on the server? Check the hosting console.")
        return Verdict(status="ahead", reason=_newer(newer[-1], wanted), remedy=remedy)
    if others:
        reason = Message("{release} only, no client of {year}", release=others[-1], year=wanted.year)
        return Verdict(status="older_year_only", reason=reason, remedy=_DEPLOY)
    return Verdict(
        status="absent", reason=_noted(Message("no client"), current[0] if current else None), remedy=_DEPLOY
    )


def _newer(release: Release, wanted: Release) -> Message:
    return Message("{release}, newer than the server's {wanted}", release=release, wanted=wanted)
