# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a run writes outlives it, where AWX throws the container away: by the mounts that Linux tells of. Pure.

A volume whose folder is not on the node is left out by ansible-runner without a word (AWX 24.6, run for real): the
store is then written into the container, and everything is new every night.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.message import Message
from ..store.address import is_server

__all__ = ["PLACES", "SAID_BEFORE", "Mount", "is_lasting", "mounts_of", "remedy_of", "thrown"]

PLACES: Final[Mapping[str, str]] = {
    "pronote_state": "{folder}.pronote/state/pronote.sqlite3",
    "pronote_cache_dir": "~/.cache/rentree-pronote",
    "pronote_client_log_dir": "{folder}.pronote/logs",
    "pronote_lock_file": "{folder}/group_vars/all/pronote_releases.lock.yml",
    "pronote_depot_path": "",
    "pronote_response_dir": "{folder}/responses",
    "pronote_reports_dir": "{folder}.pronote/reports",
}
"""What a run writes and a later one, or a person, reads; and where it is unless somebody says it; empty: he has to."""

SAID_BEFORE: Final = (
    "pronote_audit_html",
    "pronote_audit_path",
    "pronote_prepare_lock_file",
    "pronote_publish_lock_file",
    "pronote_prune_lock_file",
)
"""Earlier names (preflight/earlier.py) that say such a place where that of today does not."""

READ: Final = frozenset({"pronote_response_dir"})
"""What the repository may have as well, for who only reads it: it is there anew for each job."""

_PROJECT: Final = "/runner/project"
_RUNNER: Final = "/runner"
# Memory, and what a container's own files are in.
_PASSING: Final = frozenset({"tmpfs", "ramfs", "devtmpfs", "proc", "sysfs"})
_EMPTY_DIR: Final = re.compile(r"kubernetes\.io~empty-dir(/|$)")
_ESCAPE: Final = re.compile(r"\\([0-7]{3})")

_FACT = Message("{name} is {path}, which is thrown away with this job's container")
_UNSET = Message("{name} is not set, and {path} is thrown away with this job's container")
_VOLUME = Message(
    "Put it on a volume: a folder of each node, listed in AWX's setting of paths to expose to isolated jobs "
    "(docs/schedule.md). One that a node does not have is left out silently."
)
_STORE = Message("Give a PostgreSQL server with AWX's credential PRONOTE store (docs/schedule.md), or "
                 "pronote_state: \"\" for no history and no alerts.")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mount:
    """``point``: where it is; ``root``: the folder of its file system that is seen there; ``kind``: ``ext4``…"""

    point: str
    root: str
    kind: str


def mounts_of(text: str) -> list[Mount]:
    """The lines of /proc/self/mountinfo (proc(5)). One that cannot be read is left out."""
    found = []
    for line in text.splitlines():
        left, _mark, right = line.partition(" - ")
        fields, kinds = left.split(" "), right.split(" ")
        if len(fields) >= 6 and kinds[0]:
            found.append(Mount(point=_plain(fields[4]), root=_plain(fields[3]), kind=kinds[0]))
    return found


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda met: chr(int(met[1], 8)), text)


def is_lasting(path: str, mounts: Sequence[Mount]) -> bool:
    """Whether a path, absolute and without links, lies on something that was mounted into the container to stay."""
    if _within(path, _RUNNER):
        # The folder that AWX makes for the job, a mount itself.
        return False
    # A later mount of one place hides an earlier one.
    own = max((each for each in mounts if _within(path, each.point)), key=lambda each: len(each.point), default=None)
    if own is None or own.point == "/" or own.kind in _PASSING:
        return False
    # A volume with podman's option O: whole, where a folder of a node that is a container itself is a part.
    is_layer = own.kind == "overlay" and own.root == "/"
    return not is_layer and not _EMPTY_DIR.search(own.root)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def thrown(name: str, value: str, *, path: str, is_set: bool, is_read: bool, mounts: Sequence[Mount]) -> Message | None:
    """The fact of a place that does not last; None for one that does. ``value``: as it is set; ``path``: where that
    is, absolute and without links; ``is_read``: it is not written to."""
    if is_set and not value.strip():
        # Said in so many words: without a store, without a report.
        return None
    if name == "pronote_state" and is_server(value):
        return None
    if is_lasting(path, mounts) or (is_read and name in READ and _within(path, _PROJECT)):
        return None
    told: Message = (_FACT if is_set else _UNSET).given(name=name, path=posixpath.normpath(path))
    return told


def remedy_of(name: str) -> Message:
    """How to go on."""
    return _STORE if name == "pronote_state" else _VOLUME
