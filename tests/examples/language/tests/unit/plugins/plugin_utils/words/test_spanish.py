"""Spanish: what is translated, what is not yet, dates and numbers; and that it can be chosen."""

from __future__ import annotations

import datetime as dt

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import words_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import ONE_OF_THEM

_ES = catalogue("es")


def test_texts() -> None:
    assert _ES("Schools") == "Centros"
    assert _ES.of(Message("since {date}", date="ayer")) == "desde el ayer"
    assert [_ES.plural("{n} station", "{n} stations", n) for n in (1, 2)] == ["1 puesto", "2 puestos"]
    # Not translated yet.
    assert _ES("Compliant") == "Compliant"


def test_dates_and_numbers() -> None:
    assert _ES.date(dt.date(2026, 8, 28)).replace("\u00a0", " ") == "28 ago 2026"
    assert _ES.number(14_220) == "14.220"
    assert _ES.listed(["a", "b"]) == "a y b"


def test_it_can_be_chosen() -> None:
    assert words_of({}, {"pronote_language": "es"}, str).language == "es"
    assert str(ONE_OF_THEM) == "fr or en or es"
