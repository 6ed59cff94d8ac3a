"""What the tests of jobs begin with, and how a station looks when one has ended well."""

from __future__ import annotations

from typing import Any

from tests.station.bench import Bench

__all__ = ["LOOK", "OLD", "SLOW", "assert_settled"]

OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
SLOW: dict[str, Any] = {**OLD, "installer_fault": {"kind": "slow", "seconds": 300.0}}
LOOK = r"^Enumerate .*ExecutablePath"


def assert_settled(pc: Bench, *, starts: int = 1) -> None:
    """At the release, nothing left behind, so many starts of an installer, and nothing more to do."""
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.2.7 x64 ok"], [], [])
    assert pc.starts() == starts
    assert not pc.client()["changed"]
