# SPDX-License-Identifier: GPL-3.0-or-later
"""Wake-on-LAN: MAC addresses, the magic packet, and the command that a relay host runs. Pure.

The packet is six bytes 0xFF and sixteen times the MAC address (AMD, "Magic Packet Technology", publication 20213): less
code than a dependency's import, and the relay must do it with nothing but its own Python anyway.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...module_utils.base.identifiers import parse_mac
from ...module_utils.base.message import Message

__all__ = ["magic_packet", "parse_broadcast", "relay_command", "relay_words", "ssh_command"]

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_\[:][A-Za-z0-9_.:\[\]%-]{0,252}", re.ASCII)


def parse_broadcast(text: str) -> str:
    """The IPv4 address that the packet goes to. Raises ValueError."""
    try:
        return str(ipaddress.IPv4Address(str(text).strip()))
    except ValueError as exc:
        raise ValueError(
            Message("pronote_wake_broadcast {text} is not an IPv4 address", text=repr(str(text)[:40]))
        ) from exc


def magic_packet(mac: str) -> bytes:
    """The 102 bytes that a sleeping network card looks for. Raises ValueError."""
    return b"\xff" * 6 + bytes.fromhex(parse_mac(mac).replace(":", "")) * 16


# Words come as arguments, so that nothing of the inventory is ever part of the program.
_RELAY = (
    "import socket,sys,time;"
    "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
    "s.setsockopt(socket.SOL_SOCKET,socket.SO_BROADCAST,1);"
    "[(s.sendto(bytes([255]*6)+bytes.fromhex(m)*16,(a,int(p))),time.sleep(float(sys.argv[1])))"
    " for a,p,m in (w.split(chr(44)) for w in sys.argv[2:])]"
)


def relay_words(packets: Iterable[tuple[str, int, str]], *, pause: float) -> list[str]:
    """The arguments of the relay's command for (broadcast, port, MAC), ``pause`` seconds apart. Raises ValueError."""
    return [
        f"{pause:f}",
        *(
            f"{parse_broadcast(address)},{int(port)},{parse_mac(mac).replace(':', '')}"
            for address, port, mac in packets
        ),
    ]


def relay_command(words: Sequence[str]) -> list[str]:
    """What the relay runs: Python 3, which every current Linux has, and neither root nor a package."""
    return ["python3", "-c", _RELAY, *words]


def ssh_command(name: str, variables: Mapping[str, Any], words: Sequence[str]) -> list[str]:
    """The ssh command line to a relay, from its inventory variables. Raises ValueError.

    Keys and an agent only (``BatchMode``): nobody is there to type a password in the evening.
    """
    host = str(variables.get("ansible_host") or name)
    user = str(variables.get("ansible_user") or "")
    if not _HOST.fullmatch(host) or (user and not _USER.fullmatch(user)):
        raise ValueError(
            Message(
                "the relay {name}: {user}@{host} is not a user and a host name that ssh can be given",
                name=name,
                user=user,
                host=host,
            )
        )
    command = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]
    if variables.get("ansible_port"):
        command += ["-p", str(int(variables["ansible_port"]))]
    if variables.get("ansible_ssh_private_key_file"):
        command += ["-i", str(variables["ansible_ssh_private_key_file"])]
    command += shlex.split(str(variables.get("ansible_ssh_common_args") or ""))
    command += [f"{user}@{host}" if user else host, "--"]
    # ssh hands the remote shell one line: the program in single quotes (it has none), the words have no special sign.
    return [*command, "python3", "-c", f"'{_RELAY}'", *words]
