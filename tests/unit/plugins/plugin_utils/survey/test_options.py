"""What one task learns about stations and other hosts, without a worker of each (tests/e2e/test_survey_options.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible.executor.process import worker
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.plugins.action import ActionBase
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import UnsupportedConnectionError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Approach
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import PlayStations, Resolved

_WINRM = {
    **{"ansible_connection": "winrm", "ansible_winrm_transport": "ntlm"},
    **{"ansible_user": "u", "ansible_password": "Mot-1!"},
}
Playing = Callable[..., PlayStations]


@pytest.fixture
def playing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Playing:
    """Makes a play of "a" and "b"; ``hosts``: the variables of each host that there is."""

    def made(hosts: dict[str, dict[str, Any]], *, typed: str = "", **of_play: Any) -> PlayStations:
        path = tmp_path / "hosts.json"
        everybody = {name: {**_WINRM, **own} for name, own in hosts.items()}
        path.write_text(json.dumps({"all": {"hosts": everybody}}), encoding="utf-8")
        loader = DataLoader()
        inventory = InventoryManager(loader, sources=[str(path)])
        manager = VariableManager(loader, inventory)
        data = {"name": "p", "hosts": "a,b", "gather_facts": False, "tasks": [{"debug": {"msg": "x"}}], **of_play}
        play = Play.load(data, variable_manager=manager, loader=loader)
        (task,) = play.get_tasks()[0]
        context = PlayContext(play)
        context.password = typed
        monkeypatch.setattr(worker, "current_worker", SimpleNamespace(_play_context=context), raising=False)
        action = SimpleNamespace(_task=task, _loader=loader, _templar=Templar(loader=loader))
        variables = {"hostvars": HostVars(inventory, manager, loader), "ansible_play_batch": ["a", "b"]}
        return PlayStations(cast(ActionBase, action), variables)

    return made


def _approach(host: Resolved) -> Approach:
    assert host.access is not None
    (approach,) = host.access.approaches
    assert isinstance(approach, Approach)
    return approach


def test_the_password_that_was_typed_is_for_another_host_too(playing: Playing) -> None:
    # A host's own beats it.
    play = playing({"a": {}, "b": {}, "edt": {"ansible_password": None}, "own": {}}, typed="Tape-1!")
    assert [_approach(play.other(name)).password for name in ("edt", "own")] == ["Tape-1!", "Mot-1!"]


def test_another_hosts_variables_are_its_own_and_the_plays(playing: Playing) -> None:
    own = {"ansible_host": "192.0.2.7", "ansible_user": "{{ 'dep' ~ who }}", "ansible_port": 5985}
    found = _approach(playing({"a": {}, "b": {}, "edt": own}, vars={"who": "loiement"}).other("edt"))
    assert (found.host, found.port, found.user) == ("192.0.2.7", 5985, "deploiement")


def test_what_is_wrong_with_another_host_is_said_of_it(playing: Playing) -> None:
    play = playing(
        {
            **{"a": {}, "b": {}, "local": {"ansible_connection": "local"}, "odd": {"ansible_connection": "pigeon"}},
            **{"undefined": {"ansible_password": "{{ nobody_said }}"}, "far": {"ansible_winrm_transport": "credssp"}},
        }
    )
    assert play.other("ailleurs").error == "'ailleurs' is not a host of the inventory"
    assert "pigeon" in play.other("odd").error
    assert "nobody_said" in play.other("undefined").error
    assert isinstance(play.other("local").problem, UnsupportedConnectionError)
    assert "credssp" in play.other("far").elsewhere


def test_what_a_station_says_of_itself(playing: Playing) -> None:
    own = {"pronote_mac": "{{ card }}", "ansible_winrm_host": "192.0.2.1", "ansible_port": 1, "other": "untold"}
    local = {"ansible_connection": "local"}
    play = playing({"a": own, "b": local}, port=7001, vars={"card": "00:11:22:33:44:55", "pronote_wake_port": 7})
    # A variable beats the play's keyword.
    assert play.about("a", ["pronote_mac", "pronote_wake_port", "pronote_wake_relay"]) == {
        **{"pronote_mac": "00:11:22:33:44:55", "pronote_wake_port": 7},
        **{"ansible_host": "192.0.2.1", "ansible_port": 1},
    }
    with pytest.raises(UnsupportedConnectionError):
        play.about("b", [])


def test_without_a_variable_of_arguments_they_are_as_the_spec_says(playing: Playing) -> None:
    spec = {"enabled": {"type": "bool", "default": True}}
    play = playing(
        {"a": {"asleep": True}, "b": {}},
        vars={"wanted": {"enabled": trust_as_template("{{ asleep | default(false) }}")}},
    )
    found = {name: list(play.each(name, spec, reached=False)) for name in ("wanted", "")}
    assert [[each.arguments["enabled"] for each in all_of] for all_of in found.values()] == [
        *([True, False], [True, True])
    ]
    # Nobody's connection is looked at.
    assert {each.access for all_of in found.values() for each in all_of} == {None}
