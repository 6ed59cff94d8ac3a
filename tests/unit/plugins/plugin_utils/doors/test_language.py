"""What a failed task shows of itself is in the reader's words, whatever its data are."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, with_sources
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import failed
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_FACT = Message("the station does not answer (powered off, unplugged, or behind a firewall)")
_RESULT = {"kind": "unreachable", "fact": _FACT, "remedy": Message("Install the client again.")}
_FRENCH = "le poste ne répond pas (éteint, débranché ou pare-feu)"


@pytest.mark.parametrize("result", [_RESULT, with_sources(_RESULT)])
@pytest.mark.parametrize("way", ["failed", "unreachable"])
def test_a_failure_is_told_in_the_readers_words_alone(result: dict[str, Any], way: str) -> None:
    told = failed({**result, way: True}, lambda: catalogue("fr"))
    assert told == {
        "kind": "unreachable",
        "fact": _FRENCH,
        "remedy": "Réinstaller le client.",
        way: True,
    }


def test_what_is_no_failure_keeps_its_data() -> None:
    assert failed(with_sources(_RESULT), lambda: catalogue("fr")) == with_sources(_RESULT)
