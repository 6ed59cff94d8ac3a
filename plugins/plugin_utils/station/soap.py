# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes of WS-Management: what lies in their body, and faults. Pure.

A fault is a fault whatever the HTTP status it came with. Windows sends one of two shapes: ``WSManFault`` with a number
in ``Code`` (with another ``WSManFault`` of the plug-in inside a ``ProviderFault`` at times), or ``MSFT_WmiError`` with
``error_Code`` (recorded traffic of public test suites; docs/fidelity.md, W).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from lxml import etree

from ...module_utils.base.message import Message
from ...module_utils.base.text import decoded, one_line

__all__ = ["Fault", "FaultAnswerError", "OddAnswerError", "content_of", "described", "fault_in"]

_SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
_FAULT = "{http://schemas.microsoft.com/wbem/wsman/1/wsmanfault}WSManFault"
_WMI_ERROR = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError}"
# Decimal as Windows writes it; hexadecimal, or signed, as others do.
_NUMBER = re.compile(r"\s*(?:(?:HRESULT\s+)?0[xX]([0-9a-fA-F]{1,8})|(-?[0-9]{1,10}))\s*")
_LONGEST = 300
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a fault says. ``codes``: all its numbers, the outermost first; ``subcode`` without prefix (QuotaLimit)."""

    codes: tuple[int, ...]
    subcode: str
    reason: str  # printable, one line


class OddAnswerError(ValueError):
    """The answer is not one of the protocol. Its text, a Message, says what it is, after "the station answered"."""


class FaultAnswerError(Exception):
    """The answer is a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def _envelope(answer: bytes) -> etree._Element:
    # A parser of its own for each answer: one parser at work in several threads loses its limits' errors.
    # Entities and network access have no place in an answer from a station.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(answer, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as exc:
        raise OddAnswerError(Message("something that is not XML: {beginning}", beginning=_beginning(answer))) from exc


def described(body: bytes) -> str:
    """What an answer that is none looks like: a page's title, or the beginning of its text. One printable line."""
    text = decoded(body[:4000])
    title = _TITLE.search(text)
    return one_line(unescape(title[1]) if title else text, longest=80)


def _beginning(answer: bytes) -> str:
    return repr(said) if (said := described(answer)) else Message("nothing at all")


def content_of(answer: bytes) -> etree._Element:
    """The first element of an answer's body. Raises FaultAnswerError, and OddAnswerError for what is no envelope."""
    envelope = _envelope(answer)
    body = envelope.find(f"{_SOAP}Body")
    if envelope.tag != f"{_SOAP}Envelope" or body is None:
        raise OddAnswerError(
            Message("XML that is no envelope of WS-Management: {beginning}", beginning=_beginning(answer))
        )
    if not len(body):
        raise OddAnswerError(Message("an envelope with nothing in its body"))
    content = body[0]
    if content.tag == f"{_SOAP}Fault":
        raise FaultAnswerError(_read(content))
    return content


def fault_in(answer: bytes) -> Fault | None:
    """The fault in an answer; None when it has none, or is no envelope."""
    try:
        content_of(answer)
    except FaultAnswerError as exc:
        return exc.fault
    except OddAnswerError:
        return None
    return None


def _number(text: str | None) -> int | None:
    """A fault's number, 32-bit unsigned; None for what is none."""
    match = _NUMBER.fullmatch(text or "")
    if match is None:
        return None
    return (int(match[1], 16) if match[1] else int(match[2])) & 0xFFFFFFFF


def _read(fault: etree._Element) -> Fault:
    detail = fault.find(f"{_SOAP}Detail")
    texts = [] if detail is None else [node.text for node in detail.iter(f"{_WMI_ERROR}error_Code")]
    texts += [] if detail is None else [node.get("Code") for node in detail.iter(_FAULT)]
    codes = dict.fromkeys(code for text in texts if (code := _number(text)) is not None)
    subcode = fault.findtext(f"{_SOAP}Code/{_SOAP}Subcode/{_SOAP}Value") or fault.findtext(f"{_SOAP}Code/{_SOAP}Value")
    return Fault(
        codes=tuple(codes),
        subcode=one_line((subcode or "").rpartition(":")[2], longest=60),
        reason=one_line(fault.findtext(f"{_SOAP}Reason/{_SOAP}Text") or "", longest=_LONGEST),
    )
