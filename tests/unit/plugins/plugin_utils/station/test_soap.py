"""Envelopes and faults: the shapes that were recorded from Windows, and what may come in their place."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import (
    Fault,
    FaultAnswerError,
    OddAnswerError,
    content_of,
    fault_in,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.wmi import parse_enumerate, parse_get

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSMAN_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
_WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"


def _fault(detail: str, *, subcode: str = "w:InternalError", reason: str = "Some reason. ") -> bytes:
    return (
        f'<s:Envelope xmlns:s="{_SOAP}"><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>'
        f"<s:Value>{subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text>{reason}</s:Text></s:Reason>"
        f"<s:Detail>{detail}</s:Detail></s:Fault></s:Body></s:Envelope>"
    ).encode()


def _wsman(code: str, inside: str = "") -> str:
    message = f"<f:Message>{inside}</f:Message>"
    return f'<f:WSManFault xmlns:f="{_WSMAN_FAULT}" Code="{code}" Machine="pc">{message}</f:WSManFault>'


# The shape of a quota on Windows Server 2008 R2, as public tests of another client keep it (values invented).
_QUOTA = (
    f'<p:MSFT_WmiError xmlns:p="{_WMI_ERROR}">'
    "<p:CIMStatusCode>27</p:CIMStatusCode><p:Message>Too many.</p:Message>"
    "<p:MessageID>HRESULT 0x803381a5</p:MessageID><p:error_Code>2150859173</p:error_Code></p:MSFT_WmiError>"
)
_PROVIDER = f'<f:ProviderFault xmlns:f="{_WSMAN_FAULT}" provider="WMI Provider">{{}}</f:ProviderFault>'


@pytest.mark.parametrize(
    ("detail", "codes"),
    [
        (_wsman("2150859173"), (2150859173,)),
        (_QUOTA, (2150859173,)),
        (_wsman("5", _PROVIDER.format(_wsman("2150859012"))), (5, 2150859012)),
        (_wsman("2150858752", _PROVIDER.format(_wsman("2150858752"))), (0x80338000,)),
        (_wsman("0x80338012"), (0x80338012,)),
        (_wsman("0X8033805b"), (0x8033805B,)),
        (_wsman("-2144108507"), (0x80338025,)),
        (_wsman(" 995 "), (995,)),
        (_wsman(""), ()),
        (_wsman("none"), ()),
        (_wsman("9" * 5000), ()),
        (_wsman("0x" + "f" * 5000), ()),
        ("", ()),
    ],
)
def test_the_numbers_of_a_fault_whatever_their_shape(detail: str, codes: tuple[int, ...]) -> None:
    fault = fault_in(_fault(detail))
    assert fault is not None
    assert fault.codes == codes


def test_a_fault_without_detail_or_reason() -> None:
    answer = f'<s:Envelope xmlns:s="{_SOAP}"><s:Body><s:Fault/></s:Body></s:Envelope>'.encode()
    assert fault_in(answer) == Fault(codes=(), subcode="", reason="")


def test_a_header_that_is_not_understood_has_a_code_and_no_subcode() -> None:
    answer = _fault("").replace(b"<s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode>", b"")
    fault = fault_in(answer.replace(b"s:Sender", b"s:MustUnderstand"))
    assert fault is not None
    assert fault.subcode == "MustUnderstand"


def test_the_text_of_a_fault_is_printable() -> None:
    fault = fault_in(_fault("", reason="a\N{RIGHT-TO-LEFT OVERRIDE}b\r\n c&#x9;d&#x85;&#x9b;31m" + "x" * 5000))
    assert fault is not None
    assert fault.reason.startswith("a\N{REPLACEMENT CHARACTER}b c d \N{REPLACEMENT CHARACTER}31mxxx")
    assert fault.reason.isprintable()
    assert len(fault.reason) == 300


def test_a_fault_in_a_200_is_not_taken_for_an_instance() -> None:
    for parse in (parse_get, parse_enumerate):
        with pytest.raises(FaultAnswerError) as caught:
            parse(_fault(_wsman("5")))
        assert caught.value.fault.codes == (5,)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x00",
        b"Hello",
        b"<html>",
        b"<html><body>printer</body></html>",
        b"\xff\xfe<\x00",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        _fault("")[:-40],
        f'<s:Envelope xmlns:s="{_SOAP}"/>'.encode(),
        f'<s:Envelope xmlns:s="{_SOAP}"><s:Body/></s:Envelope>'.encode(),
        f'<s:Envelope xmlns:s="{_SOAP}"><s:Body><!-- c --> text </s:Body></s:Envelope>'.encode(),
        b"<a>" * 5000,
        f'<x xmlns:s="{_SOAP}"><s:Body><s:Fault/></s:Body></x>'.encode(),
    ],
)
def test_what_is_no_envelope_is_said(answer: bytes) -> None:
    with pytest.raises(OddAnswerError) as caught:
        content_of(answer)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
    assert fault_in(answer) is None


def test_get_takes_instances_of_wmi_alone() -> None:
    other = '<x:Other xmlns:x="urn:x"><x:Version>1</x:Version></x:Other>'
    answer = f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>{other}</s:Body></s:Envelope>'
    with pytest.raises(OddAnswerError, match="something else than an instance"):
        parse_get(answer.encode())
