"""Publish the lab's installers in its depot as an admin does: with ``playbooks/publish.yml``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.playbook import ROOT, playbook_command, playbook_environment

__all__ = ["publish_all"]


def publish_all(info: dict[str, Any], *, work: Path) -> dict[str, Any]:
    """Publish every installer of a running lab; return the lock file's contents (``pronote_releases``).

    Raises RuntimeError with the playbook's output when it fails.
    """
    lock = work / "pronote_releases.lock.yml"
    for installer in info["installers"]:
        files = installer["files"]
        technology = installer["technology"]
        variables = {
            "pronote_depot_path": info["depot_folder"],
            "pronote_publish_product": installer["product"],
            "pronote_publish_release": installer["release"],
            "pronote_publish_arch": installer["arch"],
            "pronote_publish_technology": technology,
            "pronote_publish_installer": files.get("setup.exe") or files["setup.msi"],
            "pronote_publish_response": files.get("response.iss", ""),
            "pronote_publish_uninstall_response": files.get("uninstall.iss", ""),
            "pronote_publish_product_code": installer["product_code"],
            "pronote_publish_lock_file": str(lock),
            # A lab's setup is done in seconds.
            "pronote_publish_log_timeout": 120,
            "pronote_publish_busy_timeout": 300,
        }
        if technology == "custom":
            # The lab's program of no known technology is made with NSIS.
            variables |= {"pronote_publish_arguments": "/S", "pronote_publish_uninstall_arguments": "/S"}
        done = subprocess.run(
            playbook_command("publish", "-i", "localhost,", "-e", json.dumps(variables)),
            cwd=ROOT,
            env=playbook_environment(work / "publish.jsonl"),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"publishing {installer['release']} failed:\n{done.stdout}{done.stderr}")
    published: dict[str, Any] = yaml.safe_load(lock.read_text(encoding="utf-8"))
    return published
