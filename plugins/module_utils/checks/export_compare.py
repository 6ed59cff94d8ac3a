# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of identifiers between two exports, without keeping a name or an identifier. Pure.

A *fingerprint* is what is kept of an export for the next comparison: pairs of keyed hashes. The key is not in it. That
matters: names are few, and whoever had both could try all names of the town. The hash of an identifier alone would be
safe (16 characters of 30), but a pair says who lost one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass

from ..base.message import Message
from .export_people import keyed

__all__ = ["Difference", "Fingerprint", "compare", "fingerprint_key"]

_FORMAT = "rentree.pronote identifiers 1"
_SHORTEST_KEY = 16
_Pairs = list[tuple[bytes, bytes]]


def fingerprint_key(secret: str) -> bytes:
    """The key of hashes from a secret text. Raises ValueError when it is too short to protect anything."""
    if len(secret) < _SHORTEST_KEY:
        raise ValueError(
            Message("the fingerprint key is too short: {shortest_key} characters at least", shortest_key=_SHORTEST_KEY)
        )
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """An export as pairs (identifier, person) of keyed hashes; an empty identifier is none."""

    uai: str
    date: str
    pairs: _Pairs

    def dump(self, key: bytes) -> bytes:
        """The file's content."""
        data = {
            "format": _FORMAT,
            # Tells a wrong key from a school that changed everybody.
            "check": keyed(key, "check", self.uai).hex(),
            "uai": self.uai,
            "date": self.date,
            "pairs": [[base64.b64encode(part).decode() for part in pair] for pair in self.pairs],
        }
        return (json.dumps(data, separators=(",", ":")) + "\n").encode()

    @classmethod
    def load(cls, content: bytes, key: bytes) -> Fingerprint:
        """Read a file's content. Raises ValueError that says what is wrong and quotes nothing."""
        try:
            data = json.loads(content)
            known = data["format"] == _FORMAT
            uai, date = str(data["uai"]), str(data["date"])
            pairs = [(_bytes(one), _bytes(other)) for one, other in data["pairs"]]
            same_key = data["check"] == keyed(key, "check", uai).hex()
        except (ValueError, TypeError, KeyError, RecursionError) as exc:
            raise ValueError(Message("it is not a fingerprint file")) from exc
        if not known:
            raise ValueError(Message("it is a fingerprint file of another version"))
        if not same_key:
            raise ValueError(Message("it was made with another fingerprint_key"))
        return cls(uai=uai, date=date, pairs=pairs)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise ValueError from exc


@dataclass(kw_only=True)
class Difference:
    """What became of the identifiers, in numbers.

    ``gone``: the person is gone too (or has another name). ``changed``: the same person has another identifier.
    ``lost``: the same person has none any more. ``reassigned``: the same identifier is somebody else's, or the name was
    corrected.
    """

    kept: int = 0
    new: int = 0
    gone: int = 0
    changed: int = 0
    lost: int = 0
    reassigned: int = 0


def compare(before: _Pairs, now: _Pairs) -> Difference:
    """Compare the pairs of two exports hashed with one key."""
    owner_before = {identifier: person for identifier, person in before if identifier}
    owner_now = {identifier: person for identifier, person in now if identifier}
    difference = Difference(kept=len(owner_before.keys() & owner_now.keys()))
    fresh: dict[bytes, int] = defaultdict(int)
    for identifier, person in owner_now.items():
        if identifier not in owner_before:
            fresh[person] += 1
    without = {person for identifier, person in now if not identifier}
    for identifier, person in owner_before.items():
        if identifier in owner_now:
            difference.reassigned += owner_now[identifier] != person
        elif fresh[person]:
            # Homonyms without a date of birth cannot be told apart: each new identifier explains one that is missing.
            fresh[person] -= 1
            difference.changed += 1
        elif person in without:
            difference.lost += 1
        else:
            difference.gone += 1
    difference.new = sum(fresh.values())
    return difference
