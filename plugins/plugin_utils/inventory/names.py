# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts and groups that come from a table: how they are made, and which of them somebody else has. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ...module_utils.base.message import Message

__all__ = ["Taken", "group_name", "look_alike"]

_LETTERS = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o"})
# Groups that Ansible and this collection make, and the controller itself.
_OURS = re.compile(r"all|ungrouped|localhost([._-].*)?|pronote_.*")


def _plain(text: str) -> str:
    """Without accents and ligatures. Raises ValueError for a letter that is not Latin: left out, it would make one name
    of two, and kept, a name that looks like another."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    foreign = [char for char in apart if not char.isascii() and unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lo"}]
    if foreign:
        raise ValueError(
            Message(
                "{text} has the letter {letter}, which is not Latin: type it again",
                text=repr(text[:40]),
                letter=repr(foreign[0]),
            )
        )
    return apart.encode("ascii", "ignore").decode()


def look_alike(name: str) -> str:
    """What names have in common that people take for one another: case, accents and full-width letters left out."""
    try:
        return _plain(name).lower()
    except ValueError:
        return name.casefold()


def group_name(text: str) -> str:
    """A name for a group: ASCII letters, digits and underscores. Raises ValueError when nothing is left."""
    name = re.sub(r"[^a-z0-9]+", "_", _plain(text).lower()).strip("_")
    if not name:
        raise ValueError(Message("{text} has no letter or digit to name a group with", text=repr(text[:40])))
    return f"g_{name}" if name[0].isdigit() else name


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Names that a table must not have: what Ansible keeps for itself (``reserved``), and those of other sources
    (``others``, by what they look like: the kind, the name, the source).
    """

    others: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    reserved: Collection[str] = ()

    @classmethod
    def of(cls, *, hosts: Mapping[str, str], groups: Mapping[str, str], reserved: Collection[str] = ()) -> Taken:
        """From names, and where each is: a source, or "" when that is not known."""
        named = {}
        for name, source in groups.items():
            named[look_alike(name)] = named[_as_group(name)] = ("group", name, source)
        named |= {look_alike(name): ("host", name, source) for name, source in hosts.items()}
        return cls(others=named, reserved=reserved)

    def refuse(self, name: str, kind: str) -> None:
        """``kind``: "station", or "group". Raises ValueError that says who has the name of a station, or a group."""
        alike = look_alike(name)
        if _OURS.fullmatch(alike) or alike in self.reserved or _is_loopback(alike):
            raise ValueError(_KEPT[kind].given(name=repr(name)))
        if alike in self.others:
            what, other, source = self.others[alike]
            told = _ONE_WITH[kind, what].given(name=name, other=other, source=source or Message("another source"))
            raise ValueError(
                Message(
                    "{one_with}, and take over its address, its members or its password. Rename one; if "
                    "it is meant, name it in shared in the file of the stations",
                    one_with=told,
                )
            )


_KEPT = {
    "station": Message("{name} cannot be a station's name: Ansible or this collection keeps it for itself. Rename it"),
    "group": Message("{name} cannot be a group's name: Ansible or this collection keeps it for itself. Rename it"),
}
_ONE_WITH = {
    ("station", "host"): Message("the station {name} would be one with the host {other} of {source}"),
    ("station", "group"): Message("the station {name} would be one with the group {other} of {source}"),
    ("group", "host"): Message("the group {name} would be one with the host {other} of {source}"),
    ("group", "group"): Message("the group {name} would be one with the group {other} of {source}"),
}


def _as_group(name: str) -> str:
    try:
        return group_name(name)
    except ValueError:
        return name


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
