"""What AWX has of us, as tests need it: an inventory, a project, credentials, and jobs on the nodes of a mesh."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from ansible.parsing.vault import VaultLib, VaultSecret

from tests.mesh.links import Mesh, until
from tests.mesh.machines import ROOT

__all__ = ["Awx", "Job", "inventory_of", "write_project"]

_INVENTORY_ID = 7
# What a user's copy of the repository has that a job needs.
_PROJECT = ("ansible.cfg", "galaxy.yml", "meta", "playbooks", "plugins", "roles")
_LINK = ".ansible/collections/ansible_collections/rentree/pronote"
# As AWX sets them for every job (settings/defaults.py, tasks/jobs.py).
_ENVIRONMENT = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_PARAMIKO_RECORD_HOST_KEYS": "False",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "ANSIBLE_ROLES_PATH": "/runner/requirements_roles:~/.ansible/roles",
    "ANSIBLE_SSH_CONTROL_PATH_DIR": "/runner/cp",
    "INVENTORY_ID": str(_INVENTORY_ID),
    "MAX_EVENT_RES": "700000",
}


def inventory_of(inventory: Path) -> dict[str, Any]:
    """What AWX takes from an inventory of ours, and gives to jobs: without the account, which is a credential's."""
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(inventory), "--list", "--export"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    data: dict[str, Any] = json.loads(done.stdout)
    for group in data.values():
        for name in ("ansible_user", "ansible_password"):
            group.get("vars", {}).pop(name, None)
    return data


def write_project(folder: Path, *, vault_password: str, secrets: Mapping[str, Any]) -> None:
    """The project, as AWX has fetched it, with other secrets in a file of a vault."""
    for name in _PROJECT:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    link = folder / _LINK
    link.parent.mkdir(parents=True)
    link.symlink_to((ROOT / _LINK).readlink())
    vault = VaultLib([("default", VaultSecret(vault_password.encode()))])
    variables = folder / "playbooks/group_vars/all"
    variables.mkdir(parents=True)
    (variables / "vault.yml").write_bytes(vault.encrypt(json.dumps(dict(secrets))))


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job on its way. ``output``: what AWX has of it."""

    number: int
    node: str
    process: subprocess.Popen[bytes]
    output: Path

    def _lines(self, kind: str) -> list[Any]:
        said = []
        # The last line may be on its way.
        for line in self.output.read_text(encoding="utf-8").split("\n")[:-1]:
            # What is no JSON is a traceback of the task: `end` shows it.
            if line.startswith("{") and kind in (data := json.loads(line)):
                said.append(data[kind])
        return said

    @property
    def events(self) -> list[dict[str, Any]]:
        return self._lines("event")

    @property
    def text(self) -> str:
        """What people read of it in AWX."""
        return "\n".join(event["stdout"] for event in self.events if event.get("stdout"))

    def unit(self) -> str:
        """The unit of work in receptor, once it has begun."""
        until(lambda: self._lines("unit") or self.process.poll() is not None)
        (unit,) = self._lines("unit")
        return str(unit)

    def cancel(self) -> Job:
        """Somebody, or AWX whose node is lost, cancels it."""
        assert self.process.stdin is not None
        with self.process.stdin as stdin:
            stdin.write(b"cancel\n")
        return self.wait("canceled")

    def wait(self, status: str = "successful") -> Job:
        """Its end, which has to be this one."""
        self.process.wait(timeout=240)
        ended = [each["status"] for each in self._lines("end")]
        said = self._lines("status")
        assert ended == [status], f"{ended} {said[-1:]}\n{self.text[-5000:]}\n{self.output.read_text()[-1500:]}"
        return self

    def of(self, action: str) -> dict[str, dict[str, Any]]:
        """Results of one action by host; the last that was not skipped."""
        found = {}
        for event in self.events:
            data = event.get("event_data", {})
            if event["event"] in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable") and (
                data.get("resolved_action", data.get("task_action")) == f"rentree.pronote.{action}"
            ):
                found[data["host"]] = data["res"]
        return found


@dataclass(frozen=True, kw_only=True)
class Awx:
    """An AWX with one inventory and one project, on a mesh."""

    mesh: Mesh
    inventory: dict[str, Any]
    variables: dict[str, Any]
    user: str
    # By what is asked on the terminal: the machine credential's and the vault's.
    passwords: dict[str, str]
    # What credentials of a type of our own put into the environment.
    injected: dict[str, str]
    jobs: Path
    numbers: count[int] = field(default_factory=lambda: count(101))

    def launch(self, playbook: str, *, node: str, limit: str | None = None, **variables: Any) -> Job:
        """Launch a job template on a node."""
        number = next(self.numbers)
        meta = {
            "job_id": number,
            "job_launch_type": "manual",
            "inventory_id": _INVENTORY_ID,
            "inventory_name": "PRONOTE",
            "execution_node": node,
        }
        job = {
            "id": number,
            "node": node,
            "playbook": f"playbooks/{playbook}.yml",
            "inventory": self.inventory,
            "extra_vars": {
                **self.variables,
                **variables,
                **{f"{prefix}_{name}": value for prefix in ("awx", "tower") for name, value in meta.items()},
            },
            "arguments": [
                *("-u", self.user, "--ask-pass", "--ask-vault-pass", "--forks=10"),
                *(("-l", limit) if limit else ()),
            ],
            "passwords": self.passwords,
            "environment": {**_ENVIRONMENT, **self.injected},
        }
        output = self.jobs / f"{number}.jsonl"
        process = self.mesh.control.start("python", "-m", "tests.mesh.task", log=output, stdin=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        return Job(number=number, node=node, process=process, output=output)
