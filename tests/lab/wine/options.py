"""What a scenario says about a Wine station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..simulated.options import InstallerFault
from ..station import Account

__all__ = ["WineOptions"]


@dataclass(frozen=True, kw_only=True)
class WineOptions:
    """One station. Sizes are bytes.

    ``free_space`` is what WMI reports for C:; the disk itself is the host's, so nothing runs out of space.
    """

    name: str
    accounts: tuple[Account, ...] = ()
    language: Literal["en", "fr"] = "fr"
    free_space: int = 80_000_000_000
    # Somebody sits at the station: an explorer.exe runs in session 1.
    session_open: bool = False
    # How an InstallScript setup started on this station goes wrong; `seconds` are real ones here.
    installer_fault: InstallerFault | None = None
    # Seconds between `shutdown /r` running out and the station answering again are the boot's own; this bounds the
    # wait before it goes down (`/t`), so that tests need not wait as long as people do.
    longest_shutdown_delay: float = 2.0
