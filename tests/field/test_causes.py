"""Whose fault it is that a station cannot be read: what answered is never off, and neither is what this machine lacks.

Each case is of both drivers, the worker's and the survey's, unless it has an exception of its own. To add one: a line.
"""

from __future__ import annotations

import errno
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import (
    Way,
    from_exception,
    from_preparation,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from winrm.exceptions import InvalidCredentialsError, WinRMError

from tests.field.answering import ADDRESS, Answer, Certificate, answering, http, mute, nobody
from tests.unit.drivers import Make

_OPENING = Way(doing="opening a shell", transport="ntlm", opening=True)
_DURING = Way(doing="reading the registry", transport="ntlm")
_OFF = ("powered off", "Switch", "refuses the connection", "WinRM is off")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _error(driver: str, *transports: str, **more: Any) -> StationError:
    options = {"operation_timeout_sec": 1, "read_timeout_sec": 2, "connecting": 2, "ca_trust_path": None, **more}
    with pytest.raises(StationError) as caught:
        Make(driver=driver, host=ADDRESS)(*transports, **options).connect()
    return caught.value


def _is_never_off(error: StationError) -> None:
    assert error.kind not in {"unreachable", "refused"} or "authenticate" in error.fact
    said = error.fact + error.remedy
    assert not [word for word in _OFF if word in said]


@pytest.mark.parametrize(
    ("source", "scheme", "answer", "kind", "fact"),
    [
        ("pywinrm: https on the port of http", "https", http("400 Bad Request"), "configuration", "does not speak TLS"),
        (
            "pywinrm: https, and a mail server",
            "https",
            lambda c: c.sendall(b"220 mx ESMTP\r\n"),
            "configuration",
            "TLS",
        ),
        ("ansible: http on the port of https", "http", lambda c: None, "fault", "takes the connection and cuts it"),
        ("ansible: nothing said", "http", mute, "fault", "takes the connection and says nothing"),
        ("pywinrm: no TLS said either", "https", mute, "fault", "takes the connection and says nothing"),
        ("nginx: plain HTTP on TLS", "http", http("400 The plain HTTP request"), "fault", "HTTP 400"),
        ("a proxy in the way", "http", http("407 Proxy Authentication Required"), "controller", "proxy"),
        ("a filter in the way", "http", http("403 Forbidden", "Server: e2guardian"), "fault", "e2guardian"),
        ("a portal in the way", "http", http("511 Network Authentication Required"), "fault", "HTTP 511"),
        ("a portal that redirects", "http", http("302 Found", "Location: http://portal/"), "redirect", "redirects"),
        ("squid", "http", http("503 Service Unavailable", "Server: squid/5.7"), "fault", "squid"),
        ("sshd", "http", lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), "fault", "does not speak HTTP"),
        (
            "pywinrm: a listener without NTLM",
            "http",
            http("401 Unauthorized", "WWW-Authenticate: Kerberos"),
            "refused",
            "does not offer the way to authenticate",
        ),
    ],
)
def test_what_answered_is_never_off(
    driver: str, source: str, scheme: str, answer: Answer, kind: str, fact: str
) -> None:
    with answering(answer) as port:
        error = _error(driver, "ntlm", port=port, scheme=scheme)
    assert (error.kind, fact in error.fact) == (kind, True), (source, error)
    _is_never_off(error)


@pytest.mark.parametrize(
    ("source", "certificate", "fact", "remedy"),
    [
        ("pywinrm: expired", Certificate(days=(-30, -1)), "expired", "clock"),
        ("pywinrm: not valid yet", Certificate(days=(1, 30)), "not valid yet", "clocks"),
        ("ansible: other name", Certificate(name="pc-07.example"), "made for another name", "name"),
        ("ansible: other address", Certificate(name="10.31.9.9"), "made for another name", "name"),
        ("OpenSSL 3: weak key", Certificate(bits=1024), "too weak", "2048"),
    ],
)
def test_certificates_are_told_apart(
    driver: str, tmp_path: Path, source: str, certificate: Certificate, fact: str, remedy: str
) -> None:
    pem = certificate.write(tmp_path)
    with answering(http("200 OK"), pem=pem) as port:
        error = _error(driver, "basic", port=port, scheme="https", ca_trust_path=str(pem))
    assert (error.kind, fact in error.fact, remedy in error.remedy) == ("fault", True, True), (source, error)
    _is_never_off(error)


def test_an_unknown_authority_is_one(driver: str, tmp_path: Path) -> None:
    with answering(http("200 OK"), pem=Certificate().write(tmp_path)) as port:
        error = _error(driver, "basic", port=port, scheme="https")
    assert "signed by an authority that it does not know" in error.fact
    _is_never_off(error)


@pytest.mark.parametrize("code", [3, 12, 24, 26, 66, 68, 79, 85, 89])
def test_further_words_of_certificates(code: int) -> None:
    exc = ssl.SSLCertVerificationError(1, "certificate verify failed")
    exc.verify_code, exc.verify_message = code, "what OpenSSL says"
    error = from_exception(exc, _OPENING)
    assert "what OpenSSL says" in error.fact
    assert "ca_trust_path" not in error.remedy
    _is_never_off(error)


@pytest.mark.parametrize(
    ("source", "options", "kind", "fact"),
    [
        ("ansible: no user name", {"user": ""}, "configuration", "no user name"),
        ("ansible: no user name given", {"user": None}, "configuration", "no user name"),
        ("AWX: no password", {"password": None}, "configuration", "no password"),
        ("ansible: CA file missing", {"scheme": "https", "ca_trust_path": "/nowhere/ca.pem"}, "controller", "file"),
        ("ansible: CA file that is none", {"scheme": "https", "ca_trust_path": __file__}, "controller", "file"),
        ("pywinrm: no such host name", {"host": "no such host"}, "configuration", ""),
    ],
)
def test_what_this_machine_or_the_inventory_lacks(
    driver: str, source: str, options: dict[str, Any], kind: str, fact: str
) -> None:
    with answering(http("200 OK")) as port:
        error = _error(driver, "basic", **{"port": port, **options})
    assert (error.kind, fact in error.fact) == (kind, True), (source, error)
    _is_never_off(error)


@pytest.mark.parametrize("named", ["nltm", "NTLM", "psrp", "auto"])
def test_an_unknown_transport_is_named(driver: str, named: str) -> None:
    error = _error(driver, named, port=nobody())
    assert (error.kind, repr(named) in error.fact) == ("configuration", True)
    assert error.fact.startswith("ansible_winrm_transport names")


def test_a_client_certificate_that_is_missing(driver: str) -> None:
    error = _error(driver, "certificate", scheme="https", cert_pem="/nowhere/c.pem", cert_key_pem="/nowhere/k.pem")
    assert error.kind == "controller"
    _is_never_off(error)


@pytest.mark.parametrize(
    "proxy", ["http://127.0.0.1:{port}", "http://nobody.invalid:3128", "socks5://127.0.0.1:{port}", "127.0.0.1:{port}"]
)
def test_a_proxy_of_the_environment_is_kept_away(driver: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.format(port=nobody()))
    with answering(http("404 Not Found", "Server: station")) as port:
        assert "server 'station'" in _error(driver, "basic", port=port).fact
        assert "server 'station'" in _error(driver, "basic", port=port, proxy="").fact


def test_a_proxy_that_was_asked_for_and_does_not_help_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(http("404 Not Found")) as port:
        for more in ({"proxy": f"http://{ADDRESS}:{nobody()}"}, {"proxy": "legacy_requests"}):
            monkeypatch.setenv("http_proxy", f"http://{ADDRESS}:{nobody()}")
            error = _error("worker", "basic", port=port, **more)
            assert (error.kind, "proxy" in error.fact) == ("controller", True)
            _is_never_off(error)


@pytest.mark.parametrize(
    ("source", "exc"),
    [
        ("pywinrm on OpenSSL 3", ValueError("unsupported hash type md4")),
        ("requests_ntlm on OpenSSL 3", ValueError("[digital envelope routines] unsupported")),
        ("ansible with FIPS", ValueError("[digital envelope routines: EVP_DigestInit_ex] disabled for FIPS")),
        ("hmac with FIPS", type("UnsupportedDigestmodError", (ValueError,), {"__module__": "_hashlib"})("unsupported")),
        ("no RC4", type("UnsupportedAlgorithm", (Exception,), {"__module__": "cryptography.exceptions"})("ARC4")),
    ],
)
def test_no_md4(source: str, exc: Exception) -> None:
    for error in (from_exception(exc, _OPENING), from_preparation(exc), from_exception(exc, _DURING)):
        assert (error.kind, "cryptography" in error.fact) == ("controller", True), source
        _is_never_off(error)


@pytest.mark.parametrize(
    ("source", "exc", "kind", "fact"),
    [
        (
            "glibc: resolver down",
            socket.gaierror(-3, "Temporary failure in name resolution"),
            "controller",
            "resolution",
        ),
        ("glibc: resolver broken", socket.gaierror(-4, "Non-recoverable failure"), "controller", "resolution"),
        ("glibc: system error", socket.gaierror(-11, "System error"), "controller", "resolution"),
        (
            "glibc: unknown name",
            socket.gaierror(-2, "Name or service not known"),
            "configuration",
            "name has no address",
        ),
        ("glibc: name without address", socket.gaierror(-5, "No address"), "configuration", "name has no address"),
        ("linux: no network", OSError(errno.ENETUNREACH, "Network is unreachable"), "controller", "has no route"),
        ("linux: network down", OSError(errno.ENETDOWN, "Network is down"), "controller", "has no route"),
        ("linux: OUTPUT refused", PermissionError(errno.EPERM, "Operation not permitted"), "controller", "forbids"),
        ("linux: too many files", OSError(errno.EMFILE, "Too many open files"), "controller", "no more files"),
        ("requests: a library", ImportError("No module named 'requests_ntlm'"), "controller", "lacks what"),
        ("OpenSSL: something new", ssl.SSLError(1, "[SSL: SOMETHING_NEW] x"), "fault", "TLS with the station failed"),
        ("schannel: no certificate", ssl.SSLError(1, "[SSL: TLSV1_ALERT_INTERNAL_ERROR] x"), "fault", "TLS with"),
        (
            "linux: reset at once",
            ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
            "fault",
            "cuts it",
        ),
    ],
)
def test_what_the_system_says_is_told_by_class_and_number(source: str, exc: Exception, kind: str, fact: str) -> None:
    error = from_preparation(exc) if isinstance(exc, ImportError) else from_exception(exc, _OPENING)
    assert (error.kind, fact in error.fact) == (kind, True), (source, error)
    _is_never_off(error)


def test_no_route_to_a_host_has_its_own_words() -> None:
    error = from_exception(OSError(errno.EHOSTUNREACH, "No route to host"), _OPENING)
    assert "no route to host" in error.fact
    assert "route" in error.remedy
    assert "powered off" not in error.fact


@pytest.mark.parametrize(
    ("source", "exc"),
    [
        ("a page that says refused", ValueError("the connection was refused by the portal (timeout, cannot resolve)")),
        ("an answer that says timeout", WinRMError("timed out: could not resolve, connection refused")),
        ("a library's text", RuntimeError("Max retries exceeded: Connection refused, timed out, resolve")),
        ("a key", KeyError("connection refused")),
    ],
)
def test_words_anywhere_in_a_text_mean_nothing(source: str, exc: Exception) -> None:
    for way in (_OPENING, _DURING):
        error = from_exception(exc, way)
        assert error.kind == "fault", source
        assert "Switch" not in error.remedy


@pytest.mark.parametrize(
    ("source", "exc", "kind"),
    [
        ("pywinrm", InvalidCredentialsError("auth method ntlm requires a username"), "configuration"),
        ("pywinrm", WinRMError("requested auth method is ntlm, but requests_ntlm is not installed"), "controller"),
        ("ansible", AnsibleError("ssl: cert_pem file not found (/nowhere)"), "controller"),
        ("ansible", AnsibleError("the host said: cert_pem file not found"), "configuration"),
        (
            "ansible",
            AnsibleError("The installed version of WinRM does not support transport(s) ['credssp']"),
            "controller",
        ),
    ],
)
def test_texts_count_from_their_beginning_alone(source: str, exc: Exception, kind: str) -> None:
    assert from_preparation(exc).kind == kind


def test_a_resolver_that_says_nothing_is_no_station_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """glibc waits 5 s twice for a name server that is down, a connection 3 s."""
    lookup, asked = socket.getaddrinfo, threading.Event()

    def getaddrinfo(host: str, *args: Any, **more: Any) -> Any:
        if host != "pc-01.lycee.example" or more.get("flags") == socket.AI_NUMERICHOST:
            return lookup(host, *args, **more)
        asked.wait(5)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    error = _error("survey", "ntlm", host="pc-01.lycee.example", connecting=0.2)
    asked.set()
    assert (error.kind, "name resolution" in error.fact) == ("controller", True)
    _is_never_off(error)
