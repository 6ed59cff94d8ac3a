"""``check_export``: files in, findings out; nothing personal in any of it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import moment
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_judge import ExportRequirements

from tests.unit.export_bench import SOUND, check, codes, written
from tests.unit.exports import UAI, clear_export, envelope, school


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
    path = written(tmp_path, clear_export(school()))
    result = check(path)
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
    assert "7 personnes\u00a0: 1 professeur, 3 élèves, 3 responsables" in result["evidence"][1]["what"]


def test_a_sound_envelope_is_done_and_says_what_cannot_be_checked(tmp_path: Path) -> None:
    wanted = ExportRequirements(uai=UAI, year=2026, partner="Kosmos", newer_than=moment("2026-08-27"))
    result = check(written(tmp_path, envelope()), wanted=wanted)
    assert (result["state"], codes(result)) == ("done", ["export_encrypted"])
    assert (result["export"]["form"], result["export"]["partners"]) == ("encrypted", ["KOSMOS"])
    assert result["export"]["software"] == "PRONOTE 2026.2.7"
    assert result["findings"][0]["text"].startswith("Export chiffré pour l'ENT")


_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)).replace("&lol0;", "&lol;")
    + "]><EXPORT>&lol9;</EXPORT>"
)
_XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><EXPORT><Eleve Nom="&f;"/></EXPORT>'
# What the file holds: the finding, the state, words of its text.
_BAD: dict[str, tuple[str | bytes, str, str, str]] = {
    "truncated": (SOUND[: len(SOUND) // 2], "export_truncated", "to_do", "s'arrête avant sa fin (ligne"),
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
    "utf-16": (SOUND.replace("UTF-8", "UTF-16").encode("utf-16"), "export_utf16", "in_doubt", "UTF-16"),
    "utf-16 that says utf-8": (SOUND.encode("utf-16"), "export_encoding", "to_do", "L'encodage annoncé"),
    "byte order mark": (SOUND.encode("utf-8-sig"), "export_bom", "done", "BOM UTF-8"),
    "unknown encoding": (SOUND.replace("UTF-8", "klingon"), "export_encoding", "to_do", "L'encodage annoncé"),
    "multi-byte encoding": (SOUND.replace("UTF-8", "shift_jis"), "export_encoding", "to_do", "L'encodage annoncé"),
    "latin in utf-8": (SOUND.encode("cp1252"), "export_malformed", "to_do", "invalid token"),
    "bomb": (_BOMB, "export_dtd", "in_doubt", "entités ou une DTD"),
    "a DTD alone": (
        SOUND.replace("<EXPORT", "<!DOCTYPE EXPORT>\n<EXPORT", 1),
        "export_dtd",
        "in_doubt",
        "une DTD (ligne 2)",
    ),
    "external entity": (_XXE, "export_dtd", "in_doubt", "entités ou une DTD"),
    "quadratic": (
        '<!DOCTYPE x [<!ENTITY a "' + "a" * 50_000 + '">]><EXPORT>' + "&a;" * 50_000 + "</EXPORT>",
        *("export_dtd", "in_doubt", "saturer"),
    ),
    "deep": ("<a>" * 5000, "export_beyond_limits", "in_doubt", "plus de 32 niveaux"),
    "endless tag": ('<EXPORT UAI="' + "A" * (3 << 20), "export_beyond_limits", "in_doubt", "plus de 1048576 octets"),
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
        *(SOUND.replace("UTF-8", "UTF-16").encode("utf-16-le"), "export_utf16", "in_doubt", "UTF-16"),
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
    result = check(written(tmp_path, content))
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
    result = check(written(tmp_path, content), wanted=ExportRequirements(uai=UAI, year=2026))
    assert (result["state"], codes(result)) == ("done", ["export_date_of_file", "export_unknown_elements"])
    assert (result["export"]["year"], result["export"]["unknown_elements"]) == (2026, 6)
    assert result["export"]["counts"]["Professeur"] == {"elements": 1, "people": 1}


def test_a_very_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    result = check(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (codes(result), result["state"]) == (["file_too_large"], "in_doubt")
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
        result = check(Path(f"{tmp_path}/{name}"))
        assert (codes(result), result["state"]) == ([code], state), name


def test_without_the_right_to_read(tmp_path: Path, unprivileged: None) -> None:
    with contextlib.suppress(PermissionError):
        written(tmp_path, SOUND).chmod(0)
    result = check(tmp_path / "IdPN_To_Kosmos.xml")
    assert (codes(result), result["state"]) == (["file_no_permission"], "not_observable")
    assert "n'a pas le droit de lire" in result["findings"][0]["text"]


def test_a_hostile_path_cannot_play_with_the_terminal(tmp_path: Path) -> None:
    text = check(tmp_path / "\x1b[2J\n.xml")["findings"][0]["text"]
    assert text.isprintable()
