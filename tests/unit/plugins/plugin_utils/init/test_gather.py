from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.answers import Account, Answers, School
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.gather import gather
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.interview import Interview

from tests.unit.asked import Answering, Machine, as_given

_ONE = "Nom;Adresse;Salle;Statut\ncdi-01;10.0.0.1;CDI;x\ncdi-02;;CDI;x\nprofs;10.0.0.3;;x\n"
_TWO = "Nom;Salle;Établissement\na;CDI;Lycée A\nb;CDI;Collège B\n"
_GLPI = "Nom;Entité;Lieu\na;Racine > Lycée A;Bât > CDI\n"
_WITH_UAI = "Nom;Salle;Établissement;UAI\na;CDI;Lycée A;0310036W\n"
_FILES = {"one.csv": _ONE, "two.csv": _TWO, "glpi.csv": _GLPI, "uai.csv": _WITH_UAI}
_REST: dict[str, Any] = {"user": "deploy", "password": "s3cret"}


def _of_file(machine: Machine | None = None, **answers: Any) -> Answers:
    talk = Interview(as_given(**answers), asks=lambda: None, tell=lambda _texts: None)
    return gather(talk, machine or Machine(_FILES))


def test_everything_is_asked_and_wrong_answers_are_asked_again() -> None:
    answering = Answering(
        [
            *("taken", ""),
            *("none.csv", "one.csv"),
            "Lycée A",
            *("0310063W", "0310036W"),
            *("pronote example", "https://pronote.example.org/"),
            *("basic", "ntlm"),
            r".\deploy",
            *("one", "two", "s3cret", "s3cret"),
            "",
            "/srv/depot",
            *("cdi-20", "CDI-02"),
            "",
        ]
    )
    answers = gather(Interview({}, asks=lambda: answering, tell=answering.tell), Machine(_FILES))
    assert answering.answers == []
    assert answers.folder == "inventories/my_schools"
    assert answers.schools == [School(name="Lycée A", uai="0310036W", server_url="https://pronote.example.org/")]
    (server,) = {each for each in answering.asked if "PRONOTE server of Lycée A" in each}
    assert server.endswith("[https://0310036W.index-education.net/pronote/]")
    assert answers.export.school == "Lycée A"
    assert {row.school for row in answers.export.rows} == {"Lycée A"}
    assert answers.account == Account(user=r".\deploy", password="s3cret")
    assert (answers.depot_url, answers.depot_path) == ("http://here.example.org/pronote", "/srv/depot")
    assert answers.reference == "cdi-02"
    assert [each for each in answering.told if each.startswith("That cannot be")] == [
        "That cannot be: it is taken",
        "That cannot be: no file",
        "That cannot be: 0310063W cannot be right: the letter that goes with 0310063 is A. Look it up in the school's "
        "papers, or on the page of the ministry's directory",
        "That cannot be: 'pronote example' is not the address of a hosted server, as in "
        "https://<UAI>.index-education.net/pronote/",
        "That cannot be: 'basic' is none of ntlm, kerberos",
        "That cannot be: they are not the same",
        "That cannot be: there is no station 'cdi-20' in the file. Did you mean cdi-02?",
    ]
    assert not [each for each in (*answering.told, *answering.asked) if "s3cret" in each]
    assert [each for each in answering.told if each.startswith(("Read", "1 ", "Columns"))] == [
        "Read as plain: 3 stations in 1 room of 1 school.",
        "1 station is in no room.",
        "1 station has no address: it is reached by its name.",
        "Columns that are left out: Statut.",
    ]


def test_each_question_says_what_it_is_for_with_a_default_or_an_example() -> None:
    answering = Answering(["", "uai.csv", "", "", "deploy", "pw", "pw", "", "", "", ""])
    gather(Interview({}, asks=lambda: answering, tell=answering.tell), Machine(_FILES))
    for text in answering.asked:
        assert "[" in text or "for example" in text or text.endswith("(private)"), text


@pytest.mark.parametrize(
    ("file", "schools", "found"),
    [
        ("one.csv", [{"name": "Lycée A", "uai": "0310036W"}], [School(name="Lycée A", uai="0310036W")]),
        ("glpi.csv", [{"name": "Lycée A", "uai": "0310036W"}], [School(name="Lycée A", uai="0310036W")]),
        # What the file says itself is not said twice.
        ("uai.csv", [], [School(name="Lycée A")]),
        (
            "uai.csv",
            [{"name": "Lycée A", "server_url": "http://h/p"}],
            [School(name="Lycée A", server_url="http://h/p/")],
        ),
        # What follows from the UAI is not written down.
        (
            "uai.csv",
            [{"name": "Lycée A", "server_url": "https://0310036w.index-education.net/pronote"}],
            [School(name="Lycée A")],
        ),
        (
            "two.csv",
            [{"name": "Collège B", "uai": "0750655E"}, {"name": "Lycée A", "uai": "0310036W"}],
            [School(name="Collège B", uai="0750655E"), School(name="Lycée A", uai="0310036W")],
        ),
    ],
)
def test_schools_of_a_file(file: str, schools: list[dict[str, str]], found: list[School]) -> None:
    assert list(_of_file(stations=file, schools=schools, **_REST).schools) == found


def test_servers_that_follow_from_the_uai_are_shown() -> None:
    told: list[Any] = []
    given = as_given(stations="uai.csv", **_REST)
    gather(Interview(given, asks=lambda: None, tell=told.extend), Machine(_FILES))
    assert any("found by the UAI: https://0310036W.index-education.net/pronote/." in text for text in told)


def test_of_several_schools_a_server_is_asked_for_where_the_uai_is() -> None:
    table = "Nom;Établissement;UAI\na;Lycée A;0310036W\nb;Collège B;\n"
    answering = Answering(["", "x.csv", "0750655E", "", "", "deploy", "pw", "pw", "", "", "", ""])
    answers = gather(Interview({}, asks=lambda: answering, tell=answering.tell), Machine({"x.csv": table}))
    assert answering.answers == []
    assert [each.server_url for each in answers.schools] == ["", ""]
    assert [each.count("PRONOTE server of Collège B") for each in answering.asked if "PRONOTE server of" in each] == [1]
    assert [each.count("0310036W.index") for each in answering.told if "found by the UAI" in each] == [1]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"stations": "none.csv"}, ["pronote_init_stations: no file"]),
        (
            {"stations": "one.csv"},
            ["pronote_init_schools: it is missing. The name of the school, as it is to stand in reports"],
        ),
        (
            {"stations": "one.csv", "schools": [{"name": "A", "uai": "0310036W"}, {"name": "B", "uai": "0750655E"}]},
            ["pronote_init_schools: no column of the file says which school"],
        ),
        (
            {"stations": "one.csv", "schools": [{"name": "-", "uai": "0310036W"}]},
            ["pronote_init_schools: '-' has no letter or digit"],
        ),
        (
            {"stations": "two.csv", "schools": [{"name": "Lycee A", "uai": "0310036X"}]},
            [
                "pronote_init_schools: no station is of Lycee A. The file has Collège B, Lycée A",
                "pronote_init_schools: the UAI of Collège B is missing. The UAI of Collège B, seven digits",
                "pronote_init_schools: the UAI of Lycée A is missing.",
            ],
        ),
        (
            {
                "stations": "two.csv",
                "schools": [{"name": "Lycée A", "uai": "0310036W"}, {"name": "Collège B", "uai": "0310036W"}],
            },
            ["pronote_init_schools: Collège B and Lycée A have the same UAI, 0310036W"],
        ),
        (
            {"stations": "uai.csv", "schools": [{"name": "Lycée A", "uai": "0750655E", "server_url": "ftp://h"}]},
            ["Lycée A is 0750655E, and 0310036W in the file", "'ftp://h' is not the address"],
        ),
        ({"stations": "uai.csv", "schools": [{"uai": "0310036W"}]}, ["each school has its name, as in {name: "]),
        ({"stations": "uai.csv", "schools": [{"name": "Lycée A", "UAI": "x"}]}, ["UAI is none of "]),
        (
            {"stations": "uai.csv", "transport": "basic", "depot_path": "srv", "reference": "z", "folder": "taken"},
            [
                "pronote_init_folder: it is taken",
                "pronote_init_transport: 'basic' is none of ntlm, kerberos",
                "pronote_depot_path: 'srv' is not the full path",
                "pronote_init_reference: there is no station 'z' in the file",
            ],
        ),
    ],
)
def test_everything_that_is_wrong_with_a_file_is_told_at_once(answers: dict[str, Any], told: list[str]) -> None:
    with pytest.raises(ValueError, match="pronote_") as caught:
        _of_file(**answers, **_REST)
    lines = str(caught.value).splitlines()
    assert [part for part in told if not any(part in line for line in lines)] == []
    assert len(lines) == len(told)


def test_what_a_file_does_not_say_and_has_no_default() -> None:
    with pytest.raises(ValueError, match="missing") as caught:
        _of_file(Machine(_FILES, address=None), stations="uai.csv")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "pronote_init_user",
        "pronote_init_password",
        "pronote_depot_url",
    ]


def test_with_a_file_only_what_is_missing_is_asked() -> None:
    answering = Answering(["s3cret", "s3cret"])
    given = as_given(stations="uai.csv", user="deploy")
    answers = gather(Interview(given, asks=lambda: answering, tell=answering.tell), Machine(_FILES))
    assert answers.account == Account(user="deploy", password="s3cret")
    assert len(answering.asked) == 2


def test_what_an_inventory_says_already_is_the_default_of_its_question() -> None:
    known = {"pronote_depot_url": "http://known.example.org/p", "pronote_depot_path": ""}
    given = as_given(stations="uai.csv", **_REST)
    of_file = Interview(given, asks=lambda: None, tell=lambda _texts: None, known=known)
    answers = gather(of_file, Machine(_FILES, address=None))
    assert (answers.depot_url, answers.depot_path) == ("http://known.example.org/p", "/srv/pronote")
    said = Interview({**given, **as_given(depot_url="http://x.org/p")}, asks=lambda: None, tell=print, known=known)
    assert gather(said, Machine(_FILES)).depot_url == "http://x.org/p"
    # Nobody has given a file of answers.
    asking = Interview({}, asks=lambda: Answering([]), tell=print, known=known)
    assert asking.asks_all


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("Nom;Établissement;UAI\na;Lycée A;0310036W\nb;Lycée A;0750655E\n", "Lycée A has two UAIs: 0310036W, 0750655E"),
        (
            "Nom;Établissement;UAI\na;Lycée A;0310036W\nb;Collège B;0310036W\n",
            "Lycée A and Collège B have the same UAI, 0310036W",
        ),
        ("Nom;Établissement;UAI\na;Lycée A;0310036X\n", "the letter that goes with 0310036 is W"),
        ("Nom;Établissement\n", "there is no station below the headings"),
        ("Machine room;x\n1;2\n", "no column for the station's name"),
        ("Nom;Établissement\na b;Lycée A\n", "2: column 'Nom', 'a b': it cannot be a station's name"),
    ],
)
def test_a_file_that_cannot_be_right(table: str, told: str) -> None:
    with pytest.raises(ValueError, match="pronote_init_stations: ") as caught:
        _of_file(Machine({"x.csv": table}), stations="x.csv", **_REST)
    assert told in str(caught.value)


def test_where_the_vault_is_nobody_asks_for_the_account() -> None:
    machine = Machine(_FILES, vaults={"inv"})
    assert _of_file(machine, folder="inv", stations="uai.csv").account is None
    given = _of_file(machine, folder="inv", stations="uai.csv", **_REST).account
    assert given == Account(user="deploy", password="s3cret")
