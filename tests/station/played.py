"""A station that plays answers back, over HTTP: each request is answered with what its operation has next."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from aiohttp import web
from lxml import etree

from tests.unit.web_thread import serving

__all__ = [
    "COMMAND",
    "CUT",
    "SHELL",
    "Answer",
    "Played",
    "command",
    "envelope",
    "fault",
    "played",
    "receive",
    "rows",
]

SHELL = "11111111-4292-4922-97E9-D569C2170784"
COMMAND = "22222222-4292-4922-97E9-D569C2170784"
_RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_DECLARED = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" '
    f'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" xmlns:rsp="{_RSP}" '
    'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
    'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/CIM_DataFile"'
)
_ACTION = re.compile(r"<a:Action[^>]*>[^<]*/(\w+)</a:Action>")
_SOAP = "application/soap+xml;charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer over HTTP."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": _SOAP})


CUT = Answer(body=b"", status=500)
"""None: the connection is cut."""


@dataclass(kw_only=True)
class Played:
    """What was asked so far, by the names of the operations; ``messages`` are the requests' bodies."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    left: dict[str, list[Answer]] = field(default_factory=dict)


def envelope(body: str) -> Answer:
    """An answer with this in its body."""
    return Answer(
        body=f"<s:Envelope {_DECLARED}><s:Header><a:RelatesTo>uuid:{SHELL}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>".encode()
    )


def fault(code: int, reason: str = "Some reason.") -> Answer:
    """A fault, as Windows sends it."""
    detail = f'<s:Detail><f:WSManFault Code="{code}"/></s:Detail>'
    body = (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>{reason}</s:Text></s:Reason>{detail}"
    )
    return Answer(body=envelope(f"{body}</s:Fault>").body, status=500)


def command(number: str = COMMAND) -> Answer:
    """A command was started."""
    return envelope(f"<rsp:CommandResponse><rsp:CommandId>{number}</rsp:CommandId></rsp:CommandResponse>")


def receive(output: bytes = b"", *, code: int | None = 0, number: str = COMMAND) -> Answer:
    """What a command has written; it is over, with ``code``, or runs on."""
    state = "Running" if code is None else "Done"
    stream = f'<rsp:Stream Name="stdout" CommandId="{number}">{base64.b64encode(output).decode()}</rsp:Stream>'
    ended = "" if code is None else f"<rsp:ExitCode>{code}</rsp:ExitCode>"
    told = f'<rsp:CommandState CommandId="{number}" State="{_RSP}/CommandState/{state}">{ended}</rsp:CommandState>'
    return envelope(f"<rsp:ReceiveResponse>{stream}{told}</rsp:ReceiveResponse>")


def rows(*names: str, context: str = "", operation: str = "Enumerate") -> Answer:
    """One page of a query; the last one without a ``context``."""
    items = "".join(f"<w:XmlFragment><Name>{name}</Name></w:XmlFragment>" for name in names)
    prefix = "w" if operation == "Enumerate" else "n"
    end = "" if context else f"<{prefix}:EndOfSequence/>"
    return envelope(
        f"<n:{operation}Response><n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        f"<{prefix}:Items>{items}</{prefix}:Items>{end}</n:{operation}Response>"
    )


_CREATED = envelope(f'<x:ResourceCreated><w:Selector Name="ShellId">{SHELL}</w:Selector></x:ResourceCreated>')
_ALWAYS = {"Create": _CREATED, "Signal": envelope("<rsp:SignalResponse/>"), "Delete": envelope("")}


@contextmanager
def played(script: Mapping[str, Sequence[Answer]]) -> Iterator[Played]:
    """Play these answers. Create, Signal and Delete are answered as they should be where the script has none."""
    told = Played(left={name: list(answers) for name, answers in script.items()})

    async def answer(request: web.Request) -> web.Response:
        message = await request.text()
        found = _ACTION.search(message)
        # Whatever is no message at all is no question of ours.
        name = found[1] if found and etree.fromstring(message.encode()) is not None else "nothing"
        told.asked.append(name)
        told.messages.append(message)
        given = told.left.get(name) or ([_ALWAYS[name]] if name in _ALWAYS else [])
        if not given:
            return web.Response(status=410, text=f"the script has no further answer to {name}")
        one = given.pop(0)
        if one is CUT and request.transport is not None:
            request.transport.abort()
        return web.Response(status=one.status, body=one.body, headers=one.headers)

    app = web.Application()
    app.router.add_post("/wsman", answer)
    with serving(app, address="127.0.0.1") as url:
        told.port = int(url.rpartition(":")[2])
        yield told
