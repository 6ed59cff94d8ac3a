# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.base.digests import valid_digest
from ..module_utils.base.text import headed_diff
from ..plugin_utils.depot.package import sha256sums
from ..plugin_utils.doors.arguments import arguments

ARGUMENT_SPEC: dict[str, Any] = {
    "src": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
    "files": {"type": "dict", "required": True},
}
# In this order at the end: a folder without install.cmd is no published release.
_LAST = ("SHA256SUMS", "install.cmd")


class ActionModule(ActionBase):
    """Copy a published release to a web server's folder. Documentation: plugins/modules/depot_mirror.py."""

    TRANSFERS_FILES = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args, variables = arguments(self, ARGUMENT_SPEC), task_vars or {}
        dest = PurePosixPath(args["dest"])
        if not dest.is_absolute():
            raise AnsibleActionFail(f"dest is the web server's folder as an absolute path, not {args['dest']}")
        try:
            wanted = {str(name): valid_digest(str(digest)) for name, digest in args["files"].items()}
        except ValueError as exc:
            raise AnsibleActionFail(f"files: {exc}") from exc
        found = self._digests(dest, wanted, variables)
        result: dict[str, Any] = {"changed": found != wanted, "dest": str(dest), "diff": [_diff(dest, found, wanted)]}
        if result["changed"] and not self._task.check_mode:
            self._module("file", variables, path=str(dest), state="directory", mode="0755")
            for names in (sorted(wanted.keys() - set(_LAST)), [name for name in _LAST if name in wanted]):
                missing = [name for name in names if found.get(name) != wanted[name]]
                for name in missing:
                    self._copy(Path(args["src"]) / name, dest / name, variables)
                if missing:
                    self._verify(dest, {name: wanted[name] for name in missing}, variables)
        return result

    def _module(self, name: str, task_vars: dict[str, Any], **args: Any) -> dict[str, Any]:
        done = self._execute_module(module_name=f"ansible.builtin.{name}", module_args=args, task_vars=task_vars)
        return self._sound(done, f"{name} {args.get('path') or args.get('paths')}")

    def _sound(self, done: dict[str, Any], doing: str) -> dict[str, Any]:
        if done.get("failed"):
            raise AnsibleActionFail(
                f"{doing}: {done.get('msg', 'failed')}. Check the rights of the account on the web server and its "
                "free space, then run again: what is there already is not copied twice."
            )
        return done

    def _digests(self, dest: PurePosixPath, names: Iterable[str], task_vars: dict[str, Any]) -> dict[str, str]:
        """SHA-256 of those of the files that are there, in one question to the host. A link counts as absent."""
        options = {"get_checksum": True, "checksum_algorithm": "sha256", "file_type": "file", "patterns": sorted(names)}
        found = self._module("find", task_vars, paths=[str(dest)], **options)["files"]
        return {PurePosixPath(file["path"]).name: file["checksum"] for file in found}

    def _copy(self, source: Path, target: PurePosixPath, task_vars: dict[str, Any]) -> None:
        """ansible.builtin.copy: to a temporary file of the remote host, then in one step to its place."""
        task = self._task.copy()
        task.args = {"src": str(source), "dest": str(target), "mode": "0644"}
        copy = self._shared_loader_obj.action_loader.get(
            "ansible.builtin.copy",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        self._sound(copy.run(task_vars=task_vars), f"copying {source} to {target}")

    def _verify(self, dest: PurePosixPath, wanted: dict[str, str], task_vars: dict[str, Any]) -> None:
        found = self._digests(dest, wanted, task_vars)
        for name, digest in wanted.items():
            if found.get(name) != digest:
                raise AnsibleActionFail(
                    f"{dest / name} has the SHA-256 {found.get(name)} on the web server, not the {digest} that was "
                    "published. Somebody else writes there, or the controller's depot was changed: publish again."
                )


def _diff(dest: PurePosixPath, found: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    return headed_diff(f"{dest}/", sha256sums(found), sha256sums(wanted))
