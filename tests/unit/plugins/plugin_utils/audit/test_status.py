from __future__ import annotations

from typing import get_args

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import (
    FAULTY,
    JUDGED,
    SILENT,
    STATUSES,
    UNKNOWN,
    UNREAD,
    shares,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.next_step import BEFORE_DEPLOYING, Step
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.table import STATES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.todo import KINDS


def test_every_status_is_of_one_group() -> None:
    assert sorted(("compliant", *FAULTY, *SILENT, *UNKNOWN, *UNREAD)) == sorted(STATUSES)
    assert set(JUDGED) == {"compliant", *FAULTY}


def test_every_station_that_was_seen_has_a_word_for_what_remains() -> None:
    assert {name for name, status in STATUSES.items() if status.found is None} == {*SILENT, *UNREAD}
    assert {status.found for status in STATUSES.values() if status.found} - {"right"} <= set(STATES)


def test_whatever_is_not_right_has_something_to_do() -> None:
    assert {name for name, status in STATUSES.items() if not status.todo} == {"compliant"}
    assert {status.todo for status in STATUSES.values() if status.todo} == {*KINDS} - {*BEFORE_DEPLOYING}
    # What the last deployment met may come before.
    assert set(KINDS) >= {*get_args(Step)}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, (0, 0, 0)),
        ({"compliant": 3, "late": 2, "several": 1, "refused": 4, "unknown_release": 5}, (3, 3, 9)),
        ({"unreachable": 1}, (0, 0, 1)),
    ],
)
def test_shares(counts: dict[str, int], expected: tuple[int, int, int]) -> None:
    assert shares(counts) == expected
