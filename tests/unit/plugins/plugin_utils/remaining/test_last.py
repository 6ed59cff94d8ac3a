"""What was tried last on a station, and what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import result_words
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.batch import Batch
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.last import last_deployments
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.next_step import (
    BEFORE_DEPLOYING,
    STEPS_BY_TEXT,
    Step,
    next_step,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.labels import LAST, NEXT
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.todo import KINDS
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationFactError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.catalogue import FRENCH, read

PRODUCT = "pronote_client"
WANTED = Release.parse("2026.2.7")
FULL = Message("{free} MiB free on {drive}, {needed} MiB needed", free=96, drive="C:", needed=1024)
IN_USE = Message("{who}: left for a later run", who=Message("{names} is running", names="x.exe (pid 4)"))
CASE = Message(
    "Record the case {mode} again, with this release's setup on a reference station "
    "({command}), publish the release again, then run again.",
    mode="install",
    command="x",
)


@pytest.mark.parametrize(
    ("outcome", "reason", "remedy", "step"),
    [
        ("done", "", "", "deploy"),
        ("unreachable", "", "", "deploy"),
        ("refused", "", "", "deploy"),
        ("frozen", "", "", "deploy"),
        ("running", "", "", "wait"),
        ("held", Message("held back, rings of {school} stopped: {reason}", school="A", reason=FULL), "", "pilot"),
        ("skipped", "outside its hours", "", "later"),
        ("skipped", IN_USE, "", "close_client"),
        ("skipped", Message("{reason}; {why}", reason="no client installed", why=IN_USE), "", "close_client"),
        ("failed", "whatever", "", "mend"),
        ("failed", FULL, "", "free_disk"),
        ("failed", Message("the setup answered: {answer}", answer=result_words(-12)), "", "record"),
        ("failed", Message("the setup answered: {answer}", answer=result_words(-3)), "", "record"),
        ("failed", Message("the setup answered: {answer}", answer=result_words(-1)), "", "mend"),
        ("failed", "whatever", CASE, "record"),
        # Such a text of a stranger's is no text of ours.
        ("failed", "{names} is running", "", "mend"),
    ],
)
def test_what_comes_next(outcome: str, reason: str, remedy: str, step: str) -> None:
    sources = [text.as_dict() if isinstance(text, Message) else None for text in (reason, remedy)]
    assert next_step(outcome, *sources) == step


def test_the_texts_are_those_of_the_engine() -> None:
    texts = {message.id for message in read(FRENCH)}
    assert set(STEPS_BY_TEXT) <= texts


def test_each_step_and_outcome_has_its_words() -> None:
    assert set(NEXT) == set(get_args(Step)) == {*BEFORE_DEPLOYING, "deploy"}
    assert set(NEXT) <= set(KINDS)
    assert set(LAST) == {"done", "skipped", "armed", "held", "failed", "unreachable", "refused", "running", "frozen"}


def _last(path: Path) -> Any:
    return last_deployments(path, PRODUCT).get("s1")


def test_what_a_deployment_met_stays_until_the_next(tmp_path: Path) -> None:
    path = tmp_path / "state"
    assert last_deployments(path, PRODUCT) == {}
    assert not path.exists()
    memory = Memory(str(path), station="s1", product=PRODUCT, school="A")
    error = StationFactError(FULL, remedy="Free some space.")
    error.job = {"code": 7}
    memory.failed(error, wanted=WANTED, absent=False)
    told = _last(path)
    assert (told["outcome"], told["kind"], told["code"], told["wanted"]) == ("failed", "fact", 7, "2026.2.7")
    assert last_deployments(path, PRODUCT, stations=["s2", "s1"]) == {"s1": told}
    assert last_deployments(path, PRODUCT, stations=["s2"]) == {}
    assert (told["reason"], told["remedy"], told["next"]) == (str(FULL), "Free some space.", "free_disk")
    assert told["reason_source"]["values"]["free"] == 96
    # An audit tries nothing.
    record = {"expected": "2026.2.7", "facts": None, "status": "unreachable", "reason": "off", "remedy": ""}
    memory.audited(record, found=None, silent=True)
    assert _last(path) == told
    # Held back since: what it failed for itself is still what is to be mended.
    memory.held(wanted="2026.2.7", seen=True, reason="rings stopped", remedy="")
    assert _last(path) == told
    memory.held(wanted="2026.3.1", seen=True, reason="rings stopped", remedy="Mend x.")
    assert (_last(path)["outcome"], _last(path)["next"], _last(path)["remedy"]) == ("held", "pilot", "Mend x.")
    memory.deployed({"action": "none", "reason": "there"}, wanted=WANTED, absent=False)
    assert (_last(path)["outcome"], _last(path)["next"]) == ("done", "deploy")
    memory.close()


def test_of_what_is_done_the_first_day_stands(tmp_path: Path) -> None:
    path = tmp_path / "state"

    def told(wanted: str, reason: str) -> str:
        batch = Batch(PRODUCT)
        batch.named("s1")
        batch.deployed("s1", wanted=wanted, outcome="done", reason=reason)
        with Store(path) as store, store.write() as db:
            batch.write(db)
        return str(_last(path)["reason"])

    assert told("2026.2.7", "brought") == "brought"
    assert told("2026.2.7", "found right") == "brought"
    assert told("2026.3.1", "the next one") == "the next one"
