from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import OddAnswerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.wmi import (
    Page,
    escape_wql,
    parse_enumerate,
    parse_get,
    resource_uri,
)

_ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
 xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"
 xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Process"
 xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Header/><s:Body>{}</s:Body></s:Envelope>"""


def _envelope(body: str) -> bytes:
    return _ENVELOPE.format(body).encode()


# Shapes as recorded from Windows (docs/fidelity.md, W).
_ENUMERATE_SELECT = _envelope(
    "<n:EnumerateResponse><n:EnumerationContext/><w:Items>"
    "<w:XmlFragment><Name>cmd.exe</Name><ProcessId>12</ProcessId></w:XmlFragment>"
    '<w:XmlFragment><Name xsi:nil="true"/><ProcessId>13</ProcessId></w:XmlFragment>'
    "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
)
_ENUMERATE_STAR = _envelope(
    "<n:EnumerateResponse><n:EnumerationContext>uuid:1</n:EnumerationContext><w:Items>"
    '<p:Win32_Process xsi:type="p:Win32_Process_Type"><p:Name>cmd.exe</p:Name>'
    "<p:CreationDate><cim:Datetime>2026-08-27T10:00:00Z</cim:Datetime></p:CreationDate>"
    "<p:Tag>a</p:Tag><p:Tag>b</p:Tag><p:Tag>c</p:Tag></p:Win32_Process>"
    "</w:Items></n:EnumerateResponse>"
)
_PULL = _envelope(
    "<n:PullResponse><n:EnumerationContext/><n:Items>"
    "<w:XmlFragment><ProcessId>14</ProcessId></w:XmlFragment></n:Items><n:EndOfSequence/></n:PullResponse>"
)


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        (
            _ENUMERATE_SELECT,
            Page(rows=[{"Name": "cmd.exe", "ProcessId": "12"}, {"Name": None, "ProcessId": "13"}], context=None),
        ),
        (
            _ENUMERATE_STAR,
            Page(
                rows=[{"Name": "cmd.exe", "CreationDate": "2026-08-27T10:00:00Z", "Tag": ["a", "b", "c"]}],
                context="uuid:1",
            ),
        ),
        (_PULL, Page(rows=[{"ProcessId": "14"}], context=None)),
        (
            _envelope("<n:EnumerateResponse><n:EnumerationContext/><w:Items/><w:EndOfSequence/></n:EnumerateResponse>"),
            Page(rows=[], context=None),
        ),
        # End marker and context at once: the end wins, or the reader would pull for ever.
        (
            _envelope(
                "<n:PullResponse><n:EnumerationContext>uuid:2</n:EnumerationContext><n:EndOfSequence/></n:PullResponse>"
            ),
            Page(rows=[], context=None),
        ),
    ],
)
def test_parse_enumerate(answer: bytes, page: Page) -> None:
    assert parse_enumerate(answer) == page


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"Hello", _envelope(""), _envelope("<n:Other><n:Items/></n:Other>")]
)
def test_parse_enumerate_refuses_anything_else(answer: bytes) -> None:
    with pytest.raises(OddAnswerError):
        parse_enumerate(answer)


def test_parse_get() -> None:
    answer = _envelope("<p:CIM_DataFile><p:FileSize>12</p:FileSize><p:Version>2026.2.7.0</p:Version></p:CIM_DataFile>")
    assert parse_get(answer) == {"FileSize": "12", "Version": "2026.2.7.0"}


def test_entities_of_a_hostile_station_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + _envelope("<p:A><p:Name>&e;</p:Name></p:A>")
    assert b"root:" not in repr(parse_get(bomb)).encode()


def test_escape_wql() -> None:
    assert escape_wql("C:\\d'étude") == "C:\\\\d\\'étude"


def test_resource_uri() -> None:
    assert resource_uri("CIM_DataFile").endswith("/wmi/root/cimv2/CIM_DataFile")
