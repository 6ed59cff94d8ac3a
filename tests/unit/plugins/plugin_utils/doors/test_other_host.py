"""A connection to another host of the inventory than the task's."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.template import Templar, trust_as_template
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.other_host import connection_to


def _connection(*, typed: str = "", **variables: Any) -> Any:
    context = PlayContext()
    context.password = typed
    known = {"ansible_connection": "winrm", "ansible_host": "192.0.2.7", **variables}
    return connection_to("poste-edt", context, {"hostvars": {"poste-edt": known}}, Templar(loader=DataLoader()))


def test_the_password_that_was_typed_is_for_the_other_host_too() -> None:
    assert _connection(typed="Tape-1!").get_option("remote_password") == "Tape-1!"


def test_a_hosts_own_password_beats_the_one_that_was_typed() -> None:
    own = _connection(typed="Tape-1!", ansible_password="Sien-1!")
    assert own.get_option("remote_password") == "Sien-1!"


def test_its_variables_are_its_own() -> None:
    found = _connection(
        ansible_user=trust_as_template("{{ 'dep' ~ 'loiement' }}"), ansible_winrm_transport=["ntlm"], ansible_port=5985
    )
    assert found.get_option("remote_addr") == "192.0.2.7"
    assert (found.get_option("remote_user"), found.get_option("port")) == ("deploiement", 5985)


def test_a_host_that_the_inventory_does_not_have() -> None:
    with pytest.raises(ValueError, match="'ailleurs' is not a host of the inventory"):
        connection_to("ailleurs", PlayContext(), {"hostvars": {}}, Templar(loader=DataLoader()))


def test_a_connection_that_ansible_does_not_know() -> None:
    with pytest.raises(ValueError, match="ansible_connection of poste-edt is 'pigeon'"):
        _connection(ansible_connection="pigeon")
