"""WMI over WS-Management: Get, Enumerate, Pull, Release, and methods ([MS-WSMV] 2.2.4, DSP0226 8)."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from dataclasses import dataclass

from lxml import etree

from tests.lab.station import Account, Station, WmiError
from tests.lab.wsman import codes
from tests.lab.wsman.instances import WMI_ROOT, fragment, output, whole
from tests.lab.wsman.quotas import Quotas
from tests.lab.wsman.soap import NS, Request
from tests.lab.wsman.wql import parse_wql

__all__ = ["WmiService"]

_WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
_CONTEXT = f"{{{NS['n']}}}EnumerationContext"
_FILTER = f"{{{NS['w']}}}Filter"
_MODE = f"{{{NS['w']}}}EnumerationMode"
_OPTIMIZE = f"{{{NS['w']}}}OptimizeEnumeration"
_ENUMERATE_MAXIMUM = f"{{{NS['w']}}}MaxElements"
_PULL_MAXIMUM = f"{{{NS['n']}}}MaxElements"
# Bytes of an answer around its items, with a margin.
_ENVELOPE_ROOM = 2048


@dataclass
class _Enumeration:
    account: Account
    items: deque[str]
    forget: asyncio.TimerHandle | None = None


class WmiService:
    """The WMI of one station."""

    def __init__(self, station: Station, quotas: Quotas, *, denied: bool) -> None:
        self._station = station
        self._quotas = quotas
        self._denied = denied
        self._open: dict[str, _Enumeration] = {}

    async def get(self, request: Request, account: Account) -> str:
        """transfer/Get: one instance by its keys."""
        self._allow()
        namespace, class_name = _resource(request.resource)
        if class_name == "*":
            raise codes.invalid_resource()
        try:
            return whole(await self._station.wmi_get(namespace, class_name, request.selectors))
        except WmiError as exc:
            raise codes.wmi_fault(exc.code, exc.message) from exc

    async def enumerate(self, request: Request, account: Account) -> str:
        """enumeration/Enumerate, with or without a WQL filter."""
        self._allow()
        body = _body(request)
        if (body.findtext(_MODE) or "EnumerateObject").strip() != "EnumerateObject":
            raise codes.enumeration_mode()
        maximum = _count(body, _ENUMERATE_MAXIMUM)
        filter_ = body.find(_FILTER)
        try:
            items = await (self._all(request) if filter_ is None else self._matching(request, filter_))
        except WmiError as exc:
            raise (codes.wmi_fault if filter_ is None else codes.filter_rejected)(exc.code, exc.message) from exc
        enumeration = _Enumeration(account, deque(items))
        if body.find(_OPTIMIZE) is None:
            context = self._keep(enumeration)
            return f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext></n:EnumerateResponse>"
        page = self._page(request, enumeration, maximum)
        if enumeration.items:
            end, context = "", f"<n:EnumerationContext>{self._keep(enumeration)}</n:EnumerationContext>"
        else:
            # Empty, but there: recorded.
            end, context = "<w:EndOfSequence/>", "<n:EnumerationContext/>"
        return f"<n:EnumerateResponse>{context}<w:Items>{page}</w:Items>{end}</n:EnumerateResponse>"

    async def pull(self, request: Request, account: Account) -> str:
        """enumeration/Pull: the next items."""
        body = _body(request)
        maximum = _count(body, _PULL_MAXIMUM)
        enumeration = self._take(body, account)
        page = self._page(request, enumeration, maximum)
        if not enumeration.items:
            return f"<n:PullResponse><n:Items>{page}</n:Items><n:EndOfSequence/></n:PullResponse>"
        context = self._keep(enumeration)
        return (
            f"<n:PullResponse><n:EnumerationContext>{context}</n:EnumerationContext>"
            f"<n:Items>{page}</n:Items></n:PullResponse>"
        )

    async def release(self, request: Request, account: Account) -> str:
        """enumeration/Release: forget the rest. The answer's body is empty (DSP0226 8.7)."""
        self._take(_body(request), account)
        return ""

    async def invoke(self, request: Request, account: Account) -> str:
        """A method of a class (the last part of the action)."""
        self._allow()
        namespace, class_name = _resource(request.resource)
        method = request.action.rpartition("/")[2]
        body = request.body
        if body is not None and etree.QName(body).localname != f"{method}_INPUT":
            raise codes.invalid_parameter()
        arguments = {} if body is None else {etree.QName(child).localname: child.text or "" for child in body}
        try:
            values = await self._station.wmi_invoke(namespace, class_name, method, request.selectors, arguments)
        except WmiError as exc:
            raise codes.wmi_fault(exc.code, exc.message) from exc
        return output(request.resource, method, values)

    def close(self) -> None:
        """The station lost its power, or the lab ends."""
        for context in list(self._open):
            self._forget(context)

    async def _all(self, request: Request) -> list[str]:
        namespace, class_name = _resource(request.resource)
        if class_name == "*":
            raise codes.invalid_resource()
        return [whole(instance) for instance in await self._station.wmi_instances(namespace, class_name)]

    async def _matching(self, request: Request, filter_: etree._Element) -> list[str]:
        namespace, class_name = _resource(request.resource)
        if class_name != "*":
            # "winrm help uris": a WQL filter goes with the URI of all classes.
            raise codes.invalid_resource()
        if filter_.get("Dialect") != _WQL:
            raise codes.filter_dialect()
        query = parse_wql(filter_.text or "")
        instances = await self._station.wmi_instances(namespace, query.class_name)
        rows = query.select(instances)
        return [whole(row) if query.columns is None else fragment(row, query.columns) for row in rows]

    def _page(self, request: Request, enumeration: _Enumeration, maximum: int) -> str:
        limit = min(request.max_envelope, self._quotas.max_envelope_kb * 1024)
        room = limit - _ENVELOPE_ROOM
        page: list[str] = []
        while enumeration.items and len(page) < maximum:
            size = len(enumeration.items[0].encode())
            if size > room:
                if not page:
                    raise codes.oversize(size + _ENVELOPE_ROOM, limit)
                break
            room -= size
            page.append(enumeration.items.popleft())
        return "".join(page)

    def _keep(self, enumeration: _Enumeration) -> str:
        context = f"uuid:{str(uuid.uuid4()).upper()}"
        self._open[context] = enumeration
        loop = asyncio.get_running_loop()
        enumeration.forget = loop.call_later(self._quotas.enumeration_seconds, self._forget, context)
        return context

    def _take(self, body: etree._Element, account: Account) -> _Enumeration:
        context = (body.findtext(_CONTEXT) or "").strip()
        enumeration = self._open.get(context)
        if enumeration is None or enumeration.account.name != account.name:
            raise codes.invalid_context()
        self._forget(context)
        return enumeration

    def _forget(self, context: str) -> None:
        enumeration = self._open.pop(context, None)
        if enumeration is not None and enumeration.forget is not None:
            enumeration.forget.cancel()

    def _allow(self) -> None:
        if self._denied:
            raise codes.wmi_fault(0x80041003, "Access denied")


def _resource(uri: str) -> tuple[str, str]:
    """Namespace (lower case) and class of a resource URI."""
    namespace, _, class_name = uri[len(WMI_ROOT) :].rpartition("/")
    if not namespace or not class_name:
        raise codes.invalid_resource()
    return namespace.lower(), class_name


def _body(request: Request) -> etree._Element:
    if request.body is None:
        raise codes.invalid_parameter()
    return request.body


def _count(body: etree._Element, tag: str) -> int:
    """MaxElements; 1 when absent (DSP0226 R8.2.3-3, 8.3)."""
    text = (body.findtext(tag) or "1").strip()
    if not text.isdecimal() or int(text) < 1:
        raise codes.invalid_parameter()
    return int(text)
