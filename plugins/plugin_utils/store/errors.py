# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the store. Pure; without SQLAlchemy, as ``address.py`` and ``password.py``: each task of ours imports them,
and few open a store.
"""

from __future__ import annotations

from ...module_utils.base.message import Message

__all__ = ["AddressError", "StoreError"]


class AddressError(ValueError):
    """What cannot be an address of ours: the fact, as a Message."""


class StoreError(Exception):
    """The store cannot be used: which, the fact, and the remedy."""

    def __init__(self, path: str, fact: str, *, remedy: str, passes: bool = False) -> None:
        """``passes``: it is others' doing, and may work in a moment."""
        fact = fact if isinstance(fact, Message) else fact.rstrip(".")
        super().__init__(Message("the store {path}: {fact}. {remedy}", path=path, fact=fact, remedy=remedy))
        self.fact = fact
        self.remedy = remedy
        self.passes = passes
