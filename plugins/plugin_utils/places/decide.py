# SPDX-License-Identifier: GPL-3.0-or-later
"""Where runs write by default: beside the inventory's folder, never in it. Pure.

Ansible reads every file of an inventory's folder as an inventory, and logs, reports and the store hold what stations
said. So what is written for ``inventories/my_schools`` lies in ``inventories/my_schools.pronote``, whatever the
configuration of Ansible. Up to 0.1.0 it lay in the folder itself, the old place.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Set

__all__ = [
    "EARLIER",
    "KINDS",
    "STORE",
    "VARIABLES",
    "default",
    "in_use",
    "kind_of",
    "old",
    "own",
    "root",
    "stays",
    "to_move",
]

_SUFFIX = ".pronote"
STORE = "state/pronote.sqlite3"

KINDS: Mapping[str, re.Pattern[str]] = {
    # Its log of writes goes with it (places/held.py); without it that is nothing.
    "state": re.compile(r"pronote\.sqlite3"),
    # One for each station (deploy/client.py log_name).
    "logs": re.compile(r"[A-Za-z0-9._-]{1,250}\.log"),
    # Those that are written by default, of each product.
    "reports": re.compile(r"(audit(-[a-z0-9_]+)?|rentree)\.(html|json)"),
}
"""Folders, and the files that are written in them by default."""

VARIABLES: Mapping[str, Mapping[str, str]] = {
    "state": {"pronote.sqlite3": "pronote_state"},
    "logs": {"": "pronote_client_log_dir"},
    "reports": {"": "pronote_reports_dir"},
}
"""Who says that a file lies elsewhere."""

EARLIER: Mapping[str, Mapping[str, str]] = {
    "reports": {
        "audit.html": "pronote_audit_html",
        "audit.json": "pronote_audit_path",
        "rentree.html": "pronote_rentree_html",
        "rentree.json": "pronote_rentree_path",
    },
}
"""Who said it of one file (preflight/earlier.py). That of an audit holds for the audits of all products."""

_SAID: Mapping[str, re.Pattern[str]] = {
    **KINDS,
    "state": re.compile(r"pronote\.sqlite3(-wal|-shm|-journal)?"),
    # Under a name that somebody gave, and when somebody asks for it.
    "reports": re.compile(r"[^/]{1,250}\.(html|json|csv|prom|xml)"),
    # People's own, which stay in the inventory's folder; what was recorded on a station is no inventory, nor is what
    # lies beside it.
    "responses": re.compile(r"[^/]{1,255}"),
}


def root(folder: str) -> str:
    """The folder of what is written for an inventory's folder, an absolute path without links; "" where there is none.

    ``folder`` is ``inventory_dir``: the folder of the file that names the station, whether the source is the folder or
    the file. A list of hosts (``-i host,``) and ``add_host`` have none.
    """
    whole = posixpath.normpath(folder) if folder else ""
    return f"{whole}{_SUFFIX}" if posixpath.isabs(whole) and whole.strip("/") else ""


def default(folder: str, what: str) -> str:
    """Where ``state/pronote.sqlite3``, ``logs`` or ``reports/audit.html`` of an inventory's folder is."""
    return posixpath.join(above, what) if (above := root(folder)) else ""


def old(folder: str, what: str) -> str:
    """The same where it lay up to 0.1.0."""
    return posixpath.join(posixpath.normpath(folder), what) if root(folder) else ""


def in_use(folder: str, what: str, *, old_there: bool, new_there: bool) -> str:
    """The place that runs read and write: the old one as long as something of ours is there and nothing in the new one.

    So what could not be moved (another run holds it, the folder above is read-only) goes on being used, and a new store
    never hides an old one. ``old_there``, ``new_there``: whether the kind (``state``, ``logs``, ``reports``) is.
    """
    return old(folder, what) if old_there and not new_there else default(folder, what)


def to_move(explicit: Set[str]) -> dict[str, frozenset[str]]:
    """The kinds that may be moved, each with the reports that stay, when these variables say where things are."""
    may = [kind for kind, names in VARIABLES.items() if explicit.isdisjoint(names.values())]
    said = {kind: {name for name, by in EARLIER.get(kind, {}).items() if by in explicit} for kind in may}
    return {kind: frozenset(names) for kind, names in said.items() if not names or len(names) < len(EARLIER[kind])}


def stays(name: str, said: Collection[str]) -> bool:
    """Whether a file, or that of another product (``audit-edt_monoposte.html``), is one of these."""
    return re.sub(r"-[^.]*", "", name) in said


def kind_of(what: str) -> str:
    """The kind of ``logs`` and ``reports/audit.html``: the first part."""
    return what.partition("/")[0]


def own(path: str) -> str:
    """The kind of a file that a run or a recording wrote, by its folder's name and its own; "" for anything else."""
    above, name = posixpath.split(path)
    # A recording is one wherever it is kept (pronote_response_dir).
    kind = "responses" if name.lower().endswith(".iss") else posixpath.basename(above)
    return kind if kind in _SAID and _SAID[kind].fullmatch(name) else ""
