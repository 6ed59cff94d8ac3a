# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains to be done, from the store alone, as it is shown at the end of a run. I/O: files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.product.products import Product
from ..pages.screen import SCREEN
from ..words.words import Words
from .kept import standings
from .table import remaining, render_remaining

__all__ = ["what_remains"]


def what_remains(
    store: str, places: Mapping[str, Mapping[str, str]], *, product: Product, words: Words
) -> tuple[list[dict[str, Any]], str]:
    """The rows of the stations that are not right, and their table for the terminal.

    ``places``: the stations that are asked about, with what the inventory says of their ``school`` and ``room``; what
    it leaves out is as the store last heard it. Raises StoreError.
    """
    stations = standings(store, product=product.key)
    for name, place in places.items():
        stations[name] = {"standing": None, **stations.get(name, {}), **place}
    rows = remaining(stations, list(places))
    table = render_remaining(
        rows,
        total=len(places),
        product=product,
        words=words,
        **SCREEN.table(),
    )
    return rows, table.rstrip("\n")
