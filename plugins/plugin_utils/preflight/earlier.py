# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that variables had, which are read for a release more. Pure.

The defaults of the roles read them (``{{ pronote_old | default(…) }}``); an inventory that has them is told so once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

__all__ = ["BESIDE", "BY_KEY", "EARLIER", "OTHERWISE", "UNTIL", "with_earlier"]

UNTIL: Final = "0.3.0"
"""The release that reads them no more."""

_STATIONS: Final[Mapping[str, str]] = {
    "pronote_client_allow_downgrade": "pronote_client_when_newer",
    "pronote_client_armed_delay": "pronote_timeouts.armed",
    "pronote_client_depot": "pronote_depot_url",
    "pronote_client_depot_revocation": "pronote_depot_revocation",
    # Not the name of today: it has said how, and never whether, so that some have it whose stations go back with
    # -e pronote_client_allow_downgrade=true alone.
    "pronote_client_downgrade": "pronote_client_when_newer",
    "pronote_client_expected_duration": "pronote_timeouts.install",
    "pronote_client_gate": "pronote_rentree_gate",
    "pronote_client_job_timeout": "pronote_timeouts.job",
    "pronote_client_lease": "pronote_timeouts.lease",
    "pronote_client_lease_wait": "pronote_timeouts.lease_wait",
    "pronote_client_notify_delay": "pronote_client_notify.delay",
    "pronote_client_notify_message": "pronote_client_notify.message",
    "pronote_client_notify_then": "pronote_client_notify.then",
    "pronote_client_poll_interval": "pronote_timeouts.poll",
    "pronote_client_product": "pronote_product",
    "pronote_client_reboot_delay": "pronote_client_restart.delay",
    "pronote_client_reboot_message": "pronote_client_restart.message",
    "pronote_client_reboot_timeout": "pronote_timeouts.reboot",
    "pronote_client_reboot_with_session": "pronote_client_restart.with_session",
    "pronote_client_reconnect_timeout": "pronote_timeouts.reconnect",
    "pronote_client_ring_max_fail": "pronote_client_ring_max.failed",
    "pronote_client_ring_max_unreachable": "pronote_client_ring_max.unreachable",
    "pronote_client_ring_patience": "pronote_timeouts.ring",
    "pronote_client_settings_port": "pronote_client_settings_address",
    "pronote_client_settings_release": "pronote_client_release",
    "pronote_client_settings_remove_older_shortcuts": "pronote_client_settings_shortcuts",
    "pronote_client_settings_shortcut": "pronote_client_settings_shortcuts",
    "pronote_client_stage_rate": "pronote_client_rate",
    "pronote_client_start_timeout": "pronote_timeouts.start",
    "pronote_client_verify_timeout": "pronote_timeouts.verify",
    "pronote_client_wait_running_timeout": "pronote_timeouts.wait",
    "pronote_client_wake_timeout": "pronote_timeouts.wake",
    "pronote_deploy_outcome": "pronote_outcome",
    "pronote_startup_lock_file": "pronote_lock_file",
    "pronote_startup_rate": "pronote_client_rate",
}
"""Of clients, their settings and start-up scripts."""

_REPORTS: Final[Mapping[str, str]] = {}
"""Of audits, the board, the doctor, rehearsals, schedules and AWX."""

_DEPOT: Final[Mapping[str, str]] = {}
"""Of releases, responses, the depot and a new inventory."""

EARLIER: Final[Mapping[str, str]] = {**_STATIONS, **_REPORTS, **_DEPOT}
"""What each is now: a variable, or a key of one, as in ``pronote_audit_mail.to``."""

BESIDE: Final = frozenset(
    {
        "pronote_client_depot",
        "pronote_client_gate",
        "pronote_client_settings_port",
        "pronote_client_settings_release",
    }
)
"""Those that are read where the one of today is set as well, and first: both were there, and meant two things."""

BY_KEY: Final = frozenset({"pronote_timeouts"})
"""Variables that hide an earlier name with its own key alone. Of others with keys the whole counts."""

OTHERWISE: Final[Mapping[str, Mapping[str, Any]]] = {
    "pronote_client_allow_downgrade": {"type": "bool"},
    "pronote_client_downgrade": {"type": "str", "choices": ["over", "remove_first"]},
    "pronote_client_settings_port": {"type": "int"},
    "pronote_client_settings_remove_older_shortcuts": {"type": "bool"},
    "pronote_client_settings_shortcut": {"type": "bool"},
}
"""What an earlier name may hold, where that is not what the one of today may: an option as argument specs say it."""


def with_earlier(names: Collection[str]) -> list[str]:
    """Names of today, and after them those that they had."""
    return [*names, *(name for name, now in EARLIER.items() if now.partition(".")[0] in names)]
