# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that a hosted server itself gives out (``ParamClient.pcprn``), and what an admin gives by hand. Pure.

Users type their passwords into the server that these settings name, so the server's word is not enough to send them to
another one: an address that is neither the one that was asked nor the hosting's for this school needs a person's word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...module_utils.base.identifiers import host_of, parse_uai
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.numbers import natural
from ...module_utils.server.description import HostedServerError, known_refusal
from .plan import (
    PORT,
    ConnectionSettings,
    check_address,
    check_label,
    check_port,
)

__all__ = ["MAX_PAGE", "SETTINGS_PATH", "ServerSettings", "combine", "parse_settings_file"]

SETTINGS_PATH = "ParamClient.pcprn"
# A page of a refusal is read this far; the file itself is one line of about 60 bytes.
MAX_PAGE = 1 << 16
_MAX_FILE = 1024
_LINE = re.compile(r"Serveur=(?P<label>[^:]*):(?P<address>[^:]*):(?P<port>[1-9][0-9]{0,4})", re.ASCII)
_BY_HAND = Message("give pronote_client_settings_label and pronote_client_settings_address by hand")


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """What the server's own file says, or what an admin gave by hand; there, empty, or 0, is what the server says."""

    label: str = ""
    address: str = ""
    port: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing has to be asked: the port has been the same for everybody (docs/fidelity.md, C1)."""
        return bool(self.label and self.address)

    @classmethod
    def by_hand(cls, *, label: str, address: str, port: int) -> ServerSettings:
        """``address``: with its port or without; that one counts before ``port``. Raises ValueError."""
        host, colon, own = address.partition(":")
        if not colon:
            return cls(label=label, address=address, port=port)
        if not (number := natural(own)):
            raise ValueError(Message("{port} is not a TCP port", port=repr(own)))
        return cls(label=label, address=host, port=number)

    def check(self) -> None:
        """Raise ValueError for what cannot be, before anybody is asked anything."""
        if self.label:
            check_label(self.label)
        if self.address:
            check_address(self.address)
        if self.port:
            check_port(self.port)


def parse_settings_file(server: str, body: bytes) -> ServerSettings:
    """Read the one line that the file has to be. Raises HostedServerError, that of a refusal page when it is one."""
    if (refusal := known_refusal(server, body)) is not None:
        raise refusal
    try:
        return _parsed(body)
    except ValueError as exc:
        raise HostedServerError(
            server,
            message_of(exc),
            remedy=Message(
                "Open {server}{path} in a browser and look; {by_hand}.",
                server=server,
                path=SETTINGS_PATH,
                by_hand=_BY_HAND,
            ),
        ) from exc


def _parsed(body: bytes) -> ServerSettings:
    """Raises ValueError with the fact."""
    if re.match(rb"\s*<(!doctype|html)", body.removeprefix(b"\xef\xbb\xbf"), re.IGNORECASE):
        raise ValueError(Message("it answered an HTML page instead of the client's settings"))
    if len(body) > _MAX_FILE:
        raise ValueError(
            Message(
                "its {path} is longer than {most} bytes, and one line was expected",
                path=SETTINGS_PATH,
                most=_MAX_FILE,
            )
        )
    try:
        # By whatever ends a line for anybody: a second line must not hide behind a rare character.
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise ValueError(Message("its {path} is not UTF-8", path=SETTINGS_PATH)) from exc
    if len(lines) != 1:
        raise ValueError(
            Message.plural(
                "its {path} has {n} line, and one was expected",
                "its {path} has {n} lines, and one was expected",
                len(lines),
                path=SETTINGS_PATH,
            )
        )
    match = _LINE.fullmatch(lines[0])
    if match is None:
        raise ValueError(
            Message(
                "its {path} is not Serveur=<label>:<address>:<port> ({line})",
                path=SETTINGS_PATH,
                line=repr(lines[0][:120]),
            )
        )
    try:
        return ServerSettings(
            # One space for each run of them, the no-break spaces of French names included.
            label=check_label(" ".join(match["label"].split())),
            address=check_address(match["address"]),
            port=check_port(int(match["port"])),
        )
    except ValueError as exc:
        raise ValueError(Message("in its {path}, {error}", path=SETTINGS_PATH, error=message_of(exc))) from exc


def combine(uai: str, by_hand: ServerSettings, *, server: str, file: ServerSettings | None) -> ConnectionSettings:
    """The settings for the stations of a school; what is given by hand wins. ``file``: None when nobody was asked.

    Raises HostedServerError for an address that only the server vouches for, and ValueError.
    """
    if file is None:
        file = ServerSettings(port=PORT)
    elif not by_hand.address and file.address.lower() not in _own_names(uai, server):
        raise HostedServerError(
            server,
            Message(
                "its {path} sends users to another server, {address}",
                path=SETTINGS_PATH,
                address=repr(file.address),
            ),
            remedy=Message("If that is right, say so with pronote_client_settings_address."),
        )
    return ConnectionSettings(
        uai=uai,
        label=by_hand.label or file.label,
        address=by_hand.address or file.address,
        port=by_hand.port or file.port,
    )


def _own_names(uai: str, server: str) -> set[str]:
    return {host_of(server), f"{parse_uai(uai)}.index-education.net".lower()}
