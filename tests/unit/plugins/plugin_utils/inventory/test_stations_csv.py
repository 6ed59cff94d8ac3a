from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.stations_csv import (
    StationRow,
    decode,
    parse_stations,
    plan_groups,
)

HEAD = "Nom;Adresse;MAC;Salle;Établissement;UAI\n"
# As GLPI writes it: CRLF, quotes everywhere, trees whole, several values on several lines.
GLPI = (
    '"Nom";"Entité";"Lieu";"Réseau - Adresse IP";"Réseau - Adresse MAC"\r\n'
    '"S101-01";"Entité racine > Lycée Exemple";"Bâtiment A > Salle 101";'
    '"fe80::1\n169.254.3.4\n10.31.1.11";"00:1A:2B:3C:4D:5E\n00:1A:2B:3C:4D:5F"\r\n'
    '"CDI-01";"Entité racine > Lycée Exemple";"";"";""\r\n'
)
# As OCS Inventory writes it: no quotes, a separator at the end of each line.
OCS = (
    "TAG;Dernier inventaire;Machine;Adresse IP;Adresse MAC;\r\n"
    "Collège;2026-11-01;PROFS-01;10.31.2.1,192.168.56.1;00:1A:2B:3C:4D:60;\r\n"
)


def _rows(text: str, **options: Any) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in row.__dict__.items() if v and k not in {"line", "headings", "school_way", "room_way"}}
        for row in parse_stations(text, **options)
    ]


def test_a_list_kept_by_hand() -> None:
    text = HEAD + "s101-02;;;;Lycée;0310001a\n\ns101-01;10.0.0.1;00-1a-2b-3c-4d-5e;Salle 101;Lycée;0310001A\n"
    assert _rows(text) == [
        {
            "name": "s101-01",
            "address": "10.0.0.1",
            "mac": "00:1a:2b:3c:4d:5e",
            "room": "Salle 101",
            "school": "Lycée",
            "uai": "0310001A",
        },
        {"name": "s101-02", "school": "Lycée", "uai": "0310001A"},
    ]
    assert [row.line for row in parse_stations(text)] == [4, 2]


@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_the_separator_is_found(sign: str) -> None:
    assert _rows(f"name{sign}room\na{sign}CDI\n", school="Lycée") == [{"name": "a", "room": "CDI", "school": "Lycée"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert decode("Salle d’étude œ".encode(encoding)) == "Salle d’étude œ"


def test_utf_16_is_read_and_what_is_no_text_refused() -> None:
    assert decode("Nom".encode("utf-16")) == "Nom"
    with pytest.raises(ValueError, match="1: the file is no text"):
        decode(b"PK\x03\x04\0\0\x08\0")


def test_glpi() -> None:
    assert _rows(GLPI, preset="glpi", schools={"Lycée Exemple": "0310001A"}) == [
        {"name": "CDI-01", "school": "Lycée Exemple", "uai": "0310001A"},
        {
            "name": "S101-01",
            "address": "10.31.1.11",
            "mac": "00:1a:2b:3c:4d:5e",
            "room": "Salle 101",
            "school": "Lycée Exemple",
            "uai": "0310001A",
        },
    ]


def test_glpi_in_english() -> None:
    text = '"Name","Entity","Location","Networking - IP","Networking - MAC address"\n"a","Root > S","R","10.0.0.1",""\n'
    assert _rows(text, preset="glpi") == [{"name": "a", "school": "S", "room": "R", "address": "10.0.0.1"}]


def test_ocs() -> None:
    assert _rows(OCS, preset="ocs") == [
        {"name": "PROFS-01", "address": "10.31.2.1", "mac": "00:1a:2b:3c:4d:60", "school": "Collège"}
    ]


def test_columns_of_ones_own() -> None:
    text = "PC;Où;Nom\na;CDI;ignoré\n"
    assert _rows(text, columns={"name": "pc", "room": "ou"}, school="L") == [
        {"name": "a", "room": "CDI", "school": "L"}
    ]


_ROW = "a;10.0.0.1;00:1a:2b:3c:4d:5e;CDI;Lycée;0310001A\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: the file is empty"),
        ("x;y\n", r"1: no column for the station's name among x, y \(separator ';'\)"),
        (HEAD + _ROW + _ROW.upper(), "3: the station A is on line 2 already"),
        (HEAD + "\n" + _ROW.replace("00:1a", "00:1"), "3: column 'MAC', '00:1:.*' is not a MAC address"),
        (HEAD + _ROW.replace("10.0.0.1", "10.0.0.300"), "2: column 'Adresse', '10.0.0.300': '10.0.0.300' is neither"),
        (HEAD + _ROW.replace("10.0.0.1", "poste_1"), "2: column 'Adresse', 'poste_1': 'poste_1' is neither"),
        (HEAD + _ROW.replace("0310001A", "310001A"), "2: column 'UAI', '310001A': '310001A' is not a UAI"),
        (HEAD + _ROW.replace("Lycée", ""), "2: no school"),
        (HEAD + _ROW.replace("a;", ";"), "2: column 'Nom', '': it cannot be a station's name"),
        (HEAD + '"b\nc;d', "not a line of CSV"),
        # A cell over several lines: the line is the one the row begins on.
        (HEAD + _ROW + '"b";"10.0.0.2\n10.0.0.3";"x";CDI;Lycée;\n', "3: column 'MAC', 'x': 'x' is not a MAC address"),
        (HEAD + _ROW + _ROW.replace("a;", "à;"), "3: the station à is on line 2 already"),
        (HEAD + 'b;;;"C\nDI";Lycée;\n', "2: column 'Salle', .*: it has a control character"),
        *(
            (HEAD + f'"{name}";;;;Lycée;\n', "2: .* cannot be a station's name")
            for name in (
                "=cmd|' /C calc'!A0",
                "{{ 1 }}",
                "a b",
                "!a",
                "a:b",
                "all",
                "localhost",
                "pronote_pending",
                "-a",
                "dс01",  # a Cyrillic letter
                "ⅾc01٣",
            )
        ),
    ],
)
def test_bad_rows_are_named_by_their_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_stations(text)


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="1: not one column is called 'Poste'"):
        parse_stations(HEAD, columns={"name": "Poste"})


def _station(line: int, name: str, school: str, room: str = "") -> StationRow:
    return StationRow(line=line, name=name, school=school, room=room)


def test_groups_are_sorted_and_begin_with_their_school() -> None:
    rows = [
        _station(2, "b", "Lycée", "Salle 101"),
        _station(3, "a", "Lycée", "Salle 101"),
        _station(4, "c", "Lycée"),
        _station(5, "d", "Collège", "Salle 101"),
    ]
    assert plan_groups(rows) == {
        "college": {"college_salle_101": ["d"]},
        "lycee": {"": ["c"], "lycee_salle_101": ["a", "b"]},
    }
    assert list(plan_groups(rows[::-1])) == ["college", "lycee"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("L", "Salle 1"), ("L", "salle-1")], r"3: L / salle-1 and L / Salle 1 \(line 2\) would both be the group l_"),
        ([("Lycée", ""), ("LYCEE", "")], "would both be the group lycee"),
        ([("A", "B"), ("A B", "")], "would both be the group a_b"),
        ([("s0", "")], "2: the group s0 has the name of a station"),
        ([("S0", "")], "2: the group s0 has the name of a station"),
    ],
)
def test_groups_that_collide(rows: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan_groups([_station(n, f"s{n - 2}", school, room) for n, (school, room) in enumerate(rows, start=2)])
