"""Options and plays know every product, technology, language and export, each of which was added in one place."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import (
    EDT_MONOPOSTE,
    PRONOTE_CLIENT,
    Product,
)

from tests import choices
from tests.collection import ROOT
from tests.written import stale

_OTHER = replace(EDT_MONOPOSTE, key="autre", title="Autre", group="pronote_autre_stations")
_TABLES = (
    ("pronote_client", "edt_monoposte"),
    ("installscript", "msi", "nsis", "custom"),
    ("fr", "en"),
    ("plain", "glpi", "ocs"),
)


def _know(monkeypatch: pytest.MonkeyPatch, *others: Product) -> None:
    """These products beside the first two, whatever others there are by now."""
    monkeypatch.setattr(choices, "PRODUCTS", {each.key: each for each in (PRONOTE_CLIENT, EDT_MONOPOSTE, *others)})
    monkeypatch.setattr(choices, "_OTHERS", list(others))


def test_each_file_is_as_it_would_be_written() -> None:
    assert stale(choices.made()) == [], "run python -m tests.choices and commit what it writes"


@pytest.mark.parametrize(
    ("there", "written"),
    [
        ("choices: [edt_monoposte]", "choices: [edt_monoposte, pronote_client]"),
        ("choices: [edt_monoposte, gone, pronote_client]", "choices: [edt_monoposte, pronote_client]"),
        ("choices: [msi, nsis]", "choices: [msi, nsis, installscript, custom]"),
        ('choices: ["", plain, glpi]', 'choices: ["", plain, glpi, ocs]'),
        ("choices: [en]", "choices: [en, fr]"),
        ("choices: [custom, x64, x86]", "choices: [custom, x64, x86]"),
        ("choices: []", "choices: []"),
        ("sample: [edt_monoposte]", "sample: [edt_monoposte]"),
    ],
)
def test_a_list_of_one_of_the_tables_has_all_of_it(monkeypatch: pytest.MonkeyPatch, there: str, written: str) -> None:
    monkeypatch.setattr(choices, "_KEYS", _TABLES)
    assert choices.with_choices(f"    {there}\n") == f"    {written}\n"


@pytest.mark.parametrize("name", ["audit", "conclude", "deploy", "remaining"])
def test_a_further_product_has_a_play_after_that_of_edt(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _know(monkeypatch)
    before = choices.with_plays((ROOT / f"playbooks/{name}.yml").read_text(encoding="utf-8"))
    _know(monkeypatch, _OTHER)
    after = choices.with_plays(before)
    old, new = ([each["name"] for each in yaml.safe_load(text)] for text in (before, after))
    assert new == [*old[:2], old[1].replace("EDT monoposte", "Autre"), *old[2:]]
    assert "_product: autre\n" in after
    # Who ends the run for all of them, and from which groups a station is taken.
    assert after.count("'pronote_autre_stations'") >= before.count("'pronote_edt_stations'")
    assert choices.with_plays(after) == after
    _know(monkeypatch)
    assert choices.with_plays(after) == before


def test_prepare_looks_at_the_stations_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (ROOT / "playbooks/prepare.yml").read_text(encoding="utf-8")
    _know(monkeypatch, _OTHER)
    assert "{'edt_monoposte': 'pronote_edt_stations', 'autre': 'pronote_autre_stations'}" in choices.with_plays(before)


@pytest.mark.parametrize("today", ["pronote_product", ""])
@pytest.mark.parametrize("name", ["audit", "conclude", "deploy", "remaining"])
def test_a_product_of_the_command_line_has_its_play_alone(name: str, today: str) -> None:
    """One that was meant for prepare.yml would be installed on every station, by the play of the other."""
    role = "client" if name in {"deploy", "remaining"} else "audit"
    option = today or f"pronote_{role}_product"
    plays = DataLoader().load_from_file(str(ROOT / f"playbooks/{name}.yml"), trusted_as_template=True)[:2]
    groups: dict[str, list[str]] = {each.group: [] for each in (PRONOTE_CLIENT, EDT_MONOPOSTE)}

    def hosts(**given: str) -> list[list[str] | str]:
        return [Templar(DataLoader(), {"groups": groups, **given}).template(play["hosts"]) for play in plays]

    first, second = hosts()
    assert "pronote_stations" in first
    assert second == ["pronote_edt_stations"]
    assert hosts(**{option: "pronote_client"}) == [first, []]
    assert hosts(**{option: "edt_monoposte"}) == [[], second]
    # The first tells that it is none: with no host at all the run would end well.
    assert hosts(**{option: "edt"}) == [first, []]
