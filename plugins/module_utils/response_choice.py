# SPDX-License-Identifier: GPL-3.0-or-later
"""Which recorded response file answers a release's setup. Pure.

Names: ``<product>-<release>-<arch>.iss`` and ``<product>-<release>-<arch>-uninstall.iss``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release

__all__ = ["choose_response", "product_code", "response_name"]

_ORDER = re.compile(r"^\[(\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\})-DlgOrder\]\s*$", re.MULTILINE)


def response_name(product: str, release: Release, arch: str, *, uninstall: bool = False) -> str:
    """The file name of a recording."""
    return f"{product}-{release}-{arch}{'-uninstall' if uninstall else ''}.iss"


def choose_response(
    names: Iterable[str], *, product: str, release: Release, arch: str, uninstall: bool = False
) -> str | None:
    """The newest recording of the same year that is not newer than the release; None when there is none.

    A later release may ask what an earlier one did not, never the other way round as far as is known
    (docs/fidelity.md), so a recording of a newer release is not tried.
    """
    tail = f"-{arch}{'-uninstall' if uninstall else ''}.iss"
    fitting: list[tuple[Release, str]] = []
    for name in names:
        if not (name.startswith(f"{product}-") and name.endswith(tail)):
            continue
        try:
            recorded = Release.parse(name[len(product) + 1 : -len(tail)])
        except ValueError:
            continue
        if recorded.year == release.year and recorded <= release:
            fitting.append((recorded, name))
    return max(fitting)[1] if fitting else None


def product_code(response: bytes) -> str:
    """The product code that a response file answers for, from its ``[{GUID}-DlgOrder]``; empty when it has none."""
    encoding = "utf-16" if response[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    match = _ORDER.search(response.decode(encoding, "replace"))
    return match[1] if match else ""
