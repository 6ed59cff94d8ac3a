"""Publish the lab's installers in its depot, as the task of ``playbooks/publish.yml`` does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar

from tests.collection import use_collection

__all__ = ["publish_all"]


def publish_all(info: dict[str, Any], *, work: Path) -> dict[str, Any]:
    """Publish every installer of a running lab; return the lock file's contents (``pronote_releases``).

    Raises AnsibleActionFail when one cannot be published.
    """
    use_collection()
    lock = work / "pronote_releases.lock.yml"
    for installer in info["installers"]:
        files = installer["files"]
        technology = installer["technology"]
        arguments = {
            "depot": info["depot_folder"],
            "product": installer["product"],
            "release": installer["release"],
            "arch": installer["arch"],
            "technology": technology,
            "installer": files.get("setup.exe") or files["setup.msi"],
            "response": files.get("response.iss"),
            "uninstall_response": files.get("uninstall.iss"),
            "product_code": installer["product_code"],
            "lock_file": str(lock),
            # A lab's setup is done in seconds.
            "log_timeout": 120,
            "busy_timeout": 300,
        }
        if technology == "custom":
            # The lab's program of no known technology is made with NSIS.
            arguments |= {"arguments": "/S", "uninstall_arguments": "/S"}
        _publish({name: value for name, value in arguments.items() if value is not None})
    published: dict[str, Any] = yaml.safe_load(lock.read_text(encoding="utf-8"))
    return published


def _publish(arguments: dict[str, Any]) -> None:
    task = Task()
    task.action, task.args = "rentree.pronote.depot_release", arguments
    loader = DataLoader()
    action_loader.get(
        task.action,
        task=task,
        connection=connection_loader.get("ansible.builtin.local", PlayContext()),
        play_context=PlayContext(),
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=None,
    ).run(task_vars={})
