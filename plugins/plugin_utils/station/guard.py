# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard on a session of ``requests``: every request of pywinrm and of its authentication passes through it.

A transport adapter, because handshakes send again what was refused through the adapter that the answer came from
(requests_ntlm, requests_kerberos, requests_credssp), and because redirects are followed above it. It is mounted before
the first request, and on whatever session pywinrm makes later. I/O: the network.
"""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import DEFAULT_POOLBLOCK, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from ...module_utils.base.deadline import BoundedResponse, Deadline, connected, send_all
from .limits import Limits
from .rules import LARGEST, LARGEST_HEAD, PROTOCOLS, UnsealedError, check
from .tls import context
from .trials import LONGEST, PAUSE, Trial

__all__ = ["Guard", "guard_of"]

# pywinrm's own, for what comes without one (winrm/protocol.py, DEFAULT_READ_TIMEOUT_SEC).
_SECONDS = 30.0


class Guard(Limits):
    """What holds on one session."""

    def __init__(self, *, connecting: float, until: Deadline | None = None) -> None:
        super().__init__(connecting=connecting, until=until)
        self.deadline = Deadline(_SECONDS)
        self.trial = Trial("", "", "")
        self._protocol = ""

    def mount(self, transport: Any, *, known: bool = False) -> None:
        """Guard every session of a transport of pywinrm that has sent nothing yet.

        ``known``: the station has let this account in before, and may refuse it for a while after a restart.
        """
        build, agree = transport.build_session, transport.setup_encryption
        host = urlsplit(transport.endpoint).hostname or ""
        self.trial = Trial(transport.username or "", transport.password or "", host, known=known)

        def build_session() -> requests.Session:
            session: requests.Session = build()
            self._guard(session, transport)
            return session

        def setup_encryption(session: requests.Session) -> None:
            # Called while the session is built, and makes the handshake.
            self._guard(session, transport)
            self._protocol = ""
            agree(session)
            self._protocol = PROTOCOLS[transport.auth_method]

        # On this one object: its class is as it was.
        transport.build_session, transport.setup_encryption = build_session, setup_encryption

    def _guard(self, session: requests.Session, transport: Any) -> None:
        if not isinstance(session.get_adapter(transport.endpoint), _Adapter):
            adapter = _Adapter(self, transport)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            session.max_redirects = 0

    def begin(self, seconds: float) -> None:
        """A request begins, and is over in so many seconds. Raises BreachError when there is no time left for it."""
        self.deadline = Deadline(self.within(seconds))

    def judge(self, answer: requests.Response) -> None:
        """Raises BreachError, UnsealedError for an answer that may not be, before anybody acts on it."""
        self.server, self.answered = answer.headers.get("Server", ""), True
        if not check(answer.status_code, answer.headers, protocol=self._protocol):
            raise UnsealedError(answer.status_code, answer.content, server=self.server)


def guard_of(protocol: Any) -> Guard | None:
    """The guard on the session of a Protocol of pywinrm; None where there is none."""
    session = protocol.transport.session
    adapter = None if session is None else session.get_adapter(protocol.transport.endpoint)
    return adapter.guard if isinstance(adapter, _Adapter) else None


class _Adapter(HTTPAdapter):
    def __init__(self, guard: Guard, transport: Any) -> None:
        self.guard = guard
        secure = transport.endpoint.lower().startswith("https")
        self._context = context(client_certificate=transport.auth_method == "certificate") if secure else None
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = DEFAULT_POOLBLOCK, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **more)
        self._own(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        if not proxy.lower().startswith("http"):
            # Its connections are made by another library, and would be nobody's.
            raise requests.exceptions.InvalidProxyURL(f"a proxy that is not of http: {proxy.partition(':')[0]}")
        manager = super().proxy_manager_for(proxy, **more, ssl_context=self._context)
        self._own(manager)
        return manager

    def _own(self, manager: Any) -> None:
        """Let its connections be ours (urllib3: "so other PoolManagers can override them")."""
        kinds = {"http": (HTTPConnectionPool, _Plain), "https": (HTTPSConnectionPool, _Tls)}
        manager.pool_classes_by_scheme = {
            scheme: partial(self._pool, pool, connection) for scheme, (pool, connection) in kinds.items()
        }

    def _pool(self, pool: type[HTTPConnectionPool], connection: Any, *args: Any, **more: Any) -> HTTPConnectionPool:
        made = pool(*args, **more)
        made.ConnectionCls = partial(connection, guard=self.guard)  # type: ignore[assignment]  # called, never subclassed
        return made

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        request.headers["Accept-Encoding"] = "identity"
        authorization, trial = request.headers.get("Authorization", ""), self.guard.trial
        if not trial.asks(authorization):
            return self._sent(request, *args, **more)
        for _turn in trial.turn(authorization, Deadline(self.guard.within(LONGEST))):
            time.sleep(PAUSE)
        try:
            answer = self._sent(request, *args, **more)
        except BaseException:
            trial.unanswered()
            raise
        trial.answered(answer.status_code, answer.headers.get("WWW-Authenticate", ""))
        return answer

    def _sent(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        self.guard.begin(more.get("timeout") or _SECONDS)
        answer = super().send(request, *args, **more)
        try:
            self.guard.judge(answer)
        except BaseException:
            answer.close()
            raise
        return answer


class _Plain(HTTPConnection):
    """A connection whose bytes are counted and timed, both ways."""

    def __init__(self, *args: Any, guard: Guard, **more: Any) -> None:
        super().__init__(*args, **more)
        self._guard = guard
        self.response_class = self._answer  # type: ignore[assignment]  # called, never subclassed

    def _answer(self, sock: socket.socket, *args: Any, **more: Any) -> BoundedResponse:
        return BoundedResponse(
            sock, *args, deadline=self._guard.deadline, head=LARGEST_HEAD, most=LARGEST + LARGEST_HEAD, **more
        )

    def _new_conn(self) -> socket.socket:
        deadline = Deadline(min(self._guard.connecting, self._guard.deadline.remaining()))
        try:
            sock = connected((self._dns_host.strip("[]"), self.port), deadline)
        except socket.gaierror as exc:
            raise NameResolutionError(self.host, self, exc) from exc
        except TimeoutError as exc:
            raise ConnectTimeoutError(self, f"no connection within {deadline.seconds:g} s") from exc
        except OSError as exc:
            raise NewConnectionError(self, str(exc)) from exc
        for option in self.socket_options or ():
            sock.setsockopt(*option)
        return sock

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        send_all(self.sock, bytes(data), self._guard.deadline)


class _Tls(_Plain, HTTPSConnection):
    """The same over TLS; its handshake has what is left of the time to connect (module_utils/base/deadline.py)."""
