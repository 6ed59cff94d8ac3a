# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to one station by one transport: over a connection that is opened, and opened again, when there is none, and
behind the rules of ``station/rules.py``. I/O: the network.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from ...module_utils.base.deadline import Deadline
from ..station.causes import Way, from_answer
from ..station.limits import Limits
from ..station.refusals import not_let_in
from ..station.rules import UnsealedError, check
from ..station.trials import LONGEST, PAUSE, Trial
from .access import Approach
from .authentication import Scheme, scheme_of
from .sealing import SEALED_TYPE
from .trust import Trust
from .wire import Connection, Received, connect

__all__ = ["Session"]

_UNAUTHORIZED = 401


class Session:
    """Messages by one approach. Its methods raise StationError, and whatever ``causes.from_exception`` knows."""

    def __init__(self, approach: Approach, limits: Limits, trust: Trust) -> None:
        self._approach = approach
        self._limits = limits
        self._trust = trust
        self._connection: Connection | None = None
        self._scheme: Scheme | None = None
        self._until = 0.0
        self._believed = True
        self._trial = Trial(approach.user, approach.password, approach.host)
        name = f"[{approach.host}]" if ":" in approach.host else approach.host
        # As pywinrm presents itself.
        self._head = (
            f"POST {approach.path or '/'} HTTP/1.1\r\nHost: {name}:{approach.port}\r\n"
            "User-Agent: Python WinRM client\r\nAccept-Encoding: identity\r\nAccept: */*\r\nConnection: Keep-Alive\r\n"
        )

    @property
    def operating(self) -> int:
        """Seconds that the station has for a request."""
        return self._approach.operating

    @property
    def transport(self) -> str:
        """``ansible_winrm_transport``."""
        return self._approach.transport

    async def send(self, message: bytes, way: Way) -> bytes:
        """Send a message and return the answer's."""
        connection, scheme = await self._ready(way)
        kind, body = scheme.outgoing(message)
        answer = await self._post(connection, scheme, way, body=body, kind=kind, authorization=scheme.authorization())
        if answer.status == _UNAUTHORIZED:
            raise not_let_in(self._approach.transport, answer.offers)
        return scheme.incoming(answer)

    def close(self) -> None:
        """Close the connection, and forget who asked."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._scheme = None

    async def _ready(self, way: Way) -> tuple[Connection, Scheme]:
        if self._connection is not None and self._scheme is not None and self._connection.alive:
            return self._connection, self._scheme
        if self._connection is not None:
            self._connection.close()
        scheme = await self._proving()
        opened = await self._connected()

        async def post(body: bytes, kind: str, authorization: str) -> Received:
            return await self._post(opened, scheme, way, body=body, kind=kind, authorization=authorization)

        try:
            await scheme.begin(post, opened.certificate, self._limits.within(self._approach.answering))
        except BaseException:
            opened.close()
            raise
        # Not before: until it is proven who asks, nothing else is sent over it.
        self._connection = opened
        return opened, scheme

    async def _proving(self) -> Scheme:
        """What proves who asks on a new connection; with a new ticket where the last one ends."""
        login = self._approach.login
        if self._scheme is None or (login is not None and self._until <= time.time()):
            cache = ""
            if login is not None:
                within = self._limits.within(self._approach.answering)
                path, self._until = await self._trust.cache(login, self._approach.host, within)
                cache = f"FILE:{path}"
            self._scheme = scheme_of(self._approach, self._trust, cache=cache)
        return self._scheme

    async def _connected(self) -> Connection:
        approach = self._approach
        tls = self._trust.context(approach) if approach.secure else None
        deadline = Deadline(self._limits.within(min(self._limits.connecting, approach.answering)))
        opened = await connect(approach.host, approach.port, deadline)
        if tls is not None:
            try:
                await opened.secure(tls, approach.host, deadline)
            except BaseException:
                opened.close()
                raise
        return opened

    async def _post(
        self, connection: Connection, scheme: Scheme, way: Way, *, body: bytes, kind: str, authorization: str
    ) -> Received:
        if self._trial.asks(authorization):
            until = Deadline(self._limits.within(LONGEST))
            async with self._trust.turn(self._trial.account):
                for _turn in self._trial.turn(authorization, until):
                    await asyncio.sleep(PAUSE)
            try:
                answer = await self._exchanged(connection, scheme, body=body, kind=kind, authorization=authorization)
            except BaseException:
                self._trial.unanswered()
                raise
            self._trial.answered(answer.status, answer.offers)
        else:
            answer = await self._exchanged(connection, scheme, body=body, kind=kind, authorization=authorization)
        if not self._believed:
            raise UnsealedError(answer.status, answer.body, server=answer.server)
        if answer.status >= 400 and answer.status != _UNAUTHORIZED:
            told = scheme.incoming(answer) if scheme.protocol and kind == SEALED_TYPE and answer.body else answer.body
            raise from_answer(answer.status, told, way, server=answer.server)
        return answer

    async def _exchanged(
        self, connection: Connection, scheme: Scheme, *, body: bytes, kind: str, authorization: str
    ) -> Received:
        said = f"Authorization: {authorization}\r\n" if authorization else ""
        head = f"{self._head}{said}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        deadline = Deadline(self._limits.within(self._approach.answering))
        protocol = scheme.protocol

        def judge(status: int, headers: Mapping[str, str]) -> None:
            self._limits.server, self._limits.answered = headers.get("Server", ""), True
            self._believed = check(status, headers, protocol=protocol)

        return await connection.post(head.encode("ascii"), body, deadline=deadline, judge=judge)
