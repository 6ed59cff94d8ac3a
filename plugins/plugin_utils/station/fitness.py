# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a station from being brought to a release: a deployment's plan says it, and the doctor. Pure."""

from __future__ import annotations

from typing import Final

from ...module_utils.base.message import Message
from .errors import Cause, StationFactError

__all__ = ["LISTED", "NO_SPACE", "S_MODE"]

S_MODE: Final = Cause(
    kind=StationFactError,
    fact=Message("Windows is in S mode, which runs programs of the Store only"),
    remedy=Message("Switch the station out of S mode (Settings > Activation; there is no way back), or leave it out."),
)
NO_SPACE: Final = Cause(
    kind=StationFactError,
    fact=Message("{free} MiB free on {drive}, {needed} MiB needed"),
    remedy=Message("Free some space on the station, or lower pronote_client_min_free_mib."),
)
LISTED: Final = {
    "se": Message("this is Windows 11 SE, which runs listed programs only: the setup may be refused"),
    "smart_app_control": Message(
        "Smart App Control is in force: a setup or a script that is not signed may be refused"
    ),
}
"""What is only likely, by the keys of ``protection.code_integrity``."""
