from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.table import render_table
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import last, record


def _record(station: str = "s101-01", **fields: Any) -> AuditRecord:
    """A station that is late, unless the fields say otherwise."""
    late = {"status": "late", "reason": "2026.1.3 instead of 2026.2.7", "found": "2026.1.3 x64"}
    return record(station, **{**late, **fields})


def _table(*records: AuditRecord, language: str = "fr", color: bool = False, width: int = 140) -> str:
    return render_table(records, words=catalogue(language), width=width, color=color)


def test_both_languages_name_everything() -> None:
    labels = [catalogue(language).of(status.label) for status in STATUSES.values() for language in ("fr", "en")]
    assert all(label.strip() for label in labels)


def test_french() -> None:
    text = _table(_record(), _record("s101-02", status="compliant", reason="2026.2.7", found="2026.2.7 x64"))
    assert "0310001A Lycée Exemple : serveur 2026.2.7\n" in text
    for word in ("Salle", "Poste", "État", "Trouvé", "Détail", "en retard", "à jour"):
        assert word in text
    assert text.endswith("Total : 2 (1 à jour, 1 en retard)")


def test_english() -> None:
    text = _table(_record(), _record("s101-02", status="unreachable", found=None), language="en")
    for word in ("Room", "Station", "Status", "Found", "Detail", "late", "unreachable", "server 2026.2.7"):
        assert word in text
    assert text.endswith("Total: 2 (1 late, 1 unreachable)")


def test_an_unknown_language_is_shown_in_english() -> None:
    assert _table(_record(), language="br") == _table(_record(), language="en")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_shown(status: str) -> None:
    for language in ("fr", "en"):
        assert (
            catalogue(language).of(STATUSES[status].label)
            in _table(_record(status=status), language=language).splitlines()[-3]
        )


def test_totals_count_every_school_and_no_empty_status() -> None:
    records = [_record(f"a{n}") for n in range(3)]
    records += [_record(f"b{n}", school="0310002B", school_name="", status="absent") for n in range(2)]
    text = _table(*records)
    assert text.splitlines()[-1] == "Total : 5 (3 en retard, 2 absent)"
    assert "0310002B : serveur" in text


@pytest.mark.parametrize(("language", "said"), [("fr", "Total : 0"), ("en", "Total: 0")])
def test_no_station_at_all(language: str, said: str) -> None:
    assert _table(language=language) == said


def test_by_school_then_room_then_station_and_a_room_is_named_once() -> None:
    text = _table(
        _record("z", room="CDI"),
        _record("b"),
        _record("c", school="0310000Z", school_name="Collège"),
        _record("a"),
        _record("d", room=""),
    )
    stations = re.findall(r"(?m)^\W.*?\W([abcdz]) +\W", text)
    assert stations == ["c", "d", "z", "a", "b"]
    assert text.count("Salle 101") == 2  # once for each school
    assert "(sans salle)" in text


def test_an_unknown_or_stale_release_is_said() -> None:
    assert "serveur version inconnue\n" in _table(_record(expected=None, status="unknown_release"))
    assert "serveur 2026.2.7 (dernière version connue, serveur illisible)\n" in _table(_record(stale=True))


def test_how_the_last_deployment_ended_is_said_in_short() -> None:
    late = _record("a", status="late", last=last("free_disk"))
    text = " ".join(_table(late).split()).replace("│", "")
    assert "dernier déploiement le 24 nov. 2026" in " ".join(text.replace("\u00a0", " ").split())
    assert "dernier déploiement" not in _table(_record("a", status="compliant", last=last("free_disk")))


def test_when_the_server_was_read_is_said_and_how_to_ask_again() -> None:
    kept = _record("a", expected_at="2026-11-25T04:30:00Z", expected_cached=True)
    assert "serveur 2026.2.7, lu le 2026-11-25 " in _table(kept)
    assert "-e pronote_server_ask_again=true redemande." in _table(kept)
    assert "(dernière version connue, serveur illisible)\n" in _table({**kept, "stale": True})
    assert ", lu le 2026-11-25 " in _table({**kept, "stale": True})
    assert "ask_again" not in _table({**kept, "expected_cached": False})


_HOSTILE = [
    "[bold red]x[/bold red]",
    "[/]",
    "[link=https://evil.example]x[/link]",
    ":warning:",
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m",
    "a\r\nb\tc",
    "\u202eabc",
    "\u2028x",
    "\x00",
]


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("field", ["station", "room", "school", "school_name", "reason", "found", "expected"])
@pytest.mark.parametrize("value", _HOSTILE)
def test_hostile_names_are_shown_not_obeyed(value: str, field: str, color: bool) -> None:
    text = _table(_record(**{field: value}), color=color)
    # What is left once the table's own colours are taken away holds no control at all.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text) if color else text
    assert not [char for char in plain if char != "\n" and not char.isprintable()]
    if value.isprintable():
        assert value in plain
    # Nothing got more lines than its row.
    assert len(plain.splitlines()) == len(_table(_record()).splitlines())


def test_spaces_of_french_typography_are_spaces() -> None:
    assert "Salle 101 bis" in _table(_record(room="Salle\u00a0101\u202fbis"))


def test_color_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" not in _table(_record())
    assert "\x1b[" in _table(_record(), color=True)


def test_a_long_reason_is_folded_not_lost() -> None:
    reason = "the station could not be read: " + "x" * 300
    text = _table(_record(reason=reason), width=80)
    assert text.count("x") >= 300
    assert max(len(line) for line in text.splitlines()) <= 80
