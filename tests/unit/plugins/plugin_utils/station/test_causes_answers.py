"""What exceptions become that a server brings about, whatever answers at a station's address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import (
    Way,
    from_answer,
)
from winrm.protocol import Protocol

from tests.unit.causes import OPENING, error_of


@contextmanager
def _server(answer: Callable[[socket.socket], object]) -> Iterator[int]:
    """A port where one connection after another gets this."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    try:
                        connection.recv(65536)
                        answer(connection)
                        connection.shutdown(socket.SHUT_WR)
                        # Unread bytes would make a reset of the close, which may overtake the answer.
                        while connection.recv(65536):
                            pass
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _raised(port: int, *, scheme: str = "http", **options: Any) -> BaseException:
    """What pywinrm's own transport raises."""
    protocol = Protocol(
        f"{scheme}://127.0.0.1:{port}/wsman",
        transport=options.pop("transport", "basic"),
        username="u",
        password="p",
        operation_timeout_sec=1,
        read_timeout_sec=2,
        **options,
    )
    with pytest.raises(Exception) as caught:  # noqa: PT011  (whatever it is)
        protocol.transport.send_message("<x/>")
    return caught.value


def _http(status: str, body: bytes = b"", *headers: str) -> Callable[[socket.socket], object]:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(head).encode() + body)


_ANSWERS: dict[str, tuple[Callable[[socket.socket], object], str, str]] = {
    "printer": (
        _http("404 Not Found", b"<title>404</title>", "Server: HP HTTP Server; LaserJet"),
        "fault",
        "answered HTTP 404 while opening a shell: server 'HP HTTP Server; LaserJet', '404'",
    ),
    "500": (_http("500 Internal Server Error"), "fault", "answered HTTP 500 while opening a shell: an empty answer"),
    "503 of a service that stops": (
        _http("503 Service Unavailable", b"<html>Service Unavailable</html>", "Server: Microsoft-HTTPAPI/2.0"),
        "fault",
        "answered HTTP 503 while opening a shell: server 'Microsoft-HTTPAPI/2.0', '<html>Service Unavailable</html>'",
    ),
    "page that is not UTF-8": (
        _http("502 Bad Gateway", "<title>Passerelle d\xe9faillante</title>".encode("latin-1")),
        "fault",
        "answered HTTP 502 while opening a shell: 'Passerelle d\xe9faillante'",
    ),
    "escape sequences": (
        _http("404 Not Found", b"\x1b[31mred\x07", "Server: \x1b]0;x"),
        "fault",
        "\N{REPLACEMENT CHARACTER}[31mred",
    ),
    "too large": (_http("413 Request Entity Too Large"), "fault", "finds the request too large"),
    "no redirect but the status": (_http("304 Not Modified"), "fault", ""),
    "not HTTP": (lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), "fault", "does not speak HTTP"),
    "cut": (lambda c: None, "fault", "takes the connection and cuts it while opening a shell"),
    "cut body": (
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<s:"),
        "fault",
        "takes the connection and cuts it while opening a shell",
    ),
    "not gzip": (
        _http("200 OK", b"no gzip", "Content-Encoding: gzip"),
        "fault",
        "the station answered",
    ),
    "redirects for ever": (
        _http("302 Found", b"", "Location: /again"),
        "redirect",
        "redirects elsewhere",
    ),
    "another way to authenticate": (
        _http("401 Unauthorized", b"", "WWW-Authenticate: Negotiate"),
        "refused",
        "does not offer the way to authenticate that was asked for (basic; it offers Negotiate)",
    ),
    "refused": (
        _http("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="WSMAN"'),
        "refused",
        "refuses the user name or the password",
    ),
    "refused in silence": (_http("401 Unauthorized"), "refused", "refuses the user name or the password"),
    "silence": (
        lambda c: [None for _ in iter(lambda: c.recv(4096), b"")],
        "fault",
        "takes the connection and says nothing while opening a shell",
    ),
}


@pytest.mark.parametrize("name", _ANSWERS)
def test_anything_that_answered_is_not_unreachable(name: str) -> None:
    answer, kind, fact = _ANSWERS[name]
    if name == "no redirect but the status":
        assert from_answer(304, b"", OPENING).kind == "fault"
        return
    with _server(answer) as port:
        error = error_of(_raised(port), Way(doing="opening a shell", transport="basic", opening=True))
    assert error.kind == kind
    assert fact in error.fact
    assert kind == "unreachable" or "Switch the station on" not in error.remedy


def test_ntlm_where_nothing_asks_for_it() -> None:
    """A web server that answers 200 to the empty first message."""
    with _server(_http("200 OK", b"<html>")) as port:
        assert error_of(_raised(port, transport="ntlm")).kind == "fault"
    with _server(_http("401 Unauthorized", b"", "WWW-Authenticate: NTLM")) as port:
        error = error_of(_raised(port, transport="ntlm"))
        assert error.kind in {"fault", "refused"}
    with _server(_http("401 Unauthorized", b"", "WWW-Authenticate: NTLM TlRMTVNTUAAC")) as port:
        assert error_of(_raised(port, transport="ntlm")).kind == "fault"


@pytest.mark.parametrize(
    ("scheme", "answer", "kind", "fact"),
    [
        ("https", _http("400 Bad Request"), "configuration", "does not speak TLS on this port"),
        ("https", lambda c: None, "fault", "takes the connection and cuts it while opening a shell"),
    ],
)
def test_the_other_port(scheme: str, answer: Callable[[socket.socket], object], kind: str, fact: str) -> None:
    with _server(answer) as port:
        error = error_of(_raised(port, scheme=scheme))
    assert (error.kind, fact in error.fact) == (kind, True)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = error_of(_raised(port))
    assert (error.kind, error.fact) == (
        "unreachable",
        "the station refuses the connection (WinRM is off, or a firewall rejects it)",
    )


@pytest.mark.parametrize(
    "options",
    [
        {"ca_trust_path": "/nowhere/ca.pem"},
        {"transport": "certificate", "cert_pem": __file__, "cert_key_pem": __file__, "ca_trust_path": None},
    ],
)
def test_files_of_the_controller_are_its_own_fault(options: dict[str, Any]) -> None:
    with _server(_http("200 OK")) as port:
        error = error_of(_raised(port, scheme="https", **options))
    assert error.kind == "controller"
    assert error.fact.startswith("a file that the connection needs cannot be used on the controller")


@pytest.mark.parametrize("address", ["pc 01", "pc_%zz", "x" * 70 + ".example", "a..b", "[::1", "pc:01:5985", ""])
def test_a_malformed_address_is_the_inventorys(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def getaddrinfo(*_args: object, **_options: object) -> None:
        raise unknown

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        requests.post(f"http://{address}:5985/wsman", data=b"", timeout=1)
    error = error_of(caught.value)
    # A name with an odd character is still a name, which has no address.
    assert error.kind == "configuration" or error.fact == "the station's name has no address"
    assert "powered off" not in error.fact
