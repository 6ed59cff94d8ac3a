# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. The one HTTP client of the controller, for servers that may be slow, endless, cut off, packed or hostile.

A request is over at its deadline, whatever drips; an answer has a largest size, packed or not; only http and https are
asked; nothing of ``.netrc`` is sent; a redirect is an answer unless somebody wants it followed, and then it stays with
its scheme. Proxies are those of the environment, and are named in errors.

On ``urllib`` and ``http.client``, because the socket is ours there, to be timed at each read. Not ``requests``: hosts
that run modules need not have it, it reads ``.netrc``, and its time-outs begin again at each byte. Not Ansible's
``open_url``, for the last two, and because it makes each opener the process's own: schools that are asked at the same
time would be given one another's authorities and cookies.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead, RemoteDisconnected
from http.cookiejar import CookieJar
from typing import Any, Literal, Required, TypedDict, Unpack
from urllib.error import URLError
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit
from urllib.request import (
    AbstractHTTPHandler,
    HTTPCookieProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
    getproxies,
    proxy_bypass,
)

from ansible.module_utils.urls import make_context

from .deadline import BoundedResponse, Deadline, OverflowingError, PatientSocket, connected, send_all
from .message import Message, message_of
from .text import one_line

__all__ = [
    "MAX_BYTES",
    "REDIRECTS",
    "USER_AGENT",
    "Bounds",
    "Reply",
    "RequestError",
    "Stream",
    "ask",
    "opened",
    "trust",
    "vouched",
]

# HTML pages of the hosting want a browser-like User-Agent (docs/fidelity.md, H8).
USER_AGENT = "Mozilla/5.0 (compatible; rentree.pronote)"
MAX_BYTES = 1 << 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SCHEMES = ("http", "https")
_PIECE = 1 << 18
# Headers, the sizes of chunks, what a proxy says before: all that comes beside a body, and twice that again.
_BESIDE = 1 << 20

Kind = Literal["none", "broken_off", "too_long", "refused", "ours", "proxy"]


class RequestError(Exception):
    """No whole answer came. Its text says why, names the proxy if there is one, and never quotes the address.

    ``kind``: nothing came, or it broke off, or it has no end or too late a one, or it was not taken for another reason;
    or this machine could not ask (``ours``), or its proxy would not (``proxy``).
    ``tls``: the error, when that is what failed.
    """

    def __init__(self, fact: str, *, kind: Kind = "refused", tls: ssl.SSLError | None = None) -> None:
        super().__init__(fact)
        self.kind = kind
        self.tls = tls


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How long and how large, and whom to believe. ``timeout``: seconds of the whole request. ``limit``: bytes.

    ``pace``: bytes a second, for a large file: as long as so many come, on average over ``timeout``, it goes on.
    """

    timeout: float
    limit: int = MAX_BYTES
    validate_certs: bool = True
    ca_path: str | None = None
    pace: int = 0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A whole answer. ``body`` is empty for a redirect, and for a refusal whose page did not come whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@lru_cache(maxsize=16)
def trust(validate_certs: bool, ca_path: str | None) -> ssl.SSLContext:
    """Whom to believe over TLS. Kept: reading the system's authorities takes longer than a request. Raises OSError."""
    context: ssl.SSLContext = make_context(cafile=ca_path, validate_certs=validate_certs)
    context.sslsocket_class = PatientSocket
    return context


def vouched(validate_certs: bool, ca_path: str | None) -> list[str]:
    """Who vouched for what came; empty for the system's authorities.

    Belongs to whatever is kept: what nobody vouched for must not answer those who want a certificate.
    """
    return [] if validate_certs and not ca_path else [f"validate_certs={validate_certs}", ca_path or ""]


class _Plain(HTTPConnection):
    """One request on a socket of ours."""

    def __init__(self, host: str, *, deadline: Deadline, most: int, **more: Any) -> None:
        super().__init__(host, **more)
        self._deadline = deadline
        # Called, never subclassed.
        self.response_class = partial(BoundedResponse, deadline=deadline, most=most)  # type: ignore[assignment]
        self._create_connection = lambda address, *_: connected(address, deadline)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        send_all(self.sock, bytes(data), self._deadline)


class _Tls(_Plain, HTTPSConnection):
    """The same over TLS, through a proxy too."""

    def __init__(self, host: str, *, context: ssl.SSLContext, **more: Any) -> None:
        super().__init__(host, context=context, **more)
        self._trusted = context

    def connect(self) -> None:
        # Not HTTPSConnection's: the time that is left is set before the handshake, whatever a proxy took.
        HTTPConnection.connect(self)
        self.sock.settimeout(self._deadline.remaining())
        name = self._tunnel_host or self.host  # type: ignore[attr-defined]  # as HTTPSConnection reads it
        self.sock = self._trusted.wrap_socket(self.sock, server_hostname=name)


class _Handler(AbstractHTTPHandler):
    """Both schemes. Any status is an answer: nothing here raises for one, or goes where it says."""

    def __init__(self, bounds: Bounds, deadline: Deadline) -> None:
        super().__init__()
        self._bounds = bounds
        most = 2 * bounds.limit + _BESIDE
        self._plain: Any = partial(_Plain, deadline=deadline, most=most)
        self._tls: Any = partial(_Tls, deadline=deadline, most=most)

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(self._plain, request)

    def https_open(self, request: Request) -> HTTPResponse:
        context = trust(self._bounds.validate_certs, self._bounds.ca_path)
        return self.do_open(self._tls, request, context=context)

    http_request = https_request = AbstractHTTPHandler.do_request_


class Stream:
    """An answer that is read piece by piece, as it comes; what is packed stays so."""

    def __init__(self, response: Any, bounds: Bounds, deadline: Deadline, via: str) -> None:
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response, self._bounds, self._deadline, self._via = response, bounds, deadline, via
        self._came = self._paid = 0

    def read(self) -> bytes:
        """What has come, at least a byte; empty at the end. Raises RequestError for an end too early or too late."""
        try:
            # read1 returns what is there; read would wait for a whole piece and lose it when the connection breaks.
            piece: bytes = self._response.read1(_PIECE)
            # A read with a limit is silent about an answer that stops early; `length` is what is still promised.
            if not piece and self._response.length:
                raise IncompleteRead(b"", self._response.length)
        except (HTTPException, OSError, ValueError) as exc:
            raise _failed(exc, self._via) from exc
        self._came += len(piece)
        if self._came > self._bounds.limit:
            raise RequestError(Message("it is longer than {size}", size=_size(self._bounds.limit)), kind="too_long")
        if self._bounds.pace and self._came - self._paid >= self._bounds.pace * self._bounds.timeout:
            self._paid = self._came
            self._deadline.renew()
        return piece


class Asked(TypedDict, total=False):
    """How an address is asked: a GET, or the POST of ``data``.

    ``redirects``: how many are followed, all under one deadline; none when not given.
    """

    bounds: Required[Bounds]
    data: bytes
    headers: Mapping[str, str]
    jar: CookieJar | None
    redirects: int


@contextmanager
def opened(address: str, **asked: Unpack[Asked]) -> Iterator[Stream]:
    """The answer to one request, to be read piece by piece.

    Raises RequestError for whatever is no answer; every status is one.
    """
    bounds, redirects = asked["bounds"], asked.get("redirects", 0)
    deadline, given = Deadline(bounds.timeout), dict(asked.get("headers", {}))
    for _turn in range(redirects + 1):
        parts = _parts(address)
        via, proxies = _proxy(parts)
        if parts.scheme == "https":
            _trusting(bounds)
        opener = OpenerDirector()
        for handler in (
            ProxyHandler(proxies),
            UnknownHandler(),
            HTTPCookieProcessor(asked.get("jar")),
            _Handler(bounds, deadline),
        ):
            opener.add_handler(handler)
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **_password(parts), **given}
        try:
            # Whoever it is for: what the address says of a user goes into a header, to its own host alone.
            request = Request(urlunsplit(parts._replace(netloc=_host(parts))), data=asked.get("data"), headers=sent)  # noqa: S310
            response = opener.open(request, timeout=bounds.timeout)
        except (HTTPException, OSError, ValueError) as exc:
            raise _failed(exc, via) from exc
        with response:
            if response.status not in REDIRECTS or not redirects:
                yield Stream(response, bounds, deadline, via)
                return
            address = _next(address, response.headers.get("Location", ""))
    raise RequestError(Message("it redirects more than {redirects} times", redirects=redirects))


def ask(address: str, **asked: Unpack[Asked]) -> Reply:
    """The whole answer to one request, unpacked when somebody on the way packed it unasked. Raises RequestError."""
    with opened(address, **asked) as stream:
        body = b""
        # The body of a redirect is nobody's business, and may never come.
        if stream.status not in REDIRECTS:
            try:
                body = _unpacked(stream, b"".join(iter(stream.read, b"")), asked["bounds"].limit)
            except RequestError:
                # A refusal says more than its status when its page arrives whole, and is one without.
                if 200 <= stream.status < 300:
                    raise
        return Reply(status=stream.status, headers=stream.headers, body=body)


def _unpacked(stream: Stream, body: bytes, limit: int) -> bytes:
    coding = stream.headers.get("Content-Encoding", "").strip().lower()
    if coding in {"", "identity"}:
        return body
    if coding not in {"gzip", "x-gzip"}:
        raise RequestError(
            Message("it is packed in a way that was not asked for ({coding})", coding=one_line(coding, longest=40))
        )
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as exc:
        raise RequestError(Message("it cannot be unpacked"), kind="broken_off") from exc
    if len(plain) > limit:
        raise RequestError(Message("it is longer than {size} once unpacked", size=_size(limit)), kind="too_long")
    if not unpacker.eof:
        raise RequestError(Message("it stopped early"), kind="broken_off")
    return plain


def _size(limit: int) -> Message:
    if limit >= 1 << 20:
        return Message("{size} MiB", size=limit >> 20)
    return Message("{size} KiB", size=limit >> 10) if limit >= 1 << 10 else Message("{size} bytes", size=limit)


def _parts(address: str) -> SplitResult:
    """An address that may be asked. Raises RequestError."""
    try:
        parts = urlsplit(address)
        if parts.scheme in _SCHEMES and parts.hostname and parts.port != 0 and re.fullmatch(r"[!-~]+", address):
            return parts._replace(fragment="")
    except ValueError:
        pass
    raise RequestError(Message("it is no address of http or https without blanks, control characters and accents"))


def _trusting(bounds: Bounds) -> None:
    """Raise RequestError for authorities that cannot be read, which is no fault of whoever is asked."""
    try:
        trust(bounds.validate_certs, bounds.ca_path)
    except (OSError, ValueError) as exc:
        fact = Message("the file of authorities {path} cannot be used ({reason})")
        path, reason = one_line(bounds.ca_path or ""), one_line(getattr(exc, "strerror", "") or exc)
        raise RequestError(fact.given(path=path, reason=reason), kind="ours") from exc


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _password(parts: SplitResult) -> dict[str, str]:
    """What an address says of a user, as the header that says it."""
    if "@" not in parts.netloc:
        return {}
    name, _mark, password = parts.netloc.rpartition("@")[0].partition(":")
    said = f"{unquote(name)}:{unquote(password)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(said).decode()}"}


def _next(address: str, location: str) -> str:
    """Where a redirect leads. Raises RequestError."""
    try:
        target = urljoin(address, location.strip())
        scheme, host = urlsplit(target).scheme, urlsplit(target).hostname
    except ValueError as exc:
        raise RequestError(Message("it redirects to something that is no address")) from exc
    if scheme != urlsplit(address).scheme:
        raise RequestError(
            Message(
                "it redirects to another scheme ({scheme}, at {host})",
                scheme=one_line(scheme, longest=20),
                host=one_line(host or "", longest=100),
            )
        )
    return target


def _proxy(parts: SplitResult) -> tuple[str, dict[str, str]]:
    """The environment's proxy for an address: in words for people, without its password, and for urllib."""
    proxies = getproxies()
    if parts.scheme not in proxies or proxy_bypass(_host(parts)):
        return "", {}
    proxy = proxies[parts.scheme]
    shown = _host(urlsplit(proxy if "://" in proxy else f"//{proxy}"))
    named = Message(
        "through the proxy {proxy} of {scheme}_proxy", proxy=one_line(shown, longest=100), scheme=parts.scheme
    )
    return named, {parts.scheme: proxy}


# http.client has a plain OSError for it, whose text is all that tells it.
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")


def _unresolved(error: socket.gaierror) -> tuple[Message, Kind]:
    """A name without an address: of somebody else's making, unless nobody could be asked."""
    said = one_line(error.strerror or "")
    if error.errno == socket.EAI_AGAIN:
        return Message("no name server answers this machine ({reason})", reason=said), "ours"
    return Message("its name has no address ({reason})", reason=said), "none"


def _failed(exc: Exception, via: str) -> RequestError:
    """What went wrong, in words. Those of an HTTPException quote the address or what a server says."""
    cause = exc.reason if isinstance(exc, URLError) and isinstance(exc.reason, Exception) else exc
    tls = cause if isinstance(cause, ssl.SSLError) else None
    kind: Kind = "broken_off" if isinstance(cause, HTTPException) else "none"
    if isinstance(cause, RemoteDisconnected):
        fact: str = Message("the connection was closed without an answer")
    elif isinstance(cause, IncompleteRead):
        missing = cause.expected or 0
        early = Message.plural("it stopped early, {n} byte early", "it stopped early, {n} bytes early", missing)
        fact = early if missing else Message("it stopped early")
    elif isinstance(cause, HTTPException):
        fact = Message("what came is not HTTP ({kind})", kind=type(cause).__name__)
    elif isinstance(cause, OverflowingError):
        fact, kind = Message("it does not end ({reason})", reason=message_of(cause)), "too_long"
    elif isinstance(cause, socket.gaierror):
        fact, kind = _unresolved(cause)
    elif via and (refused := _TUNNEL.match(str(cause))):
        fact, kind = Message("it refuses the way there (HTTP {status})", status=refused[1]), "proxy"
    elif isinstance(cause, OSError):
        said = message_of(cause)
        fact = said if isinstance(said, Message) else one_line(said, longest=300) or type(cause).__name__
    else:
        fact = Message("it cannot be asked ({kind})", kind=type(cause).__name__)
    return RequestError(Message("{fact}, {via}", fact=fact, via=via) if via else fact, kind=kind, tls=tls)
