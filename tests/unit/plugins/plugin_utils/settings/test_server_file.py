from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.server_file import (
    ServerSettings,
    combine,
    parse_settings_file,
)

_UAI = "0310001A"
_SERVER = "https://0310001A.index-education.net/pronote/"
_ADDRESS = "0310001a.index-education.net"
_FILE = ServerSettings(label="Lycée", address=_ADDRESS, port=49300)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # The label of a real one is the first part of the host's name.
        (b"Serveur=0310001a:0310001a.index-education.net:49300", ("0310001a", _ADDRESS, 49300)),
        (b"Serveur=A:10.1.2.3:1\r\n", ("A", "10.1.2.3", 1)),
        (b"\xef\xbb\xbfServeur=A:x:65535\n", ("A", "x", 65535)),
        ("Serveur= Lycée \u00ab\u00a0X\u00a0\u00bb :x:49300".encode(), ("Lycée « X »", "x", 49300)),
    ],
)
def test_the_line(body: bytes, expected: tuple[str, str, int]) -> None:
    read = parse_settings_file(_SERVER, body)
    assert (read.label, read.address, read.port) == expected


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        (b"", "has 0 lines"),
        (b"\n", "is not Serveur="),
        (b"Serveur=A:x:1\n\n", "has 2 lines"),
        (b"Serveur=A:x:1\rServeur=B:y:2", "has 2 lines"),
        ("Serveur=A:x:1\x85".encode() + b"a", "has 2 lines"),
        (b"Serveur=A:x:1\0", "is not Serveur="),
        (b"Serveur=A\0:x:1", "cannot be a server's label"),
        (b"Serveur=A:x:01", "is not Serveur="),
        ("Serveur=A:x:１".encode(), "is not Serveur="),
        (b"Serveur=A:x:1 ", "is not Serveur="),
        (b"Serveur=A:x:999999", "is not Serveur="),
        (b"Serveur=A:x y:1", "is not the name or address of a server"),
        (b"Serveur=A:../x:1", "is not the name or address of a server"),
        (b"Serveur=:x:1", "cannot be a server's label"),
        (b"Serveur=A:[::1]:1", "is not Serveur="),
        (b"serveur=A:x:1", "is not Serveur="),
        (b"Serveur=" + b"A" * 2000 + b":x:1", "is longer than 1024 bytes"),
        (b"<html><body>Bonjour</body></html>", "it answered an HTML page"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "it answered an HTML page"),
        (b"<html>Votre adresse IP est provisoirement suspendue</html>", "it has suspended the controller's address"),
    ],
)
def test_what_is_no_line_of_settings(body: bytes, fact: str) -> None:
    with pytest.raises(HostedServerError) as caught:
        parse_settings_file(_SERVER, body)
    assert fact in caught.value.fact
    assert caught.value.remedy
    assert caught.value.server == _SERVER
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("by_hand", "expected"),
    [
        ({}, ("Lycée", _ADDRESS, 49300)),
        ({"label": "Autre"}, ("Autre", _ADDRESS, 49300)),
        ({"address": "10.1.2.3"}, ("Lycée", "10.1.2.3", 49300)),
        ({"port": 49301}, ("Lycée", _ADDRESS, 49301)),
    ],
)
def test_what_is_given_by_hand_wins(by_hand: dict[str, str], expected: tuple[str, str, int]) -> None:
    settings = combine(_UAI, ServerSettings(**by_hand), server=_SERVER, file=_FILE)  # type: ignore[arg-type]  # a table
    assert (settings.label, settings.address, settings.port) == expected


def test_without_a_server() -> None:
    assert not ServerSettings(label="x", port=1).complete
    assert ServerSettings(label="x", address="y").complete
    assert (
        combine(_UAI, ServerSettings(label="x", address="y"), server=_SERVER, file=None).text()
        == "Serveur=x:y:49300\r\n"
    )


@pytest.mark.parametrize(
    ("server", "address", "trusted"),
    [
        (_SERVER, "0310001A.INDEX-education.net", True),
        ("https://pronote.lycee.example/pronote/", "PRONOTE.lycee.example", True),
        ("https://pronote.lycee.example/pronote/", _ADDRESS, True),
        ("https://pronote.lycee.example/pronote/", "10.1.2.3", False),
        (_SERVER, "0310002B.index-education.net", False),
        (_SERVER, "index-education.net", False),
        (_SERVER, "x0310001a.index-education.net", False),
        (_SERVER, "0310001a.index-education.net.evil.example", False),
    ],
)
def test_only_a_person_sends_users_to_another_server(server: str, address: str, trusted: bool) -> None:
    file = ServerSettings(label="x", address=address, port=49300)
    if trusted:
        assert combine(_UAI, ServerSettings(), server=server, file=file).address == address
        return
    with pytest.raises(HostedServerError, match="sends users to another server"):
        combine(_UAI, ServerSettings(), server=server, file=file)
    assert combine(_UAI, ServerSettings(address=address), server=server, file=file).address == address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ("", 7)),
        ("pronote.example.org", ("pronote.example.org", 7)),
        ("pronote.example.org:49301", ("pronote.example.org", 49301)),
        # The server says the rest.
        (":49301", ("", 49301)),
        ("a:70000", ("a", 70000)),
    ],
)
def test_an_address_with_its_port(address: str, expected: tuple[str, int]) -> None:
    read = ServerSettings.by_hand(label="", address=address, port=7)
    assert (read.address, read.port) == expected


@pytest.mark.parametrize("address", ["a:", "a:0", "a:0x1", "a:1:2", "a:²", "a:-1", "[::1]:49300"])
def test_a_port_that_is_none(address: str) -> None:
    with pytest.raises(ValueError, match="is not a TCP port"):
        ServerSettings.by_hand(label="", address=address, port=0)
