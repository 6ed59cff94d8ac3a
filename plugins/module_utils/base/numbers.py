# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in the texts of stations, servers and files. Pure.

``int`` reads the digits of every script, spaces and underscores, is slow with many digits and refuses thousands of
them; ``str.isdigit`` is true of ``²``, which ``int`` does not read. So nothing that others say goes to either.
"""

from __future__ import annotations

import re

__all__ = ["integer", "natural"]

# 10¹⁸ is an exabyte, and longer than any number that Windows gives.
_NUMBER = re.compile(r"\s{0,8}(-?[0-9]{1,18})\s{0,8}")


def integer(value: object) -> int | None:
    """The number that a text is, in ASCII digits, spaces around it left out; None for anything else."""
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def natural(value: object) -> int | None:
    """The same, from 0 up."""
    number = integer(value)
    return None if number is None or number < 0 else number
