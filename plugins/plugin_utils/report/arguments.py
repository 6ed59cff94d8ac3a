# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of what makes an audit's reports and judges it: of a play (audit_report), and of a store (audit_conclude).

Documentation: plugins/doc_fragments/audit_reports.py. Pure.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Final

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS

__all__ = ["ARGUMENT_SPEC", "KINDS", "asked", "named"]

KINDS: Final = ("path", "csv", "html", "prometheus", "junit")
"""The reports that can be written, by the option that names their file; ``path`` is the JSON."""

_EXPORTS: Final = {".csv": "csv", ".prom": "prometheus", ".xml": "junit"}
"""What a file of ``exports`` is, by how its name ends."""

_NO_EXPORT = Message("exports: the name of {path} ends neither in .csv nor in .prom nor in .xml")
_TWICE = Message("exports: {path} and {other} are of one kind, of which one is written")

ARGUMENT_SPEC: Final[dict[str, Any]] = {
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    **{option: {"type": "path"} for option in (*KINDS, "board", "outcome")},
    "exports": {"type": "list", "elements": "path", "default": []},
    "keep_days": {"type": "int", "default": 180},
    "fail_on": {"type": "list", "elements": "str", "default": []},
    "max_unreachable": {"type": "float", "default": 50},
    "max_unknown": {"type": "float", "default": 5},
}


def asked(args: Mapping[str, Any]) -> dict[str, Any]:
    """What ``make`` and ``conclude_all`` take of them, and of ``store``, by the same names."""
    return {name: args[name] for name in (*ARGUMENT_SPEC, "store") if name not in (*KINDS, "exports")}


def named(args: Mapping[str, Any]) -> dict[str, Any]:
    """The file of each kind of report, None for none. Raises ValueError for one of ``exports`` that is of none, or of
    the kind of another."""
    found = {kind: args[kind] for kind in KINDS}
    for path in args["exports"]:
        kind = _EXPORTS.get(posixpath.splitext(path)[1].lower())
        if kind is None:
            raise ValueError(_NO_EXPORT.given(path=path))
        if (other := found[kind]) and other != path:
            raise ValueError(_TWICE.given(path=path, other=other))
        found[kind] = path
    return found
