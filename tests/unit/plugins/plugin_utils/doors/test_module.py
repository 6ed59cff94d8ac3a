from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, notes, with_sources
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import Report
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.module import ModuleAction

_NAMES = ("cas_info", "hosted_release_info", "kosmos_export_info")


def _run(returned: dict[str, Any], variables: dict[str, Any], **args: Any) -> dict[str, Any]:
    class _Action(ModuleAction):
        def _execute_module(self, *_: Any, **how: Any) -> dict[str, Any]:
            return {**returned, "given": how["module_args"]}

    task = Task()
    task.args = args
    task.async_val = 0
    local = connection_loader.get("ansible.builtin.local", PlayContext())
    return _Action(task, local, PlayContext(), DataLoader(), Templar(), None).run(task_vars=variables)


def _returned() -> dict[str, Any]:
    report = Report(operation=2)
    report.find("archive_corrupt", n=3, entries=9)
    found: dict[str, Any] = with_sources(
        {**report.as_dict(), "changed": False, **notes([Message("blocked"), "as it is"])}
    )
    return found


@pytest.mark.parametrize(
    ("variables", "args", "starts", "noted"),
    [
        ({}, {}, "L'archive est abîmée\u00a0: 3 fichiers illisibles sur 9.", "bloqué"),
        ({"pronote_language": "en"}, {}, "The archive is damaged: 3 files of 9", "blocked"),
        ({"pronote_language": "fr"}, {"language": "en"}, "The archive is damaged: 3 files of 9", "blocked"),
    ],
)
def test_what_a_module_returns_is_said_in_the_readers_language(
    variables: dict[str, Any], args: dict[str, Any], starts: str, noted: str
) -> None:
    result = _run(_returned(), variables, path="/x", **args)
    (finding,) = result["findings"]
    assert (finding["code"], set(finding)) == ("archive_corrupt", {"code", "severity", "text"})
    assert finding["text"].startswith(starts)
    assert result["warnings"] == [noted, "as it is"]
    # Which is the action's own.
    assert result["given"] == {"path": "/x"}


def test_the_reason_of_a_failure_too() -> None:
    failed = with_sources({"failed": True, "msg": Message("an encrypted export cannot be compared")})
    failed["exception"] = "an encrypted export cannot be compared"
    assert _run(failed, {}) == {"failed": True, "msg": "un export chiffré ne peut pas être comparé", "given": {}}


def test_a_crash_is_shown_as_it_is() -> None:
    crash = {"failed": True, "msg": "MODULE FAILURE", "exception": "Traceback"}
    assert _run(crash, {}) == {**crash, "given": {}}


def test_a_language_that_there_is_not() -> None:
    with pytest.raises(AnsibleActionFail, match="language est fr ou en, et non de"):
        _run({}, {}, language="de")


@pytest.mark.parametrize("name", _NAMES)
def test_each_real_module_has_its_action(name: str) -> None:
    assert issubclass(action_loader.get(f"rentree.pronote.{name}", class_only=True), ModuleAction)
