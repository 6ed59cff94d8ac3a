# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that is there, for what a type cannot say. Pure."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["sure"]

T = TypeVar("T")


def sure(value: T | None) -> T:
    """The value, which the code before has seen to. Raises AssertionError: a fault of ours."""
    if value is None:
        raise AssertionError
    return value
