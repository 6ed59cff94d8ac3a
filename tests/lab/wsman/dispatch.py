"""From an action and a resource URI to the service that answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Literal

from tests.lab.station import Account, Station
from tests.lab.wsman import codes, soap
from tests.lab.wsman.instances import WMI_ROOT
from tests.lab.wsman.quotas import Quotas
from tests.lab.wsman.soap import NS, Request
from tests.lab.wsman.winrs import SHELL_URI, ShellService
from tests.lab.wsman.wmi import WmiService

__all__ = ["Dispatcher", "describe"]

_Service = Callable[[Request, Account], Awaitable[str]]

_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
_ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"
_RECEIVE = f"{_SHELL}Receive"
_COMMAND_LINE = f"{{{NS['rsp']}}}Command"
_ARGUMENTS = f"{{{NS['rsp']}}}Arguments"
_FILTER = f"{{{NS['w']}}}Filter"
_IDENTITY = (
    '<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>"
    "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
    # Without the operating system's version, as to a client that did not authenticate.
    "<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 3.0</wsmid:ProductVersion></wsmid:IdentifyResponse>"
)


class Dispatcher:
    """The resources of one station: its shells and its WMI."""

    def __init__(self, station: Station, quotas: Quotas, *, deny: frozenset[Literal["shell", "wmi"]]) -> None:
        self._quotas = quotas
        self._shells = ShellService(station, quotas, denied="shell" in deny)
        self._wmi = WmiService(station, quotas, denied="wmi" in deny)
        self._under_way: Counter[str] = Counter()
        self._shell_actions: dict[str, _Service] = {
            f"{_TRANSFER}Create": self._shells.create,
            f"{_SHELL}Command": self._shells.command,
            f"{_SHELL}Send": self._shells.send,
            f"{_SHELL}Signal": self._shells.signal,
            f"{_TRANSFER}Delete": self._shells.delete,
        }
        self._wmi_actions: dict[str, _Service] = {
            f"{_TRANSFER}Get": self._wmi.get,
            f"{_ENUMERATION}Enumerate": self._wmi.enumerate,
            f"{_ENUMERATION}Pull": self._wmi.pull,
            f"{_ENUMERATION}Release": self._wmi.release,
        }

    @property
    def shells(self) -> int:
        """How many shells are open."""
        return self._shells.open

    async def close(self) -> None:
        """End every shell and enumeration."""
        await self._shells.close_all()
        self._wmi.close()

    async def dispatch(self, request: Request, account: Account, *, connected: Callable[[], bool]) -> bytes:
        """The answer's envelope. Raises SoapFault."""
        if request.identify:
            return soap.answer(request, "", _IDENTITY)
        if self._under_way[account.name] >= self._quotas.max_operations_per_user:
            raise codes.operations_quota(self._quotas.max_operations_per_user)
        self._under_way[account.name] += 1
        try:
            return soap.answer(request, f"{request.action}Response", await self._serve(request, account, connected))
        finally:
            self._under_way[account.name] -= 1

    async def _serve(self, request: Request, account: Account, connected: Callable[[], bool]) -> str:
        # URIs of plug-ins are compared without regard to case, as everything in Windows' configuration.
        resource = request.resource.lower()
        if resource == SHELL_URI:
            if request.action == _RECEIVE:
                return await self._shells.receive(request, account, connected)
            service = self._shell_actions.get(request.action)
        elif resource.startswith(WMI_ROOT):
            invoked = request.action.lower().startswith(f"{resource}/")
            service = self._wmi.invoke if invoked else self._wmi_actions.get(request.action)
        else:
            raise codes.invalid_resource()
        if service is None:
            raise codes.unknown_action()
        try:
            async with asyncio.timeout(request.timeout):
                return await service(request, account)
        except TimeoutError as exc:
            raise codes.operation_timeout() from exc


def describe(request: Request) -> tuple[str, str]:
    """The operation and what it is about, for fault rules and the journal: "Command", "reg query …"."""
    if request.identify:
        return "Identify", ""
    name = request.action.rpartition("/")[2]
    body = request.body
    if name == "Command" and body is not None:
        parts = [body.findtext(_COMMAND_LINE) or "", *(node.text or "" for node in body.findall(_ARGUMENTS))]
        return name, " ".join(parts).rstrip()
    if not request.resource.lower().startswith(WMI_ROOT):
        return name, ""
    class_name = request.resource.rpartition("/")[2]
    if request.action.lower().startswith(f"{request.resource.lower()}/"):
        return "Invoke", f"{class_name}.{name}"
    wql = None if body is None or name != "Enumerate" else body.findtext(_FILTER)
    return name, wql or class_name
