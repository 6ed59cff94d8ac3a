"""Publish the lab's installers in its depot, as the task of ``playbooks/publish.yml`` does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.actions import run_action

__all__ = ["publish_all"]


def publish_all(info: dict[str, Any], *, work: Path) -> dict[str, Any]:
    """Publish every installer of a running lab; return the lock file's contents (``pronote_releases``).

    Raises AnsibleActionFail when one cannot be published.
    """
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
            "update_response": files.get("update.iss"),
            "uninstall_response": files.get("uninstall.iss"),
            "product_code": installer["product_code"],
            "lock_file": str(lock),
            # A lab's setup is done in seconds.
            "log_timeout": 1800,
            "busy_timeout": 300,
        }
        if technology == "custom":
            # The lab's program of no known technology is made with NSIS.
            arguments |= {"arguments": "/S", "uninstall_arguments": "/S"}
        run_action("depot_release", {name: value for name, value in arguments.items() if value is not None})
    published: dict[str, Any] = yaml.safe_load(lock.read_text(encoding="utf-8"))
    return published
