"""An action of the collection run in this process, as a task on the controller runs it."""

from __future__ import annotations

from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar

from tests.collection import use_collection

__all__ = ["run_action"]


def run_action(
    name: str,
    arguments: dict[str, Any],
    *,
    check: bool = False,
    variables: dict[str, Any] | None = None,
    connection: str = "ansible.builtin.local",
) -> dict[str, Any]:
    """The result of ``rentree.pronote.<name>``. Raises AnsibleActionFail where a task would fail."""
    use_collection()
    task = Task()
    task.action, task.args, task.check_mode = f"rentree.pronote.{name}", dict(arguments), check
    loader = DataLoader()
    plugin = action_loader.get(
        task.action,
        task=task,
        connection=connection_loader.get(connection, PlayContext()),
        play_context=PlayContext(),
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=None,
    )
    result: dict[str, Any] = plugin.run(task_vars={"pronote_language": "en", **(variables or {})})
    return result
