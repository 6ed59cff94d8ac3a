# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of shutdown.exe: restart a station, switch it off, call either off ("shutdown", Microsoft's documentation).

Pure. A delay above 0 implies ``/f``: what is being typed is lost, which is why a station with an open session is left
alone unless that was asked for.
"""

from __future__ import annotations

from .cmdline import quote, tool

__all__ = ["abort_command", "restart_command", "switch_off_command"]


def restart_command(message: str, delay: float) -> str:
    """Restart in ``delay`` seconds. ``/d p:4:2`` is "application: installation (planned)" in the event log.

    Raises ValueError for a message that cmd.exe would read.
    """
    return f"{tool('shutdown')} /r /t {max(0, round(delay))} /c {quote(message)} /d p:4:2"


def switch_off_command(message: str, delay: float) -> str:
    """Switch off in ``delay`` seconds; who sits there reads the message, and can stop it. Raises ValueError."""
    return f"{tool('shutdown')} /s /t {max(0, round(delay))} /c {quote(message)}"


def abort_command() -> str:
    """Call a planned restart or end off."""
    return f"{tool('shutdown')} /a"
