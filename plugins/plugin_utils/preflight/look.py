# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory, the play and the command line of this run set, as Ansible has read them. I/O: Ansible and files.

Of ten thousand stations each is looked at for what is its own alone; a file of ``host_vars`` is asked for where there
is one (Ansible asks the disk for each station).
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ansible import constants
from ansible._internal._datatag._tags import Origin
from ansible.errors import AnsibleError
from ansible.inventory.group import Group
from ansible.inventory.helpers import sort_groups
from ansible.inventory.host import Host
from ansible.parsing.vault import EncryptedString
from ansible.template import Templar
from ansible.vars.plugins import get_vars_from_inventory_sources, get_vars_from_path

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from ..inventory.sources import sources
from ..inventory.typed import as_typed
from .findings import Finding
from .folders import Entry
from .judge import PREFIX
from .setting import EVERYBODY, Layer, OfGroup, OfHost, Setting, Settings
from .values import OPEN_VAULT

__all__ = ["Look"]

# What says where a station is reached, and whom as: looked at for doubles.
_CONNECTION: Final = "ansible_"
_AWX: Final = "awx_job_id"  # which AWX sets on the command line of each job
_COMMAND_LINE: Final = "-e"
_ENCRYPTED: Final = b"$ANSIBLE_VAULT;"
_UNREADABLE = Message("its variables cannot be read: {error}")
_UNOPENED = Message("it is encrypted, and cannot be opened: {error}")
_CORRECT = Message("Correct the file.")


class Look:
    """One look. ``manager``: Ansible's manager of variables; ``play``: the play that begins."""

    def __init__(self, manager: Any, play: Any) -> None:
        self._manager, self._play = manager, play
        self._inventory, self._loader = manager._inventory, manager._loader
        self.findings: list[Finding] = []
        """What could not be read."""
        self.folders = list(dict.fromkeys(self._folders()))
        """Of the inventory and the playbook: ``group_vars`` lies there."""

    def settings(self, play: Iterable[str]) -> Settings:
        """Everything that is set. ``play``: its hosts, of which one may be in no inventory (localhost)."""
        with_own = {entry.name for entry in self.entries if entry.of_host}
        hosts: dict[str, Any] = dict(self._inventory.hosts)
        for name in play:
            hosts.setdefault(name, self._inventory.get_host(name))
        self._names: dict[int, tuple[str, ...]] = {}
        groups = {name: self._of_group(group) for name, group in self._inventory.groups.items()}
        of_hosts = {name: self._of_host(host, name in with_own) for name, host in hosts.items() if host is not None}
        play_vars, extra = dict(self._play.get_vars()), self._manager.extra_vars
        over = {**_layer(play_vars), **_layer(extra, place=_COMMAND_LINE)}
        return Settings(hosts=of_hosts, groups=groups, over=over)

    def template(self, value: Any, host: str) -> Any:
        """What a value comes to for a host. Raises whatever a template may."""
        variables = self._manager.get_vars(
            play=self._play, host=self._inventory.get_host(host), _hosts=[host], _hosts_all=[host]
        )
        return Templar(loader=self._loader, variables=variables).template(value)

    @functools.cached_property
    def entries(self) -> list[Entry]:
        """The files and folders of ``group_vars`` and ``host_vars``, where Ansible looks for them."""
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        suffixes = _extensions()
        for base in self.folders:
            for kind in ("group_vars", "host_vars"):
                folder = Path(base, kind)
                with contextlib.suppress(OSError):
                    for path in sorted(folder.iterdir()):
                        is_folder = path.is_dir()
                        if path.name.startswith(".") or path.name.endswith("~"):
                            continue
                        # A name of a host has dots of its own: only what Ansible takes for an extension is one.
                        whole = is_folder or path.suffix not in suffixes
                        known = self._inventory.hosts if kind == "host_vars" else self._inventory.groups
                        if not is_folder and path.suffix not in suffixes and path.name not in known:
                            continue
                        yield Entry(
                            name=path.name if whole else path.stem,
                            path=as_typed(str(path)),
                            folder=str(folder),
                            of_host=kind == "host_vars",
                        )

    def _folders(self) -> Iterator[str]:
        for source in self._inventory._sources or sources():
            path = Path(str(source))
            if path.is_dir():
                yield str(path)
            elif "," not in str(source) or path.exists():
                yield str(path.parent)
        if self._manager.safe_basedir:
            yield str(self._loader.get_basedir())

    def _of_group(self, group: Group) -> OfGroup:
        return OfGroup(inside=_layer(group.vars), beside=self._beside(group))

    def _of_host(self, host: Host, with_own: bool) -> OfHost:
        file = host.vars.get("inventory_file")
        own = _layer(host.vars, place=_typed(str(file)) if file else "")
        if with_own:
            own = {**own, **self._beside(host)}
        key = hash(tuple(map(id, host.groups)))
        if key not in self._names:
            # A group that comes later in this order wins (ansible.inventory.helpers).
            self._names[key] = tuple(g.name for g in sort_groups(host.get_groups()) if g.name != EVERYBODY)
        return OfHost(own=own, groups=self._names[key])

    def _beside(self, entity: Group | Host) -> Layer:
        """What vars plugins say, which read ``group_vars`` and ``host_vars``; what they cannot read is a finding."""
        try:
            found = get_vars_from_inventory_sources(self._loader, self._inventory._sources, [entity], "task")
            if self._manager.safe_basedir:
                found = {**found, **get_vars_from_path(self._loader, self._loader.get_basedir(), [entity], "task")}
        except AnsibleError as exc:
            self.findings.append(self._unread(entity, exc))
            return {}
        return _layer(found)

    def _unread(self, entity: Group | Host, exc: AnsibleError) -> Finding:
        name, kind = entity.name, "group_vars" if isinstance(entity, Group) else "host_vars"
        files = [file for base in self.folders for file in _files(Path(base, kind), name)]
        sealed = next((file for file in files if _is_encrypted(file)), None)
        error = one_line(exc)
        hosts = [host.name for host in entity.get_hosts()] if isinstance(entity, Group) else [name]
        if sealed is not None and "decrypt" in str(exc).lower():
            return Finding(
                place=as_typed(str(sealed)),
                fact=_UNOPENED.given(error=error),
                remedy=OPEN_VAULT,
                hosts=frozenset(hosts),
            )
        return Finding(
            place=f"{kind}/{name}", fact=_UNREADABLE.given(error=error), remedy=_CORRECT, hosts=frozenset(hosts)
        )


def _extensions() -> tuple[str, ...]:
    # Set at run time, from base.yml.
    return ("", *constants.YAML_FILENAME_EXTENSIONS)  # type: ignore[attr-defined]


def _files(folder: Path, name: str) -> Iterator[Path]:
    for extension in _extensions():
        path = folder / f"{name}{extension}"
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())


def _is_encrypted(file: Path) -> bool:
    with contextlib.suppress(OSError), file.open("rb") as opened:
        return opened.read(len(_ENCRYPTED)) == _ENCRYPTED
    return False


def _layer(variables: Mapping[Any, Any], *, place: str = "") -> Layer:
    """Those of interest, and secrets, which they may name. ``place``: where they stand, when no tag says it."""
    return {
        str(name): Setting(name=str(name), value=value, place=_place(name, value) or place)
        for name, value in variables.items()
        if isinstance(name, str)
        and (name.startswith((PREFIX, _CONNECTION)) or name == _AWX or isinstance(value, EncryptedString))
    }


# Ten thousand stations may be of one file.
_typed = functools.lru_cache(maxsize=1024)(as_typed)


def _place(*tagged: Any) -> str:
    """``group_vars/all/main.yml:3``: Ansible notes at each text of a file where it stands."""
    for each in tagged:
        origin = Origin.get_tag(each)
        if origin is not None and origin.path:
            path = _typed(origin.path)
            return f"{path}:{origin.line_num}" if origin.line_num else path
    return ""
