"""WMI instances as XML.

The shapes are those recorded from Windows (docs/fidelity.md, W): ``w:XmlFragment`` with unqualified children for
``select a, b``; the class's element with qualified children for ``select *`` and Get; columns in alphabetical order;
dates in a ``cim:Datetime`` child; arrays as repeated elements; ``xsi:nil`` for nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from tests.lab.station import WmiError, WmiInstance, WmiValue
from tests.lab.wsman import codes

__all__ = ["WMI_ROOT", "fragment", "output", "whole"]

WMI_ROOT = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INVALID_QUERY = 0x80041017


def _scalar(value: bool | int | str | dt.datetime) -> str:
    if isinstance(value, str):
        if _FORBIDDEN.search(value):
            raise codes.invalid_characters()
        return escape(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return f"<cim:Datetime>{value.isoformat().replace('+00:00', 'Z')}</cim:Datetime>"
    return str(value)


def _element(name: str, value: WmiValue) -> str:
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, list):
        return "".join(f"<{name}>{_scalar(item)}</{name}>" for item in value)
    return f"<{name}>{_scalar(value)}</{name}>"


def _qualified(properties: Mapping[str, WmiValue]) -> str:
    return "".join(_element(f"p:{name}", properties[name]) for name in sorted(properties, key=str.lower))


def whole(instance: WmiInstance) -> str:
    """An instance with all its properties, as an element of its class."""
    name = instance.class_name
    return (
        f'<p:{name} xmlns:xsi="{_XSI}" xmlns:p="{WMI_ROOT}{instance.namespace}/{name}" xmlns:cim="{_CIM}"'
        f' xsi:type="p:{name}_Type">{_qualified(instance.properties)}</p:{name}>'
    )


def fragment(instance: WmiInstance, columns: Iterable[str]) -> str:
    """The columns of a query. Raises WmiError (invalid query) for one the class does not have."""
    names = {name.lower(): name for name in instance.properties}
    children = []
    for column in sorted({column.lower() for column in columns}):
        if column not in names:
            raise WmiError(_INVALID_QUERY, f"no property {column}")
        children.append(_element(names[column], instance.properties[names[column]]))
    return f'<w:XmlFragment xmlns:xsi="{_XSI}" xmlns:cim="{_CIM}">{"".join(children)}</w:XmlFragment>'


def output(resource: str, method: str, values: Mapping[str, WmiValue]) -> str:
    """What a method of the class with this resource URI returned."""
    return (
        f'<p:{method}_OUTPUT xmlns:xsi="{_XSI}" xmlns:p={quoteattr(resource)} xmlns:cim="{_CIM}">'
        f"{_qualified(values)}</p:{method}_OUTPUT>"
    )
