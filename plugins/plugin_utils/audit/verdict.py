# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit's verdict on one station. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...module_utils.product.release import Release
from ..station.boot import is_later_boot
from ..station.frozen import THAW, Unconfirmed, confirmed, wanted_text
from ..station.state import Installation, StationState

__all__ = ["Verdict", "of_frozen", "verdict"]

_DEPLOY = "Deploy (playbooks/deploy.yml)."

# Every reason in the languages of reports. Values are releases, years and paths.
_REASONS: dict[str, dict[str, str]] = {
    "compliant": {"en": "{release}{note}", "fr": "{release}{note}"},
    "late": {"en": "{release} instead of {wanted}{note}", "fr": "{release} au lieu de {wanted}{note}"},
    "ahead": {
        "en": "{release}, newer than the server's {wanted}{note}",
        "fr": "{release}, plus récent que le serveur ({wanted}){note}",
    },
    "older_year_only": {
        "en": "{release} only, no client of {year}",
        "fr": "{release} seulement, pas de client {year}",
    },
    "absent": {"en": "no client{note}", "fr": "aucun client{note}"},
    "several": {"en": "several clients of {year}: {shown}", "fr": "plusieurs clients {year} : {shown}"},
    "unreadable": {"en": "{path} has no readable version", "fr": "version illisible : {path}"},
    "frozen": {
        "en": "{release}, installed on a frozen station ({freezer}), to be confirmed after a restart",
        "fr": "{release}, installé, à confirmer après un redémarrage ({freezer})",
    },
    "no_release": {
        "en": "the release of the school's server is not known",
        "fr": "la version du serveur de l'établissement n'est pas connue",
    },
}


_GONE = {
    "en": "; {freezer} has put it back at its last start",
    "fr": " ; {freezer} a remis le poste en l'état à son dernier démarrage",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One status, with the reason in both languages of reports and the remedy."""

    status: str
    reason: str
    reason_fr: str
    remedy: str = ""


def _verdict(status: str, reason: str, remedy: str, *, noted: Installation | None = None, **values: object) -> Verdict:
    """``noted``: an installation whose condition is told in brackets."""
    words = {}
    for language, template in _REASONS[reason].items():
        note = "" if noted is None else f" ({noted.describe(language)})"
        words[language] = template.format(note=note, **values)
    return Verdict(status=status, reason=words["en"], reason_fr=words["fr"], remedy=remedy)


def verdict(state: StationState, expected: Release | None, *, why_unknown: str = "") -> Verdict:
    """Judge a station that could be read against the release its school's server runs.

    Years stand side by side: an older year beside the right one is no fault. ``several`` means more than one client of
    the expected year, where shortcuts and file types may start the wrong one.
    """
    if expected is None:
        judged = _verdict(
            "unknown_release",
            "no_release",
            "Make the server readable, or pin pronote_client_release in the inventory.",
        )
        return replace(judged, reason=why_unknown or judged.reason)
    wanted = expected.client
    current = state.of_year(wanted.year)
    sound = [i for i in current if i.condition in {"ok", "exe_without_entry"} and i.release is not None]
    if len(sound) > 1:
        shown = "; ".join(i.describe() for i in sound)
        return _verdict("several", "several", "Remove all but one.", year=wanted.year, shown=shown)
    if sound:
        return _compared(sound[0], wanted)
    # One of another year, known by its folder, matters only when there is nothing else to go by.
    others = any(i.release is not None for i in state.installations)
    unreadable = [
        i
        for i in state.installations
        if i.condition == "version_unreadable" and not (others and i.year not in {None, wanted.year})
    ]
    if unreadable:
        return _verdict("unknown_release", "unreadable", "Install the client again.", path=unreadable[0].path)
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
        remedy = "Audit again after a restart of the station: it then shows whether the client has stayed."
        return _verdict("frozen", "frozen", remedy, release=expected.client, freezer=state.frozen)
    if judged.status in {"late", "absent", "older_year_only"} and is_later_boot(unconfirmed.boot, state.boot):
        gone = {language: words.format(freezer=state.frozen) for language, words in _GONE.items()}
        return replace(
            judged, reason=f"{judged.reason}{gone['en']}", reason_fr=f"{judged.reason_fr}{gone['fr']}", remedy=THAW
        )
    return judged


def _compared(found: Installation, wanted: Release) -> Verdict:
    assert found.release is not None
    release = found.release.client
    noted = None if found.condition == "ok" else found
    if release == wanted:
        return _verdict("compliant", "compliant", "", noted=noted, release=release)
    if release < wanted:
        return _verdict("late", "late", _DEPLOY, noted=noted, release=release, wanted=wanted)
    remedy = "Update the server from the hosting console, or deploy with pronote_client_allow_downgrade."
    return _verdict("ahead", "ahead", remedy, noted=noted, release=release, wanted=wanted)


def _without(state: StationState, current: list[Installation], wanted: Release) -> Verdict:
    others = [i.release for i in state.installations if i.release is not None]
    newer = [release for release in others if release.client > wanted]
    if newer:
        remedy = "Is the year's base open on the server? Check the hosting console."
        return _verdict("ahead", "ahead", remedy, release=newer[-1], wanted=wanted)
    if others:
        return _verdict("older_year_only", "older_year_only", _DEPLOY, release=others[-1], year=wanted.year)
    return _verdict("absent", "absent", _DEPLOY, noted=current[0] if current else None)
