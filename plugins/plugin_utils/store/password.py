# SPDX-License-Identifier: GPL-3.0-or-later
"""The password for a store's server, which no address has in it: nothing shows it. I/O: this process' memory."""

from __future__ import annotations

__all__ = ["give_password", "given_password"]

_given = ""


def give_password(password: str) -> None:
    """The password for a server's address, for this process; an empty one leaves it to the environment."""
    global _given  # noqa: PLW0603  (of the process: every store that it opens has the same server)
    _given = password


def given_password() -> str:
    """The one that was given last; empty for none."""
    return _given
