"""The demo in a language that nobody speaks: what its plays print, and its story, has no word without marks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES

from tests import pseudo
from tests.demo import Demo
from tests.e2e.playbook import ROOT
from tests.lab.client import running_lab
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.scenario import load_scenario

_SCENARIO = ROOT / "tests/lab/scenarios/demo.yml"


def test_the_demo_has_no_text_without_marks(network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inventory = write_inventory(tmp_path / "inventory", inventory_data(load_scenario(_SCENARIO), network=network))
    pseudo.write(tmp_path / "locale")
    with running_lab(_SCENARIO, network=network, work=tmp_path / "lab") as lab:
        demo = Demo(
            lab,
            inventory,
            work=tmp_path,
            words=pseudo.words(),
            # No text is cut short, and no cell of a table folded.
            width=4000,
            COLUMNS="4000",
            ANSIBLE_CALLBACKS_ENABLED="pseudo_language,results_json,rentree.pronote.progress",
            RENTREE_PSEUDO=str(tmp_path / "locale"),
        )
        demo.prepare()
        summary = demo.run()
        demo.end(summary, seconds=1)
    story = capsys.readouterr().out
    assert story.count("━━ ⟦") == 7
    # What the plays print is in the log alone.
    assert len(story.splitlines()) < 50
    printed = demo.log.read_text(encoding="utf-8")
    assert printed.count("\nPLAY RECAP") == 4
    assert "PLAY" not in story
    assert (summary["deployed"] > 5, summary["mutated_by_check"], len(summary["failed"]) > 5) == (True, 0, True)
    # Codes, in the figures that end it.
    names = {*pseudo.names(inventory), *summary, *STATUSES}
    left = pseudo.unmarked(f"{story}\n{printed}", names)
    # In the figures reasons are in quotes, as data is elsewhere.
    left += [text for each in summary["failed"].values() if (text := pseudo.outside(each, names))]
    assert not left, "\n".join(left)
