# SPDX-License-Identifier: GPL-3.0-or-later
"""The titles of the pages, by which they link to each other. Pure."""

from __future__ import annotations

from ...module_utils.product.products import PRODUCTS
from ..words.words import Words

__all__ = ["audit_title", "board_title"]


def audit_title(product: str, words: Words) -> str:
    """The title of the audit of a product."""
    if product == "pronote_client":
        return words("Audit of the PRONOTE client")
    return words("Audit: {product}", product=PRODUCTS[product].title)


def board_title(words: Words) -> str:
    """The title of the board of the yearly operations."""
    return words("Yearly operations")
