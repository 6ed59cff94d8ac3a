"""What exceptions and faults become: every row of the tables, and what libraries really raise."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
import requests
import urllib3
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import (
    fault_codes,
    kerberos,
    network_codes,
    plain_causes,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import (
    Way,
    from_answer,
    from_exception,
    from_preparation,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    Cause,
    QuotaError,
    StationError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.fault_codes import from_fault
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import Fault
from spnego import exceptions as spnego
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
)
from winrm.protocol import Protocol

_TABLES: dict[str, dict[Any, Cause]] = {
    "faults": dict(fault_codes.FAULTS),
    "subcodes": dict(fault_codes.SUBCODES),
    "errno": dict(network_codes.ERRNO),
    "names": dict(network_codes.GAI),
    "certificates": dict(network_codes.VERIFY),
    "tls": dict(network_codes.TLS),
    "http": dict(network_codes.HTTP),
    "krb5": dict(kerberos.KRB5),
    "gss": dict(kerberos.MAJOR),
    "kinit": dict(kerberos.KINIT),
    "plain": {name: cause for name, cause in vars(plain_causes).items() if isinstance(cause, Cause)},
}
_OPENING = Way(doing="opening a shell", transport="ntlm", opening=True)
_DURING = Way(doing="trying it", transport="ntlm")


@pytest.mark.parametrize(("table", "code"), [(table, code) for table, rows in _TABLES.items() for code in rows])
def test_every_row_of_the_tables_makes_an_error(table: str, code: Any) -> None:
    error = _TABLES[table][code].error(doing="trying it", code=7, text="what {it} said")
    assert isinstance(error, StationError)
    assert error.kind in {"unreachable", "refused", "fault", "quota", "controller", "configuration"}
    assert error.remedy.endswith((".", "…"))
    assert "{" not in error.fact.replace("{it}", "")
    # Who is told in French reads French of what keeps a station from being reached.
    assert error.fact_fr != error.fact or error.kind == "fault"


def test_the_words_of_the_tables_are_those_of_the_docs() -> None:
    """docs/troubleshooting.md has every fact of the tables."""
    page = (Path(__file__).parents[5] / "docs/troubleshooting.md").read_text(encoding="utf-8")
    causes = {cause for rows in _TABLES.values() for cause in rows.values()}
    beginnings = {re.split(r" \(|\{", cause.fact)[0].strip() for cause in causes}
    assert sorted(words for words in beginnings if words not in page) == []


@pytest.mark.parametrize(
    ("codes", "subcode", "kind", "fact"),
    [
        ((5,), "", "refused", "access denied while reading X (code 5)"),
        ((0x80041003,), "", "refused", "access denied"),
        ((0x803381A5,), "QuotaLimit", "quota", "no free WinRM shell"),
        ((0x803381A6,), "", "quota", "quota of WinRM operations"),
        ((), "QuotaLimit", "quota", "a WinRM quota of the station is used up"),
        ((12345,), "QuotaLimit", "quota", "a WinRM quota of the station is used up"),
        ((0x80338029,), "TimedOut", "quota", "the station is too busy"),
        ((0x80338048,), "", "fault", "answer is larger than its envelope"),
        ((0x80338049,), "", "fault", "answer is larger than its envelope"),
        ((0x80338047,), "", "fault", "finds the request too large"),
        ((0x8033805B,), "", "fault", "the shell or the command is gone"),
        ((0x800703FA,), "", "fault", "the shell or the command is gone"),
        (
            (0x8033801A,),
            "CannotProcessFilter",
            "fault",
            "does not know what was asked while reading X (code 2150858778)",
        ),
        ((0x80070002,), "InternalError", "fault", "finds no program"),
        ((0x800700CE,), "", "fault", "too long"),
        # The outer number of two that says something counts.
        ((5, 0x80338104), "AccessDenied", "refused", "(code 5)"),
        ((77, 5), "", "refused", "(code 5)"),
        ((0x80338042,), "UnsupportedFeature", "fault", "Some reason. [code 2150858818 (0x80338042)]"),
        ((), "", "fault", "[no code]"),
        ((), "MustUnderstand", "fault", "[MustUnderstand]"),
    ],
)
def test_faults(codes: tuple[int, ...], subcode: str, kind: str, fact: str) -> None:
    error = from_fault(Fault(codes=codes, subcode=subcode, reason="Some reason."), doing="reading X")
    assert error.kind == kind
    assert fact in error.fact
    assert error.codes == frozenset(codes)
    assert "Switch the station on" not in error.remedy


def _error(exc: BaseException, way: Way = _OPENING) -> StationError:
    error = from_exception(exc, way)
    assert str(error).startswith(error.fact)
    assert error.fact.isprintable()
    return error


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
    "cut": (lambda c: None, "unreachable", "the connection was cut while opening a shell"),
    "cut body": (
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<s:"),
        "unreachable",
        "the connection was cut while opening a shell",
    ),
    "not gzip": (
        _http("200 OK", b"no gzip", "Content-Encoding: gzip"),
        "fault",
        "the station answered",
    ),
    "redirects for ever": (
        _http("302 Found", b"", "Location: /again"),
        "fault",
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
        "unreachable",
        "the station stopped answering while opening a shell",
    ),
}


@pytest.mark.parametrize("name", _ANSWERS)
def test_anything_that_answered_is_not_unreachable(name: str) -> None:
    answer, kind, fact = _ANSWERS[name]
    if name == "no redirect but the status":
        assert from_answer(304, b"", _OPENING).kind == "fault"
        return
    with _server(answer) as port:
        error = _error(_raised(port), Way(doing="opening a shell", transport="basic", opening=True))
    assert error.kind == kind
    assert fact in error.fact
    assert kind == "unreachable" or "Switch the station on" not in error.remedy


def test_ntlm_where_nothing_asks_for_it() -> None:
    """A web server that answers 200 to the empty first message."""
    with _server(_http("200 OK", b"<html>")) as port:
        assert _error(_raised(port, transport="ntlm")).kind == "fault"
    with _server(_http("401 Unauthorized", b"", "WWW-Authenticate: NTLM")) as port:
        error = _error(_raised(port, transport="ntlm"))
        assert error.kind in {"fault", "refused"}
    with _server(_http("401 Unauthorized", b"", "WWW-Authenticate: NTLM TlRMTVNTUAAC")) as port:
        assert _error(_raised(port, transport="ntlm")).kind == "fault"


@pytest.mark.parametrize(
    ("scheme", "answer", "kind", "fact"),
    [
        ("https", _http("400 Bad Request"), "configuration", "does not speak TLS on this port"),
        ("https", lambda c: None, "unreachable", "the connection was cut while opening a shell"),
    ],
)
def test_the_other_port(scheme: str, answer: Callable[[socket.socket], object], kind: str, fact: str) -> None:
    with _server(answer) as port:
        error = _error(_raised(port, scheme=scheme))
    assert (error.kind, error.fact) == (kind, f"the station {fact}" if kind == "configuration" else fact)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = _error(_raised(port))
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
        error = _error(_raised(port, scheme="https", **options))
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
    error = _error(caught.value)
    # A name with an odd character is still a name, which has no address.
    assert error.kind == "configuration" or error.fact == "the station's name has no address"
    assert "powered off" not in error.fact


def _wrapped(inner: BaseException) -> requests.exceptions.ConnectionError:
    """As requests does with what urllib3 raises."""
    pool = urllib3.HTTPConnectionPool("pc")
    failed = urllib3.exceptions.NewConnectionError(pool, "Failed")  # type: ignore[arg-type]
    failed.__cause__ = inner
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/wsman", failed))


_SYSTEM: tuple[tuple[BaseException, str, str], ...] = (
    (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "unreachable", "refuses the connection"),
    (TimeoutError(errno.ETIMEDOUT, "x"), "unreachable", "powered off"),
    (TimeoutError("timed out"), "unreachable", "powered off"),
    (OSError(errno.EHOSTUNREACH, "x"), "unreachable", "powered off"),
    (OSError(errno.ENETUNREACH, "x"), "unreachable", "no route to the station's network"),
    (ConnectionResetError(errno.ECONNRESET, "x"), "unreachable", "was cut"),
    (BrokenPipeError(errno.EPIPE, "x"), "unreachable", "was cut"),
    (OSError(errno.EMFILE, "Too many open files"), "controller", "may open no more files"),
    (OSError(errno.ENFILE, "x"), "controller", "may open no more files"),
    (OSError(errno.ENOMEM, "x"), "controller", "no memory"),
    (OSError(errno.EADDRNOTAVAIL, "x"), "controller", "no local port"),
    (PermissionError(errno.EACCES, "x"), "controller", "forbids the connection"),
    (FileNotFoundError(errno.ENOENT, "x", "/ca.pem"), "controller", "a file that the connection needs"),
    (PermissionError(errno.EACCES, "x", "/key.pem"), "controller", "a file that the connection needs"),
    (OSError(errno.ENOSPC, "x"), "controller", "disk"),
    (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "unreachable", "name has no address"),
    (socket.gaierror(socket.EAI_NODATA, "x"), "unreachable", "name has no address"),
    (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "controller", "name resolution does not work"),
    (socket.gaierror(socket.EAI_FAIL, "x"), "controller", "name resolution does not work"),
    (ssl.SSLEOFError(8, "EOF occurred"), "unreachable", "was cut"),
    (ssl.SSLError(1, "[SSL: SOMETHING_NEW] something"), "unreachable", "the connection broke"),
    (MemoryError(), "controller", "no memory"),
    (http.client.RemoteDisconnected("x"), "unreachable", "was cut"),
    (http.client.BadStatusLine("x"), "fault", "does not speak HTTP"),
    (http.client.LineTooLong("header"), "fault", "does not speak HTTP"),
    (http.client.IncompleteRead(b""), "unreachable", "was cut"),
)


@pytest.mark.parametrize("number", range(len(_SYSTEM)))
def test_the_system_is_understood_by_class_and_number(number: int) -> None:
    exc, kind, fact = _SYSTEM[number]
    for shown in (exc, _wrapped(exc), requests.exceptions.ConnectionError(exc)):
        error = _error(shown)
        assert error.kind == kind
        assert fact in error.fact


@pytest.mark.parametrize(
    ("exc", "kind", "fact"),
    [
        (requests.exceptions.ConnectTimeout("x"), "unreachable", "powered off"),
        (requests.exceptions.ReadTimeout("x"), "unreachable", "stopped answering while trying it"),
        (TimeoutError("x"), "unreachable", "stopped answering while trying it"),
        (requests.exceptions.ConnectionError("x"), "unreachable", "was cut while trying it"),
        (requests.exceptions.ChunkedEncodingError("x"), "unreachable", "was cut while trying it"),
        (requests.exceptions.ContentDecodingError("x"), "fault", "the station answered"),
        (requests.exceptions.TooManyRedirects("x"), "fault", "redirects elsewhere"),
        (requests.exceptions.ProxyError("x"), "controller", "a proxy"),
        (requests.exceptions.InvalidSchema("x"), "configuration", "address"),
        (requests.exceptions.RequestException("x"), "unreachable", "the connection broke while trying it: x"),
        (WinRMOperationTimeoutError(), "quota", "the station is too busy"),
        (WinRMError("Encrypted length from server does not match"), "fault", "could not be decrypted"),
        (spnego.BadMICError(), "fault", "could not be decrypted"),
        (spnego.InvalidTokenError(), "fault", "could not be decrypted"),
        (spnego.NoCredentialError(), "configuration", "settings in the inventory"),
        (PermissionError("Server did not respond with NTLM challenge token"), "fault", "nothing where NTLM was asked"),
        (KeyError("content-type"), "fault", "answered without the header 'content-type' while trying it"),
        (IndexError("list index out of range"), "fault", "IndexError: list index out of range"),
        (UnicodeEncodeError("latin-1", "\u20ac", 0, 1, "x"), "configuration", "settings in the inventory"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), "fault", "UnicodeDecodeError"),
        (InvalidCredentialsError("the specified credentials were rejected by the server"), "refused", "password"),
        (WinRMTransportError("http", 500, ""), "fault", "HTTP 500"),
        (RuntimeError("a\x1b[31m\nb"), "fault", "RuntimeError: a\N{REPLACEMENT CHARACTER}[31m b"),
    ],
)
def test_libraries_are_understood_by_class(exc: Exception, kind: str, fact: str) -> None:
    error = _error(exc, _DURING)
    assert error.kind == kind
    assert fact in error.fact


_KEY = cast(Any, aiohttp.client_reqrep.ConnectionKey)("pc", 5985, False, True, None, None, None)
_INFO = cast(Any, SimpleNamespace(real_url="x"))


@pytest.mark.parametrize(
    ("exc", "kind", "fact"),
    [
        (aiohttp.ClientConnectorError(_KEY, ConnectionRefusedError(111, "x")), "unreachable", "refuses the connection"),
        (aiohttp.ClientConnectorDNSError(_KEY, socket.gaierror(-2, "x")), "unreachable", "name has no address"),
        (aiohttp.ClientOSError(errno.EMFILE, "x"), "controller", "may open no more files"),
        (aiohttp.ServerDisconnectedError(), "unreachable", "was cut while trying it"),
        (aiohttp.ClientPayloadError("x"), "unreachable", "was cut while trying it"),
        (aiohttp.ConnectionTimeoutError("x"), "unreachable", "powered off"),
        (aiohttp.SocketTimeoutError("x"), "unreachable", "stopped answering while trying it"),
        (aiohttp.InvalidUrlClientError("x"), "configuration", "the station's address cannot be one"),
        (aiohttp.TooManyRedirects(_INFO, ()), "fault", "redirects elsewhere"),
        (aiohttp.ClientHttpProxyError(_INFO, ()), "controller", "a proxy"),
        (aiohttp.ClientResponseError(_INFO, (), status=503), "fault", "answered HTTP 503 while trying it"),
        (aiohttp.http_exceptions.BadStatusLine("x"), "fault", "does not speak HTTP"),
    ],
)
def test_the_other_client_is_understood_by_class(exc: Exception, kind: str, fact: str) -> None:
    error = _error(exc, _DURING)
    assert error.kind == kind
    assert fact in error.fact


def test_classes_that_are_named_are_there() -> None:
    for package, name in plain_causes.BY_NAME:
        assert package == "aiohttp"
        assert hasattr(aiohttp, name) or hasattr(aiohttp.http_exceptions, name), name


def test_an_error_of_ours_goes_through() -> None:
    error = UnreachableError("x", remedy="y")
    assert from_exception(error, _DURING) is error


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert _error(first).kind == "fault"


@pytest.mark.parametrize(
    ("code", "fact"),
    [(10, "expired"), (62, "made for another name"), (18, "an authority that it does not know"), (77, "told so")],
)
def test_certificates_are_told_by_number(code: int, fact: str) -> None:
    exc = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    exc.verify_code, exc.verify_message = code, "told so"
    for shown in (exc, requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", exc))):  # type: ignore[arg-type]
        error = _error(shown)
        assert error.kind == "unreachable"
        assert error.fact == f"the station's TLS certificate is not trusted by the controller ({_with(fact)})"


def _with(fact: str) -> str:
    return f"signed by {fact}" if fact.startswith("an authority") else fact


class _NativeGssError(Exception):
    """As python-gssapi raises it."""

    maj_code, min_code = 851968, -1765328347


_NativeGssError.__module__ = "gssapi.raw.misc"


class _MutualError(requests.exceptions.RequestException):
    """As requests_kerberos raises it."""


_MutualError.__name__ = "MutualAuthenticationError"
_MutualError.__module__ = "winrm.vendor.requests_kerberos.exceptions"


def test_other_libraries_of_kerberos() -> None:
    assert "clocks" in _error(_NativeGssError("x")).fact
    assert "did not prove its identity" in _error(_MutualError("Unable to authenticate")).fact
    assert "did not authenticate" in _error(spnego.BadMICError(), Way(doing="x", transport="kerberos")).fact
    assert _error(spnego.ContextExpiredError(), Way(doing="x", transport="kerberos")).passing
    # A minor code that says nothing leaves the word to the major one.
    assert "no Kerberos ticket" in _error(_gss(0, 7 << 16)).fact


def test_a_certificate_that_is_not_mapped() -> None:
    error = _error(InvalidCredentialsError("rejected"), Way(doing="x", transport="certificate"))
    assert error.fact == "the station refuses the client certificate"


class _GssError(Exception):
    """As pykerberos raises it: pairs of text and number."""


_GssError.__module__ = "kerberos"


def _gss(minor: int, major: int = 851968) -> Exception:
    """What requests_kerberos makes of it: its text, with the real one as context."""
    error = _GssError(("Unspecified GSS failure", major), ("Some text", minor))
    shown = requests.exceptions.RequestException(f"authGSSClientStep() failed: {error.args}")
    shown.__context__ = error
    return shown


@pytest.mark.parametrize(
    ("number", "kind", "fact"),
    [
        (24, "refused", "refuses the password"),
        (6, "refused", "does not know the account"),
        (1, "refused", "account has expired"),
        (18, "refused", "locked"),
        (23, "refused", "must be changed"),
        (7, "refused", "no station of that name"),
        (37, "refused", "clocks"),
        (41, "refused", "made for another machine account"),
        (32, "unreachable", "ticket has expired"),
        (156, "controller", "no Kerberos server of the domain answers"),
        (154, "controller", "does not know where the domain's Kerberos servers are"),
        (68, "configuration", "not written as the domain writes it"),
        (195, "controller", "no Kerberos ticket"),
        (127, "refused", "Kerberos did not authenticate"),
    ],
)
@pytest.mark.parametrize("signed", [True, False])
def test_kerberos_is_told_by_number(number: int, kind: str, fact: str, *, signed: bool) -> None:
    minor = -1765328384 + number
    error = _error(_gss(minor if signed else minor & 0xFFFFFFFF), Way(doing="x", transport="kerberos", opening=True))
    assert error.kind == kind
    assert fact in error.fact
    assert "powered off" not in error.fact


def test_a_ticket_that_has_expired_is_asked_for_again() -> None:
    assert _error(_gss(-1765328352)).passing
    assert not _error(_gss(-1765328360)).passing


def test_a_401_after_a_ticket_is_another_machine_account() -> None:
    way = Way(doing="x", transport="kerberos", opening=True)
    error = _error(InvalidCredentialsError("the specified credentials were rejected by the server"), way)
    assert error.kind == "refused"
    assert "setspn -X" in error.remedy


_KINIT = {
    "Preauthentication failed": ("refused", "refuses the password"),
    "Password incorrect": ("refused", "refuses the password"),
    "Client 'x@LYCEE.EXAMPLE.ORG' not found in Kerberos database": ("refused", "does not know the account"),
    "Client's credentials have been revoked": ("refused", "locked"),
    "Client's entry in database has expired": ("refused", "account has expired"),
    "Password has expired": ("refused", "must be changed"),
    "Cannot read password": ("refused", "must be changed"),
    "Cannot contact any KDC for realm 'LYCEE.EXAMPLE.ORG'": ("controller", "no Kerberos server of the domain answers"),
    'Cannot find KDC for realm "lycee.example.org"': ("controller", "does not know where"),
    "KDC reply did not match expectations": ("configuration", "not written as the domain writes it"),
    "Clock skew too great": ("refused", "clocks"),
    "Something new": ("refused", "Kerberos did not authenticate: Kerberos auth failure"),
}


@pytest.mark.parametrize("said", _KINIT)
def test_kinit_is_told_by_its_words(said: str) -> None:
    kind, fact = _KINIT[said]
    text = f"Kerberos auth failure for principal x@R: kinit: {said} while getting initial credentials"
    error = from_preparation(AnsibleConnectionFailure(text))
    assert error.kind == kind
    assert fact in error.fact
    # Only where kinit says it: an account's name is no cause.
    other = from_preparation(AnsibleConnectionFailure(f"Kerberos auth failure for principal {said}: kinit: no"))
    assert other.fact.startswith("Kerberos did not authenticate")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The installed version of WinRM does not support transport(s) ['kerberos']", "controller"),
        ("The installed version of WinRM does not support transport(s) ['credssp']", "controller"),
        ("The installed version of WinRM does not support transport(s) ['nltm']", "configuration"),
        ("WinRM Kerberos authentication requested but the python kerberos library is not installed. ", "controller"),
        ("winrm or requests is not installed: No module named 'winrm'", "controller"),
        ("Kerberos auth failure when calling kinit cmd 'kinit': [Errno 2] No such file", "controller"),
        ("certificate: cert_pem file not found (/nowhere)", "controller"),
        ("ntlm: auth method ntlm requires a username", "configuration"),
        ("ntlm: read_timeout_sec must exceed operation_timeout_sec, and both must be non-zero", "configuration"),
        ("basic: invalid server_cert_validation mode: maybe", "configuration"),
    ],
)
def test_what_ends_before_the_station_is_asked_is_never_its_fault(text: str, kind: str) -> None:
    error = from_preparation(AnsibleError(text))
    assert error.kind == kind
    assert re.search("controller|inventory", error.fact)


def test_quotas_wait() -> None:
    error = from_fault(Fault(codes=(0x803381A5,), subcode="QuotaLimit", reason=""), doing="x")
    assert isinstance(error, QuotaError)
    assert error.passing
    assert "Wait" in error.remedy
