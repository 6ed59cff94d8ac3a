"""Exports as people have them: read, or told at reading with line, column and value. To add a case: a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.export_text import clean, read_text, spoilt
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.stations_csv import (
    StationRow,
    parse_headings,
    parse_stations,
    plan_groups,
)

from tests.unit.conftest import warnings

__all__ = ["warnings"]

_HEAD = "Nom;Adresse;MAC;Salle;Établissement;UAI\n"
_ROW = "pc-01;10.31.1.5;00:1a:2b:3c:4d:5e;Salle 101;Lycée Exemple;0310001A\n"
_PLAIN = {"name": "pc-01", "address": "10.31.1.5", "room": "Salle 101", "school": "Lycée Exemple", "uai": "0310001A"}
_GLPI = "Nom;Entité;Lieu;Réseau - Adresse IP\n"


def _read(content: bytes | str, **options: Any) -> tuple[list[StationRow], list[str]]:
    notes: list[Message] = []
    text = read_text(content).text if isinstance(content, bytes) else content
    rows = parse_stations(text, notes=notes, **options)
    plan_groups(rows)
    return rows, [str(note) for note in notes]


def _one(content: bytes | str, **options: Any) -> dict[str, str]:
    rows, _notes = _read(content, **options)
    return {name: getattr(rows[0], name) for name in _PLAIN}


@pytest.mark.parametrize(
    ("source", "content", "encoding"),
    [
        ("Excel: CSV UTF-8", (_HEAD + _ROW).encode("utf-8-sig"), "UTF-8"),
        ("Excel: CSV, French Windows", (_HEAD + _ROW).encode("cp1252"), "cp1252"),
        ("Excel: Unicode text", (_HEAD + _ROW).replace(";", "\t").encode("utf-16"), "UTF-16-LE"),
        ("PowerShell 5: big end first", b"\xfe\xff" + (_HEAD + _ROW).encode("utf-16-be"), "UTF-16-BE"),
        ("a UTF-16 whose mark is lost", (_HEAD + _ROW).encode("utf-16-le"), "UTF-16-LE"),
        ("cmd.exe: the code page 850", (_HEAD + _ROW).encode("cp850"), "cp850"),
        ("Excel for an old Mac", (_HEAD + _ROW).encode("mac_roman"), "mac_roman"),
        ("LibreOffice", (_HEAD + _ROW).encode("utf-8"), "UTF-8"),
    ],
)
def test_each_file_in_its_own_encoding(source: str, content: bytes, encoding: str) -> None:
    read = read_text(content)
    assert (read.encoding, bool(read.evidence)) == (encoding, True), source
    assert _one(content) == _PLAIN


@pytest.mark.parametrize(
    ("source", "content", "line"),
    [
        ("two files put together", _HEAD.encode() + _ROW.encode("cp1252"), 2),
        ("a row added by another tool", (_HEAD + _ROW).encode() + _ROW.replace("01;", "02;").encode("cp850"), 3),
        ("an archive", b"PK\x03\x04\0\0\x08\0", 1),
    ],
)
def test_a_file_in_two_encodings_or_none_is_told_with_its_line(source: str, content: bytes, line: int) -> None:
    with pytest.raises(ValueError, match=rf"^{line}: "):
        read_text(content)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Excel: sep=", "sep=;\n" + _HEAD + _ROW),
        ("Excel: sep= in quotes", '"sep=;"\r\n' + _HEAD + _ROW),
        ("Excel: sep= of another sign", "SEP=,\n" + (_HEAD + _ROW).replace(";", ",")),
        ("PowerShell: #TYPE", "#TYPE System.Management.Automation.PSCustomObject\n" + _HEAD + _ROW),
        ("PowerShell: #TYPE in quotes", '"#TYPE Selected.X"\n' + _HEAD + _ROW),
        ("OCS: a title", "Liste des ordinateurs, exportée le 3, 12, 2026\n\n" + _HEAD + _ROW),
        ("GLPI: a title in cells", "Export;;;;;\nFiltre : actif;;;;;\n" + _HEAD + _ROW),
        ("a mark within", "\ufeff" + _HEAD + _ROW),
        ("no-break spaces in headings", _HEAD.replace("Nom", "\u00a0Nom\u202f") + _ROW),
        ("zero-width spaces", _HEAD.replace("Nom", "\u200bNom") + _ROW.replace("pc-01", "pc-01\u200b")),
        ("no-break spaces in cells", _HEAD + _ROW.replace("Salle 101", "Salle\u00a0101\u00a0")),
        ("a soft hyphen", _HEAD + _ROW.replace("Lycée", "Ly\u00adcée")),
        ("a mark in a cell", _HEAD + _ROW.replace("0310001A", "\ufeff0310001A")),
        ("Excel: a formula", _HEAD + _ROW.replace("0310001A", '="0310001A"')),
        ("Excel: a formula in quotes", _HEAD + _ROW.replace("0310001A", '"=""0310001A"""')),
        ("GLPI: entities of HTML", _HEAD + '"pc&#45;01";10.31.1.5;;"Salle&nbsp;101";"Lyc&eacute;e Exemple";0310001A\n'),
        ("MySQL: escaped quotes", _HEAD + _ROW + 'pc-02;;;"Salle \\"info\\"";Lycée Exemple;0310001A\n'),
        ("bars", (_HEAD + _ROW).replace(";", "|")),
        ("empty lines everywhere", "\n\n;;;;;\n" + _HEAD + "\n;;;;;\n" + _ROW),
        ("line ends of a Mac", (_HEAD + _ROW).replace("\n", "\r")),
    ],
)
def test_what_programs_write_around_cells(source: str, text: str) -> None:
    assert _one(text) == _PLAIN, source
    assert parse_headings(text).fields >= {"name", "uai"}


@pytest.mark.parametrize(("above", "line"), [("", 3), ("sep=;\n", 4), ("#TYPE x\n\n", 5), ("Titre\nFiltre\n\n", 6)])
def test_lines_are_counted_from_the_top_of_the_file(above: str, line: int) -> None:
    with pytest.raises(ValueError, match=rf"^{line}: column 'Adresse', '10.0.0.300': "):
        parse_stations(above + _HEAD + _ROW + "pc-02;10.0.0.300;;;L;\n")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Nom", "pc 01"),
        ("Adresse", "10.31.1"),
        ("MAC", "00:1a"),
        ("UAI", "310001A"),
        ("Salle", "Salle\x07101"),
    ],
)
def test_what_cannot_be_right_is_told_with_line_column_and_value(column: str, value: str) -> None:
    cells = dict(zip(_HEAD.strip().split(";"), _ROW.strip().split(";"), strict=True)) | {column: value}
    with pytest.raises(ValueError, match=rf"^2: column '{column}', ") as caught:
        parse_stations(_HEAD + ";".join(cells.values()) + "\n")
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("source", "cell", "address"),
    [
        ("GLPI: a card without an address first", "0.0.0.0,10.31.1.5", "10.31.1.5"),
        ("OCS: nothing else", "0.0.0.0", ""),
        ("loopback", "127.0.0.1", ""),
        ("loopback of its own", "127.0.1.1 10.31.1.5", "10.31.1.5"),
        ("link-local", "169.254.7.9", ""),
        ("link-local of IPv6", "fe80::1", ""),
        ("multicast", "224.0.0.251", ""),
        ("multicast of IPv6", "ff02::1", ""),
        ("broadcast", "255.255.255.255", ""),
        ("what nobody uses", "240.1.2.3", ""),
        ("this network", "0.1.2.3", ""),
        ("unspecified", "::", ""),
        ("loopback of IPv6", "::1", ""),
        ("loopback within IPv6", "::ffff:127.0.0.1", ""),
        ("by name", "localhost", ""),
        ("several of nobody", "127.0.0.1\n169.254.1.1", ""),
        ("one of IPv6 that is somebody's", "fe80::1 fd00::7", "fd00::7"),
    ],
)
def test_addresses_of_nobody_are_never_used(source: str, cell: str, address: str) -> None:
    rows, notes = _read(_HEAD + f'pc-01;"{cell}";;;L;0310001A\n')
    assert rows[0].address == address, source
    told = [note for note in notes if note.startswith("2: column 'Adresse', ") and "nobody's address" in note]
    assert bool(told) is not bool(address)


@pytest.mark.parametrize(
    ("source", "rows", "said"),
    [
        ("GLPI: a stale name", ("a;10.31.1.5;;;L;\n", "old-a;10.31.1.5;;;L;\n"), "10.31.1.5 (lines a 2, old-a 3)"),
        ("OCS: three of one", tuple(f"p{n};10.31.1.5;;;L;\n" for n in range(3)), "10.31.1.5 (lines p0 2, p1 3, p2 4)"),
        (
            "GLPI: one docking station",
            ("a;;00:1A:2B:3C:4D:5E;;L;\n", "b;;00-1a-2b-3c-4d-5e;;L;\n"),
            "00:1a:2b:3c:4d:5e (lines a 2, b 3)",
        ),
        ("a doubled row", ("a;10.31.1.5;;;L;\n", "a;10.31.1.5;;;L;\n"), "3: a is on line 2 as well: read once"),
        ("a doubled row in capitals of spaces", ("a;;;;L;\n", "a ;;;;L\u00a0;\n"), "3: a is on line 2 as well"),
    ],
)
def test_stale_and_doubled_rows_are_told(source: str, rows: tuple[str, ...], said: str) -> None:
    _rows, notes = _read(_HEAD + "".join(rows))
    assert [note for note in notes if said in note], (source, notes)


def test_a_row_with_more_cells_than_there_are_headings_is_told() -> None:
    _rows, notes = _read(_HEAD + "pc-01;10.31.1.5;;Salle 1;Lycée;0310001A;2e étage\n")
    assert [note for note in notes if note.startswith("2: it has more cells than there are headings")]


def test_a_row_that_contradicts_another_of_its_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^3: the station a is on line 2 already"):
        _read(_HEAD + "a;10.31.1.5;;;L;\na;10.31.1.6;;;L;\n")


_TREE = "Entité racine > Lycée Exemple"


@pytest.mark.parametrize(
    ("source", "entity", "schools", "school", "uai"),
    [
        ("GLPI: the school itself", _TREE, {"Lycée Exemple": "0310001A"}, "Lycée Exemple", "0310001A"),
        ("GLPI: a part of it", f"{_TREE} > Pédagogie", {"Lycée Exemple": "0310001A"}, "Lycée Exemple", "0310001A"),
        ("GLPI: two below", f"{_TREE} > A > B", {"Lycée Exemple": "0310001A"}, "Lycée Exemple", "0310001A"),
        ("GLPI: the whole way", _TREE, {_TREE: "0310001A"}, "Lycée Exemple", "0310001A"),
        ("GLPI: other letters", _TREE, {"LYCEE  exemple": "0310001A"}, "LYCEE  exemple", "0310001A"),
        (
            "GLPI: entities of HTML",
            "Racine &gt; Lycée Exemple",
            {"Lycée Exemple": "0310001A"},
            "Lycée Exemple",
            "0310001A",
        ),
        (
            "GLPI: a part with a key of its own",
            f"{_TREE} > SEGPA",
            {"Lycée Exemple": "0310001A", "SEGPA": "0310002B"},
            "SEGPA",
            "0310002B",
        ),
        ("GLPI: no keys", _TREE, {}, "Lycée Exemple", ""),
    ],
)
def test_the_school_in_a_tree(source: str, entity: str, schools: dict[str, str], school: str, uai: str) -> None:
    rows, notes = _read(_GLPI + f'pc-01;"{entity}";;\n', preset="glpi", schools=schools)
    assert (rows[0].school, rows[0].uai) == (school, uai), source
    assert not [note for note in notes if "has no UAI" in note]


@pytest.mark.parametrize(
    ("source", "preset", "text", "schools"),
    [
        ("GLPI: a misspelt key", "glpi", _GLPI + f"a;{_TREE};;\n", {"Lycee Exemples": "0310001A"}),
        ("GLPI: a school that moved", "glpi", _GLPI + f"a;{_TREE};;\n", {"Racine > Autre": "0310001A"}),
        ("by hand", "plain", "Nom;Établissement\na;Lycée Exemple\n", {"Lycée": "0310001A"}),
        ("OCS: the tag", "ocs", "TAG;Machine\nLycée Exemple;a\n", {"LE": "0310001A"}),
    ],
)
def test_keys_that_match_nothing_are_told(source: str, preset: str, text: str, schools: dict[str, str]) -> None:
    _rows, notes = _read(text, preset=preset, schools=schools)
    (key,) = schools
    assert [note for note in notes if repr(key) in note and "no line has" in note], (source, notes)
    assert [note for note in notes if "has no UAI for 'Lycée Exemple' (lines 2)" in note]


def test_two_schools_of_one_name_are_no_one_school() -> None:
    text = _GLPI + "a;R > Toulouse > Lycée Jaurès;;\nb;R > Albi > Lycée Jaurès;;\n"
    with pytest.raises(ValueError, match=r"^3: column 'Entité', .*Albi.* another place"):
        _read(text, preset="glpi")
    keys = {"Toulouse > Lycée Jaurès": "0310001A", "Albi > Lycée Jaurès": "0810002B"}
    rows, _notes = _read(text, preset="glpi", schools=keys)
    assert {row.name: row.uai for row in rows} == {"a": "0310001A", "b": "0810002B"}
    assert len(plan_groups(rows)) == 2


def test_parts_of_two_schools_that_have_one_name_are_no_one_school() -> None:
    text = _GLPI + "a;R > Lycée A > Pédagogie;;\nb;R > Lycée B > Pédagogie;;\n"
    with pytest.raises(ValueError, match="another place"):
        _read(text, preset="glpi")
    rows, _notes = _read(text, preset="glpi", schools={"Lycée A": "0310001A", "Lycée B": "0310002B"})
    assert list(plan_groups(rows)) == ["lycee_a", "lycee_b"]


def test_rooms_of_one_name() -> None:
    text = _GLPI + "".join(
        f"{name};R > {school};{room};\n"
        for name, school, room in (
            ("a", "Lycée A", "Bât. A > Salle 101"),
            ("b", "Lycée A", "Bât. B > Salle 101"),
            ("c", "Lycée B", "Bât. A > Salle 101"),
            ("d", "Lycée A", "Bât. A > Salle 102"),
        )
    )
    rows, notes = _read(text, preset="glpi")
    assert plan_groups(rows) == {
        "lycee_a": {
            "lycee_a_bat_a_salle_101": ["a"],
            "lycee_a_bat_b_salle_101": ["b"],
            "lycee_a_salle_102": ["d"],
        },
        "lycee_b": {"lycee_b_salle_101": ["c"]},
    }
    assert [note for note in notes if "Salle 101 of Lycée A is several rooms" in note]


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [
        ("  a\u00a0b ", "a b"),
        ('="07"', "07"),
        ("'=1+1", "=1+1"),
        ("Bât&nbsp;A", "Bât A"),
        ("l'étage", "l'étage"),
        ("'", "'"),
        ("R&D", "R&D"),
        ("\u200b\u2060", ""),
    ],
)
def test_cells(cell: str, cleaned: str) -> None:
    assert clean(cell) == cleaned


@pytest.mark.parametrize("text", ["LycÃ©e", "l\u00e2â€™Ã ge", "CollÃ¨ge"])
def test_letters_that_were_spoilt_before_are_told(text: str) -> None:
    found = spoilt(f"Nom\na;{text}\n")
    assert found is not None
    assert found[0] == 2
    assert spoilt("Nom\na;Lycée l’âge Ã\n") is None


def _inventory(folder: Path, content: bytes, more: str = "") -> InventoryManager:
    (folder / "export.csv").write_bytes(content)
    source = folder / "my.stations.yml"
    source.write_text(f"plugin: rentree.pronote.stations\ncsv: export.csv\nlanguage: en\n{more}", encoding="utf-8")
    return InventoryManager(loader=DataLoader(), sources=[str(source)])


def test_what_was_taken_is_summed_up_where_something_is_odd(tmp_path: Path, warnings: list[str]) -> None:
    content = (_HEAD + _ROW + "pc-02;127.0.0.1;;;Lycée Exemple;0310001A\n").encode("cp1252")
    read = _inventory(tmp_path, content)
    assert sorted(host.name for host in read.get_hosts()) == ["pc-01", "pc-02"]
    (told,) = [each for each in warnings if "export.csv" in each]
    assert "2 stations, 1 school, read as cp1252" in told
    assert f"{tmp_path}/export.csv:3: column 'Adresse', '127.0.0.1': pc-02 has nobody's address" in told


def test_nothing_is_told_of_a_sound_file(tmp_path: Path, warnings: list[str]) -> None:
    _inventory(tmp_path, (_HEAD + _ROW).encode())
    assert [each for each in warnings if "export.csv" in each] == []


def test_what_cannot_be_read_stops_with_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "true")
    try:
        _inventory(tmp_path, _HEAD.encode() + _ROW.encode("cp1252"))
        shown = capsys.readouterr().err
    except AnsibleError as exc:
        shown = f"{exc} {capsys.readouterr().err}"
    assert "export.csv:2: this line is not UTF-8" in " ".join(shown.split())
