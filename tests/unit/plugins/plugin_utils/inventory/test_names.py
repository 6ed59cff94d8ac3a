"""Names that a row of a table may not have, whatever they look like."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.names import Taken, group_name, look_alike
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.stations_csv import (
    parse_stations,
    plan_groups,
    refuse_taken,
)

TAKEN = Taken.of(
    hosts={"dc01": "/inv/hosts.yml", "Serveur-Vie-Scolaire": ""},
    groups={"domain_controllers": "/inv/hosts.yml", "Web-Servers": "/inv/web.ini"},
    reserved={"hostvars", "vars"},
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Salle 101", "salle_101"),
        ("  CDI — 1ᵉʳ étage ", "cdi_1er_etage"),
        ("Cœur d'îlot", "coeur_d_ilot"),
        ("Faʻaʻā", "faaa"),
        ("101", "g_101"),
        ("{{ x }}", "x"),
    ],
)
def test_names_of_groups(text: str, name: str) -> None:
    assert group_name(text) == name


@pytest.mark.parametrize(
    ("text", "message"),
    # Left out, the Cyrillic letter would make the group "domain_cntrollers"; so would another school's.
    [("«»", "no letter or digit"), ("Domain cоntrollers", "'о', which is not Latin"), ("Łódź", "not Latin")],
)
def test_no_name_for_a_group(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        group_name(text)


def test_look_alikes() -> None:
    assert {look_alike(name) for name in ("dc01", "DC01", "ｄｃ０１", "dç01")} == {"dc01"}
    assert look_alike("dс01") != "dc01"


@pytest.mark.parametrize(
    ("name", "school", "room", "message"),
    [
        # Another source's.
        (
            "pc-1",
            "Domain controllers",
            "",
            "column 'School', 'Domain controllers': the group domain_controllers would be",
        ),
        ("pc-1", "DOMAIN  CONTROLLERS", "", "the group domain_controllers of /inv/hosts.yml"),
        ("pc-1", "Ｄomain contrôllers", "", "the group domain_controllers of /inv/hosts.yml"),
        ("pc-1", "Domain", "Controllers", "column 'Room', 'Controllers': the group domain_controllers"),
        ("pc-1", "Web servers", "", "the group Web-Servers of /inv/web.ini"),
        ("dc01", "L", "", "column 'Name', 'dc01': the station dc01 would be one with the host dc01 of /inv/hosts.yml"),
        ("DC01", "L", "", "the host dc01 of /inv/hosts.yml"),
        ("dç01", "L", "", "the host dc01 of /inv/hosts.yml"),
        ("serveur-vie-scolaire", "L", "", "the host Serveur-Vie-Scolaire of another source"),
        ("domain_controllers", "L", "", "the station domain_controllers would be one with the group"),
        ("pc-1", "DC01", "", "the group dc01 would be one with the host dc01"),
        # Ansible's, and ours.
        ("pc-1", "All", "", "'all' cannot be a group's name"),
        ("pc-1", "Ungrouped", "", "'ungrouped' cannot be"),
        ("pc-1", "Localhost", "", "'localhost' cannot be"),
        ("pc-1", "Pronote", "Pending", "column 'Room', 'Pending': 'pronote_pending' cannot be"),
        ("pc-1", "Pronote stations", "", "'pronote_stations' cannot be"),
        ("pc-1", "Pronote EDT stations", "", "'pronote_edt_stations' cannot be"),
        ("pc-1", "Pronote dépôts", "", "'pronote_depots' cannot be"),
        ("pc-1", "Hostvars", "", "'hostvars' cannot be a group's name"),
        ("vars", "L", "", "'vars' cannot be a station's name"),
        ("ALL", "L", "", "'ALL' cannot be"),
        ("localhost.localdomain", "L", "", "cannot be"),
        ("127.0.0.1", "L", "", "'127.0.0.1' cannot be"),
        ("pronote_reference", "L", "", "cannot be"),
    ],
)
def test_reserved_and_foreign_names(name: str, school: str, room: str, message: str) -> None:
    text = f"Name;School;Room\nbon;Lycée Exemple;CDI\n{name};{school};{room}\n"
    with pytest.raises(ValueError, match=message) as caught:
        refuse_taken(parse_stations(text), TAKEN)
    assert str(caught.value).startswith("3: column ")


def test_a_school_of_the_file_is_named_as_such() -> None:
    with pytest.raises(ValueError, match="2: school of the inventory's file, 'Domain controllers': the group"):
        refuse_taken(parse_stations("name\npc-1\n", school="Domain controllers"), TAKEN)


def test_names_of_ones_own() -> None:
    rows = parse_stations("name;school\npc-1;Lycée Exemple\n")
    refuse_taken(rows, TAKEN)
    assert list(plan_groups(rows)) == ["lycee_exemple"]
