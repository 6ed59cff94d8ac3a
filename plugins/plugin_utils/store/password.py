# SPDX-License-Identifier: GPL-3.0-or-later
"""The password for a store's server, which no address has in it: nothing shows it. I/O: this process' memory."""

from __future__ import annotations

from typing import Final

from ...module_utils.base.message import Message

__all__ = ["HOW_TO_GIVE", "give_password", "given_password"]

HOW_TO_GIVE: Final = Message(
    "Give the password of the user by PGPASSWORD, a pgpass file of mode 0600 or pronote_state_password."
)
"""The remedy of a server that does not let in who asks."""

_given = ""


def give_password(password: str) -> None:
    """The password for a server's address, for this process; an empty one leaves it to the environment."""
    global _given  # noqa: PLW0603  (of the process: every store that it opens has the same server)
    _given = password


def given_password() -> str:
    """The one that was given last; empty for none."""
    return _given
