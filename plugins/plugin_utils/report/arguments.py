# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of what makes an audit's reports and judges it: of a play (audit_report), and of a store (audit_conclude).

Documentation: plugins/doc_fragments/audit_reports.py. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...module_utils.product.products import PRODUCTS

__all__ = ["ARGUMENT_SPEC", "KINDS", "asked"]

KINDS: Final = ("path", "csv", "html", "prometheus", "junit")
"""The reports that can be written, by the option that names their file; ``path`` is the JSON."""

ARGUMENT_SPEC: Final[dict[str, Any]] = {
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    **{option: {"type": "path"} for option in (*KINDS, "board", "outcome")},
    "keep_days": {"type": "int", "default": 180},
    "fail_on": {"type": "list", "elements": "str", "default": []},
    "max_unreachable": {"type": "float", "default": 50},
    "max_unknown": {"type": "float", "default": 5},
}


def asked(args: Mapping[str, Any]) -> dict[str, Any]:
    """What ``make`` and ``conclude_all`` take of them, and of ``store``, by the same names."""
    return {name: args[name] for name in (*ARGUMENT_SPEC, "store") if name not in KINDS}
