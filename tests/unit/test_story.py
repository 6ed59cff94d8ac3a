"""What the demo tells is what its plays returned: other results, another story."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.block import EndBlock, Mode, of_deployment
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.stations import ended
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.story import WIDTH, block_in, figures, remains

_RIGHT = {"action": "none", "changed": False, "reason": Message("{wanted} is installed", wanted="2026.2.7")}
_DONE = {"action": "install", "changed": True, "reason": Message("no client installed")}
_DISK = {
    "failed": True,
    "fact": Message("{free} MiB free on {drive}, {needed} MiB needed", free=312, drive="C:", needed=2048),
    "remedy": Message("Free some space on the station, or lower pronote_client_min_free_mib."),
}


def _block(results: Mapping[str, Mapping[str, Any]], *, mode: Mode = "deploy", language: str = "fr") -> EndBlock:
    ends = [ended(name, result, check=mode == "dry_run", school=name[:3]) for name, result in results.items()]
    return of_deployment(ends, mode=mode, product="pronote_client", words=catalogue(language))


@pytest.mark.parametrize(
    ("results", "counted", "left"),
    [
        ({"cdi-01": _RIGHT, "cdi-02": _RIGHT}, "2 sans rien à faire", ["Rien ne reste à faire."]),
        ({"cdi-01": _DONE, "cdi-02": _RIGHT}, "1 fait, 1 sans rien à faire", ["Rien ne reste à faire."]),
        (
            {"cdi-01": _DONE, "cdi-02": _DISK},
            "1 fait, 1 en échec",
            [
                "✗ cdi-02 : 312 Mio libres sur C:, 2048 Mio nécessaires",
                "→ Libérer de la place sur le poste, ou baisser pronote_client_min_free_mib.",
            ],
        ),
        (
            {f"cdi-0{number}": _DISK for number in range(1, 6)},
            "5 en échec",
            [
                "✗ cdi-01, cdi-02, cdi-03 et 2 autres : 312 Mio libres sur C:, 2048 Mio nécessaires",
                "→ Libérer de la place sur le poste, ou baisser pronote_client_min_free_mib.",
            ],
        ),
    ],
    ids=["nothing to do", "done", "one fails", "five fail alike"],
)
def test_the_story_is_that_of_the_results(
    results: Mapping[str, Mapping[str, Any]], counted: str, left: list[str]
) -> None:
    block = _block(results)
    lines = [line.strip().replace("\u00a0", " ") for line in figures(block, schools=False)]
    assert lines == [f"PRONOTE, déploiement : {len(results)} poste{'s' if len(results) > 1 else ''}", counted]
    assert [line.strip().replace("\u00a0", " ") for line in remains(block, catalogue("fr"))] == left


def test_it_is_told_in_the_language_of_the_run() -> None:
    block = _block({"cdi-01": _DISK}, mode="dry_run", language="en")
    assert [*figures(block, schools=False)][1].strip() == "1\u00a0refused"
    assert next(remains(block, catalogue("en"))) == "  ✗ cdi-01: 312 MiB free on C:, 2048 MiB needed"


def test_each_school_is_counted_where_that_is_asked() -> None:
    block = _block({"cdi-01": _DONE, "lab-01": _DISK})
    assert [line.strip().replace("\u00a0", " ") for line in figures(block, schools=True)][2:] == [
        "cdi",
        "1 fait",
        "lab",
        "1 en échec",
    ]


def test_whatever_happened_fits_a_screen_or_two() -> None:
    """Forty stations, each with a reason of its own, and long ones: what is left out is counted."""
    failing = {
        f"cdi-{number:02}": {"failed": True, "fact": f"raison {number} " * 30, "remedy": "faire ceci " * 40}
        for number in range(40)
    }
    block = _block(failing)
    lines = [*remains(block, catalogue("fr"))]
    assert len(lines) == 8 * 4 + 1
    assert lines[-1] == "  et 32 autres"
    assert max(map(len, [*lines, *figures(block, schools=True)])) <= WIDTH


def test_the_block_is_read_from_what_the_plays_returned() -> None:
    block = _block({"cdi-01": _DONE})
    lines: list[dict[str, Any]] = [
        {"result": {"changed": False}},
        {"result": {"ending": {**block.as_dict(), "language": "fr"}}},
    ]
    assert block_in(json.loads(json.dumps(lines))) == block
    assert block_in(lines[:1]) is None
