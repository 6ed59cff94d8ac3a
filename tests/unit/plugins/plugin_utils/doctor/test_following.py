"""What the doctor sends somebody to: first of all what does not hold, then what a deployment still needs."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.checks import Finding, Outcome, Place
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.following import following

_HEARD: tuple[str, Outcome] = ("shell", "holds")


@pytest.mark.parametrize(
    ("found", "command", "told"),
    [
        ([_HEARD], "audit", "see who is up to date"),
        ([_HEARD, ("rehearsal", "holds")], "audit", "see who is up to date"),
        ([_HEARD, ("rehearsal", "unknown")], "rehearse --limit 'pc 1'", "ask one station"),
        ([_HEARD, ("rehearsal", "fails")], "doctor", "once that is mended"),
        ([_HEARD, ("release", "fails"), ("rehearsal", "unknown")], "prepare", "into the depot"),
        ([_HEARD, ("release", "fails"), ("clock", "fails")], "doctor", "once that is mended"),
        # Nobody was read: what is inside of the stations is still unknown.
        ([("port", "unknown"), ("release", "holds")], "doctor", "once that is mended"),
        ([("shell", "fails"), ("release", "fails")], "doctor", "once that is mended"),
        ([], "doctor", "once that is mended"),
    ],
)
def test_what_comes_next(found: list[tuple[str, Outcome]], command: str, told: str) -> None:
    place = Place(school="0310001A", station="pc 1")
    findings = [Finding(place=place, check=check, outcome=outcome) for check, outcome in found]
    text, typed = following(findings, str)
    assert typed == command
    assert told in text
    assert text.endswith(f": {command}")
