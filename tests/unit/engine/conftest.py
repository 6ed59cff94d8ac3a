"""A station in this process for every test that asks for one; and no text that it gets is of no catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.action import ControllerAction

from tests import pseudo
from tests.station.bench import NAME
from tests.station.fixtures import depot, make_station

__all__ = ["depot", "make_station"]

# Names of other people's programs, parts of an answer and values by our own names, what tests write themselves, and
# what Ansible says of a variable.
_DATA = {
    NAME,
    *("AppLocker", "WDAC", "ASR rules", "Deep Freeze", "Reboot Restore Rx", "UWF"),
    *("processes", "reboot", "SHA256SUMS", "-1073741819 (0xC0000005)"),
    *("note: kept by hand", "File exists", "cassé", "is undefined"),
}


@pytest.fixture(autouse=True)
def _all_that_people_read_is_of_the_catalogue(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Every result of a test that is for people, said in the language that nobody speaks.

    But for what a survey has said before: that is in the language that the survey was given.
    """
    if request.module.__name__.endswith("test_turn"):
        yield
        return
    words, shown, left = pseudo.words(), ControllerAction._shown, list[str]()

    def looked_at(self: ControllerAction, result: dict[str, Any]) -> dict[str, Any]:
        left.extend(pseudo.unmarked("\n".join(pseudo.for_people(result, words)), _DATA))
        return shown(self, result)

    monkeypatch.setattr(ControllerAction, "_shown", looked_at)
    yield
    assert not left, "\n".join(left)
