"""``check_export``: files in, findings out; nothing personal in any of it."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import os
import stat
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import moment
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_judge import Wanted
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_read import ExportRequest, check_export

from tests.unit.exports import SECRETS, UAI, Somebody, clear_export, envelope, identifier, school

_LIMIT = 64 << 20
_WANTED = Wanted(uai=UAI, year=2026, newer_than=moment("2026-08-27"))
_KEY = "a key of the vault, long enough"


def _check(path: Path, *, wanted: Wanted = _WANTED, check: bool = False, **changes: Any) -> dict[str, Any]:
    request = ExportRequest(path=str(path), wanted=wanted, **{"max_size": _LIMIT, **changes})
    result = check_export(request, check=check)
    _no_secret(json.dumps(result, ensure_ascii=False))
    return result


def _no_secret(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text.lower()]


def _codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def _file(folder: Path, content: str | bytes, name: str = "IdPN_To_Kosmos.xml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Root may read everything, so it is somebody else for the time of the test."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


def test_a_sound_clear_export_is_done(tmp_path: Path) -> None:
    path = _file(tmp_path, clear_export(school()))
    result = _check(path)
    assert (result["operation"], result["state"], result["findings"]) == (6, "done", [])
    export = result["export"]
    assert (export["form"], export["uai"], export["year"], export["software"]) == (
        "clear",
        UAI,
        2026,
        "PRONOTE 2026.2.7",
    )
    # The mother of two stands twice and is one person; homonyms are two.
    assert export["counts"] == {
        "Professeur": {"elements": 1, "people": 1},
        "Eleve": {"elements": 3, "people": 3},
        "Responsable": {"elements": 4, "people": 3},
        "other": {"elements": 0, "people": 0},
    }
    assert result["evidence"][0] == {
        "what": "export d'identifiants en clair",
        "date": dt.datetime(2026, 8, 28, 9, 12).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": str(path),
    }
    assert "7 personne(s) : 1 professeur(s), 3 élève(s), 3 responsable(s)" in result["evidence"][1]["what"]


def test_a_sound_envelope_is_done_and_says_what_cannot_be_checked(tmp_path: Path) -> None:
    wanted = Wanted(uai=UAI, year=2026, partner="Kosmos", newer_than=moment("2026-08-27"))
    result = _check(_file(tmp_path, envelope()), wanted=wanted)
    assert (result["state"], _codes(result)) == ("done", ["export_encrypted"])
    assert (result["export"]["form"], result["export"]["partners"]) == ("encrypted", ["KOSMOS"])
    assert result["export"]["software"] == "PRONOTE 2026.2.7"
    english = _check(_file(tmp_path, envelope()), language="en")
    assert english["findings"][0]["text"].startswith("Export encrypted for the ENT")


_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)).replace("&lol0;", "&lol;")
    + "]><EXPORT>&lol9;</EXPORT>"
)
_XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><EXPORT><Eleve Nom="&f;"/></EXPORT>'
_SOUND = clear_export(school())
# What the file holds: the finding, the state, words of its text.
_BAD: dict[str, tuple[str | bytes, str, str, str]] = {
    "truncated": (_SOUND[: len(_SOUND) // 2], "export_truncated", "to_do", "s'arrête avant sa fin (ligne"),
    "truncated envelope": (envelope()[:900], "export_truncated", "to_do", "s'arrête avant sa fin"),
    "other school": (
        clear_export(school(), uai="0310002B"),
        "export_other_school",
        "to_do",
        "0310002B, et non 0310001A",
    ),
    "other school's envelope": (envelope(uai="0310002B"), "export_other_school", "to_do", "0310002B, et non"),
    "other year": (
        clear_export(school(), software="PRONOTE 2025.3.1"),
        "export_other_year",
        "to_do",
        "2025 de PRONOTE, et",
    ),
    "other school year": (
        clear_export(school(), more='<AnneeScolaire DateDebut="01/09/2025" DateFin="07/07/2026"/>'),
        *("export_other_year", "to_do", "2025 de PRONOTE, et"),
    ),
    "other year's envelope": (
        envelope(software="PRONOTE 2025 - 3.1"),
        "export_other_year",
        "to_do",
        "2025 de PRONOTE, et",
    ),
    "before step 3": (envelope(date="2026-07-01T10:00:00"), "file_old", "to_do", "avant le 2026-08-2"),
    "future": (envelope(date="2126-07-01T10:00:00"), "file_from_future", "in_doubt", "date à venir"),
    "utf-16": (_SOUND.replace("UTF-8", "UTF-16").encode("utf-16"), "export_utf16", "in_doubt", "UTF-16"),
    "utf-16 that says utf-8": (_SOUND.encode("utf-16"), "export_encoding", "to_do", "L'encodage annoncé"),
    "byte order mark": (_SOUND.encode("utf-8-sig"), "export_bom", "done", "BOM UTF-8"),
    "unknown encoding": (_SOUND.replace("UTF-8", "klingon"), "export_encoding", "to_do", "L'encodage annoncé"),
    "multi-byte encoding": (_SOUND.replace("UTF-8", "shift_jis"), "export_encoding", "to_do", "L'encodage annoncé"),
    "latin in utf-8": (_SOUND.encode("cp1252"), "export_malformed", "to_do", "invalid token"),
    "bomb": (_BOMB, "export_dtd", "in_doubt", "entités ou une DTD"),
    "a DTD alone": (
        _SOUND.replace("<EXPORT", "<!DOCTYPE EXPORT>\n<EXPORT", 1),
        "export_dtd",
        "in_doubt",
        "une DTD (ligne 2)",
    ),
    "external entity": (_XXE, "export_dtd", "in_doubt", "entités ou une DTD"),
    "quadratic": (
        '<!DOCTYPE x [<!ENTITY a "' + "a" * 50_000 + '">]><EXPORT>' + "&a;" * 50_000 + "</EXPORT>",
        *("export_dtd", "in_doubt", "saturer"),
    ),
    "deep": ("<a>" * 5000, "export_beyond_limits", "in_doubt", "> 32 levels"),
    "endless tag": ('<EXPORT UAI="' + "A" * (3 << 20), "export_beyond_limits", "in_doubt", "> 1048576 bytes"),
    "empty": (b"", "file_empty", "to_do", "est vide (0 octet)"),
    "text": ("Bonjour,\nvoici le fichier\n", "export_not_xml", "to_do", "n'est pas un fichier XML"),
    "binary": (bytes(range(256)) * 10, "export_not_xml", "to_do", "n'est pas un fichier XML"),
    "zip": (b"PK\x03\x04" + bytes(60), "export_not_xml", "to_do", "n'est pas un fichier XML"),
    "page": ("<html><body><p>Erreur</p></body></html>", "export_other_root", "to_do", "pas un export"),
    "nobody": (clear_export([]), "export_no_people", "to_do", "ne contient personne"),
    "crossed tags": ("<EXPORT><a></b></EXPORT>", "export_malformed", "to_do", "mismatched tag"),
    "no content": (envelope(content=""), "envelope_no_content", "to_do", "pas de contenu"),
    "content that is no base64": (envelope(content="é" * 40), "envelope_bad_content", "to_do", "abîmé"),
    "content cut off": (envelope(content="QUJDR"), "envelope_bad_content", "to_do", "abîmé"),
    "content after padding": (envelope(content="QUI=QUJD"), "envelope_bad_content", "to_do", "abîmé"),
    "content after padding, in pieces": (
        *(envelope(content="QUI=<!-- -->QUJD"), "envelope_bad_content", "to_do", "abîmé"),
    ),
    "too much padding": (envelope(content="Q==="), "envelope_bad_content", "to_do", "abîmé"),
    "utf-16 without a mark": (
        *(_SOUND.replace("UTF-8", "UTF-16").encode("utf-16-le"), "export_utf16", "in_doubt", "UTF-16"),
    ),
    "other namespace": (
        envelope(namespace="http://example.org/"),
        "envelope_other_namespace",
        "done",
        "espace de noms",
    ),
    "no school": (envelope(uai="Lycée"), "export_school_unknown", "done", "de quel établissement"),
    "no year": (envelope(software="?"), "export_year_unknown", "done", "quelle année"),
    "no date": (envelope(date="hier"), "export_date_of_file", "done", "celle du fichier"),
    "no pupil": (clear_export(school()[:1]), "export_kind_missing", "in_doubt", "aucun élément Eleve"),
    "unknown elements": (
        clear_export(school(), more="<Classe><Option/></Classe>"),
        "export_unknown_elements",
        "done",
        "2 ",
    ),
}


@pytest.mark.parametrize("name", _BAD)
def test_each_bad_file_has_its_own_message(tmp_path: Path, name: str) -> None:
    content, code, state, words = _BAD[name]
    result = _check(_file(tmp_path, content))
    (text,) = [finding["text"] for finding in result["findings"] if finding["code"] == code][:1]
    assert words in text
    assert result["state"] == state, result["findings"]


def test_messages_tell_bad_files_apart() -> None:
    # What makes an admin look elsewhere has a code of its own.
    assert len({code for _, code, _, _ in _BAD.values()}) >= 22


def test_the_shape_of_the_public_sibling(tmp_path: Path) -> None:
    # The school in the root, the year in AnneeScolaire, and references that are no people.
    body = "\n".join(person.xml() for person in school())
    lesson = '<Cours><Cours Jour="1"><Matiere Ident="3"/><Professeur Ident="1"/><Eleve Ident="7"/></Cours></Cours>'
    content = f'<EDT UAI="{UAI}"><AnneeScolaire DateDebut="2026-09-01"/><Eleves>{body}</Eleves>{lesson}</EDT>'
    result = _check(_file(tmp_path, content), wanted=Wanted(uai=UAI, year=2026))
    assert (result["state"], _codes(result)) == ("done", ["export_date_of_file", "export_unknown_elements"])
    assert (result["export"]["year"], result["export"]["unknown_elements"]) == (2026, 6)
    assert result["export"]["counts"]["Professeur"] == {"elements": 1, "people": 1}


def test_a_very_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    result = _check(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (_codes(result), result["state"]) == (["file_too_large"], "in_doubt")
    assert "209715200 octets" in result["findings"][0]["text"]
    assert peak < 5 << 20


def test_other_things_than_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    expected = {
        ".": ("file_is_folder", "to_do"),
        "absent.xml": ("file_absent", "to_do"),
        "pipe": ("file_not_regular", "not_observable"),
        "pipe/x": ("file_absent", "to_do"),
        "a" * 300: ("file_unreadable", "not_observable"),
        "nul\0": ("file_absent", "to_do"),
    }
    for name, (code, state) in expected.items():
        result = _check(Path(f"{tmp_path}/{name}"))
        assert (_codes(result), result["state"]) == ([code], state), name


def test_without_the_right_to_read(tmp_path: Path, unprivileged: None) -> None:
    with contextlib.suppress(PermissionError):
        _file(tmp_path, _SOUND).chmod(0)
    result = _check(tmp_path / "IdPN_To_Kosmos.xml")
    assert (_codes(result), result["state"]) == (["file_no_permission"], "not_observable")
    assert "n'a pas le droit de lire" in result["findings"][0]["text"]


def test_a_hostile_path_cannot_play_with_the_terminal(tmp_path: Path) -> None:
    text = _check(tmp_path / "\x1b[2J\n.xml")["findings"][0]["text"]
    assert text.isprintable()


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
    result = _check(_file(tmp_path, clear_export(people)))
    assert result["export"]["problems"] == {
        "absent": {"count": 2, "lines": [14, 15]},
        "malformed": {"count": 2, "lines": [16, 17]},
        "repeating": {"count": 1, "lines": [18]},
        "shared": {"count": 2, "lines": [3, 11, 19, 20, 21]},
    }
    assert _codes(result) == ["ids_absent", "ids_malformed", "ids_repeating", "ids_shared"]
    assert result["state"] == "in_doubt"
    assert "(lignes 14, 15)" in result["findings"][0]["text"]


def test_a_repeated_character_alone_changes_nothing(tmp_path: Path) -> None:
    odd = Somebody("Eleve", "TARNEAU", "Schistophe", "AAAAAAAAAAAAAAAA", "2001-01-05")
    result = _check(_file(tmp_path, clear_export([*school(), odd])))
    assert (result["state"], _codes(result)) == ("done", ["ids_repeating"])


def test_without_dates_of_birth_names_tell_people_apart(tmp_path: Path) -> None:
    other = Somebody("Responsable", "TARNEAU", "Basaltine", identifier(1))
    result = _check(_file(tmp_path, clear_export([*school(), other])))
    assert result["export"]["problems"]["shared"] == {"count": 1, "lines": [5, 14]}


def test_who_is_both_teacher_and_parent_shares_with_nobody(tmp_path: Path) -> None:
    again = Somebody("Responsable", "Dordognard", "GNEISSANDRE", identifier(0))
    result = _check(_file(tmp_path, clear_export([*school(), again])))
    assert (result["state"], result["findings"]) == ("done", [])


def test_details_are_written_on_request_only_and_for_their_owner(tmp_path: Path) -> None:
    people = [*school(), Somebody("Eleve", "=cmd|' /C calc'!A0", "Ardoisie", None)]
    path = _file(tmp_path, clear_export(people))
    details = tmp_path / "details.csv"
    result = _check(path, details_dest=str(details), check=True)
    assert not details.exists()
    assert _check(path, details_dest=str(details)) == result
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
    _check(_file(tmp_path, text), details_dest=str(details))
    content = details.read_bytes().decode("utf-8-sig")
    _, (*_, last, _) = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert last.isprintable()
    assert not last.lstrip().startswith(("=", "＝"))
    assert len(content.split("\r\n")) == 3
    assert "\n" not in content.replace("\r\n", "")


def test_nobody_is_in_the_details_of_a_file_that_is_broken(tmp_path: Path) -> None:
    people = [Somebody("Eleve", "TARNEAU", "Ardoisie", None), *school()]
    details = tmp_path / "details.csv"
    _check(_file(tmp_path, clear_export(people)[:-100]), details_dest=str(details))
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
    before = _file(tmp_path, clear_export(school(), software="PRONOTE 2025.3.1"), "2025.xml")
    result = _check(_file(tmp_path, clear_export(_changed_school())), previous=str(before))
    assert result["comparison"] == _expected_difference()
    assert _codes(result) == ["ids_absent", "ids_lost", "ids_changed", "ids_reassigned"]
    assert result["state"] == "in_doubt"
    assert "2 identifiant(s) conservé(s), 3 parti(s), 1 nouveau(x)" in result["evidence"][-1]["what"]


def test_compared_with_a_fingerprint_that_holds_nobody(tmp_path: Path) -> None:
    kept = tmp_path / "2025.json"
    before = _file(tmp_path, clear_export(school()), "2025.xml")
    _check(before, fingerprint_dest=str(kept), fingerprint_key=_KEY, check=True)
    assert not kept.exists()
    _check(before, fingerprint_dest=str(kept), fingerprint_key=_KEY)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    _no_secret(kept.read_text(encoding="utf-8"))
    before.unlink()
    now = _file(tmp_path, clear_export(_changed_school()))
    result = _check(now, previous_fingerprint=str(kept), fingerprint_key=_KEY)
    assert result["comparison"] == _expected_difference()
    again = _check(now, previous_fingerprint=str(kept), fingerprint_key="another key, long enough")
    assert (again["comparison"], "previous_unusable" in _codes(again)) == (None, True)
    assert "another fingerprint_key" in again["findings"][-1]["text"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (envelope(), "encrypted export"),
        (clear_export(school(), uai="0310002B"), "0310002B"),
        ("<EXPORT><a", "s'arrête avant sa fin"),
        ("", "est vide"),
    ],
)
def test_a_previous_export_that_cannot_be_compared_with(tmp_path: Path, content: str, words: str) -> None:
    before = _file(tmp_path, content, "before.xml")
    result = _check(_file(tmp_path, clear_export(school())), previous=str(before))
    assert (result["state"], _codes(result), result["comparison"]) == ("done", ["previous_unusable"], None)
    assert words in result["findings"][0]["text"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 3}', "[" * 50_000, '{"pairs": [["é", "=="]]}'])
def test_a_damaged_fingerprint(tmp_path: Path, content: str) -> None:
    before = _file(tmp_path, content, "before.json")
    result = _check(_file(tmp_path, clear_export(school())), previous_fingerprint=str(before), fingerprint_key=_KEY)
    assert _codes(result) == ["previous_unusable"]


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 characters at least"):
        _check(_file(tmp_path, _SOUND), fingerprint_key="short")


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
    result = _check(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result["export"]["counts"]["Eleve"] == {"elements": pupils, "people": pupils}
    assert result["export"]["counts"]["Responsable"] == {"elements": pupils, "people": 1}
    assert peak < 20 << 20
