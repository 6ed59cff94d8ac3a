"""Texts in French and English: values, plurals, contexts, dates, numbers; and messages that are said before."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import printable, printable_data
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

FR, EN = catalogue("fr"), catalogue("en")


def test_a_text_and_its_values() -> None:
    assert FR("since {date}", date="{hier}") == "depuis le {hier}"
    assert EN("since {date}", date="{hier}") == "since {hier}"
    assert FR("nobody has translated this") == "nobody has translated this"
    assert catalogue("br").language == "en"


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        (0, "0 poste", "0 stations"),
        (1, "1 poste", "1 station"),
        (2, "2 postes", "2 stations"),
        (1422, "1\u202f422 postes", "1,422 stations"),
        (1_000_000, "1\u202f000\u202f000 postes", "1,000,000 stations"),
    ],
)
def test_what_is_counted(number: int, french: str, english: str) -> None:
    for words, said in ((FR, french), (EN, english)):
        assert words.plural("{n} station", "{n} stations", number) == said
        assert words.of(Message.plural("{n} station", "{n} stations", number)) == said
    # Logs and programs have the bare number.
    assert Message.plural("{n} station", "{n} stations", number) == english.replace(",", "")


def test_one_word_in_english_and_two_in_french() -> None:
    assert FR.context("operation", "to do") == "à faire"
    assert FR.context("stations", "to do") == "à traiter"
    assert EN.context("stations", "to do") == "to do"


def test_dates_numbers_and_lists() -> None:
    moment = dt.datetime(2026, 8, 28, 18, 5, tzinfo=dt.UTC)
    assert FR.date(moment) == "28\u00a0août\u00a02026"
    assert FR.date(dt.date(2026, 9, 1)) == "1\u00a0sept.\u00a02026"
    assert EN.date_time(moment) == "28\u00a0Aug\u00a02026, 18:05"
    assert (FR.number(12.5), EN.number(12.5)) == ("12,5", "12.5")
    assert (FR.listed(["2", "3", "5"]), EN.listed(["2", "3", "5"]), FR.listed([])) == ("2, 3 et 5", "2, 3 and 5", "")


def test_a_message_is_its_english_text_and_is_said_in_french() -> None:
    note = Message("program without uninstall entry")
    said = Message("{reason} ({note})", reason=Message("no client"), note=note)
    assert said == "no client (program without uninstall entry)"
    assert json.dumps({"reason": said}) == '{"reason": "no client (program without uninstall entry)"}'
    for each in (said, pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert FR.of(each) == "aucun client (programme sans entrée de désinstallation)"
        assert EN.of(each) == said
    assert FR.of("any other text") == "any other text"
    assert FR.of(Message.context("operation", "done")) == "fait"


def test_a_text_of_a_table_gets_its_values_later() -> None:
    row = Message("Deploy release {release}")
    assert row == "Deploy release {release}"
    assert row.given(release="2026.2.7") == "Deploy release 2026.2.7"
    assert FR.of(row.given(release="2026.2.7")) == "Déployer la version 2026.2.7"


def test_a_value_is_never_a_format() -> None:
    hostile = "{0.__class__} {x} %s"
    assert Message("since {date}", date=hostile) == f"since {hostile}"
    assert FR.of(Message("since {date}", date=hostile)) == f"depuis le {hostile}"


def test_what_is_shown_is_plain_text() -> None:
    """Ansible takes no kind of string but its own."""
    said = Message("no client")
    assert type(printable(said)) is str
    assert [type(each) for each in printable_data({said: [said]})["no client"]] == [str]
