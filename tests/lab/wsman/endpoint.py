"""One station behind its sockets: connections, authentication, fault rules, the journal."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from aiohttp import web

from tests.lab.faults import Fault, FaultPlan
from tests.lab.journal import Journal
from tests.lab.station import Account, Power, Station
from tests.lab.wsman import codes, soap
from tests.lab.wsman.auth import Authenticator, Session, UnencryptedError
from tests.lab.wsman.dispatch import Dispatcher, describe
from tests.lab.wsman.encryption import SOAP_TYPE
from tests.lab.wsman.endless import endless
from tests.lab.wsman.exchange import SERVER, CutError, Exchange, misbehave, plain, strange
from tests.lab.wsman.quotas import Quotas
from tests.lab.wsman.soap import MalformedError, Request, SoapFault
from tests.lab.wsman.strangers import DRIPPING, STRANGERS, Dripping, Untyped, garbled

__all__ = ["Endpoint", "Listening"]

# Room for multipart/encrypted around an envelope of the greatest size.
_WRAPPING = 1024


@dataclass(frozen=True, kw_only=True)
class Listening:
    """How a station listens. ``deny`` refuses shells or WMI to every account, one by one as Windows' rights do."""

    address: str
    auth: frozenset[str] = frozenset({"basic", "ntlm", "certificate"})
    allow_unencrypted: bool = True
    quotas: Quotas = field(default_factory=Quotas)
    deny: frozenset[Literal["shell", "wmi"]] = frozenset()
    # What answers at the address instead of WinRM: a name of tests/lab/wsman/strangers.py.
    stranger: str = ""
    strict: bool = False  # CbtHardeningLevel
    keytab: Path | None = None  # the station's, in a domain: without it "kerberos" is not offered


def _reset(transport: asyncio.BaseTransport | None) -> None:
    """Close with RST, as a machine that lost its power or its cable seems to (linger of 0 seconds)."""
    if not isinstance(transport, asyncio.WriteTransport) or transport.is_closing():
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class _Listener(web.Server):
    """One socket: aiohttp's server with a Session for each connection."""

    def __init__(self, endpoint: Endpoint, authenticator: Authenticator) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.sessions: dict[Any, Session] = {}
        self.socket: asyncio.Server | None = None
        super().__init__(self._answer, request_factory=self._request, access_log=None)

    def connection_made(self, handler: Any, transport: asyncio.Transport) -> None:
        """A client connected, over TLS with or without a certificate."""
        super().connection_made(handler, transport)
        tls = transport.get_extra_info("ssl_object")
        self.sessions[handler] = (
            Session()
            if tls is None
            else Session(certificate=tls.getpeercert(binary_form=True), tls=tls.version() or "")
        )

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        """What the connection had proven goes with it."""
        super().connection_lost(handler, exc)
        session = self.sessions.pop(handler, None)
        if session is not None:
            session.closed = True

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        # The size is checked here, against the station's own quota.
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=0)

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        return await self.endpoint.handle(http, self.sessions.get(http.protocol) or Session(), self.authenticator)

    async def open(self, address: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Listen. Raises OSError when the address is taken."""
        self.socket = await asyncio.get_running_loop().create_server(self, address, port, ssl=tls, backlog=64)

    def close(self) -> None:
        """Stop listening and reset every connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        for handler in self.connections:
            _reset(handler.transport)


class Endpoint:
    """Everything that answers for one station."""

    def __init__(
        self, station: Station, listening: Listening, faults: FaultPlan, journal: Journal, *, certificate: bytes | None
    ) -> None:
        self.station = station
        self.listening = listening
        self._faults = faults
        self._journal = journal
        self._dispatcher = Dispatcher(station, listening.quotas, deny=listening.deny)
        self._certificate = certificate
        self._listeners: list[_Listener | Dripping] = []
        self._switching = asyncio.Lock()
        self._lost = False
        self._handling: set[asyncio.Task[Any] | None] = set()

    async def follow_power(self, http_port: int, https_port: int | None, tls: ssl.SSLContext | None) -> None:
        """Listen exactly when the station is on. Raises OSError when its address is taken."""
        async with self._switching:
            # Until both agree: the power may change again while sockets are being opened or closed.
            while self._lost or (self.station.power is Power.ON) is not bool(self._listeners):
                if self.station.power is Power.ON and not self._lost:
                    await self._open(http_port, None, None)
                    if https_port is not None and tls is not None:
                        await self._open(https_port, tls, self._certificate)
                else:
                    self._lost = False
                    await self.close()

    @property
    def shells(self) -> int:
        """How many shells are open."""
        return self._dispatcher.shells

    def power_lost(self) -> None:
        """Connections and shells end at the next ``follow_power``, even if the station is on again by then."""
        self._lost = True

    async def _open(self, port: int, tls: ssl.SSLContext | None, certificate: bytes | None) -> None:
        authenticator = Authenticator(
            self.station,
            methods=self.listening.auth,
            allow_unencrypted=self.listening.allow_unencrypted,
            certificate=certificate,
            keytab=self.listening.keytab,
            strict=self.listening.strict,
        )
        dripping = self.listening.stranger == DRIPPING
        listener = Dripping() if dripping else _Listener(self, authenticator)
        await listener.open(self.listening.address, port, tls)
        self._listeners.append(listener)

    async def close(self) -> None:
        """Stop listening, reset every connection, drop what was being answered, end every shell."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()
        for task in self._handling - {asyncio.current_task()}:
            if task is not None:
                task.cancel()
        await self._dispatcher.close()

    async def handle(self, http: web.BaseRequest, session: Session, authenticator: Authenticator) -> web.Response:
        """Answer one HTTP request, or reset its connection."""
        exchange = Exchange()
        task = asyncio.current_task()
        self._handling.add(task)
        try:
            return await self._handle(http, session, authenticator, exchange)
        except CutError:
            exchange.bytes_out = 0
            _reset(http.transport)
            # Goes nowhere: aiohttp finds the transport closed.
            return web.Response(status=503)
        finally:
            self._handling.discard(task)
            leg = {"leg": True} if exchange.leg else {}
            self._journal.add(
                "request",
                self.station.name,
                operation=exchange.operation,
                detail=exchange.detail,
                bytes_in=exchange.bytes_in,
                bytes_out=exchange.bytes_out,
                status=exchange.status,
                **leg,
            )

    async def _handle(
        self, http: web.BaseRequest, session: Session, authenticator: Authenticator, exchange: Exchange
    ) -> web.Response:
        if self.station.power is not Power.ON:
            raise CutError
        if http.path.rstrip("/").lower() != "/wsman":
            return plain(exchange, 404)
        if http.method != "POST":
            return plain(exchange, 405)
        maximum = self.listening.quotas.max_envelope_kb * 1024 + _WRAPPING
        exchange.bytes_in = http.content_length or 0
        if exchange.bytes_in > maximum:
            return plain(exchange, 413)
        body = await http.read()
        exchange.bytes_in = len(body)
        if len(body) > maximum:
            return plain(exchange, 413)
        if (rule := self._rule(f"{http.method.title()} {http.path}", exchange)) is not None:
            return await misbehave(rule, http, exchange)
        if http.headers.get("WSMANIDENTIFY", "").lower() == "unauthenticated" and b"Identify" in body:
            return await self._identify(body, exchange)
        if self.listening.stranger:
            return strange(exchange, STRANGERS[self.listening.stranger])
        if authenticator.resets(session, http.headers.get("Authorization")):
            raise CutError
        verdict = authenticator.check(session, http.headers.get("Authorization"))
        if verdict.tried:
            let_in = verdict.account is not None
            self._journal.add("login", self.station.name, account=verdict.tried, accepted=let_in)
        if verdict.account is None:
            exchange.leg = verdict.leg
            return plain(exchange, 401, verdict.headers)
        content_type = http.headers.get("Content-Type", "")
        try:
            message = authenticator.read_body(session, content_type, body)
            if not message:
                # The end of a handshake without a message: clients that encrypt begin so.
                exchange.leg = True
                return plain(exchange, 200, verdict.headers)
            status, answer = await self._answer(message, verdict.account, session, exchange)
            if exchange.rule is not None and exchange.rule.effect in {"answer", "hostile"}:
                return await misbehave(exchange.rule, http, exchange)
        except UnencryptedError:
            # Nothing but the code is sent: a fault in the clear is what the setting forbids.
            return plain(exchange, 500, verdict.headers)
        except ValueError:
            # Neither an encrypted body nor XML.
            return plain(exchange, 400, verdict.headers)
        if not answer:
            return plain(exchange, status, verdict.headers)
        rule = exchange.rule
        sealed = rule is None or rule.effect != "in_clear"
        answer_type, wire = authenticator.write_body(session, content_type if sealed else SOAP_TYPE, answer)
        if rule is not None and rule.effect == "garble":
            wire = garbled(wire)
        exchange.bytes_out, exchange.status = len(wire), status
        untyped = rule is not None and rule.effect == "no_content_type"
        response = (Untyped if untyped else web.Response)(
            status=status, body=wire, headers={**SERVER, "Content-Type": answer_type}
        )
        for header in verdict.headers:
            response.headers.add("WWW-Authenticate", header)
        return response

    async def _identify(self, body: bytes, exchange: Exchange) -> web.Response:
        """Identify without credentials, as Test-WSMan asks; anything else in its place is refused."""
        try:
            request = soap.parse_request(body)
        except (MalformedError, SoapFault):
            return plain(exchange, 400)
        if not request.identify:
            return plain(exchange, 401)
        nobody = Account(name="", password="")
        status, answer = await self._answer(body, nobody, Session(), exchange)
        exchange.status, exchange.bytes_out = status, len(answer)
        return web.Response(status=status, body=answer, headers={**SERVER, "Content-Type": SOAP_TYPE})

    async def _answer(
        self, message: bytes, account: Account, session: Session, exchange: Exchange
    ) -> tuple[int, bytes]:
        request = Request()
        rule: Fault | None = None
        try:
            request = soap.parse_request(message)
            exchange.operation, exchange.detail = describe(request)
            what = f"{exchange.operation} {exchange.detail}".rstrip()
            rule = self._rule(what, exchange)
            if rule is not None:
                if rule.effect == "http_500":
                    return 500, b""
                if rule.effect == "endless":
                    return 200, soap.answer(request, f"{request.action}Response", endless(request, rule.size))
                await self._break(rule, session)
            answer = await self._dispatcher.dispatch(request, account, connected=lambda: not session.closed)
            limit = min(request.max_envelope, self.listening.quotas.max_envelope_kb * 1024)
            if len(answer) > limit:
                raise codes.oversize(len(answer), limit)
            status = 200
        except SoapFault as fault:
            # Windows answers HTTP 500 to every fault, a sender's mistake included.
            status, answer = 500, soap.fault_answer(request, fault, machine=self.station.name)
        except MalformedError:
            return 400, b""
        if rule is not None and rule.effect == "delay":
            await asyncio.sleep(rule.seconds)
        if rule is not None and rule.effect == "edit":
            answer = rule.edited(answer)
        if (rule is not None and rule.effect == "cut_after") or self.station.power is not Power.ON:
            raise CutError
        return status, answer

    def _rule(self, what: str, exchange: Exchange) -> Fault | None:
        """The rule for a step, which the journal is told of."""
        rule = self._faults.check(what)
        if rule is not None:
            self._journal.add("fault", self.station.name, effect=rule.effect, what=what)
            exchange.rule = rule
        return rule

    async def _break(self, rule: Fault, session: Session) -> None:
        """What a rule does before the request is handled."""
        quotas = self.listening.quotas
        match rule.effect:
            case "cut":
                raise CutError
            case "power_off" | "reboot":
                # The power's loss ends what is being answered, but not the hand at the switch.
                self._handling.discard(asyncio.current_task())
                await (self.station.restart() if rule.effect == "reboot" else self.station.set_power(Power.OFF))
                raise CutError
            case "access_denied":
                raise codes.access_denied()
            case "quota_shells":
                raise codes.shells_quota(quotas.max_shells_per_user, older=True)
            case "quota_shells_wmi":
                raise codes.shells_quota(quotas.max_shells_per_user)
            case "busy":
                raise codes.operation_timeout()
            case "shell_lost":
                raise codes.unknown_shell("")
            case "profile_unloaded":
                raise codes.profile_unloaded()
            case "server_limit":
                raise codes.server_envelope_limit()
            case "request_limit":
                raise codes.request_too_large()
            case "quota_operations":
                raise codes.operations_quota(quotas.max_operations_per_user)
            case "shell_used_up":
                raise codes.shell_used_up(quotas.max_operations_per_shell)
            case "oversize":
                limit = quotas.max_envelope_kb * 1024
                raise codes.oversize(2 * limit, limit)
            case "hold":
                await self._hold(session)
            case (
                "delay"
                | "cut_after"
                | "note"
                | "answer"
                | "edit"
                | "garble"
                | "no_content_type"
                | "in_clear"
                | "hostile"
            ):
                pass
            case _:
                raise ValueError(f"the effect {rule.effect!r} is for a step on the station, not for a request")

    async def _hold(self, session: Session) -> None:
        """Wait until the rules are changed. Raises CutError when the client has gone meanwhile."""
        changed = asyncio.create_task(self._faults.changed.wait())
        try:
            while not session.closed and not changed.done():
                # A closed connection is no event that handlers are told of.
                await asyncio.wait([changed], timeout=0.05)
        finally:
            changed.cancel()
        if session.closed:
            raise CutError
