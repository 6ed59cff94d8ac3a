from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.wake.packet import (
    magic_packet,
    parse_broadcast,
    relay_command,
    relay_words,
    ssh_command,
)


def test_the_magic_packet() -> None:
    packet = magic_packet("00:1a:2b:3c:4d:5e")
    assert packet == bytes.fromhex("ff" * 6 + "001a2b3c4d5e" * 16)
    assert len(packet) == 102


@pytest.mark.parametrize("text", ["", "10.0.0", "10.0.0.256", "salle", "10.0.0.255; rm -rf /", "::1"])
def test_no_broadcast_address(text: str) -> None:
    with pytest.raises(ValueError, match="pronote_wake_broadcast"):
        parse_broadcast(text)


def test_the_relay_sends_the_same_packets() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(20)
        port = udp.getsockname()[1]
        macs = ["00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5f"]
        words = relay_words((("127.0.0.1", port, mac) for mac in macs), pause=0.0)
        _python, *rest = relay_command(words)
        subprocess.run([sys.executable, *rest], check=True, timeout=20)
        assert [udp.recv(2000) for _ in macs] == [magic_packet(mac) for mac in macs]


def test_the_relay_pauses_between_packets_too() -> None:
    words = relay_words((("127.0.0.1", 9, f"00:1a:2b:3c:4d:5{n}") for n in range(2)), pause=0.2)
    _python, _option, program, *rest = relay_command(words)
    watched = "import sys,time; slept=[]; time.sleep=slept.append; exec(sys.argv.pop(1)); print(slept)"
    done = subprocess.run([sys.executable, "-c", watched, program, *rest], check=True, capture_output=True, text=True)
    assert done.stdout == "[0.2, 0.2]\n"


def test_the_ssh_line() -> None:
    variables: dict[str, Any] = {
        "ansible_host": "10.1.0.2",
        "ansible_user": "relais",
        "ansible_port": 2222,
        "ansible_ssh_private_key_file": "/keys/my key",
        "ansible_ssh_common_args": "-o 'ProxyCommand=ssh -W %h:%p bastion'",
    }
    command = ssh_command("relais", variables, ["10.1.255.255,9,001a2b3c4d5e"])
    assert command[:4] == ["ssh", "-o", "BatchMode=yes", "-o"]
    assert command[5:13] == [
        *("-p", "2222", "-i", "/keys/my key", "-o", "ProxyCommand=ssh -W %h:%p bastion"),
        *("relais@10.1.0.2", "--"),
    ]
    assert command[-1] == "10.1.255.255,9,001a2b3c4d5e"
    # What the remote shell is given is one quoted program and plain words.
    words = subprocess.run(
        ["sh", "-c", f"set -- {' '.join(command[13:])}; echo $#"], check=True, capture_output=True, text=True
    )
    assert words.stdout == "4\n"


@pytest.mark.parametrize(
    "variables",
    [
        {"ansible_host": "-oProxyCommand=id"},
        {"ansible_host": "a b"},
        {"ansible_user": "-l"},
        {"ansible_user": "a;id"},
    ],
)
def test_a_relay_that_ssh_must_not_be_given(variables: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a user and a host name"):
        ssh_command("relais", variables, [])
