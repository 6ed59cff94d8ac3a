"""WS-Man messages written by hand, sent by pywinrm: for tests of what a client's own API hides."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from winrm.protocol import Protocol

from tests.lab.station import Account
from tests.lab.wsman.soap import NS
from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT

TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"
SHELL = f"{RSP}cmd"

_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())


def url(address: str) -> str:
    return f"http://{address}:{HTTP_PORT}/wsman"


def envelope(
    action: str,
    resource: str,
    body: str = "",
    *,
    selectors: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    timeout: str = "PT20S",
    maximum: int | str = 153600,
) -> str:
    """A request; ``body`` is XML with the prefixes of ``soap.NS``."""
    keys = "".join(f"<w:Selector Name={quoteattr(k)}>{escape(v)}</w:Selector>" for k, v in (selectors or {}).items())
    more = "".join(f"<w:Option Name={quoteattr(k)}>{escape(v)}</w:Option>" for k, v in (options or {}).items())
    return (
        f"<s:Envelope {_DECLARED}><s:Header><a:To>http://windows-host:5985/wsman</a:To>"
        f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID><a:Action>{escape(action)}</a:Action>"
        f"<w:ResourceURI>{escape(resource)}</w:ResourceURI><w:MaxEnvelopeSize>{maximum}</w:MaxEnvelopeSize>"
        f"<w:OperationTimeout>{timeout}</w:OperationTimeout><w:SelectorSet>{keys}</w:SelectorSet>"
        f"<w:OptionSet>{more}</w:OptionSet></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


class Client:
    """One connection with Basic in the clear."""

    def __init__(self, address: str, account: Account = ACCOUNT) -> None:
        self.protocol = Protocol(
            url(address),
            transport="basic",
            username=account.name,
            password=account.password,
            message_encryption="never",
        )

    def call(
        self,
        action: str,
        resource: str,
        body: str = "",
        *,
        selectors: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        timeout: str = "PT20S",
        maximum: int | str = 153600,
    ) -> etree._Element:
        """The SOAP body of the answer. Raises what pywinrm makes of faults."""
        message = envelope(
            action, resource, body, selectors=selectors, options=options, timeout=timeout, maximum=maximum
        )
        found = etree.fromstring(self.protocol.send_message(message)).find("s:Body", NS)
        assert found is not None
        return found

    def receive(self, shell_id: str, command_id: str, *, timeout: str = "PT20S", maximum: int = 153600) -> bytes:
        """One Receive: what was written to the standard output."""
        body = self.call(
            f"{RSP}Receive",
            SHELL,
            receive_body(command_id),
            selectors={"ShellId": shell_id},
            timeout=timeout,
            maximum=maximum,
        )
        texts = [node.text or "" for node in body.iterfind(".//rsp:Stream[@Name='stdout']", NS)]
        return b"".join(map(base64.b64decode, texts))


def receive_body(command_id: str) -> str:
    return f'<rsp:Receive><rsp:DesiredStream CommandId="{command_id}">stdout stderr</rsp:DesiredStream></rsp:Receive>'
