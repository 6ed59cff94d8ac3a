# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ..plugin_utils.words.entrance import entrance


def __getattr__(name: str) -> Any:
    return entrance("places", name)
