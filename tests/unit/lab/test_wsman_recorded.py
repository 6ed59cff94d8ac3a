"""The lab answers as Windows was recorded to (docs/fidelity.md, W), to requests written by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree
from winrm.exceptions import WSManFaultError

from tests.lab.wsman import Quotas
from tests.lab.wsman.soap import NS
from tests.unit.lab.wsman_fake import ServerThread, running_server
from tests.unit.lab.wsman_messages import RSP, SHELL, TRANSFER, Client, envelope

_ADDRESS, _SMALL = "127.45.0.1", "127.45.0.2"
_CIMV2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/"
_WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        thread.add(_ADDRESS)
        thread.add(_SMALL, quotas=Quotas(max_shells_per_user=0))
        yield thread


def _refused(message: str, address: str = _ADDRESS) -> WSManFaultError:
    with pytest.raises(WSManFaultError) as refused:
        Client(address).protocol.send_message(message)
    return refused.value


def _detail(fault: WSManFaultError) -> etree._Element:
    detail = etree.fromstring(fault.response.encode()).find(".//s:Detail", NS)
    assert detail is not None
    return detail


def test_an_unknown_header_that_must_be_understood_is_refused(server: ServerThread) -> None:
    message = envelope(f"{TRANSFER}Create", SHELL, "<rsp:Shell/>")
    unknown = message.replace("</s:Header>", '<q:New xmlns:q="urn:q" s:mustUnderstand="{}"/></s:Header>')
    for value in ("true", "1"):
        fault = _refused(unknown.format(value))
        assert (fault.wsman_fault_code, fault.fault_code, fault.fault_subcode) == (0x80338010, "s:MustUnderstand", None)
    Client(_ADDRESS).protocol.send_message(unknown.format("false"))


def test_a_known_header_that_must_be_understood_is(server: ServerThread) -> None:
    message = envelope(f"{TRANSFER}Create", SHELL, "<rsp:Shell/>")
    for name in ("a:Action", "w:ResourceURI", "w:OptionSet", "w:MaxEnvelopeSize", "w:OperationTimeout"):
        message = message.replace(f"<{name}>", f'<{name} s:mustUnderstand="true">')
    assert b"ShellId" in Client(_ADDRESS).protocol.send_message(message)


def test_a_fragment_is_refused(server: ServerThread) -> None:
    message = envelope(f"{TRANSFER}Get", f"{_CIMV2}/Win32_Process", selectors={"Handle": "4"})
    fault = _refused(message.replace("</s:Header>", "<w:FragmentTransfer>Name</w:FragmentTransfer></s:Header>"))
    assert (fault.wsman_fault_code, fault.fault_subcode) == (0x80338077, "w:UnsupportedFeature")


@pytest.mark.parametrize("mode", ["EnumerateEPR", "EnumerateObjectAndEPR", "Nonsense"])
def test_a_mode_of_enumeration_is_refused(server: ServerThread, mode: str) -> None:
    body = f"<n:Enumerate><w:EnumerationMode>{mode}</w:EnumerationMode></n:Enumerate>"
    fault = _refused(envelope(f"{_ENUMERATION}Enumerate", f"{_CIMV2}/Win32_Process", body))
    assert (fault.wsman_fault_code, fault.fault_subcode) == (0x80338042, "w:UnsupportedFeature")


def test_a_negative_timeout_is_an_invalid_header(server: ServerThread) -> None:
    fault = _refused(envelope(f"{TRANSFER}Create", SHELL, "<rsp:Shell/>", timeout="PT-1S"))
    assert (fault.wsman_fault_code, fault.fault_subcode) == (2150858767, "a:InvalidMessageInformationHeader")


def test_a_program_that_is_not_there_is_told_by_the_shells_plug_in(server: ServerThread) -> None:
    client = Client(_ADDRESS)
    shell = client.protocol.open_shell()
    fault = _refused(_command(shell, "refuse", "2", skip="TRUE"))
    assert (fault.wsman_fault_code, fault.fault_code, fault.fault_subcode) == (
        2147942402,
        "s:Receiver",
        "w:InternalError",
    )
    provider = _detail(fault).find(".//f:ProviderFault", NS)
    assert provider is not None
    assert (provider.get("provider"), len(provider)) == ("Shell cmd plugin", 0)
    assert (provider.text or "").startswith("The system cannot find the file specified.")


def _command(shell: str, line: str, *arguments: str, skip: str = "FALSE") -> str:
    more = "".join(f"<rsp:Arguments>{argument}</rsp:Arguments>" for argument in arguments)
    body = f"<rsp:CommandLine><rsp:Command>{line}</rsp:Command>{more}</rsp:CommandLine>"
    options = {"WINRS_SKIP_CMD_SHELL": skip}
    return envelope(f"{RSP}Command", SHELL, body, selectors={"ShellId": shell}, options=options)


def test_a_line_of_33000_characters_is_refused(server: ServerThread) -> None:
    shell = Client(_ADDRESS).protocol.open_shell()
    for line, arguments in (("x" * 33_000, ()), ("echo", ("x" * 20_000, "y" * 13_000))):
        assert _refused(_command(shell, line, *arguments)).wsman_fault_code == 2147942606


def test_a_quota_of_shells_is_a_wmi_error(server: ServerThread) -> None:
    fault = _refused(envelope(f"{TRANSFER}Create", SHELL, "<rsp:Shell/>"), _SMALL)
    assert (fault.wmierror_code, fault.wsman_fault_code, fault.fault_subcode) == (2150859173, None, "w:QuotaLimit")
    assert fault.reason.startswith("The WS-Management service cannot process the request. The maximum number of")
    assert _detail(fault).findtext(".//{*}CIMStatusCode") == "27"


def test_an_absent_instance(server: ServerThread) -> None:
    fault = _refused(envelope(f"{TRANSFER}Get", f"{_CIMV2}/Win32_Process", selectors={"Handle": "99"}))
    assert (fault.wsman_fault_code, fault.fault_subcode) == (2150858752, "a:DestinationUnreachable")
    inner = _detail(fault).find(".//f:ProviderFault/f:WSManFault", NS)
    assert inner is not None
    assert inner.get("Code") == "2150858752"


def test_a_query_on_an_unknown_class(server: ServerThread) -> None:
    filter_ = f'<n:Enumerate><w:Filter Dialect="{_WQL}">select * from Nope</w:Filter></n:Enumerate>'
    fault = _refused(envelope(f"{_ENUMERATION}Enumerate", f"{_CIMV2}/*", filter_))
    assert (fault.wsman_fault_code, fault.wmierror_code, fault.fault_subcode) == (
        2150858778,
        None,
        "n:CannotProcessFilter",
    )
    assert _detail(fault).findtext(".//f:ProviderFault//f:Message", namespaces=NS) == (
        "The specified class does not exist in the given namespace. "
    )
