from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.inventory.group import Group
from ansible.inventory.host import Host
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.vars.manager import VariableManager
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.play import (
    Room,
    _room,
    apart,
    language_of,
    named,
    password_of,
    shows_live,
)


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "default")


@pytest.mark.parametrize(
    ("mode", "environment", "live"),
    [
        ("auto", {"TERM": "xterm-256color"}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {}, False),
        ("auto", {"TERM": "xterm", "CI": "true"}, False),
        ("auto", {"TERM": "xterm", "CI": ""}, True),
        # What ansible-runner sets for AWX, which reads from a pseudo terminal.
        ("auto", {"TERM": "xterm", "AWX_ISOLATED_DATA_DIR": "/runner"}, False),
        ("live", {"TERM": "xterm", "CI": "true"}, True),
        ("live", {"TERM": "dumb"}, False),
        ("plain", {"TERM": "xterm"}, False),
        ("off", {"TERM": "xterm"}, False),
    ],
)
def test_where_the_live_view_is_drawn(mode: str, environment: dict[str, str], live: bool) -> None:
    assert shows_live(mode, environment) is live


def test_it_goes_with_the_stock_callback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "community.general.dense")
    assert not shows_live("auto", {"TERM": "xterm"})


def test_without_a_terminal_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert not shows_live("live", {"TERM": "xterm"})


def _host(*groups: Group) -> Host:
    host = Host("s1")
    for group in groups:
        group.add_host(host)
    return host


def test_the_room_is_named_or_the_innermost_group() -> None:
    everybody, school, room = Group("all"), Group("lycee"), Group("salle_101")
    everybody.add_child_group(school)
    school.add_child_group(room)
    host = _host(room)
    assert _room(host) == ("salle_101", "salle_101")
    room.set_variable("pronote_room", "Salle 101")
    assert _room(host) == ("Salle 101", "salle_101")
    # A template says nothing before a station's variables are worked out; a number is no name.
    room.set_variable("pronote_room", 101)
    assert _room(host) == ("salle_101", "salle_101")
    assert _room(_host(Group("all"))) == ("", "")


def test_rooms_of_one_name_are_told_apart_by_their_groups() -> None:
    rooms = {"a": Room("CDI", "lycee_cdi"), "b": Room("CDI", "lycee_cdi"), "c": Room("Salle 101", "s101")}
    assert apart(rooms) == {"a": "CDI", "b": "CDI", "c": "Salle 101"}
    rooms["d"] = Room("CDI", "college_cdi")
    assert apart(rooms) == {"a": "CDI (lycee_cdi)", "b": "CDI (lycee_cdi)", "c": "Salle 101", "d": "CDI (college_cdi)"}
    # What the end of the run and its file say is the room.
    assert named(rooms) == {"a": "CDI", "b": "CDI", "c": "Salle 101", "d": "CDI"}


def _play(folder: Path, **files: str) -> Any:
    for name, text in files.items():
        (folder / "host_vars").mkdir(exist_ok=True)
        (folder / "host_vars" / f"{name}.yml").write_text(text, encoding="utf-8")
    (folder / "hosts").write_text("\n".join(files), encoding="utf-8")
    loader = DataLoader()
    manager = VariableManager(loader=loader, inventory=InventoryManager(loader=loader, sources=[str(folder / "hosts")]))
    return Play.load({"hosts": "all", "vars": {"of_play": "s3cret"}}, variable_manager=manager, loader=loader)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pronote_state_password: s3cret\n", "s3cret"),
        ("pronote_state_password: '{{ of_vault }}'\nof_vault: s3cret\n", "s3cret"),
        ("pronote_state_password: '{{ of_play }}'\n", "s3cret"),
        ("pronote_state_password: '{{ of_nobody }}'\n", ""),
        ("pronote_state_password: ''\n", ""),
        ("other: s3cret\n", ""),
        # No YAML: the run ends with that, and not here.
        ("{\n", ""),
    ],
)
def test_the_password_of_the_store_as_the_variables_say_it(tmp_path: Path, text: str, said: str) -> None:
    assert password_of(_play(tmp_path, s1=text), ["s1"]) == said


def test_what_the_first_station_says_that_can_be_read(tmp_path: Path) -> None:
    play = _play(tmp_path, s1="{\n", s2="pronote_language: en\npronote_state_password: s3cret\n")
    assert (language_of(play, ["s1", "s2"]), password_of(play, ["s1", "s2"])) == ("en", "s3cret")
