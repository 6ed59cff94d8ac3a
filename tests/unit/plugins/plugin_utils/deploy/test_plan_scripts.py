"""Plans where a release was published anew: what its earlier script began, staged, or cannot be told to do."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.arguments import ARGUMENT_SPEC, request_from
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.old_years import Removal
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import script

from tests.unit.plans import (
    DIGESTS,
    JOB,
    LAST_MONTH,
    NEWER,
    OLD,
    RIGHT,
    STAGE,
    STAGED,
    X86,
    goal,
    job_for,
    names,
    state_of,
)

_BEFORE = "c" * 64
OLD_JOB, OLD_STAGED, OLD_STAGE = (job_for(verb=verb, digest=_BEFORE) for verb in ("install", "staged", "stage"))


@pytest.mark.parametrize("arch", ["x64", "x86"])
def test_an_installation_of_an_earlier_script_is_followed(arch: Any) -> None:
    """Its architecture too, where another one would be installed by now."""
    job = job_for(arch=arch, digest=_BEFORE)
    decided = plan(state_of(jobs=[job]), goal())
    assert (decided.action, decided.job, decided.tidy) == ("finish", job, [])
    assert decided.after == [f"Client PRONOTE 2026: 2026.2.7 {arch}"]
    done = plan(state_of(RIGHT, jobs=[OLD_JOB]), goal())
    assert (done.action, done.job, done.before == done.after) == ("finish", OLD_JOB, True)


def test_its_own_job_comes_before_that_of_an_earlier_script() -> None:
    decided = plan(state_of(jobs=[OLD_JOB, JOB]), goal())
    assert (decided.job, names(decided.tidy)) == (JOB, [OLD_JOB])


@pytest.mark.parametrize("digest", ["d" * 64, _BEFORE])
def test_a_removal_of_an_earlier_script_is_followed(digest: str) -> None:
    removals = {2025: {"x64": Removal(release=Release.parse("2025.2.9"), arch="x64", digest="d" * 64)}}
    begun = job_for("2025.2.9", "remove", digest=digest)
    for installed in ([OLD, RIGHT], [RIGHT]):
        decided = plan(state_of(*installed, jobs=[begun]), goal(remove_older=True, removals=removals))
        assert (decided.action, decided.job, decided.tidy) == ("finish", begun, [])
    absent = job_for(verb="remove", digest=_BEFORE)
    assert plan(state_of(RIGHT, jobs=[absent]), goal(state="absent")).job == absent


@pytest.mark.parametrize(
    ("jobs", "adopted"),
    [
        ([OLD_STAGED], [OLD_STAGED]),
        ([OLD_STAGE], [OLD_STAGE]),
        # What is there as it is published comes first: the first folder that can be taken over is.
        ([OLD_STAGED, STAGED], [STAGED, OLD_STAGED]),
        ([OLD_STAGE, OLD_STAGED, STAGE], [OLD_STAGED, STAGE, OLD_STAGE]),
        ([job_for(verb="staged", arch="x86", digest=_BEFORE)], []),
        ([job_for("2026.1.3", "staged")], []),
    ],
)
def test_an_installation_takes_over_what_an_earlier_script_staged(jobs: list[str], adopted: list[str]) -> None:
    decided = plan(state_of(LAST_MONTH, jobs=jobs), goal())
    assert (decided.action, decided.job, names(decided.adopt)) == ("install", JOB, adopted)
    assert names([*decided.steps[0].adopt]) == adopted
    assert names(decided.tidy) == sorted(set(jobs) - set(adopted))


@pytest.mark.parametrize(
    ("jobs", "action", "adopted", "tidied"),
    [
        ([OLD_STAGED], "stage", [OLD_STAGED], []),
        ([OLD_STAGE], "stage", [OLD_STAGE], []),
        ([STAGED, OLD_STAGED], "none", [], [OLD_STAGED]),
        ([STAGE, OLD_STAGED], "finish", [], [OLD_STAGED]),
        # It fetches for itself, and is not disturbed.
        ([OLD_JOB], "none", [], []),
    ],
)
def test_a_staging_takes_over_what_an_earlier_script_staged(
    jobs: list[str], action: str, adopted: list[str], tidied: list[str]
) -> None:
    decided = plan(state_of(LAST_MONTH, jobs=jobs), goal(state="staged"))
    assert (decided.action, names(decided.adopt), names(decided.tidy)) == (action, adopted, tidied)
    if action == "stage":
        assert names([*decided.steps[0].adopt]) == adopted


@pytest.mark.parametrize(
    ("jobs", "steps", "taken"),
    [
        ([], ["stage", "remove", "install"], [[], [], [STAGED]]),
        ([OLD_STAGED], ["stage", "remove", "install"], [[OLD_STAGED], [], [STAGED]]),
        ([STAGED], ["remove", "install"], [[], [STAGED]]),
        ([STAGED, OLD_STAGED], ["remove", "install"], [[], [STAGED]]),
    ],
)
def test_what_is_staged_before_a_removal_is_what_is_published(
    jobs: list[str], steps: list[str], taken: list[list[str]]
) -> None:
    """Files of an earlier publication are looked at again before the newer release goes."""
    removals = {2026: {"x64": Removal(release=Release.parse("2026.3.1"), arch="x64", digest="d" * 64)}}
    wanted = goal(allow_downgrade=True, downgrade="remove_first", removals=removals)
    decided = plan(state_of(NEWER, jobs=jobs), wanted)
    assert [step.job.verb for step in decided.steps] == steps
    assert [names([*step.adopt]) for step in decided.steps] == taken
    assert names(decided.tidy) == sorted({*jobs} - {name for each in taken for name in each})


def test_a_script_that_lacks_what_it_is_to_do_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(script._VERBS, 1, frozenset({"install", "remove"}))
    old = {DIGESTS["x64"]: 1, DIGESTS["x86"]: 2}
    refused = plan(state_of(LAST_MONTH), goal(state="staged", scripts=old))
    assert (refused.action, refused.before == refused.after) == ("refuse", True)
    assert refused.reason == (
        "the script of 2026.2.7 x64 was published by an earlier version of this collection and knows no 'stage'"
    )
    assert refused.remedy.startswith("Render it anew, without a download: ansible-playbook playbooks/prepare.yml")
    # What it can do it does, another architecture's is another script, and what is there is followed.
    assert plan(state_of(LAST_MONTH), goal(scripts=old)).action == "install"
    assert plan(state_of(LAST_MONTH), goal(state="staged", arch="x86", scripts=old)).action == "stage"
    assert plan(state_of(LAST_MONTH, jobs=[STAGE]), goal(state="staged", scripts=old)).action == "finish"
    assert plan(state_of(LAST_MONTH), goal(state="staged")).action == "stage"


def test_0_1_0_knew_no_answers_for_going_over_an_earlier_release() -> None:
    updates: dict[str, Any] = {"updates": frozenset({"x64", "x86"}), "scripts": {DIGESTS["x64"]: 1, DIGESTS["x86"]: 2}}
    refused = plan(state_of(LAST_MONTH), goal(**updates))
    assert refused.action == "refuse"
    assert refused.reason.endswith("was published by an earlier version of this collection and knows no 'update'")
    assert plan(state_of(), goal(**updates)).job == JOB
    assert plan(state_of(X86), goal(**updates)).job == job_for(verb="update", arch="x86", digest=DIGESTS["x86"])
    assert plan(state_of(LAST_MONTH, jobs=[JOB]), goal(**updates)).action == "finish"
    assert plan(state_of(LAST_MONTH), goal(**{**updates, "scripts": {}})).job == job_for(verb="update")


def test_the_versions_come_with_the_releases() -> None:
    entry: dict[str, Any] = {"digest": "a" * 64, "files": {}}
    releases = {"2026.2.7": {"x64": entry, "x86": {**entry, "digest": "b" * 64, "script": {"version": 2}}}}
    defaults = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
    arguments = {**defaults, "release": "2026.2.7", "depot": "http://depot/", "releases": releases}
    assert request_from(arguments, "poste").goal.scripts == {"a" * 64: 1, "b" * 64: 2}
    releases["2026.2.7"]["x86"]["script"] = 2
    with pytest.raises(ValueError, match="script has no usable version"):
        request_from(arguments, "poste")
