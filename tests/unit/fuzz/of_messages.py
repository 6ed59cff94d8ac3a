"""Parsers of the protocols on the way to a station: see ``parser.py``."""

from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.job import (
    curl,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import (
    causes,
    kerberos,
    network_codes,
    soap,
    winrs,
    wmi,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.rules import SealError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import sealing

from tests.unit.fuzz.parser import Parser

__all__ = ["OF_MESSAGES"]

_SOAP = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" '
    b'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    b'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" '
    b'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X" '
    b'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"><s:Body>'
)
_END = b"</s:Body></s:Envelope>"
_FAULT = (
    b"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:QuotaLimit</s:Value></s:Subcode></s:Code>"
    b"<s:Reason><s:Text>\x1b]0;x\x07no</s:Text></s:Reason><s:Detail>"
    b'<f:WSManFault Code="2150858843"/></s:Detail></s:Fault>'
)


def _answer(*pieces: bytes) -> tuple[bytes, ...]:
    """Pieces of an envelope; the whole of it comes first, so that something is read at all."""
    return (_SOAP + b"".join(pieces) + _END, _SOAP, *pieces, _END, _SOAP + _FAULT + _END, b"<a>", b"</a>", b"<!--")


class _Clear:
    """Encrypts nothing."""

    def wrap_winrm(self, data: bytes) -> Any:
        """Never asked."""
        raise NotImplementedError

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        """As it came."""
        return header[:0] + data


_ODD = (soap.OddAnswerError, soap.FaultAnswerError)


OF_MESSAGES: tuple[Parser[Any], ...] = (
    Parser(
        of=(
            soap.content_of,
            soap.fault_in,
            soap.described,
            causes.from_answer,
            network_codes.told,
        ),
        read=lambda body: (
            soap.fault_in(body),
            soap.described(body),
            network_codes.told(body, "x"),
            causes.from_answer(500, body, causes.Way(doing="x")),
        ),
        pieces=_answer(_FAULT, b"<title>"),
    ),
    Parser(
        of=(wmi.parse_get,),
        read=wmi.parse_get,
        errors=_ODD,
        pieces=_answer(b"<p:X><p:a>1</p:a></p:X>", b"<p:X>", b"<p:a>1</p:a>", b"<p:a/>", b"</p:X>"),
    ),
    Parser(
        of=(wmi.parse_enumerate,),
        read=wmi.parse_enumerate,
        errors=_ODD,
        pieces=_answer(
            b"<n:EnumerateResponse><w:Items><w:XmlFragment>",
            b"<a>1</a>",
            b"<a/>",
            b"</w:XmlFragment></w:Items><n:EnumerationContext>x</n:EnumerationContext></n:EnumerateResponse>",
        ),
    ),
    Parser(
        of=(winrs.parse_create,),
        read=winrs.parse_create,
        errors=_ODD,
        pieces=_answer(b'<rsp:Shell><w:Selector Name="ShellId">a-1</w:Selector></rsp:Shell>', b"<rsp:Shell>"),
    ),
    Parser(
        of=(winrs.parse_command,),
        read=winrs.parse_command,
        errors=_ODD,
        pieces=_answer(
            b"<rsp:CommandResponse><rsp:CommandId>a-1</rsp:CommandId></rsp:CommandResponse>", b"<rsp:CommandId>"
        ),
    ),
    Parser(
        of=(winrs.parse_receive,),
        read=lambda answer: winrs.parse_receive(answer, "a"),
        errors=_ODD,
        pieces=_answer(
            b"<rsp:ReceiveResponse>",
            b'<rsp:Stream Name="stdout" CommandId="a">YWI=</rsp:Stream>',
            b'<rsp:Stream Name="stderr">=</rsp:Stream>',
            b'<rsp:CommandState State="x/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>',
            b"</rsp:ReceiveResponse>",
        ),
    ),
    Parser(
        of=(sealing.unsealed,),
        read=lambda body: sealing.unsealed(_Clear(), body),
        errors=SealError,
        pieces=(
            b"--Encrypted Boundary\r\n\tOriginalContent: type=x;Length=3\r\n--Encrypted Boundary\r\n\t"
            b"Content-Type: application/octet-stream\r\n\0\0\0\0abc--Encrypted Boundary--\r\n",
            b"--Encrypted Boundary\r\n",
            b"\tOriginalContent: type=x;Length=3\r\n",
            b"\tContent-Type: application/octet-stream\r\n",
            b"\xff\xff\xff\xff",
            b"\1\0\0\0",
            b"--Encrypted Boundary--\r\n",
            b" ",
        ),
    ),
    Parser(
        of=(kerberos.from_kinit,),
        read=kerberos.from_kinit,
        pieces=(
            "kinit: ",
            "a: ",
            "Client 'x' not found in Kerberos database",
            " while getting initial credentials",
            " while parsing ",
            "\n",
        ),
    ),
    Parser(
        of=(
            curl.curl_said,
            curl.curl_cause,
        ),
        read=lambda text: (curl.curl_said(text), curl.curl_cause(35, text), curl.curl_cause(2, text)),
        pieces=("curl: (35) schannel: SEC_E_UNTRUSTED_ROOT\n", "curl: (", "35", ") ", "curl: option x: is unknown\n"),
    ),
)
