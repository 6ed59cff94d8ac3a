"""WS-Management envelopes: reading requests, writing answers and faults. Pure.

Sources: DSP0226 (WS-Management), [MS-WSMV] sections 2.2 and 3.1.4, and answers recorded from Windows in public test
suites: microsoft/omi#254 (WSManFault with a ProviderFault), pywinrm's ``test_protocol.py`` (MSFT_WmiError).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

__all__ = ["NS", "MalformedError", "Request", "SoapFault", "answer", "fault_answer", "parse_duration", "parse_request"]

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
DEFAULT_TIMEOUT = 60.0
"""Seconds: MaxTimeoutms of winrm/config is 60000."""
LONGEST = 2147483.647
"""Seconds: longer durations count as this one, the longest that Windows' own settings hold (2^31 - 1 ms)."""
DEFAULT_ENVELOPE = 153600
"""Bytes of an answer when the request names no MaxEnvelopeSize (the limit before Windows 8)."""

_ENVELOPE_NS = " ".join(f'xmlns:{prefix}="{NS[prefix]}"' for prefix in ("s", "a", "n", "x", "w", "p", "rsp"))
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
_IDENTIFY = "{http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd}Identify"
# xs:duration; years and months are no use for a timeout.
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_WMI_ERROR_NS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
_FAULT_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
# DSP0226 5.4.6: a fault's action is the one of the specification its subcode comes from.
_FAULT_ACTIONS = {
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
}
_CIM_STRINGS = ("CIMStatusCodeDescription", "ErrorSource")
_SCHEMA_ERROR = 0x80338041
_MUST_UNDERSTAND = f"{{{NS['s']}}}mustUnderstand"
# What Windows knows of a header ([MS-WSMV] 2.2.4, DSP0226, WS-Addressing): anything else may not be mandatory.
_KNOWN = {
    *(f"{{{NS['a']}}}{name}" for name in ("To", "From", "ReplyTo", "FaultTo", "Action", "MessageID", "RelatesTo")),
    *(
        f"{{{NS['w']}}}{name}"
        for name in (
            *("ResourceURI", "SelectorSet", "OptionSet", "OperationTimeout", "MaxEnvelopeSize", "Locale"),
            *("FragmentTransfer", "RequestEPR", "RequestTotalItemsCountEstimate"),
        )
    ),
    *(f"{{{NS['p']}}}{name}" for name in ("DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId")),
}


class MalformedError(ValueError):
    """What was posted is not XML at all."""


class SoapFault(Exception):  # noqa: N818  (SOAP's own word for it)
    """A fault as Windows sends it.

    ``code`` goes into ``WSManFault/@Code``, or into ``MSFT_WmiError/error_Code`` when ``cim_status`` is given: Windows
    sends one of both. ``detail`` is the last part of a DMTF faultDetail URI; ``provider`` the code that the WMI
    plug-in's own WSManFault holds inside; ``message`` is what the detail says where that differs from ``reason``.
    ``shell``: the shell's plug-in tells it, without a WSManFault of its own (recorded in pypsrp's test suite).
    """

    def __init__(
        self,
        code: int,
        reason: str,
        *,
        subcode: str = "w:InternalError",
        message: str | None = None,
        detail: str | None = None,
        provider: int | None = None,
        cim_status: int | None = None,
        shell: bool = False,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.subcode = subcode
        self.message = message or reason
        self.detail = detail
        self.provider = provider
        self.cim_status = cim_status
        self.shell = shell


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request's parts. ``body`` is the first child of the SOAP body, None when it is empty."""

    action: str = ""
    resource: str = ""
    message_id: str = ""
    selectors: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)  # names in upper case
    timeout: float = DEFAULT_TIMEOUT  # seconds
    max_envelope: int = DEFAULT_ENVELOPE  # bytes
    body: etree._Element | None = None
    identify: bool = False


def _tag(prefix: str, name: str) -> str:
    return f"{{{NS[prefix]}}}{name}"


_ENVELOPE, _HEADER, _BODY = _tag("s", "Envelope"), _tag("s", "Header"), _tag("s", "Body")
_ACTION, _MESSAGE_ID = _tag("a", "Action"), _tag("a", "MessageID")
_RESOURCE, _SELECTORS, _OPTIONS = _tag("w", "ResourceURI"), _tag("w", "SelectorSet"), _tag("w", "OptionSet")
_FRAGMENT = _tag("w", "FragmentTransfer")
_TIMEOUT, _MAX_ENVELOPE = _tag("w", "OperationTimeout"), _tag("w", "MaxEnvelopeSize")


def parse_duration(text: str) -> float:
    """Seconds of an ``xs:duration``. Raises SoapFault (schema validation) on anything else."""
    if text.strip().startswith("PT-"):
        # No xs:duration, whose sign comes first: recorded, with this code.
        raise SoapFault(
            0x8033800F,
            "The WS-Management service cannot process the request. The request contains one or more invalid SOAP "
            "headers. ",
            subcode="a:InvalidMessageInformationHeader",
        )
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise _schema_error()
    days, hours, minutes, seconds = match.groups()
    total = float(days or 0) * 86400 + float(hours or 0) * 3600 + float(minutes or 0) * 60 + float(seconds or 0)
    return min(total, LONGEST)


def parse_request(message: bytes) -> Request:
    """Read an envelope. Raises MalformedError for what is not XML, SoapFault for what is no request."""
    try:
        root = etree.fromstring(message, _PARSER)
    except etree.XMLSyntaxError as exc:
        raise MalformedError(f"not XML: {exc}") from exc
    body = root.find(_BODY)
    if root.tag != _ENVELOPE or body is None:
        raise _schema_error()
    first = body[0] if len(body) else None
    if first is not None and first.tag == _IDENTIFY:
        return Request(identify=True)
    header = root.find(_HEADER)
    found = {} if header is None else {child.tag: child for child in header}
    _refuse_unknown(found)
    timeout, envelope = found.get(_TIMEOUT), _text(found.get(_MAX_ENVELOPE))
    if envelope and not envelope.isdecimal():
        raise _schema_error()
    return Request(
        action=_text(found.get(_ACTION)),
        resource=_text(found.get(_RESOURCE)),
        message_id=_text(found.get(_MESSAGE_ID)),
        selectors=_named(found.get(_SELECTORS)),
        options={name.upper(): value for name, value in _named(found.get(_OPTIONS)).items()},
        timeout=DEFAULT_TIMEOUT if timeout is None else parse_duration(_text(timeout)),
        max_envelope=int(envelope or DEFAULT_ENVELOPE),
        body=first,
    )


def _refuse_unknown(headers: dict[str, etree._Element]) -> None:
    """ERROR_WSMAN_SOAP_FAULT_MUST_UNDERSTAND, ERROR_WSMAN_FRAGMENT_TRANSFER_NOT_SUPPORTED."""
    for tag, node in headers.items():
        if tag not in _KNOWN and (node.get(_MUST_UNDERSTAND) or "").strip() in {"true", "1"}:
            raise SoapFault(
                0x80338010,
                "The WS-Management service cannot process a SOAP header in the request that is marked as "
                "mustUnderstand by the client.  This could be caused by the use of a version of the protocol which is "
                "not supported, or may be an incompatibility  between the client and server implementations. ",
                subcode="",
            )
    if _FRAGMENT in headers:
        raise SoapFault(
            0x80338077,
            "The WS-Management service does not support fragment transfer. ",
            subcode="w:UnsupportedFeature",
            detail="FragmentLevelAccess",
        )


def _text(node: etree._Element | None) -> str:
    return "" if node is None else (node.text or "").strip()


def _named(parent: etree._Element | None) -> dict[str, str]:
    return {} if parent is None else {str(child.get("Name")): child.text or "" for child in parent}


def _schema_error() -> SoapFault:
    return SoapFault(
        _SCHEMA_ERROR,
        "The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and "
        "retry. ",
        subcode="w:SchemaValidationError",
    )


def answer(request: Request, action: str, body: str) -> bytes:
    """An answer's envelope around ``body`` (XML text)."""
    relates = f"<a:RelatesTo>{escape(request.message_id)}</a:RelatesTo>" if request.message_id else ""
    header = (
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>{relates}"
    )
    return (
        f'<s:Envelope xml:lang="en-US" {_ENVELOPE_NS}><s:Header>{"" if request.identify else header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault_answer(request: Request, fault: SoapFault, *, machine: str) -> bytes:
    """A fault's envelope, from the station named ``machine``."""
    # A header that is not understood has a code of SOAP's own, and no subcode (SOAP 1.2, 5.4.8).
    prefix = fault.subcode.partition(":")[0] or "w"
    # DSP0226 14.6 gives each subcode its side; these are the receiver's.
    receiver = fault.subcode in {"w:InternalError", "w:TimedOut", "n:InvalidEnumerationContext"}
    side = "MustUnderstand" if not fault.subcode else "Receiver" if receiver else "Sender"
    subcode = f"<s:Subcode><s:Value>{fault.subcode}</s:Value></s:Subcode>" if fault.subcode else ""
    detail = f"<w:FaultDetail>{_FAULT_DETAIL}{fault.detail}</w:FaultDetail>" if fault.detail else ""
    detail += _wsman_fault(fault, machine) if fault.cim_status is None else _wmi_error(fault, fault.cim_status)
    return answer(
        request,
        _FAULT_ACTIONS[prefix],
        f"<s:Fault><s:Code><s:Value>s:{side}</s:Value>{subcode}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(fault.reason)}</s:Text></s:Reason>'
        f"<s:Detail>{detail}</s:Detail></s:Fault>",
    )


def _wsman_fault(fault: SoapFault, machine: str) -> str:
    message = escape(fault.message)
    if fault.shell:
        message = (
            r'<f:ProviderFault provider="Shell cmd plugin" path="%systemroot%\system32\winrscmd.dll">'
            f"{message}</f:ProviderFault>"
        )
    if fault.provider is not None:
        message = (
            r'<f:ProviderFault provider="WMI Provider" path="%systemroot%\system32\WsmWmiPl.dll">'
            f'<f:WSManFault xmlns:f="{NS["f"]}" Code="{fault.provider}" Machine={quoteattr(machine)}>'
            f"<f:Message>{message}</f:Message></f:WSManFault></f:ProviderFault>"
        )
    return (
        f'<f:WSManFault xmlns:f="{NS["f"]}" Code="{fault.code}" Machine={quoteattr(machine)}>'
        f"<f:Message>{message}</f:Message></f:WSManFault>"
    )


def _wmi_error(fault: SoapFault, cim_status: int) -> str:
    nil = "".join(f'<p:{name} xsi:type="cim:cimString" xsi:nil="true" />' for name in _CIM_STRINGS)
    return (
        f'<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:p="{_WMI_ERROR_NS}"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"'
        ' xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common" xsi:type="p:MSFT_WmiError_Type">'
        f'<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">{cim_status}</p:CIMStatusCode>{nil}'
        f'<p:Message xsi:type="cim:cimString">{escape(fault.message)}</p:Message>'
        f'<p:MessageID xsi:type="cim:cimString">HRESULT 0x{fault.code:08x}</p:MessageID>'
        f'<p:error_Code xsi:type="cim:cimUnsignedInt">{fault.code}</p:error_Code>'
        '<p:error_Type xsi:type="cim:cimString">HRESULT</p:error_Type>'
        f'<p:error_WindowsErrorMessage xsi:type="cim:cimString">{escape(fault.message)}'
        "</p:error_WindowsErrorMessage></p:MSFT_WmiError>"
    )
