"""A text and its source through JSON: what is said in another language is what the text says, whoever wrote the
source."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import tracemalloc
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import (
    Message,
    Moment,
    message_of,
    sentences,
    sourced,
    with_sources,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

FR = catalogue("fr")
_EVENING = dt.datetime(2026, 12, 2, 18, tzinfo=dt.timezone(dt.timedelta(hours=1)))
_NESTED = Message("{reason} ({note})", reason=Message("no client"), note=Message("program without uninstall entry"))


@pytest.mark.parametrize(
    ("message", "french"),
    [
        (Message("no client"), "aucun client"),
        (_NESTED, "aucun client (programme sans entrée de désinstallation)"),
        (Message.plural("{n} station", "{n} stations", 1422), "1\u202f422 postes"),
        (Message.context("operation", "done"), "fait"),
        (Message("since {date}", date="{hier}"), "depuis le {hier}"),
        (Message("since {date}", date=Moment(_EVENING)), "depuis le mer.\u00a02\u00a0décembre\u00a02026\u00a018:00"),
    ],
    ids=str,
)
def test_a_message_comes_back_from_json(message: Message, french: str) -> None:
    kept = json.loads(json.dumps(with_sources([{"fact": message, "n": 1}])))
    assert kept[0]["fact"] == message
    assert FR.of(sourced(kept[0]["fact"], kept[0]["fact_source"])) == french


def _bomb(depth: int) -> dict[str, Any]:
    return {"text": "{a}" * 1300, "values": {"a": _bomb(depth - 1) if depth else "x" * 2000}}


def _deep(depth: int) -> dict[str, Any]:
    return {"text": "{a}", "values": {"a": _deep(depth - 1) if depth else "no client"}}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("no client", None),
        ("no client", "late"),
        ("no client", {}),
        ("no client", {"text": "late"}),
        ("no client", {"text": ["no client"]}),
        ("no client", {"text": "no client", "number": "1"}),
        ("no client", {"text": "no client", "values": [1]}),
        ("no client", {"text": "{a}", "values": {"a": None}}),
        ("no client", {"text": "{a}", "values": {"b": "no client"}}),
        ("no client", {"text": "{a}", "values": {"a": {"moment": "tomorrow"}}}),
        ("no client", {"text": "{a}", "values": {"a": {"moment": 7}}}),
        ("no client", {"text": "{a}", "values": {"a": {"moment": "9999-12-31T23:59:59"}}}),
        ("no client", _deep(40)),
        ("<class 'str'>", {"text": "{a.__class__}", "values": {"a": "x"}}),
        (" " * 9, {"text": "{a:9}", "values": {"a": ""}}),
        ("{", {"text": "{{", "values": {"a": ""}}),
        # A singular of the catalogue, whose French wants what only the plural was given.
        ("two", {"text": "Remaining: {n} of {total} stations", "plural": "two", "number": 2}),
        ("x", {"text": "x", "values": {str(n): n for n in range(30)}}),
        ("x" * 4001, {"text": "x" * 4001}),
    ],
)
def test_a_source_that_is_not_of_the_text_is_none(text: str, source: object) -> None:
    assert type(sourced(text, source)) is str
    assert FR.of(sourced(text, source)) == text


def test_a_source_takes_no_memory() -> None:
    tracemalloc.start()
    try:
        assert sourced("x", _bomb(3)) == "x"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_what_an_error_says_and_sentences() -> None:
    assert FR.of(message_of(ValueError(Message("no client")))) == "aucun client"
    assert message_of(ValueError("a", "b")) == "('a', 'b')"
    assert FR.of(sentences([Message("no client"), Message("late")])) == "aucun client en retard"
    assert sentences([]) == ""


def test_a_moment_is_said_with_its_offset_where_nobody_knows_the_language() -> None:
    assert Message("since {date}", date=Moment(_EVENING)) == "since Wed 2026-12-02 18:00 +01:00"
    said = catalogue("en").of(Message("since {date}", date=Moment(_EVENING)))
    assert said == "since Wed\u00a02\u00a0December\u00a02026\u00a018:00"
    for again in (copy.deepcopy(Moment(_EVENING)), pickle.loads(pickle.dumps(Moment(_EVENING)))):
        assert (again, again.moment) == (Moment(_EVENING), _EVENING)
