# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine under two names, and two machines under one address: stations that are told from one another. Pure."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ...module_utils.base.identifiers import parse_mac
from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from ..inventory.names import look_alike
from .findings import Finding

__all__ = ["Station", "doubles"]

_NAMED: Final = 5
_SAME_NAME = Message("{names} are one name but for capitals or accents")
_SAME_ADDRESS = Message("{names} have one address, {address}")
_SHORT_AND_LONG = Message("{names} are reached as {short} and as {long}, which are one machine if the domain is yours")
_SAME_MAC = Message("{names} have one MAC address, {address}")
_ONE_LEFT = Message("Keep one of them, or correct the name or ansible_host of the other.")
_WAKES = Message("Correct pronote_mac: whoever wakes one of them wakes whichever has that card.")


@dataclass(frozen=True, kw_only=True)
class Station:
    """``host`` and ``port``: where its WinRM is, empty and 0 where that is not known; ``mac``: as it is written."""

    name: str
    host: str = ""
    port: int = 0
    mac: str = ""
    place: str = ""


def doubles(stations: Iterable[Station]) -> Iterator[Finding]:
    """What is there twice. Of two stations with one network card it is only told: an adapter may go from one to
    the other."""
    known = {each.name: each for each in stations}
    alike: defaultdict[str, list[str]] = defaultdict(list)
    reached: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    cards: defaultdict[str, list[str]] = defaultdict(list)
    for each in known.values():
        alike[look_alike(each.name)].append(each.name)
        if each.host:
            reached[each.host.rstrip(".").lower(), each.port].append(each.name)
        if each.mac:
            try:
                cards[parse_mac(each.mac)].append(each.name)
            except ValueError:
                continue  # told with the value
    yield from (_finding(known, names, _SAME_NAME) for names in alike.values() if len(names) > 1)
    for (address, _port), names in reached.items():
        # Names that are alike are told already.
        if len({look_alike(name) for name in names}) > 1:
            yield _finding(known, names, _SAME_ADDRESS, address=address)
    yield from _short_and_long(known, reached)
    for card, names in cards.items():
        if len(names) > 1:
            yield replace(_finding(known, names, _SAME_MAC, address=card), remedy=_WAKES, holds=False)


def _short_and_long(known: Mapping[str, Station], reached: Mapping[tuple[str, int], list[str]]) -> Iterator[Finding]:
    """A name without a domain beside one machine of that name with one; of several domains nobody can tell."""
    long: defaultdict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    for address, port in reached:
        if "." in address and not _is_address(address):
            long[address.partition(".")[0], port].append((address, port))
    for (label, port), fulls in long.items():
        if len(fulls) == 1 and (label, port) in reached:
            names = [*reached[label, port], *reached[fulls[0]]]
            yield _finding(known, names, _SHORT_AND_LONG, short=label, long=fulls[0][0])


def _finding(known: Mapping[str, Station], names: list[str], fact: Message, **more: str) -> Finding:
    return Finding(
        # The later one is the one that was added.
        place=known[names[-1]].place,
        fact=fact.given(names=some_of(names, _NAMED), **more),
        remedy=_ONE_LEFT,
        hosts=frozenset(names),
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
