# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of an export of identifiers, told apart without being kept. Pure.

**Personal data**: a name or an identifier is turned into a keyed hash at once. What can be read back from here is
counts and line numbers, and a ``Detail`` when, and only when, a person has asked for a file of them.

What is a duplicate: an identifier that *two different people* share. A guardian stands under each of his children with
one identifier, and homonyms have two; both are right. People differ by name, or by date of birth where both have one
(docs/fidelity.md, O10).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["KINDS", "OTHER", "PROBLEMS", "Detail", "Lines", "People", "keyed"]

KINDS = ("Professeur", "Eleve", "Responsable")
OTHER = "other"
PROBLEMS = ("absent", "malformed", "repeating", "shared")

_IDENTIFIER = re.compile(r"[2345789ABCDEFGHJKMNPQRSTUVWXYZ]{16}")
_ORDER = (*KINDS, OTHER)
# Of the hashes, in bytes: no two of 200,000 people meet by chance in 12, and names are compared only where identifiers
# already agree.
_KEY, _NAME, _BIRTH = 12, 8, 4
_NO_BIRTH = bytes(_BIRTH)
_SHOWN_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One line of the file that a person asks for. Personal data."""

    line: int
    problem: str
    kind: str
    identifier: str
    last_name: str
    first_name: str


@dataclass
class Lines:
    """How often a problem was met, and the first lines where."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, *lines: int, more: int = 1) -> None:
        """Count one more, met on these lines; with ``more=0`` another line of what was counted already."""
        self.count += more
        for line in lines:
            if len(self.first) < _SHOWN_LINES and line not in self.first:
                self.first.append(line)

    def __str__(self) -> str:
        more = "…" if self.count > len(self.first) else ""
        return ", ".join(str(line) for line in sorted(self.first)) + more


def keyed(key: bytes, domain: str, *parts: str, size: int = _KEY) -> bytes:
    """A keyed hash of texts, whose boundaries count."""
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, key=key, person=domain.encode(), digest_size=size).digest()


def _plain(text: str) -> str:
    """A name without what spelling varies in: case, accents, hyphens and spaces."""
    return "".join(char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum())


@dataclass(kw_only=True)
class People:
    """Who was met so far. ``key`` makes the hashes; ``tell`` receives personal data, when somebody asked for it."""

    key: bytes
    tell: Callable[[Detail], None] | None = None
    elements: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_ORDER, 0))
    problems: dict[str, Lines] = field(default_factory=lambda: {problem: Lines() for problem in PROBLEMS})
    # Packed, since an export of 50 MB may hold 200,000 of them: hash → kind, line, name's hash, birth's hash.
    _known: dict[bytes, bytes] = field(default_factory=dict)
    _shared: set[bytes] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._known)

    def meet(self, kind: str, attributes: dict[str, str], line: int) -> None:
        """Take one element in; attributes by lower-case name."""
        self.elements[kind] += 1
        last, first = attributes.get("nom", ""), attributes.get("prenom", "")
        birth = _plain(attributes.get("datenaissance", ""))
        identifier = attributes.get("idpn", "").strip()
        name = keyed(self.key, "name", _plain(last), _plain(first), size=_NAME)
        born = keyed(self.key, "birth", birth, size=_BIRTH) if birth else _NO_BIRTH
        sound = bool(_IDENTIFIER.fullmatch(identifier))
        # One digit tells a sound identifier from none: people without one are told apart by who they are.
        person = (
            b"\1" + keyed(self.key, "identifier", identifier)
            if sound
            else b"\0" + keyed(self.key, "none", identifier) + name + born
        )
        known = self._known.get(person)

        def report(problem: str, *lines: int, more: int = 1) -> None:
            self.problems[problem].add(*lines, line, more=more)
            if self.tell is not None:
                self.tell(
                    Detail(
                        line=line, problem=problem, kind=kind, identifier=identifier, last_name=last, first_name=first
                    )
                )

        if known is None:
            self._known[person] = bytes([_ORDER.index(kind)]) + line.to_bytes(4, "big") + name + born
            if not sound:
                report("malformed" if identifier else "absent")
            elif len(set(identifier)) < len(identifier):
                report("repeating")
        elif sound:
            self._meet_again(person, known, name, born, report)

    def _meet_again(self, person: bytes, known: bytes, name: bytes, born: bytes, report: Callable[..., None]) -> None:
        known_name, known_born = known[5 : 5 + _NAME], known[5 + _NAME :]
        both_born = _NO_BIRTH not in {known_born, born}
        if known_name != name or (both_born and known_born != born):
            report("shared", int.from_bytes(known[1:5], "big"), more=person not in self._shared)
            self._shared.add(person)
        elif known_born == _NO_BIRTH:
            # Each later namesake is compared with all that is known.
            self._known[person] = known[: 5 + _NAME] + born

    def counts(self) -> dict[str, dict[str, int]]:
        """Elements and different people, by kind."""
        people = dict.fromkeys(_ORDER, 0)
        for known in self._known.values():
            people[_ORDER[known[0]]] += 1
        return {kind: {"elements": self.elements[kind], "people": people[kind]} for kind in _ORDER}

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """(identifier, person) of everybody, as hashes; the identifier is empty for who has no sound one."""
        return sorted(
            (person[1:] if person[0] else b"", hashlib.blake2b(known[5:], key=self.key, digest_size=_KEY).digest())
            for person, known in self._known.items()
        )
