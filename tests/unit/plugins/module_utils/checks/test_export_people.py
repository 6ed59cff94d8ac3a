"""The people of an export: counted, told apart, compared with the previous one, and never named unasked."""

from __future__ import annotations

import csv
import io
import stat
import tracemalloc
from pathlib import Path

import pytest

from tests.unit.export_bench import KEY, SOUND, check, codes, no_secret, written
from tests.unit.exports import UAI, Somebody, clear_export, envelope, identifier, school


def test_problems_are_counted_with_their_lines(tmp_path: Path) -> None:
    people = [
        *school(),
        Somebody("Eleve", "TARNEAU", "Calcédoine", None, "2001-01-01"),
        Somebody("Eleve", "TARNEAU", "Basaltine", "", "2001-01-02"),
        Somebody("Eleve", "TARNEAU", "Ardoisie", "2345789abcdefghj", "2001-01-03"),
        Somebody("Eleve", "TARNEAU", "Gneissandre", identifier(50) + "A", "2001-01-04"),
        Somebody("Eleve", "TARNEAU", "Schistophe", "AAAAAAAAAAAAAAAA", "2001-01-05"),
        # The teacher's identifier, for another person; and the same again.
        Somebody("Eleve", "DORDOGNARD", "Ardoisie", identifier(0), "2001-01-06"),
        Somebody("Eleve", "TARNEAU", "Ardoisie", identifier(0), "2001-01-06"),
        # The same name and another date of birth is another person.
        Somebody("Eleve", "TARNEAU", "Calcédoine", identifier(6), "1999-01-06"),
    ]
    result = check(written(tmp_path, clear_export(people)))
    assert result["export"]["problems"] == {
        "absent": {"count": 2, "lines": [14, 15]},
        "malformed": {"count": 2, "lines": [16, 17]},
        "repeating": {"count": 1, "lines": [18]},
        "shared": {"count": 2, "lines": [3, 11, 19, 20, 21]},
    }
    assert codes(result) == ["ids_absent", "ids_malformed", "ids_repeating", "ids_shared"]
    assert result["state"] == "in_doubt"
    assert "(lignes 14, 15)" in result["findings"][0]["text"]


def test_a_repeated_character_alone_changes_nothing(tmp_path: Path) -> None:
    odd = Somebody("Eleve", "TARNEAU", "Schistophe", "AAAAAAAAAAAAAAAA", "2001-01-05")
    result = check(written(tmp_path, clear_export([*school(), odd])))
    assert (result["state"], codes(result)) == ("done", ["ids_repeating"])


def test_without_dates_of_birth_names_tell_people_apart(tmp_path: Path) -> None:
    other = Somebody("Responsable", "TARNEAU", "Basaltine", identifier(1))
    result = check(written(tmp_path, clear_export([*school(), other])))
    assert result["export"]["problems"]["shared"] == {"count": 1, "lines": [5, 14]}


def test_who_is_both_teacher_and_parent_shares_with_nobody(tmp_path: Path) -> None:
    again = Somebody("Responsable", "Dordognard", "GNEISSANDRE", identifier(0))
    result = check(written(tmp_path, clear_export([*school(), again])))
    assert (result["state"], result["findings"]) == ("done", [])


def test_details_are_written_on_request_only_and_for_their_owner(tmp_path: Path) -> None:
    people = [*school(), Somebody("Eleve", "=cmd|' /C calc'!A0", "Ardoisie", None)]
    path = written(tmp_path, clear_export(people))
    details = tmp_path / "details.csv"
    result = check(path, details_dest=str(details), dry=True)
    assert not details.exists()
    assert check(path, details_dest=str(details)) == result
    assert stat.S_IMODE(details.stat().st_mode) == 0o600
    header, row = details.read_text(encoding="utf-8-sig").splitlines()
    assert header == "ligne;anomalie;genre;identifiant;nom;prenom"
    # A spreadsheet must not run it.
    assert row == "14;absent;Eleve;;'=cmd|' /C calc'!A0;Ardoisie"
    assert {p.name for p in tmp_path.iterdir()} == {path.name, details.name}


@pytest.mark.parametrize("name", [" =1+1", "\u00a0=1+1", "&#9;=1+1", "&#10;=1+1", "＝1+1", "A&#10;=1+1;x", "A&#13;B"])
def test_details_are_one_line_each_and_no_formula(tmp_path: Path, name: str) -> None:
    details = tmp_path / "details.csv"
    text = clear_export([*school(), Somebody("Eleve", "NOM", "Ardoisie", None)]).replace('"NOM"', f'"{name}"')
    check(written(tmp_path, text), details_dest=str(details))
    content = details.read_bytes().decode("utf-8-sig")
    _, (*_, last, _) = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert last.isprintable()
    assert not last.lstrip().startswith(("=", "＝"))
    assert len(content.split("\r\n")) == 3
    assert "\n" not in content.replace("\r\n", "")


def test_nobody_is_in_the_details_of_a_file_that_is_broken(tmp_path: Path) -> None:
    people = [Somebody("Eleve", "TARNEAU", "Ardoisie", None), *school()]
    details = tmp_path / "details.csv"
    check(written(tmp_path, clear_export(people)[:-100]), details_dest=str(details))
    assert details.read_text(encoding="utf-8-sig").splitlines() == ["ligne;anomalie;genre;identifiant;nom;prenom"]


def _changed_school() -> list[Somebody]:
    """A year later: one pupil left, one came, one has another identifier, one has none, the teacher's name changed."""
    return [
        Somebody("Professeur", "DORDOGNARD-TARNEAU", "Gneissandre", identifier(0), born="1971-04-02"),
        Somebody("Eleve", "LAUQUETTE", "Ardoisie", identifier(40), "2012-05-06"),
        Somebody("Eleve", "LAUQUETTE", "Micaël Grès", None, "2014-07-08"),
        Somebody("Eleve", "GARONNETTE", "Ardoisie", identifier(41), "2015-07-08"),
        Somebody("Responsable", "GARONNETTE", "Basaltine", identifier(1)),
    ]


def _expected_difference() -> dict[str, int]:
    # Kept: the mother and the teacher. Gone: both fathers and the third pupil.
    return {"kept": 2, "new": 1, "gone": 3, "changed": 1, "lost": 1, "reassigned": 1}


def test_compared_with_the_previous_export(tmp_path: Path) -> None:
    before = written(tmp_path, clear_export(school(), software="PRONOTE 2025.3.1"), "2025.xml")
    result = check(written(tmp_path, clear_export(_changed_school())), previous=str(before))
    assert result["comparison"] == _expected_difference()
    assert codes(result) == ["ids_absent", "ids_lost", "ids_changed", "ids_reassigned"]
    assert result["state"] == "in_doubt"
    assert "2 identifiants conservés, 3 disparus, 1 nouveau" in result["evidence"][-1]["what"]


def test_compared_with_a_fingerprint_that_holds_nobody(tmp_path: Path) -> None:
    kept = tmp_path / "2025.json"
    before = written(tmp_path, clear_export(school()), "2025.xml")
    check(before, fingerprint_dest=str(kept), fingerprint_key=KEY, dry=True)
    assert not kept.exists()
    check(before, fingerprint_dest=str(kept), fingerprint_key=KEY)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    no_secret(kept.read_text(encoding="utf-8"))
    before.unlink()
    now = written(tmp_path, clear_export(_changed_school()))
    result = check(now, previous_fingerprint=str(kept), fingerprint_key=KEY)
    assert result["comparison"] == _expected_difference()
    again = check(now, previous_fingerprint=str(kept), fingerprint_key="another key, long enough")
    assert (again["comparison"], "previous_unusable" in codes(again)) == (None, True)
    assert "avec une autre fingerprint_key" in again["findings"][-1]["text"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (envelope(), "export chiffré"),
        (clear_export(school(), uai="0310002B"), "0310002B"),
        ("<EXPORT><a", "s'arrête avant sa fin"),
        ("", "est vide"),
    ],
)
def test_a_previous_export_that_cannot_be_compared_with(tmp_path: Path, content: str, words: str) -> None:
    before = written(tmp_path, content, "before.xml")
    result = check(written(tmp_path, clear_export(school())), previous=str(before))
    assert (result["state"], codes(result), result["comparison"]) == ("done", ["previous_unusable"], None)
    assert words in result["findings"][0]["text"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 3}', "[" * 50_000, '{"pairs": [["é", "=="]]}'])
def test_a_damaged_fingerprint(tmp_path: Path, content: str) -> None:
    before = written(tmp_path, content, "before.json")
    result = check(written(tmp_path, clear_export(school())), previous_fingerprint=str(before), fingerprint_key=KEY)
    assert codes(result) == ["previous_unusable"]


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 characters at least"):
        check(written(tmp_path, SOUND), fingerprint_key="short")


def test_fifty_megabytes_cost_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    pupils = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(f'<EXPORT UAI="{UAI}" LOGICIEL="PRONOTE 2026.2.7">\n')
        while file.tell() < 50 << 20:
            # A mother of many, at each of her children.
            mother = Somebody("Responsable", "GARONNETTE", "Basaltine", identifier(1))
            pupil = Somebody("Eleve", "LAUQUETTE", f"ardoisie {pupils}", identifier(pupils + 10), children=(mother,))
            file.write(pupil.xml().replace("Ident=", f'Adresse="{"x" * 4000}" Ident='))
            pupils += 1
        file.write("</EXPORT>\n")
    tracemalloc.start()
    result = check(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result["export"]["counts"]["Eleve"] == {"elements": pupils, "people": pupils}
    assert result["export"]["counts"]["Responsable"] == {"elements": pupils, "people": 1}
    assert peak < 20 << 20
