# SPDX-License-Identifier: GPL-3.0-or-later
"""What one cell of a table of stations holds: read, or refused with its column and its value. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from ...module_utils.base.identifiers import parse_mac
from ...module_utils.base.message import Message
from .names import look_alike

__all__ = ["read_address", "read_mac", "read_name", "read_text_cell", "told_of"]

_NAME = re.compile(r"[^\W_][\w.-]{0,62}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_SEVERAL = re.compile(r"<br\s*/?>|[\s,|;]+")


def told_of(field: str, value: str, error: str, headings: Mapping[str, str]) -> Message:
    """What is wrong with a value, with its column or the option that it comes from."""
    place = (
        Message("column {heading}", heading=repr(headings[field]))
        if field in headings
        else Message("{option} of the inventory's file", option=field)
    )
    return Message("{place}, {value}: {error}", place=place, value=repr(value[:60]), error=error)


def read_text_cell(value: str) -> str:
    """A text of one line. Raises ValueError."""
    if not value.isprintable():
        raise ValueError(Message("it has a control character or a line break in it"))
    return value


def read_name(value: str) -> str:
    """A station's name. Raises ValueError."""
    name = read_text_cell(value)
    readable = all(char.isascii() or char.isalpha() for char in name) and look_alike(name).isascii()
    if not _NAME.fullmatch(name) or not readable:
        raise ValueError(
            Message(
                "it cannot be a station's name: letters, digits, '.', '-' and '_', up to 63 of them, beginning with "
                "a letter or a digit, Latin ones"
            )
        )
    return name


def read_address(cell: str) -> tuple[str, str]:
    """The first IPv4 address that others can reach, or the first name or address; and one of nobody where there is no
    other. Raises ValueError.
    """
    words = [word for word in _SEVERAL.split(cell) if word]
    addresses = []
    for word in words:
        try:
            addresses.append(ipaddress.ip_address(word))
        except ValueError:
            # All digits and dots: a mistyped address, not a name.
            if not _HOST.fullmatch(word) or re.fullmatch(r"[\d.]+", word):
                raise ValueError(
                    Message("{word} is neither an address nor a host name", word=repr(word[:60]))
                ) from None
            if word.lower().partition(".")[0] == "localhost":
                return "", word
    usable = sorted((each for each in addresses if not _is_nobodys(each)), key=lambda each: each.version)
    if addresses and not usable:
        return "", str(addresses[0])
    return (str(usable[0]) if usable else (words[0] if words else "")), ""


def _is_nobodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is of no one machine: 0.0.0.0/8, loopback, link-local, multicast, broadcast, and what is unused."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return _is_nobodys(mapped)
    return (
        address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or (address.version == 4 and (address.is_reserved or int(address) < 1 << 24))
    )


def read_mac(cell: str) -> str:
    """The first address of a network card. Raises ValueError."""
    words = [word for word in _SEVERAL.split(cell) if word and not re.fullmatch(r"[0:.-]+", word)]
    return parse_mac(words[0]) if words else ""
