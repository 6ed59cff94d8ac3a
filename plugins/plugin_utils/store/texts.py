# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of ours in the store: the English in a column, and in ``<column>_source`` what it is said from. Pure."""

from __future__ import annotations

import json

from ...module_utils.base.message import Message, sourced

__all__ = ["kept_source", "kept_text"]


def kept_source(text: str) -> str:
    """What is kept beside a text, as JSON; empty for what is no text of ours."""
    return json.dumps(text.as_dict()) if isinstance(text, Message) else ""


def kept_text(text: str, source: str) -> str:
    """A text of the store, a Message when what is kept beside it says the same."""
    return sourced(text, json.loads(source or "null"))
