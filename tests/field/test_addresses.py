"""Where a station is, as somebody wrote it: used as it is meant, or refused by name. To add a case: a line."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.addresses import winrm_address
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.cells import read_address, read_mac
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError

from tests.field.answering import ADDRESS, answering, http
from tests.unit.drivers import Make


@pytest.mark.parametrize(
    ("source", "cell", "address"),
    [
        ("GLPI: several cards", "169.254.3.4\n10.31.1.11", "10.31.1.11"),
        ("GLPI: a virtual switch first", "0.0.0.0, 10.31.1.5", "10.31.1.5"),
        ("OCS: both families", "fe80::1 2001:db8::7 10.31.1.5", "10.31.1.5"),
        ("OCS: IPv6 alone", "fe80::1,2001:db8::7", "2001:db8::7"),
        ("GLPI: as HTML", "127.0.0.1<br />10.31.1.5", "10.31.1.5"),
        ("by name", "pc-01.lycee.example", "pc-01.lycee.example"),
        ("semicolons", "0.0.0.0;10.31.1.5", "10.31.1.5"),
        ("nothing", "", ""),
        ("nobody", "0.0.0.0 255.255.255.255 224.0.0.1", ""),
    ],
)
def test_the_address_that_others_can_reach(source: str, cell: str, address: str) -> None:
    assert read_address(cell)[0] == address, source


@pytest.mark.parametrize("cell", ["10.31.1", "10.31.1.256", "10,31.1.5.", "pc_01", "10.31.1.5/24", "-", "1.2.3.4.5"])
def test_what_is_no_address_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="neither an address nor a host name"):
        read_address(cell)


@pytest.mark.parametrize(
    ("source", "cell", "mac"),
    [
        ("GLPI: a card without one first", "00:00:00:00:00:00\n00:1A:2B:3C:4D:5E", "00:1a:2b:3c:4d:5e"),
        ("OCS: hyphens", "00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e"),
        ("a switch: dots", "001a.2b3c.4d5e", "00:1a:2b:3c:4d:5e"),
        ("none", "00:00:00:00:00:00", ""),
    ],
)
def test_the_card_that_can_be_woken(source: str, cell: str, mac: str) -> None:
    assert read_mac(cell) == mac, source


@pytest.mark.parametrize("cell", ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:1a:2b"])
def test_a_card_of_nobody_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"MAC address|network card"):
        read_mac(cell)


@pytest.mark.parametrize("port", ["winrm", "0", "99999", "5985/tcp"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(ValueError, match="its port is"):
        winrm_address("pc-01", {"ansible_port": port})


@pytest.mark.parametrize("host", ["pc 01", "pc/01", "a..b", "x" * 70 + ".example", "http://pc-01"])
def test_a_host_that_is_none_is_the_inventorys(driver: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StationError) as caught:
        Make(driver=driver, host=host)("basic").connect()
    assert caught.value.kind == "configuration"
    assert "powered off" not in caught.value.fact


def test_a_printer_at_the_address_is_told(driver: str) -> None:
    printer = http("404 Not Found", "Server: HP HTTP Server; LaserJet")
    with answering(printer) as port, pytest.raises(StationError, match="LaserJet") as caught:
        Make(driver=driver, host=ADDRESS)("basic", port=port).connect()
    assert caught.value.kind == "fault"
