"""WMI over the lab's WS-Man server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import xmltodict
from lxml import etree
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.wsman import Quotas
from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT, FakeStation, ServerThread, running_server

_OPEN, _DENIED = "127.42.0.1", "127.42.0.2"
_CIMV2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
_WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
_W, _N = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}", f"{{{_ENUMERATION}}}"
_BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        thread.add(_OPEN, quotas=Quotas(enumeration_seconds=0.2))
        thread.add(_DENIED, deny=frozenset({"wmi"}))
        yield thread


@pytest.fixture
def station(server: ServerThread) -> FakeStation:
    return server.stations[_OPEN]


def _protocol(address: str) -> Protocol:
    url = f"http://{address}:{HTTP_PORT}/wsman"
    return Protocol(url, transport="ntlm", username=ACCOUNT.name, password=ACCOUNT.password, operation_timeout_sec=1)


@pytest.fixture
def protocol(server: ServerThread) -> Protocol:
    return _protocol(_OPEN)


def _send(protocol: Protocol, action: str, uri: str, body: Any = None, **header: Any) -> etree._Element:
    envelope = protocol.build_wsman_header(action, uri)
    envelope["env:Header"] |= header
    envelope["env:Body"] = body
    answer = etree.fromstring(protocol.send_message(xmltodict.unparse({"env:Envelope": envelope})))
    found = answer.find(_BODY)
    assert found is not None
    return found[0] if len(found) else found


def _enumerate(
    protocol: Protocol, wql: str | None, *, uri: str = f"{_CIMV2}/*", maximum: int = 100, envelope: int = 153600
) -> etree._Element:
    body: dict[str, Any] = {"w:OptimizeEnumeration": None, "w:MaxElements": maximum}
    if wql is not None:
        body["w:Filter"] = {"@Dialect": _WQL, "#text": wql}
    return _send(protocol, f"{_ENUMERATION}/Enumerate", uri, {"n:Enumerate": body}, **{"w:MaxEnvelopeSize": envelope})


def _pull(protocol: Protocol, context: str | None, *, maximum: int = 100) -> etree._Element:
    body = {"n:Pull": {"n:EnumerationContext": context, "n:MaxElements": maximum}}
    return _send(protocol, f"{_ENUMERATION}/Pull", f"{_CIMV2}/*", body)


def test_get_of_a_singleton(protocol: Protocol) -> None:
    instance = _send(protocol, _GET, f"{_CIMV2}/Win32_OperatingSystem")
    space = f"{{{_CIMV2}/Win32_OperatingSystem}}"
    assert instance.tag == f"{space}Win32_OperatingSystem"
    assert [(child.tag.removeprefix(space), str(child.xpath("string()"))) for child in instance] == [
        ("Caption", "Microsoft Windows 11 Éducation <&>"),
        ("InstallDate", "2026-08-27T10:00:00Z"),
        ("MUILanguages", "fr-FR"),
        ("MUILanguages", "en-US"),
        ("PortableOperatingSystem", "false"),
    ]
    assert instance[1][0].tag == "{http://schemas.dmtf.org/wbem/wscim/1/common}Datetime"


def test_get_by_key(protocol: Protocol) -> None:
    selectors = {"w:SelectorSet": {"w:Selector": {"@Name": "Handle", "#text": "3"}}}
    instance = _send(protocol, _GET, f"{_CIMV2}/Win32_Process", **selectors)
    assert instance.findtext("{*}Name") == "p3.exe"
    command_line = instance.find("{*}CommandLine")
    assert command_line is not None
    assert command_line.get(_NIL) == "true"


def test_columns_come_unqualified_and_sorted(protocol: Protocol) -> None:
    answer = _enumerate(protocol, "select processid, name, CommandLine from win32_process where Handle = '2'")
    assert [child.tag for child in answer] == [f"{_N}EnumerationContext", f"{_W}Items", f"{_W}EndOfSequence"]
    assert answer[0].text is None
    (row,) = answer[1]
    assert row.tag == f"{_W}XmlFragment"
    assert [(child.tag, child.text) for child in row] == [("CommandLine", None), ("Name", "p2.exe"), ("ProcessId", "2")]
    assert row[0].get(_NIL) == "true"


def test_star_comes_qualified(protocol: Protocol) -> None:
    (row,) = _enumerate(protocol, "select * from Win32_Process where ProcessId = 5")[1]
    assert row.tag == f"{{{_CIMV2}/Win32_Process}}Win32_Process"
    assert row[0].tag.startswith(f"{{{_CIMV2}/Win32_Process}}")


def test_pages(protocol: Protocol) -> None:
    answer = _enumerate(protocol, "select Name from Win32_Process", maximum=3)
    assert [child.tag for child in answer] == [f"{_N}EnumerationContext", f"{_W}Items"]
    names = [row.findtext("Name") for row in answer[1]]
    answer = _pull(protocol, answer[0].text, maximum=3)
    assert [child.tag for child in answer] == [f"{_N}EnumerationContext", f"{_N}Items"]
    names += [row.findtext("Name") for row in answer[1]]
    answer = _pull(protocol, answer[0].text, maximum=3)
    assert [child.tag for child in answer] == [f"{_N}Items", f"{_N}EndOfSequence"]
    names += [row.findtext("Name") for row in answer[0]]
    assert names == [f"p{n}.exe" for n in range(7)]


def test_without_filter_or_optimization(protocol: Protocol) -> None:
    answer = _send(protocol, f"{_ENUMERATION}/Enumerate", f"{_CIMV2}/Win32_Process", {"n:Enumerate": None})
    assert [child.tag for child in answer] == [f"{_N}EnumerationContext"]
    items = _pull(protocol, answer[0].text)[0]
    assert len(items) == 7
    assert _enumerate(protocol, None, uri=f"{_CIMV2}/Win32_Process", maximum=7)[-1].tag == f"{_W}EndOfSequence"


def test_max_elements_is_one_when_absent(protocol: Protocol) -> None:
    body = {"n:Enumerate": {"w:OptimizeEnumeration": None}}
    answer = _send(protocol, f"{_ENUMERATION}/Enumerate", f"{_CIMV2}/Win32_Process", body)
    assert len(answer[1]) == 1


def test_release(protocol: Protocol) -> None:
    context = _enumerate(protocol, "select Name from Win32_Process", maximum=1)[0].text
    body = {"n:Release": {"n:EnumerationContext": context}}
    assert len(_send(protocol, f"{_ENUMERATION}/Release", f"{_CIMV2}/*", body)) == 0
    with pytest.raises(WSManFaultError) as refused:
        _pull(protocol, context)
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (
        0x8033801B,
        "n:InvalidEnumerationContext",
    )


def test_nobody_pulls(protocol: Protocol, server: ServerThread) -> None:
    context = _enumerate(protocol, "select Name from Win32_Process", maximum=1)[0].text
    server.run(asyncio.sleep(0.3))
    with pytest.raises(WSManFaultError) as refused:
        _pull(protocol, context)
    assert refused.value.wsman_fault_code == 0x8033801B


def test_pages_fit_the_envelope(protocol: Protocol, server: ServerThread) -> None:
    answer = _enumerate(protocol, "select Text from Lab_Large", envelope=200_000)
    assert len(answer[1]) == 2
    assert server.requests(_OPEN)[-1].data["bytes_out"] < 200_000
    with pytest.raises(WSManFaultError, match="exceeds the maximum envelope size") as refused:
        _enumerate(protocol, "select Text from Lab_Large", envelope=50_000)
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (0x80338048, "w:EncodingLimit")
    # A Get has no pages.
    with pytest.raises(WSManFaultError) as refused:
        _send(protocol, _GET, f"{_CIMV2}/Lab_Large", **{"w:MaxEnvelopeSize": "50000"})
    assert refused.value.wsman_fault_code == 0x80338048


def test_invoke(protocol: Protocol) -> None:
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/default/StdRegProv"
    body = {"p:EnumKey_INPUT": {"@xmlns:p": uri, "p:hDefKey": "2147483650", "p:sSubKeyName": "SOFTWARE"}}
    answer = _send(protocol, f"{uri}/EnumKey", uri, body)
    assert answer.tag == f"{{{uri}}}EnumKey_OUTPUT"
    assert [(child.tag.removeprefix(f"{{{uri}}}"), child.text) for child in answer] == [
        ("ReturnValue", "0"),
        *(
            ("sNames", text)
            for text in ("root/default", "StdRegProv", "EnumKey", "hDefKey=2147483650", "sSubKeyName=SOFTWARE")
        ),
    ]


@pytest.mark.parametrize(
    ("wql", "uri", "code", "subcode"),
    [
        ("select Name from Win32_Process", _CIMV2.replace("cimv2", "nope/*"), 0x8033801A, "n:CannotProcessFilter"),
        ("select Nope from Win32_Process", f"{_CIMV2}/*", 0x8033801A, "n:CannotProcessFilter"),
        ("select", f"{_CIMV2}/*", 0x8033801A, "n:CannotProcessFilter"),
    ],
)
def test_bad_queries_are_wmi_errors(protocol: Protocol, wql: str, uri: str, code: int, subcode: str) -> None:
    with pytest.raises(WSManFaultError) as refused:
        _enumerate(protocol, wql, uri=uri)
    fault = refused.value
    assert (fault.wmierror_code, fault.wsman_fault_code, fault.fault_subcode) == (code, None, subcode)


@pytest.mark.parametrize(
    ("uri", "code", "subcode"),
    [
        (f"{_CIMV2}/Win32_Process", 0x80338000, "a:DestinationUnreachable"),
        (f"{_CIMV2}/Nope", 0x80338000, "a:DestinationUnreachable"),
        (_CIMV2.replace("cimv2", "nope/Win32_Process"), 0x80338000, "a:DestinationUnreachable"),
        (f"{_CIMV2}/*", 0x8033803B, "a:DestinationUnreachable"),
        (f"{_CIMV2.rpartition('root/')[0]}", 0x8033803B, "a:DestinationUnreachable"),
    ],
)
def test_bad_gets(protocol: Protocol, uri: str, code: int, subcode: str) -> None:
    selectors = {"w:SelectorSet": {"w:Selector": {"@Name": "Handle", "#text": "99"}}}
    with pytest.raises(WSManFaultError) as refused:
        _send(protocol, _GET, uri, **selectors)
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (code, subcode)


def test_filters_of_another_dialect(protocol: Protocol) -> None:
    body = {"n:Enumerate": {"w:Filter": {"@Dialect": "http://www.w3.org/TR/1999/REC-xpath-19991116", "#text": "x"}}}
    with pytest.raises(WSManFaultError) as refused:
        _send(protocol, f"{_ENUMERATION}/Enumerate", f"{_CIMV2}/*", body)
    assert refused.value.wsman_fault_code == 0x80338019


def test_denied(server: ServerThread) -> None:
    protocol = _protocol(_DENIED)
    with pytest.raises(WSManFaultError) as refused:
        _send(protocol, _GET, f"{_CIMV2}/Win32_OperatingSystem")
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (5, "w:AccessDenied")
    assert "The WMI service returned an &#x27;access denied&#x27;" in refused.value.response or (
        "The WMI service returned an 'access denied'" in refused.value.response
    )
    # Shells are another right.
    protocol.close_shell(protocol.open_shell())


def test_a_slow_provider_is_cut_off_by_the_operation_timeout(protocol: Protocol, station: FakeStation) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    station.slow = forever
    try:
        with pytest.raises(WinRMOperationTimeoutError):
            _send(protocol, _GET, f"{_CIMV2}/Win32_OperatingSystem")
    finally:
        station.slow = None


def test_values_that_xml_cannot_hold(protocol: Protocol, station: FakeStation) -> None:
    instance = station.instances["win32_process"][0]
    station.instances["lab_control"] = [
        type(instance)(namespace="root/cimv2", class_name="Lab_Control", properties={"Name": "\x07"})
    ]
    with pytest.raises(WSManFaultError) as refused:
        _send(protocol, _GET, f"{_CIMV2}/Lab_Control")
    assert refused.value.wsman_fault_code == 2150859018
