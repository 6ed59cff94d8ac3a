"""docs/variables.md is what the roles' argument specs and its catalogue say."""

from __future__ import annotations

import re

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import known
from babel.messages.catalog import Catalog

from tests import variables_reference
from tests.variables_reference import PAGE, Variable, made, missing, page, texts, variables
from tests.written import stale


def _rows(text: str) -> dict[str, str]:
    """Each row of the page by its variable."""
    rows = re.findall(r"(?m)^\| `(pronote_[\w.]+)` \| (.*) \|$", text)
    assert len(rows) == len(dict(rows)), "a variable stands twice"
    return dict(rows)


def _all() -> list[Variable]:
    return [each for part in variables().values() for each in part]


def test_the_page_and_its_catalogue_are_what_would_be_written() -> None:
    assert stale(made()) == [], "run python -m tests.variables_reference and commit both"


def test_every_text_has_its_french_and_no_other_is_there() -> None:
    assert missing() == []


def test_every_variable_is_there_once_and_no_other() -> None:
    rows = _rows(PAGE.read_text(encoding="utf-8"))
    assert {name for name in rows if "." not in name} == set(known())


def test_no_mark_is_left() -> None:
    assert re.findall(r"\b[OVCMP]\([^)]*\)", PAGE.read_text(encoding="utf-8")) == []


def test_what_has_no_french_is_shown_in_english_and_told() -> None:
    said = dict(texts())
    told = next(each.told for each in _all() if each.name == "pronote_uai")
    name = said[told]
    catalogue = Catalog(locale="fr")
    for text in said:
        catalogue.add(text, "en français")
    assert missing(catalogue) == []
    assert "en français" in _rows(page(catalogue))[name]

    catalogue[told].flags.add("fuzzy")
    assert missing(catalogue) == [f"{name}: fuzzy: {told!r}: 'en français'"]
    assert told in _rows(page(catalogue))[name]

    catalogue[told].string = ""
    assert missing(catalogue) == [f"{name}: no French of {told!r}"]
    assert told in _rows(page(catalogue))[name]

    catalogue[told].flags.discard("fuzzy")
    catalogue[told].string = "le rapport"
    catalogue.add("Said by nobody", "par personne")
    assert missing(catalogue) == ["stale: 'Said by nobody'"]


def test_a_changed_text_keeps_its_french_as_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = "The folder of the depot on this host", "The folder of the depot on this machine"
    old = Catalog(locale="fr")
    old.add(before, "le dossier du dépôt")
    monkeypatch.setattr(variables_reference, "_catalogue", lambda: old)
    monkeypatch.setattr(variables_reference, "texts", lambda: iter([(after, "pronote_x")]))
    catalogue, text = variables_reference.updated()
    assert (catalogue[after].string, catalogue[after].fuzzy) == ("le dossier du dépôt", True)
    assert f'msgid "{before}"' not in text


@pytest.mark.parametrize(
    ("description", "told", "without"),
    [
        ("The HTML report.", "The HTML report", ""),
        ("Address. By default that of O(pronote_depot_url).", "Address", "By default that of O(pronote_depot_url)"),
        (["Address. Derived from O(x) when empty.", "More."], "Address", "Derived from O(x) when empty"),
        ("Transfers at once. 0 for no limit. Of one address.", "Transfers at once", "0 for no limit"),
        ("As C(ParamClient.pcprn) says. It waits.", "As C(ParamClient.pcprn) says", ""),
    ],
)
def test_the_first_sentence_says_it_and_another_what_holds_without(
    description: str | list[str], told: str, without: str
) -> None:
    assert variables_reference.sentences(description) == (told, without)


def test_rows_say_where_a_value_comes_from_and_who_reads_it() -> None:
    rows = _rows(page(Catalog(locale="fr")))
    assert rows["pronote_client_log_dir"].startswith("`logs` [à côté de l'inventaire](stations.md#")
    assert rows["pronote_school"].endswith("(`audit`, `conclude`, `doctor`, `rentree`)")
    assert rows["pronote_attest_operation"].startswith("obligatoire |")
    assert rows["pronote_releases"].startswith("obligatoire pour `deploy`, `remaining` |")
    assert rows["pronote_uai"].startswith("obligatoire sauf pour `prepare`,")
    assert rows["pronote_client_when_running"].endswith(": `skip`, `wait`, `notify`, `close`, `next_start`, `fail`")
    assert rows["pronote_client_notify"].startswith("|")
    assert rows["pronote_client_notify.delay"].startswith("`300` |")
    # 0 stands for something else, and for itself.
    assert rows["pronote_audit_mail.port"].startswith("By default the usual one of the encryption |")
    assert rows["pronote_rentree_edt.previous_size"].startswith("`0` |")


def test_earlier_names_are_told_with_what_they_are_now() -> None:
    rows = _rows(page(Catalog(locale="fr")))
    assert rows["pronote_audit_mail_to"] == "`pronote_audit_mail.to`"
    assert rows["pronote_audit_defer"] == "rien"
    assert not {each.name for each in _all()} & set(EARLIER)


def test_keys_of_keys_are_rows_too() -> None:
    inner = {"port": {"description": "Its port. By default 25.", "default": 25, "choices": [25, 587]}}
    option = {"options": {"server": {"description": "The server.", "required": True, "options": inner}}}
    server, port = variables_reference.keys("pronote_x", option)
    assert (server.name, server.required) == ("pronote_x.server", True)
    assert (port.name, port.default, port.without, port.choices) == (
        "pronote_x.server.port",
        25,
        "By default 25",
        ("25", "587"),
    )


def test_each_subject_has_variables() -> None:
    assert [subject for subject, rows in variables().items() if not rows] == []
