from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.cases import record_again
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.goal import JobStep
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import Removal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName

from tests.unit.plans import LAST_MONTH, NEWER, OLD, RIGHT, X86, client, goal, job_for, state_of

_UPDATES: dict[str, Any] = {"updates": frozenset({"x64"})}


@pytest.mark.parametrize(
    ("there", "options", "verb"),
    [
        ([LAST_MONTH], _UPDATES, "update"),
        ([LAST_MONTH, OLD], _UPDATES, "update"),
        ([LAST_MONTH], {}, "install"),
        ([LAST_MONTH], {"updates": frozenset({"x86"})}, "install"),
        ([OLD], _UPDATES, "install"),
        ([], _UPDATES, "install"),
        # Another architecture's client is another product.
        ([X86], {**_UPDATES, "arch": "x64"}, "install"),
        # To the setup what has no entry is not installed, and what is newer is no update.
        ([client("2026.1.3", condition="exe_without_entry", uninstall_string=None)], _UPDATES, "install"),
        ([NEWER], {**_UPDATES, "allow_downgrade": True}, "install"),
    ],
)
def test_the_case_is_what_the_setup_finds(there: Any, options: Any, verb: str) -> None:
    (step,) = plan(state_of(*there), goal(**options)).steps
    assert step.job.verb == verb


@pytest.mark.parametrize(
    ("there", "over"),
    [
        ([LAST_MONTH, client("2026.2.5")], "2026.2.5"),
        ([client("2026.2.5"), LAST_MONTH], "2026.2.5"),
        ([LAST_MONTH, NEWER], "2026.1.3"),
        ([NEWER], ""),
        ([OLD], ""),
    ],
)
def test_the_newest_older_client_is_what_the_setup_goes_over(there: Any, over: str) -> None:
    (step,) = plan(state_of(*there), goal(allow_downgrade=True)).steps
    assert step.over.partition(" ")[0] == over


def test_the_release_that_is_wanted_is_no_older_client() -> None:
    (step,) = plan(state_of(RIGHT, jobs=[job_for()]), goal()).steps
    assert (step.follow, step.over) == (True, "")


def test_what_is_removed_first_is_not_gone_over() -> None:
    published = Removal(release=Release.parse("2026.1.3"), arch="x64", digest="d" * 64)
    steps = plan(state_of(LAST_MONTH), goal(update="reinstall", removals={2026: {"x64": published}})).steps
    assert [(step.job.verb, step.over) for step in steps][-1] == ("install", "")


@pytest.mark.parametrize("verb", ["install", "update"])
def test_what_was_begun_keeps_its_case(verb: str) -> None:
    state = state_of(LAST_MONTH, jobs=[job_for(verb=verb)])
    for options in ({}, _UPDATES, {"update": "reinstall"}):
        decided = plan(state, goal(**options))
        assert (decided.action, [step.job.verb for step in decided.steps]) == ("finish", [verb])
    assert plan(state_of(RIGHT, jobs=[job_for(verb=verb)]), goal(state="staged")).tidy == []


def _step(product: str, verb: Any, over: str = "") -> JobStep:
    job = JobName.of(PRODUCTS[product], verb, Release.parse("2026.2.7"), "x64", "a" * 64)
    return JobStep(job=job, digest="a" * 64, over=over)


@pytest.mark.parametrize(
    ("verb", "over", "mode"),
    [
        ("install", "", "install"),
        ("install", "2026.1.3 x64", "update"),
        ("update", "", "update"),
        ("remove", "", "uninstall"),
    ],
)
def test_the_command_that_records_what_is_missing(verb: str, over: str, mode: str) -> None:
    told = record_again(_step("pronote_client", verb, over))
    assert f"-e pronote_release=2026.2.7 -e pronote_arch=x64 -e pronote_record_modes={mode}" in told
    assert ("reinstall" in told) is bool(over)
    # The playbook records the client only.
    by_hand = record_again(_step("edt_monoposte", verb, over))
    assert "by hand" in by_hand
    assert "ansible-playbook" not in by_hand
