"""What the base classes make of an action's answer and of what went wrong."""

from __future__ import annotations

import gc
import multiprocessing
from typing import Any, ClassVar

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.action import ControllerAction
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.station import StationAction
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    CredentialsRefusedError,
    StationError,
    StationFactError,
    UnsupportedConnectionError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.errors import StoreError

_UNREACHABLE = {
    "changed": False,
    "msg": "no. Do it.",
    "fact": "no",
    "remedy": "Do it.",
    "kind": "refused",
    "unreachable": True,
}


class _Action(ControllerAction):
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "release": {"type": "str", "required": True},
        "tries": {"type": "int", "default": 5},
    }
    FAILURE = Message("{release} was not done: {error}")
    outcome: dict[str, Any] | Exception

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return {**self.outcome, "tries": args["tries"], "host": self.variables["inventory_hostname"]}


def _local() -> Any:
    return connection_loader.get("ansible.builtin.local", PlayContext())


def _run(outcome: dict[str, Any] | Exception, kind: type[_Action] = _Action, **args: Any) -> dict[str, Any]:
    task = Task()
    task.args = {"release": "2026.2.7", **args}
    task.async_val = 0
    action = kind(task, _local(), PlayContext(), DataLoader(), Templar(), None)
    action.outcome = outcome
    return action.run(task_vars={"inventory_hostname": "poste", "pronote_language": "en"})


def test_the_arguments_are_checked_and_nothing_is_changed_unless_said() -> None:
    assert _run({}, tries="7") == {"changed": False, "tries": 7, "host": "poste"}
    assert _run({"changed": True}) == {"changed": True, "tries": 5, "host": "poste"}
    with pytest.raises(AnsibleActionFail, match="tries"):
        _run({}, tries="many")


def test_no_way_to_the_station_is_unreachable() -> None:
    assert _run(CredentialsRefusedError("no", remedy="Do it.")) == _UNREACHABLE


def test_another_fact_about_the_station_is_a_failure_with_its_job() -> None:
    error: StationError = StationFactError("no.", remedy="Do it.")
    told = {"msg": "no. Do it.", "fact": "no.", "remedy": "Do it.", "kind": "fact", "failed": True, "changed": False}
    assert _run(error) == told
    error.job = {"name": "job"}
    assert _run(error) == {**told, "job": {"name": "job"}}


def test_a_server_that_cannot_be_read_names_itself() -> None:
    assert _run(HostedServerError("https://a", "silent", remedy="Wait.")) == {
        "failed": True,
        "changed": False,
        "msg": "the hosted server https://a could not be read: silent. Wait.",
        "kind": "server",
        "server": "https://a",
        "fact": "silent",
        "remedy": "Wait.",
    }


@pytest.mark.parametrize(
    "error", [ValueError("{x} is none"), OSError("{x} is none"), StoreError("x", "{x} is none", remedy="Do.")]
)
def test_anything_else_says_what_was_not_done(error: Exception) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        _run(error)
    assert str(caught.value) == f"2026.2.7 was not done: {error}"
    assert caught.value.__context__ is error


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        _run(KeyError("x"))


class _Keeping(_Action):
    KEEPS_MUCH = True

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"looks": gc.get_threshold()[0], **super().act(args)}


@pytest.mark.parametrize(("action", "looks"), [(_Action, 0), (_Keeping, 20_000)])
def test_garbage_is_looked_for_seldom_in_a_worker_that_keeps_much(action: type[_Action], looks: int) -> None:
    def work() -> None:
        sending.send((_run({}, action).get("looks", 0), gc.get_threshold()[0], gc.get_freeze_count() > frozen))

    before, frozen = gc.get_threshold()[0], gc.get_freeze_count()
    here = _run({}, action)
    assert here.get("looks", before) == before == gc.get_threshold()[0]
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert receiving.recv() == (looks, looks or before, bool(looks))


def test_a_station_is_reached_over_winrm_only() -> None:
    action = StationAction(Task(), _local(), PlayContext(), DataLoader(), Templar(), None)
    with pytest.raises(UnsupportedConnectionError, match="local"):
        action.station()
    assert (StationAction._requires_connection, ControllerAction._requires_connection) == (True, False)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "2026.2.7 was not done: il n'est pas signé"),
        ({"pronote_language": "en"}, "2026.2.7 was not done: it is not signed"),
    ],
)
def test_an_error_is_said_in_the_readers_language(variables: dict[str, str], said: str) -> None:
    task = Task()
    task.args = {"release": "2026.2.7"}
    task.async_val = 0
    action = _Action(task, _local(), PlayContext(), DataLoader(), Templar(), None)
    action.outcome = ValueError(Message("it is not signed"))
    with pytest.raises(AnsibleActionFail) as caught:
        action.run(task_vars={"inventory_hostname": "poste", **variables})
    assert str(caught.value) == said
    action.outcome = {"warnings": [Message("it is not signed")], "fact": Message("it is not signed")}
    result = action.run(task_vars={"inventory_hostname": "poste", **variables})
    assert result["warnings"] == [said.partition(": ")[2]]
    # What others read stays as it is.
    assert result["fact"] == "it is not signed"
