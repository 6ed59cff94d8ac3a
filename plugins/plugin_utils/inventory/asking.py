# SPDX-License-Identifier: GPL-3.0-or-later
"""How this run asks hosted servers. I/O: Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible import constants

from ...module_utils.server.request import HostedOptions

__all__ = ["asking"]


def asking(**options: Any) -> HostedOptions:
    """HostedOptions of these values, with the run's name: with ``ask_again`` its workers ask each server once."""
    # Made before the first fork, and no other run has it.
    folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
    return HostedOptions(**options, run=Path(folder).name)
