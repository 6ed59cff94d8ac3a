# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts in the store: what every engine keeps of one; of ours the English in a column, and in ``<column>_source`` what
it is said from. Pure.
"""

from __future__ import annotations

import json
import re
from typing import Final

from ...module_utils.base.message import Message, sourced

__all__ = ["kept_source", "kept_text", "storable"]

# PostgreSQL keeps no NUL, and nobody half of a surrogate pair; a room's YAML may have either ("\0", "\ud800").
_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """A text as every store keeps it: what none does becomes what it is shown as (base/text.py)."""
    return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", text) if _UNKEPT.search(text) else text


def kept_source(text: str) -> str:
    """What is kept beside a text, as JSON; empty for what is no text of ours."""
    return json.dumps(text.as_dict()) if isinstance(text, Message) else ""


def kept_text(text: str, source: str) -> str:
    """A text of the store, a Message when what is kept beside it says the same."""
    return sourced(text, json.loads(source or "null"))
