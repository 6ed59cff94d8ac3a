from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import FAULTY

from tests.browser.sample import record


def _records(**numbers: int) -> list[AuditRecord]:
    return [record(f"{s}-{n}", status=s) for s, number in numbers.items() for n in range(number)]


@pytest.mark.parametrize(
    ("numbers", "verdict", "complete", "code"),
    [
        ({"compliant": 3}, "compliant", True, 0),
        ({}, "incomplete", False, 3),
        ({"compliant": 5, "unreachable": 5}, "compliant", True, 0),
        ({"compliant": 49, "unreachable": 51}, "incomplete", False, 3),
        ({"compliant": 49, "unreachable": 30, "refused": 21}, "incomplete", False, 3),
        ({"compliant": 19, "unknown_release": 1}, "compliant", True, 0),
        ({"compliant": 18, "unknown_release": 1}, "incomplete", False, 3),
        ({"compliant": 18, "late": 1}, "not_compliant", True, 1),
        # Whom no audit has looked at counts as whom none could read.
        ({"compliant": 5, "unread": 5}, "compliant", True, 0),
        ({"compliant": 49, "unreachable": 26, "unread": 25}, "incomplete", False, 3),
        # What is known to be wrong outweighs what is not known, which is still said.
        ({"late": 1, "unreachable": 9}, "not_compliant", False, 1),
        *[({"compliant": 9, status: 1}, "not_compliant", True, 1) for status in FAULTY],
    ],
)
def test_verdict(numbers: dict[str, int], verdict: str, complete: bool, code: int) -> None:
    outcome = conclude(_records(**numbers))
    assert (outcome.verdict, outcome.complete, outcome.exit_code) == (verdict, complete, code)
    # Without fail_on nothing fails for ansible.
    assert (outcome.failing, outcome.failed, outcome.message) == ([], False, "")
    assert bool(outcome.gaps) is not complete


@pytest.mark.parametrize(
    ("fail_on", "failing", "failed", "code", "says"),
    [
        (["late"], ["late-0", "late-1"], True, 1, "2 of 9 stations are late: late-0, late-1"),
        (["absent"], [], False, 0, ""),
        (["compliant"], ["compliant-0"], True, 1, "1 of 9 stations is up to date: compliant-0"),
        (["not_compliant"], ["late-0", "late-1"], True, 1, "2 of 9 stations are late or ahead or"),
        (
            ["incomplete"],
            [],
            True,
            3,
            "the audit is incomplete: 6 of 9 stations are unreachable or refused, more than 50 %",
        ),
        (["incomplete", "late"], ["late-0", "late-1"], True, 1, "late-1. the audit is incomplete: 6 of 9"),
        (["absent", "several"], [], False, 0, ""),
        # -e pronote_audit_fail_on= of a scheduler: nothing asked for, so the verdict decides.
        ([""], [], False, 1, ""),
    ],
)
def test_fail_on_chooses(fail_on: list[str], failing: list[str], failed: bool, code: int, says: str) -> None:
    outcome = conclude(_records(compliant=1, late=2, unreachable=5, refused=1), fail_on=fail_on)
    assert (outcome.failing, outcome.failed, outcome.exit_code) == (failing, failed, code)
    assert says in outcome.message
    assert bool(outcome.message) is failed
    assert outcome.verdict == "not_compliant"


def test_thresholds_are_the_admins() -> None:
    records = _records(compliant=8, unreachable=1, unknown_release=1)
    assert conclude(records, max_unreachable=10, max_unknown=10).complete
    gaps = conclude(records, max_unreachable=9.9, max_unknown=0).gaps
    assert gaps == [
        "1 of 10 stations is unreachable or refused, more than 9.9 %",
        "1 of 10 stations is of unknown release, more than 0 %",
    ]


def test_a_long_list_is_cut_in_the_message_only() -> None:
    outcome = conclude(_records(late=12), fail_on=["late"])
    assert len(outcome.failing) == 12
    assert outcome.message.endswith("late-9 …")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"fail_on": ["later"]}, "unknown status later; known: late, ahead, .*not_compliant, incomplete"),
        ({"max_unreachable": 101}, "max_unreachable is 101"),
        ({"max_unknown": -1}, "max_unknown is -1"),
    ],
)
def test_a_wrong_option_is_a_clear_error(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        conclude([], **arguments)


def test_who_was_never_read_is_told_beside_who_is_silent_and_is_nothing_to_fail_on() -> None:
    outcome = conclude(_records(compliant=1, refused=1, unread=2))
    assert outcome.gaps == ["3 of 4 stations are unreachable, refused or were never read, more than 50 %"]
    # Of a run it is the status of nobody: a run that is to fail for it would never do so.
    with pytest.raises(ValueError, match="unknown status unread"):
        conclude([], fail_on=["unread"])
