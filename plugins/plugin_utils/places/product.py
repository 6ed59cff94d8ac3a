# SPDX-License-Identifier: GPL-3.0-or-later
"""A product's own file, where one name was given for those of all products. I/O: none, but paths."""

from __future__ import annotations

from pathlib import Path

from ...module_utils.product.products import PRONOTE_CLIENT

__all__ = ["of_product"]


def of_product(path: str | None, product: str) -> str:
    """The client's file is as it was asked for; ``audit.json`` of another product has its name in it."""
    if not path or product == PRONOTE_CLIENT.key:
        return path or ""
    return str(Path(path).with_stem(f"{Path(path).stem}-{product}"))
