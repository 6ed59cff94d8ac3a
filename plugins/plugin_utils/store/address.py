# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a store is: the path of a SQLite file, or the address of a PostgreSQL database (``url.py``). Pure."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_server"]

_SERVER: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://")


def is_server(address: str) -> bool:
    """Whether it is the address of a server, and no path."""
    return _SERVER.match(address) is not None
