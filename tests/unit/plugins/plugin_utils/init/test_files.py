from __future__ import annotations

import configparser
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.answers import Account, Answers, School, read_export
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.files import (
    config_file,
    files_of,
    says_the_same,
    vault_text,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.plan import (
    CREATED,
    KEPT,
    SAME,
    difference,
    kept_lines,
    planned,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_ROOT = Path(__file__).resolve().parents[5]
_EN, _FR = catalogue("en"), catalogue("fr")
_TABLE = "Nom;Adresse\na;10.0.0.1\n"
ANSWERS = Answers(
    folder="inventories/my_schools",
    export=read_export(_TABLE.encode(), _TABLE, school="Lycée: d'essai"),
    schools=[School(name="Lycée: d'essai", uai="0750655E")],
    transport="ntlm",
    account=Account(user=r"LYCEE\deploy", password="pw"),
    depot_url="http://depot.example.org/p",
    depot_path="/srv/p",
    reference="",
    vault_file="",
)


def _data(answers: Answers = ANSWERS) -> dict[str, Any]:
    return {
        name: yaml.safe_load(file.content) for name, file in files_of(answers, _EN).items() if name.endswith(".yml")
    }


def test_what_stands_in_the_files() -> None:
    assert _data() == {
        "pronote.stations.yml": {
            "plugin": "rentree.pronote.stations",
            "csv": "stations.csv",
            "preset": "plain",
            "school": "Lycée: d'essai",
        },
        "group_vars/all/main.yml": {
            "pronote_language": "en",
            "pronote_depot_url": "http://depot.example.org/p",
            "pronote_depot_path": "/srv/p",
        },
        "group_vars/all/connection.yml": {
            "ansible_connection": "winrm",
            "ansible_user": "{{ vault_station_user }}",
            "ansible_password": "{{ vault_station_password }}",
            "ansible_port": 5985,
            "ansible_winrm_transport": "ntlm",
        },
        # A text, though YAML could take it for a number.
        "group_vars/lycee_d_essai/main.yml": {"pronote_uai": "0750655E"},
    }
    assert files_of(ANSWERS, _EN)["stations.csv"].content == _TABLE.encode()


def test_what_depends_on_an_answer() -> None:
    assert _data(replace(ANSWERS, reference="a"))["hosts.yml"] == {"pronote_reference": {"hosts": {"a": None}}}
    kerberos = _data(replace(ANSWERS, transport="kerberos"))["group_vars/all/connection.yml"]
    assert kerberos["ansible_winrm_transport"] == "kerberos"
    assert kerberos["ansible_winrm_kerberos_hostname_override"].startswith("{{ inventory_hostname }}.")
    # A school of which the table says all needs no file.
    assert "group_vars/x/main.yml" not in _data(replace(ANSWERS, schools=[School(name="x")]))
    served = _data(replace(ANSWERS, schools=[School(name="x", server_url="http://s/p")]))
    assert served["group_vars/x/main.yml"] == {"pronote_server_url": "http://s/p"}


@pytest.mark.parametrize("words", [_EN, _FR], ids=["en", "fr"])
def test_comments_are_short_lines_and_in_the_readers_language(words: Any) -> None:
    files = {**files_of(ANSWERS, words), "ansible.cfg": config_file(ANSWERS, words, collections="")}
    lines = [line for file in files.values() for line in file.content.decode().splitlines()]
    assert max(map(len, lines)) <= 120
    assert any("docs/winrm.md" in line and ("reached" in line) == (words is _EN) for line in lines)


def _config(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_the_configuration_is_the_projects_own_but_for_its_places() -> None:
    written = _config(config_file(ANSWERS, _EN, collections="c:d").content.decode())
    ours = _config((_ROOT / "ansible.cfg").read_text(encoding="utf-8"))
    assert written["defaults"].pop("inventory") == "inventories/my_schools"
    assert written["defaults"].pop("collections_path") == "c:d"
    assert written["defaults"].pop("ask_vault_pass") == "true"
    assert written.pop("rentree") == {"language": "en"}
    for place in ("inventory", "collections_path"):
        ours["defaults"].pop(place)
    assert written == {name: ours[name] for name in written}
    assert set(ours) == set(written)


def test_the_configuration_names_the_vaults_file() -> None:
    text = config_file(replace(ANSWERS, vault_file="~/vault"), _EN, collections="").content.decode()
    assert _config(text)["defaults"]["vault_password_file"] == "~/vault"
    assert "ask_vault_pass" not in text
    assert "collections_path" not in text


def test_a_password_is_no_template() -> None:
    text = vault_text(Account(user="u", password='a{{ b }}: "c" #\\'), _EN).decode()
    assert "vault_station_password: !unsafe " in text
    assert yaml.safe_load(text.replace("!unsafe ", "")) == {
        "vault_station_user": "u",
        "vault_station_password": 'a{{ b }}: "c" #\\',
    }


def test_comments_make_no_difference_and_all_else_does() -> None:
    french, english = (files_of(ANSWERS, words)["group_vars/all/connection.yml"].content for words in (_FR, _EN))
    assert french != english
    assert says_the_same(french, english)
    assert not says_the_same(english, english.replace(b"5985", b"5986"))


def test_what_becomes_of_each_file() -> None:
    files = files_of(ANSWERS, _EN)
    table, main, connection = "stations.csv", "group_vars/all/main.yml", "group_vars/all/connection.yml"
    there = {
        connection: files_of(ANSWERS, _FR)[connection].content,
        main: b"pronote_depot_url: http://other\nvault_secret: hunter2\nmy_api_token: hunter3\n",
        table: files[table].content + b"b;10.0.0.2\n",
    }
    plan = {each.path: each for each in planned(files, there)}
    assert {path: each.state for path, each in plan.items()} == {
        "pronote.stations.yml": CREATED,
        main: KEPT,
        connection: SAME,
        "group_vars/lycee_d_essai/main.yml": CREATED,
        table: KEPT,
    }
    told = kept_lines(plan[main])
    assert "-pronote_depot_url: http://other" in told
    assert "+pronote_depot_url: http://depot.example.org/p" in told
    assert "-my_api_token: …" in told
    assert "hunter" not in "\n".join(told)
    assert kept_lines(plan[table]) == []


def test_where_a_password_is_kept_is_no_secret() -> None:
    file = config_file(replace(ANSWERS, vault_file="~/new"), _EN, collections="")
    there = file.content.replace(b"~/new", b"~/old").replace(b"forks", b"vault_identity_key = hunter2\nforks")
    (kept,) = planned({"ansible.cfg": file}, {"ansible.cfg": there})
    told = kept_lines(kept)
    assert "-vault_password_file = ~/old" in told
    assert "+vault_password_file = ~/new" in told
    assert "-vault_identity_key = …" in told


def test_the_difference_has_what_is_written_and_nothing_secret_or_long() -> None:
    files = files_of(ANSWERS, _EN)
    files["vault"] = replace(files["stations.csv"], content=b"hunter2", secret=True, long=False)
    shown = {each["after_header"]: each["after"] for each in difference(planned(files, {}), _EN)}
    assert set(shown) == set(files)
    assert shown["vault"] == "(a secret, which is not shown)\n"
    assert shown["stations.csv"] == "(2 lines)\n"
    assert "pronote_uai: 0750655E\n" in shown["group_vars/lycee_d_essai/main.yml"].replace("'", "")
    assert difference(planned(files, {name: file.content for name, file in files.items()}), _EN) == []


def test_lines_of_a_table_are_counted_where_nothing_is_kept_of_them() -> None:
    rows = "".join(f"pc-{n};10.0.{n // 250}.{n % 250 + 1}\n" for n in range(3000))
    table = f"Nom;Adresse\n{rows}"
    export = read_export(table.encode(), table, school="A")
    assert export.lines() == ["Read as plain: 3000 stations in 0 rooms of 1 school.", "3000 stations are in no room."]
