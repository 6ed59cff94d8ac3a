"""Who asks: what is shared by the stations of a survey, and Kerberos with a library that is only played."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import spnego
from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import OddAnswerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.tickets import Login, Ticket
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import authentication, trust
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Approach
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.authentication import (
    Scheme,
    bindings_of,
    scheme_of,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.trust import Trust
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.wire import Received
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

T = TypeVar("T")

_NO_KDC = "no Kerberos server of the domain answers the controller"
_NOT_PROVEN = "the station did not prove its identity by Kerberos"


def _approach(**more: Any) -> Approach:
    given: dict[str, Any] = {
        "transport": "kerberos",
        "kind": "kerberos",
        "host": "pc-01",
        "port": 5985,
        "path": "/wsman",
        "secure": False,
        "user": "deploy@X",
        "password": "p",
        "encrypted": True,
        "trusted": True,
        "certificate": None,
        "bound": True,
        "service": "HTTP",
        "service_host": "pc-01.x",
        "delegated": False,
        "login": None,
        "answering": 30,
        "operating": 20,
        **more,
    }
    return Approach(**given)


class _Context:
    """Kerberos' part of a handshake: complete once the station has proven itself."""

    def __init__(self, *credentials: Any, **options: Any) -> None:
        self.credentials, self.options = credentials, options
        self.complete = False
        self.waits: Callable[[], object] = bool

    def step(self, token: bytes | None = None) -> bytes | None:
        self.waits()
        if token is None:
            return b"ticket"
        self.complete = token == b"proof"
        return None


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[_Context]:
    made: list[_Context] = []

    def client(*credentials: Any, **options: Any) -> _Context:
        made.append(_Context(*credentials, **options))
        return made[-1]

    monkeypatch.setattr(spnego, "client", client)
    return made


class _Station:
    """Answers each request of a handshake with the next of these."""

    def __init__(self, *answers: Received) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[bytes, str]] = []

    async def post(self, body: bytes, _kind: str, authorization: str) -> Received:
        self.asked.append((body, authorization))
        return self.answers.pop(0)


def _wait(awaited: Awaitable[T]) -> T:
    async def run() -> T:
        return await awaited

    return asyncio.run(run())


def _told(text: bytes) -> str:
    return f"Negotiate {base64.b64encode(text).decode()}"


def _begun(scheme: Scheme, station: _Station, *, certificate: bytes = b"", seconds: float = 30) -> None:
    _wait(scheme.begin(station.post, certificate, seconds))


def test_one_request_of_kerberos_proves_both(contexts: list[_Context]) -> None:
    scheme = scheme_of(_approach(delegated=True), Trust(), cache="FILE:/t")
    station = _Station(Received(status=200, body=b"", offers=_told(b"proof")))
    _begun(scheme, station)
    assert station.asked == [(b"", _told(b"ticket"))]
    assert (scheme.protocol, scheme.authorization()) == ("application/HTTP-SPNEGO-session-encrypted", "")
    (context,) = contexts
    assert context.credentials == (spnego.KerberosCCache("FILE:/t", "deploy@X"),)
    assert (context.options["hostname"], context.options["service"]) == ("pc-01.x", "HTTP")
    assert context.options["context_req"] & spnego.ContextReq.delegate


@pytest.mark.parametrize("offers", ["", "Negotiate", _told(b"another proof")])
def test_who_proves_nothing_is_not_believed(contexts: list[_Context], offers: str) -> None:
    answer = Received(status=200, body=b"x", offers=offers)
    with pytest.raises(StationError, match=_NOT_PROVEN):
        _begun(scheme_of(_approach(), Trust()), _Station(answer))
    scheme = scheme_of(_approach(encrypted=False), Trust())
    _begun(scheme, _Station())
    with pytest.raises(StationError, match=_NOT_PROVEN):
        scheme.incoming(answer)


def test_a_ticket_goes_with_the_first_message_where_none_is_encrypted(contexts: list[_Context]) -> None:
    scheme, station = scheme_of(_approach(encrypted=False), Trust()), _Station()
    _begun(scheme, station)
    assert station.asked == []
    assert [scheme.authorization(), scheme.authorization()] == [_told(b"ticket"), ""]
    assert scheme.outgoing(b"m") == ("application/soap+xml;charset=UTF-8", b"m")
    for _ in range(2):
        assert scheme.incoming(Received(status=200, body=b"x", offers=_told(b"proof"))) == b"x"
    assert contexts[0].credentials == (spnego.CredentialCache("deploy@X"),)


def test_a_domain_that_does_not_answer_holds_nobody(contexts: list[_Context], monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(_Context, "step", lambda _self: released.wait(10) and b"")

    async def begin() -> None:
        try:
            await scheme_of(_approach(), Trust()).begin(_Station().post, b"", 0.05)
        finally:
            released.set()

    with pytest.raises(StationError) as caught:
        asyncio.run(begin())
    assert (caught.value.kind, caught.value.fact) == ("controller", _NO_KDC)


_WRONG = "Kerberos auth failure for principal x: kinit: Password incorrect while getting initial credentials"
_LOGIN = Login(principal="deploy@X", password="p", command="kinit")


def test_one_log_in_for_all_stations_and_a_file_for_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    asked: list[Login] = []

    def ticket(login: Login) -> Ticket:
        asked.append(login)
        time.sleep(0.01)
        return Ticket(cache=b"ticket", until=time.time() + (60 if len(asked) > 1 else -1))

    monkeypatch.setattr(trust, "ticket", ticket)

    async def caches() -> list[Path]:
        shared = Trust()
        found = await asyncio.gather(*(shared.cache(_LOGIN, f"pc{n}", 30) for n in range(9)))
        assert asked == [_LOGIN]
        # It is near its end: the next connections have another.
        found += [await shared.cache(_LOGIN, f"pc{n}", 30) for n in range(3)]
        return [path for path, _until in found]

    found = asyncio.run(caches())
    assert asked == [_LOGIN, _LOGIN]
    assert {each.read_bytes() for each in found} == {b"ticket"}
    assert len(set(found)) == 12
    assert {each.stat().st_mode & 0o777 for each in found} == {0o600}


def test_a_log_in_that_is_refused_or_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def ticket(login: Login) -> Ticket:
        if login.principal == "slow@X":
            released.wait(10)
        raise AnsibleConnectionFailure(_WRONG)

    monkeypatch.setattr(trust, "ticket", ticket)

    async def facts() -> list[str]:
        shared, told = Trust(), []
        for login, seconds in ((_LOGIN, 30.0), (Login(principal="slow@X", password="p", command="kinit"), 0.05)):
            for _ in range(2):
                with pytest.raises(StationError) as caught:
                    await shared.cache(login, "pc", seconds)
                told.append(caught.value.fact)
        released.set()
        return told

    assert asyncio.run(facts()) == ["the domain refuses the password of the account"] * 2 + [_NO_KDC] * 2


def test_a_password_is_hashed_once() -> None:
    shared, approach = Trust(), _approach(kind="ntlm", user="X\\deploy", password="Password")
    found = shared.hashes(approach)
    assert (found.username, found.nt_hash) == ("X\\deploy", "a4f49c406510bdcab6824ee7c30fd852")
    assert shared.hashes(approach) is found
    assert shared.hashes(_approach(kind="ntlm", user="X\\deploy", password="other")) is not found
    assert "a4f49c" not in repr(found)


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Received(status=200, body=b""), "without asking who sends it"),
        (Received(status=401, body=b"", offers="Negotiate"), "nothing where NTLM was asked for"),
        (Received(status=401, body=b"", offers="Negotiate,NTLM"), "nothing where NTLM was asked for"),
        (Received(status=401, body=b"", offers='Basic realm="WSMAN"'), "does not offer the way to authenticate"),
        (Received(status=401, body=b""), "refuses the user name or the password"),
    ],
)
def test_a_handshake_of_ntlm_that_leads_nowhere(answer: Received, wrong: str) -> None:
    station = _Station(answer, answer)
    with pytest.raises((StationError, OddAnswerError)) as caught:
        _begun(scheme_of(_approach(transport="ntlm", kind="ntlm"), Trust()), station)
    assert wrong in str(caught.value)
    # Nothing but the first token, twice at most.
    assert {len(body) for body, _ in station.asked} == {0}
    assert len(station.asked) <= 2


def _certificate(key: Any, algorithm: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pc-01")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=900)).serial_number(7)
    return dated.sign(key, algorithm).public_bytes(serialization.Encoding.DER)


def test_a_log_in_is_bound_to_the_certificate_by_its_own_digest() -> None:
    """RFC 5929, 4.1."""
    curve = ec.generate_private_key(ec.SECP256R1())
    for algorithm, digest in ((hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")):
        given = _certificate(curve, algorithm)
        bindings = bindings_of(given)
        assert bindings is not None
        assert bindings.application_data == b"tls-server-end-point:" + hashlib.new(digest, given).digest()
    # One that is signed without a digest of its own.
    bindings = bindings_of(given := _certificate(ed25519.Ed25519PrivateKey.generate(), None))
    assert bindings is not None
    assert bindings.application_data == b"tls-server-end-point:" + hashlib.sha256(given).digest()


def test_a_binding_can_be_left_out(contexts: list[_Context]) -> None:
    given = _certificate(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    for bound in (True, False):
        _begun(scheme_of(_approach(bound=bound, encrypted=False), Trust()), _Station(), certificate=given)
    assert [context.options["channel_bindings"] is not None for context in contexts] == [True, False]


@pytest.mark.parametrize(
    ("offers", "scheme", "wanted"),
    [
        ("Negotiate, Kerberos", "NTLM", None),
        ("Negotiate", "Negotiate", ""),
        ('Basic realm="a", negotiate  abc==, NTLM', "Negotiate", "abc=="),
        ("NegotiateX abc", "Negotiate", None),
        ("", "Negotiate", None),
    ],
)
def test_what_a_listener_offers(offers: str, scheme: str, wanted: str | None) -> None:
    assert authentication._token(Received(status=401, body=b"", offers=offers), scheme) == wanted
