# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI over WS-Management: the bodies of requests and the reading of answers. Pure; ``exchange.py``
says when each is asked.

The shapes read here are Windows': ``select a, b`` comes back as ``w:XmlFragment`` with *unqualified* children,
``select *`` and Get as an element named after the class with children in its namespace; EnumerateResponse holds
``w:Items``/``w:EndOfSequence``, PullResponse ``n:Items``/``n:EndOfSequence``; an empty EnumerationContext may stand
beside the end marker (recorded traffic of public test suites).
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from .soap import OddAnswerError, content_of

__all__ = [
    "Page",
    "Row",
    "enumerate_body",
    "escape_wql",
    "parse_enumerate",
    "parse_get",
    "pull_body",
    "resource_uri",
]

_WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
_MOST_ROWS = "200"
_WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
_WSMAN = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
_ENUM = "{http://schemas.xmlsoap.org/ws/2004/09/enumeration}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

Row = dict[str, str | list[str] | None]
"""One instance: property name to text, list of texts (arrays) or None (``xsi:nil``). Numbers stay text."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer of Enumerate or Pull; ``context`` is None once the sequence has ended."""

    rows: list[Row]
    context: str | None


def resource_uri(class_name: str, namespace: str = "root/cimv2") -> str:
    """The ResourceURI of a WMI class (``*``: any class, for a query)."""
    return f"{_WMI}{namespace}/{class_name}"


def escape_wql(text: str) -> str:
    """Escape a value for a quoted WQL string (backslash and quotes, as WMI's query language documents)."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')


def enumerate_body(query: str) -> str:
    """The body of an Enumerate with a WQL filter (prefixes: ``exchange.py``)."""
    return (
        f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>{_MOST_ROWS}</w:MaxElements>"
        f'<w:Filter Dialect="{_WQL_DIALECT}">{escape(query)}</w:Filter></n:Enumerate>'
    )


def pull_body(context: str) -> str:
    """The body of the Pull that continues an enumeration."""
    return (
        f"<n:Pull><n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        f"<n:MaxElements>{_MOST_ROWS}</n:MaxElements></n:Pull>"
    )


def _value(node: etree._Element) -> str | None:
    if node.get(_NIL) == "true":
        return None
    # A date is nested: <InstallDate><cim:Datetime>2026-08-27T10:00:00Z</cim:Datetime></InstallDate>.
    return str((node[0] if len(node) else node).text or "")


def _row(element: etree._Element) -> Row:
    row: Row = {}
    arrays: dict[str, list[str]] = {}
    for child in element.iterchildren(tag=etree.Element):
        name, value = etree.QName(child).localname, _value(child)
        if name in row:
            # Arrays are repeated elements.
            if name not in arrays:
                row[name] = arrays[name] = [str(row[name])]
            arrays[name].append(str(value))
        else:
            row[name] = value
    return row


def parse_get(answer: bytes) -> Row:
    """Read the instance in a GetResponse. Raises FaultAnswerError, and OddAnswerError on anything else."""
    instance = content_of(answer)
    if not (etree.QName(instance).namespace or "").lower().startswith(_WMI):
        raise OddAnswerError(Message("something else than an instance of WMI"))
    return _row(instance)


def parse_enumerate(answer: bytes) -> Page:
    """Read an EnumerateResponse or PullResponse. Raises FaultAnswerError, and OddAnswerError on anything else."""
    response = content_of(answer)
    name = etree.QName(response).localname
    if name not in {"EnumerateResponse", "PullResponse"}:
        raise OddAnswerError(Message("{name} to an enumeration", name=one_line(name, longest=60)))
    prefix = _WSMAN if name == "EnumerateResponse" else _ENUM
    items = response.find(f"{prefix}Items")
    rows = [] if items is None else [_row(item) for item in items.iterchildren(tag=etree.Element)]
    ended = response.find(f"{prefix}EndOfSequence") is not None
    context = response.findtext(f"{_ENUM}EnumerationContext")
    return Page(rows=rows, context=None if ended or not context else context)
