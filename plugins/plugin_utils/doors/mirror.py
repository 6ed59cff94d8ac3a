# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the task's host by Ansible's own modules: a published release on a web server, verified there. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ansible.plugins.action import ActionBase

from ...module_utils.base.message import Message

__all__ = ["SCRIPT", "Mirror", "refuse_windows"]

SCRIPT = "install.cmd"
"""A folder without it is no published release."""

# In this order at the end.
_LAST = ("SHA256SUMS", SCRIPT)


def refuse_windows(transport: str) -> None:
    """Raise ValueError for a host that Ansible reaches as Windows.

    Its modules would go over the stock connection, past the guard (``station/guard.py``), and none of them runs there.
    """
    if transport in {"winrm", "psrp"}:
        raise ValueError(
            Message(
                "the web server has ansible_connection: {transport}. The depot is copied to a host with Python only, "
                "over ssh: for a web server on Windows copy its folder by other means.",
                transport=transport,
            )
        )


@dataclass(frozen=True)
class Mirror:
    """The folder ``dest`` of the host of an action's task. Each method raises ValueError for what could not be done."""

    action: ActionBase
    variables: dict[str, Any]
    dest: PurePosixPath

    def digests(self, names: Iterable[str]) -> dict[str, str]:
        """SHA-256 of those of the files that are there, in one question to the host. A link counts as absent."""
        options = {"get_checksum": True, "checksum_algorithm": "sha256", "file_type": "file", "patterns": sorted(names)}
        found = self._module("find", paths=[str(self.dest)], **options)["files"]
        return {PurePosixPath(file["path"]).name: file["checksum"] for file in found}

    def bring(self, source: Path, wanted: Mapping[str, str], found: Mapping[str, str]) -> None:
        """Copy the files of ``source`` whose digest is not the one wanted, and look at what arrived."""
        self._module("file", path=str(self.dest), state="directory", mode="0755")
        for names in (sorted(wanted.keys() - set(_LAST)), [name for name in _LAST if name in wanted]):
            missing = [name for name in names if found.get(name) != wanted[name]]
            for name in missing:
                self._copy(source / name, self.dest / name)
            if missing:
                self._verify({name: wanted[name] for name in missing})

    def _module(self, name: str, **args: Any) -> dict[str, Any]:
        done = self.action._execute_module(
            module_name=f"ansible.builtin.{name}", module_args=args, task_vars=self.variables
        )
        return self._sound(done, f"{name} {args.get('path') or args.get('paths')}")

    def _sound(self, done: dict[str, Any], doing: str) -> dict[str, Any]:
        if done.get("failed"):
            raise ValueError(
                Message(
                    "{doing}: {error}. Check the rights of the account on the web server and its free space, then run "
                    "again: what is there already is not copied twice.",
                    doing=doing,
                    error=done.get("msg") or Message("failed"),
                )
            )
        return done

    def _copy(self, source: Path, target: PurePosixPath) -> None:
        """ansible.builtin.copy: to a temporary file of the remote host, then in one step to its place."""
        action = self.action
        task = action._task.copy()
        task.args = {"src": str(source), "dest": str(target), "mode": "0644"}
        copy = action._shared_loader_obj.action_loader.get(
            "ansible.builtin.copy",
            task=task,
            connection=action._connection,
            play_context=action._play_context,
            loader=action._loader,
            templar=action._templar,
            shared_loader_obj=action._shared_loader_obj,
        )
        self._sound(
            copy.run(task_vars=self.variables), Message("copying {source} to {target}", source=source, target=target)
        )

    def _verify(self, wanted: Mapping[str, str]) -> None:
        found = self.digests(wanted)
        for name, digest in wanted.items():
            if name not in found:
                raise ValueError(
                    Message(
                        "{path} was copied to the web server, and is not there: publish again.", path=self.dest / name
                    )
                )
            if found[name] != digest:
                raise ValueError(
                    Message(
                        "{path} has the SHA-256 {found} on the web server, not the {digest} that was published. "
                        "Somebody else writes there, or the controller's depot was changed: publish again.",
                        path=self.dest / name,
                        found=found[name],
                        digest=digest,
                    )
                )
