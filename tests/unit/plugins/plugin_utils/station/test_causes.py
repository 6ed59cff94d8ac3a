"""What exceptions and faults become: every row of the tables, and what libraries really raise."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
import requests
import urllib3
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import (
    fault_codes,
    kerberos,
    network_codes,
    plain_causes,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import (
    Way,
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
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.plain_causes import BREACHES
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import Fault
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from spnego import exceptions as spnego
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
)

from tests.unit.causes import error_of

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
_OTHERS = {"known": "basic", "name": "a_variable", "least": 1, "most": 9, "reading": 3, "operating": 4}
_DURING = Way(doing="trying it", transport="ntlm")


@pytest.mark.parametrize(("table", "code"), [(table, code) for table, rows in _TABLES.items() for code in rows])
def test_every_row_of_the_tables_makes_anerror_of(table: str, code: Any) -> None:
    error = _TABLES[table][code].error(doing="trying it", code=7, text="what {it} said", **_OTHERS)
    assert isinstance(error, StationError)
    assert error.kind in {"unreachable", "refused", "fault", "quota", "controller", "configuration", *BREACHES}
    assert error.remedy.endswith((".", "…"))
    assert "{" not in error.fact.replace("{it}", "")
    # Who is told in French reads French.
    french = catalogue("fr")
    assert french.of(error.fact) != error.fact
    assert french.of(error.remedy) != error.remedy


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
    (OSError(errno.EHOSTUNREACH, "x"), "unreachable", "no route to host"),
    (OSError(errno.ENETUNREACH, "x"), "controller", "no route to the station's network"),
    (ConnectionResetError(errno.ECONNRESET, "x"), "fault", "takes the connection and cuts it"),
    (BrokenPipeError(errno.EPIPE, "x"), "fault", "takes the connection and cuts it"),
    (OSError(errno.EMFILE, "Too many open files"), "controller", "may open no more files"),
    (OSError(errno.ENFILE, "x"), "controller", "may open no more files"),
    (OSError(errno.ENOMEM, "x"), "controller", "no memory"),
    (OSError(errno.EADDRNOTAVAIL, "x"), "controller", "no local port"),
    (PermissionError(errno.EACCES, "x"), "controller", "forbids the connection"),
    (FileNotFoundError(errno.ENOENT, "x", "/ca.pem"), "controller", "a file that the connection needs"),
    (PermissionError(errno.EACCES, "x", "/key.pem"), "controller", "a file that the connection needs"),
    (OSError(errno.ENOSPC, "x"), "controller", "disk"),
    (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "configuration", "name has no address"),
    (socket.gaierror(socket.EAI_NODATA, "x"), "configuration", "name has no address"),
    (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "controller", "name resolution does not work"),
    (socket.gaierror(socket.EAI_FAIL, "x"), "controller", "name resolution does not work"),
    (ssl.SSLEOFError(8, "EOF occurred"), "fault", "takes the connection and cuts it"),
    (ssl.SSLError(1, "[SSL: SOMETHING_NEW] something"), "fault", "TLS with the station failed"),
    (MemoryError(), "controller", "no memory"),
    (http.client.RemoteDisconnected("x"), "fault", "takes the connection and cuts it"),
    (http.client.BadStatusLine("x"), "fault", "does not speak HTTP"),
    (http.client.LineTooLong("header"), "oversize", "answers more than any answer may hold"),
    (http.client.HTTPException("got more than 100 headers"), "oversize", "answers more than any answer may hold"),
    (http.client.IncompleteRead(b""), "fault", "takes the connection and cuts it"),
)


@pytest.mark.parametrize("number", range(len(_SYSTEM)))
def test_the_system_is_understood_by_class_and_number(number: int) -> None:
    exc, kind, fact = _SYSTEM[number]
    for shown in (exc, _wrapped(exc), requests.exceptions.ConnectionError(exc)):
        error = error_of(shown)
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
        (requests.exceptions.TooManyRedirects("x"), "redirect", "redirects elsewhere"),
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
    error = error_of(exc, _DURING)
    assert error.kind == kind
    assert fact in error.fact


_KEY = cast(Any, aiohttp.client_reqrep.ConnectionKey)("pc", 5985, False, True, None, None, None)
_INFO = cast(Any, SimpleNamespace(real_url="x"))


@pytest.mark.parametrize(
    ("exc", "kind", "fact"),
    [
        (aiohttp.ClientConnectorError(_KEY, ConnectionRefusedError(111, "x")), "unreachable", "refuses the connection"),
        (aiohttp.ClientConnectorDNSError(_KEY, socket.gaierror(-2, "x")), "configuration", "name has no address"),
        (aiohttp.ClientOSError(errno.EMFILE, "x"), "controller", "may open no more files"),
        (aiohttp.ServerDisconnectedError(), "unreachable", "was cut while trying it"),
        (aiohttp.ClientPayloadError("x"), "unreachable", "was cut while trying it"),
        (aiohttp.ConnectionTimeoutError("x"), "unreachable", "powered off"),
        (aiohttp.SocketTimeoutError("x"), "unreachable", "stopped answering while trying it"),
        (aiohttp.InvalidUrlClientError("x"), "configuration", "the station's address cannot be one"),
        (aiohttp.TooManyRedirects(_INFO, ()), "redirect", "redirects elsewhere"),
        (aiohttp.ClientHttpProxyError(_INFO, ()), "controller", "a proxy"),
        (aiohttp.ClientResponseError(_INFO, (), status=503), "fault", "answered HTTP 503 while trying it"),
        (aiohttp.http_exceptions.BadStatusLine("x"), "fault", "does not speak HTTP"),
    ],
)
def test_the_other_client_is_understood_by_class(exc: Exception, kind: str, fact: str) -> None:
    error = error_of(exc, _DURING)
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
    assert error_of(first).kind == "fault"


@pytest.mark.parametrize(
    ("code", "fact"),
    [(10, "expired"), (62, "made for another name"), (18, "an authority that it does not know"), (77, "told so")],
)
def test_certificates_are_told_by_number(code: int, fact: str) -> None:
    exc = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    exc.verify_code, exc.verify_message = code, "told so"
    for shown in (exc, requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", exc))):  # type: ignore[arg-type]
        error = error_of(shown)
        assert error.kind == "fault"
        assert error.fact == f"the station's TLS certificate is not trusted by the controller ({_with(fact)})"


def _with(fact: str) -> str:
    return f"signed by {fact}" if fact.startswith("an authority") else fact


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
