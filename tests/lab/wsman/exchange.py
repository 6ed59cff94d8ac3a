"""One HTTP request and its answer, when that is not a message: plain refusals, strangers, and what misbehaves."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from tests.lab.faults import Fault
from tests.lab.web.hostile import play
from tests.lab.wsman.encryption import SEALED_TYPE, SOAP_TYPE, is_encrypted
from tests.lab.wsman.strangers import Stranger

__all__ = ["SERVER", "CutError", "Exchange", "misbehave", "plain", "strange"]

SERVER = {"Server": "Microsoft-HTTPAPI/2.0"}


class CutError(Exception):
    """The connection is reset instead of an answer."""


@dataclass
class Exchange:
    """What the journal is told of a request."""

    bytes_in: int = 0
    bytes_out: int = 0
    operation: str = ""
    detail: str = ""
    status: int = 0  # 0: the connection was reset
    leg: bool = False  # of an authentication handshake: no message in it
    rule: Fault | None = None


def plain(exchange: Exchange, status: int, headers: tuple[str, ...] = ()) -> web.Response:
    """An answer without a body."""
    exchange.status = status
    response = web.Response(status=status, headers=SERVER)
    for header in headers:
        response.headers.add("WWW-Authenticate", header)
    return response


def strange(exchange: Exchange, stranger: Stranger) -> web.Response:
    """An answer that is not WinRM's."""
    exchange.status, exchange.bytes_out = stranger.status, len(stranger.body)
    return web.Response(status=stranger.status, body=stranger.body, headers=stranger.headers)


async def misbehave(rule: Fault, http: web.BaseRequest, exchange: Exchange) -> web.Response:
    """What a rule has instead of an answer. Raises CutError."""
    if rule.effect == "answer":
        return strange(exchange, Stranger(status=rule.status, headers=rule.headers, body=rule.body.encode()))
    if rule.effect != "hostile":
        raise CutError
    exchange.status = rule.status
    sealed = is_encrypted(http.headers.get("Content-Type", ""))
    return await play(http, rule.mode, content_type=SEALED_TYPE if sealed else SOAP_TYPE)
