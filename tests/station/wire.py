"""Requests of pywinrm, handed to the lab's WS-Man endpoint without a socket between them."""

from __future__ import annotations

import asyncio
import errno
import html
import re
from collections.abc import Callable
from typing import Any, cast

import pytest
import requests
from aiohttp import web

from tests.lab.faults import FaultPlan
from tests.lab.journal import Event, Journal
from tests.lab.station import Power, Station
from tests.lab.wsman.auth import Authenticator, Session
from tests.lab.wsman.endpoint import Endpoint, Listening
from tests.station.virtual import VirtualTime

__all__ = ["ADDRESS", "Wire"]

ADDRESS = "127.0.0.1"
_URL = f"http://{ADDRESS}:5985/wsman"


class _Door:
    """In the place of an endpoint's socket: open while the station has power."""

    def __init__(self, authenticator: Authenticator) -> None:
        self.authenticator = authenticator

    def close(self) -> None:
        """Nothing is connected."""


class _Endpoint(Endpoint):
    """One station's answers. Doors in place of sockets."""

    @property
    def door(self) -> Authenticator | None:
        """What checks a request's credentials; None without power."""
        listeners: list[Any] = self._listeners
        return listeners[0].authenticator if listeners else None

    async def _open(self, port: int, tls: object, certificate: bytes | None) -> None:
        listeners: list[Any] = self._listeners
        authenticator = Authenticator(
            self.station,
            methods=self.listening.auth,
            allow_unencrypted=self.listening.allow_unencrypted,
            certificate=certificate,
        )
        listeners.append(_Door(authenticator))


class _Transport(asyncio.Transport):
    """Tells whether the endpoint has reset the connection."""

    reset = False

    def is_closing(self) -> bool:
        return self.reset

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def abort(self) -> None:
        self.reset = True


class _Received:
    """What the endpoint asks of a request."""

    path, method = "/wsman", "POST"

    def __init__(self, request: requests.PreparedRequest, transport: _Transport) -> None:
        self.headers = request.headers
        self.transport = transport
        self._body = _body(request)
        self.content_length = len(self._body)

    async def read(self) -> bytes:
        return self._body


class Wire:
    """Carries every request to ``ADDRESS`` to the endpoint of one station, whatever session it comes from."""

    def __init__(
        self, virtual: VirtualTime, station: Station, faults: FaultPlan, journal: Journal, listening: Listening
    ) -> None:
        self._virtual = virtual
        self._station = station
        self._endpoint = _Endpoint(station, listening, faults, journal, certificate=None)
        self._following: list[asyncio.Task[None]] = []
        # What is to be done before a request that fits is handed over, once.
        self.before: list[tuple[re.Pattern[str], Callable[[], object]]] = []
        journal.listeners.append(self._power)
        virtual.wait(self._follow())

    async def _follow(self) -> None:
        await self._endpoint.follow_power(5985, None, None)

    def _power(self, event: Event) -> None:
        if event.kind == "power":
            if self._station.power is not Power.ON:
                self._endpoint.power_lost()
            self._following.append(self._virtual.loop.create_task(self._follow()))

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Requests to the station go this way until the patch is undone; all others go theirs."""
        plain = requests.adapters.HTTPAdapter.send

        def send(
            adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **options: Any
        ) -> requests.Response:
            if request.url != _URL:
                return plain(adapter, request, **options)
            return self._send(request, timeout=options["timeout"])

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)

    def _send(self, request: requests.PreparedRequest, *, timeout: float) -> requests.Response:
        self._prepare(html.unescape(_body(request).decode()))
        # The power may have changed a moment ago.
        self._virtual.ask(self._follow())
        door = self._endpoint.door
        if door is None:
            raise requests.exceptions.ConnectionError(_URL) from ConnectionRefusedError(
                errno.ECONNREFUSED, "Connection refused"
            )
        transport = _Transport()
        try:
            answer = self._virtual.ask(
                asyncio.wait_for(
                    self._endpoint.handle(cast(web.BaseRequest, _Received(request, transport)), Session(), door),
                    timeout,
                )
            )
        except TimeoutError as exc:
            raise requests.exceptions.ReadTimeout(f"{_URL}: Read timed out") from exc
        except asyncio.CancelledError as exc:
            # The power went while it was being answered.
            raise requests.exceptions.ConnectionError(f"{_URL}: Connection reset by peer") from exc
        if transport.reset:
            reset = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
            raise requests.exceptions.ConnectionError(_URL) from reset
        return _as_answered(request, answer)

    def _prepare(self, text: str) -> None:
        for one in [one for one in self.before if one[0].search(text)]:
            self.before.remove(one)
            one[1]()


def _body(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body if isinstance(body, bytes) else body.encode()


def _as_answered(request: requests.PreparedRequest, answer: web.Response) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response._content = answer.body if isinstance(answer.body, bytes) else b""
    response.url = _URL
    response.request = request
    return response
