"""What a deployment says in French: every part of a reason, and the lines of a dry run's difference."""

from __future__ import annotations

import json

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, with_sources
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import lines_diff
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import worded
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.judge import told_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationFactError
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

FR = catalogue("fr")


def test_a_failure_is_said_whole_and_its_fact_goes_on_through_json() -> None:
    error = StationFactError(Message("the files are on the station"), remedy=Message("Run again."))
    result = worded(error.as_result(), lambda: FR)
    assert result["msg"] == "les fichiers sont sur le poste. Relancer."
    assert result["fact"] == "the files are on the station"
    assert FR.of(told_of(json.loads(json.dumps(with_sources(result))))) == "les fichiers sont sur le poste"


def test_the_lines_of_a_difference_are_said_one_by_one() -> None:
    line = Message("staged files: {release} {arch}", release="2026.2.7", arch="x64")
    shown = worded({"diff": [lines_diff("station", [], [line, "PRONOTE"])]}, lambda: FR)
    assert shown["diff"][0]["after"] == "fichiers préparés\u00a0: 2026.2.7 x64\nPRONOTE\n"
    assert shown["diff"][0]["before"] == ""
