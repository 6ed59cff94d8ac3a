# SPDX-License-Identifier: GPL-3.0-or-later
"""Each answer by itself: the value it comes to, or why it cannot be used and what to do. Pure; raises ValueError."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from ...module_utils.base.identifiers import parse_uai
from ...module_utils.base.message import Message
from ...module_utils.server.description import base_url

__all__ = [
    "TRANSPORTS",
    "absolute_path",
    "choice",
    "name",
    "realm_of",
    "right_uai",
    "secret",
    "server_address",
    "user",
    "web_address",
    "yes",
]

TRANSPORTS: Final = ("ntlm", "kerberos")

# The letter is the remainder of the seven digits by 23 (0310036W, 0750655E): one wrong digit, or two that have changed
# places, give another letter.
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_PRINCIPAL: Final = re.compile(r"[^\s@\\/]+@([^\s@\\/]+)")
# What Ansible would take for a template.
_TEMPLATE: Final = re.compile(r"\{[{%#]")
_ANSWERS: Final = {
    **dict.fromkeys(("y", "yes", "o", "oui"), True),
    **dict.fromkeys(("n", "no", "non"), False),
}
_LONGEST: Final = 120


def right_uai(text: str) -> str:
    """A UAI whose letter goes with its digits."""
    uai = parse_uai(text)
    letter = _LETTERS[int(uai[:7]) % len(_LETTERS)]
    if uai[7] != letter:
        raise ValueError(
            Message(
                "{uai} cannot be right: the letter that goes with {digits} is {letter}. Look it up in the school's "
                "papers, or on the page of the ministry's directory",
                uai=uai,
                digits=uai[:7],
                letter=letter,
            )
        )
    return uai


def name(text: str) -> str:
    """A name that people read."""
    told = _plain(text)
    if not any(char.isalnum() for char in told):
        raise ValueError(Message("{text} has no letter or digit", text=repr(told[:_LONGEST])))
    return told


def choice(text: str, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    told = text.strip().lower()
    if told not in choices:
        raise ValueError(Message("{text} is none of {choices}", text=repr(told[:_LONGEST]), choices=", ".join(choices)))
    return told


def web_address(text: str) -> str:
    """An address of a web server."""
    told = _plain(text)
    try:
        parts = urlsplit(told)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        right = False
    if not right or " " in told or parts.query or parts.fragment:
        raise ValueError(
            Message(
                "{text} is not the address of a folder on a web server, as in http://depot.example.org/pronote",
                text=repr(told[:_LONGEST]),
            )
        )
    if parts.hostname == "localhost":
        raise ValueError(
            Message("a station that asks localhost asks itself: name this machine as the stations can reach it")
        )
    if parts.username is not None:
        raise ValueError(
            Message("there is a name or a password in the address: everybody may read it there. Leave it out")
        )
    return told


def server_address(text: str, uai: str = "") -> str:
    """An address of a PRONOTE server; empty for the one that is found by the UAI."""
    told = _plain(text)
    url = base_url(uai, told)
    return "" if uai and url.lower() == base_url(uai).lower() else url


def absolute_path(text: str) -> str:
    """A path from the root."""
    told = _plain(text)
    if not told.startswith("/") or told.strip("/") == "":
        raise ValueError(
            Message("{text} is not the full path of a folder, as in /srv/pronote", text=repr(told[:_LONGEST]))
        )
    return told


def user(text: str, transport: str) -> str:
    """An account on the stations."""
    told = _plain(text)
    if transport == "kerberos" and not _PRINCIPAL.fullmatch(told):
        raise ValueError(
            Message(
                "{text} is no account of a domain as Kerberos names it: deploy@LYCEE.EXAMPLE.ORG, the domain in "
                "capitals",
                text=repr(told[:_LONGEST]),
            )
        )
    realm = realm_of(told) if transport == "kerberos" else ""
    if realm != realm.upper():
        raise ValueError(
            Message(
                "Kerberos tells capitals apart, and domains are in capitals: {right}",
                right=told.replace(f"@{realm}", f"@{realm.upper()}"),
            )
        )
    return told


def realm_of(account: str) -> str:
    """The domain of an account as Kerberos names it; empty where it names none."""
    found = _PRINCIPAL.fullmatch(account)
    return found[1] if found else ""


def secret(text: str) -> str:
    """A password, as it is. What is said of one does not hold it."""
    if not text:
        raise ValueError(Message("a password is needed"))
    if any(not char.isprintable() for char in text):
        raise ValueError(Message("there is a character in it that cannot be typed: type it again"))
    return text


def _plain(text: str) -> str:
    """A text of one line that is no template."""
    told = text.strip()
    if not told:
        raise ValueError(Message("an answer is needed"))
    if any(not char.isprintable() for char in told) or _TEMPLATE.search(told):
        raise ValueError(
            Message(
                "{text} has a control character in it, or a brace with which a template would begin: leave it out",
                text=repr(told[:_LONGEST]),
            )
        )
    return told


def yes(text: str, *, own: Sequence[str] = ()) -> bool:
    """Whether somebody agrees, in French, English, or their own words for yes and no."""
    told = text.strip().lower()
    if told in own:
        return told == own[0]
    if told not in _ANSWERS:
        raise ValueError(Message("{text} is neither yes nor no", text=repr(told[:_LONGEST])))
    return _ANSWERS[told]
