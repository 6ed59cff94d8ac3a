# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.job_commands import valid_digest
from ansible_collections.rentree.pronote.plugins.module_utils.package import sha256sums
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments

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
        found = {name: digest for name in sorted(wanted) if (digest := self._digest(dest / name, variables))}
        result: dict[str, Any] = {"changed": found != wanted, "dest": str(dest), "diff": [_diff(dest, found, wanted)]}
        if result["changed"] and not self._task.check_mode:
            self._module("file", variables, path=str(dest), state="directory", mode="0755")
            for name in sorted(wanted, key=lambda name: (name in _LAST, _LAST.index(name) if name in _LAST else 0)):
                if found.get(name) != wanted[name]:
                    self._copy(Path(args["src"]) / name, dest / name, variables)
                    self._verify(dest / name, wanted[name], variables)
        return result

    def _module(self, name: str, task_vars: dict[str, Any], **args: Any) -> dict[str, Any]:
        done = self._execute_module(module_name=f"ansible.builtin.{name}", module_args=args, task_vars=task_vars)
        return self._sound(done, f"{name} {args['path']}")

    def _sound(self, done: dict[str, Any], doing: str) -> dict[str, Any]:
        if done.get("failed"):
            raise AnsibleActionFail(
                f"{doing}: {done.get('msg', 'failed')}. Check the rights of the account on the web server and its "
                "free space, then run again: what is there already is not copied twice."
            )
        return done

    def _digest(self, path: PurePosixPath, task_vars: dict[str, Any]) -> str | None:
        options = {"checksum_algorithm": "sha256", "get_attributes": False, "get_mime": False}
        stat = self._module("stat", task_vars, path=str(path), **options)["stat"]
        return stat.get("checksum") if stat.get("isreg") else None

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

    def _verify(self, path: PurePosixPath, digest: str, task_vars: dict[str, Any]) -> None:
        if (there := self._digest(path, task_vars)) != digest:
            raise AnsibleActionFail(
                f"{path} has the SHA-256 {there} on the web server, not the {digest} that was published. Somebody "
                "else writes there, or the controller's depot was changed: publish again."
            )


def _diff(dest: PurePosixPath, found: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    header = f"{dest}/"
    before, after = sha256sums(found), sha256sums(wanted)
    return {"before": before, "after": after, "before_header": header, "after_header": header}
