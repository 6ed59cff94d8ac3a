# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do on a station: a pure function of what is there and what is wanted. Check mode stops at its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ansible_collections.rentree.pronote.plugins.module_utils.products import Product
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.station_state import Arch, Installation, StationState

__all__ = ["Desired", "Plan", "job_id", "missing", "plan", "resolve_arch"]

Action = Literal["none", "install", "remove", "finish", "skip", "refuse"]
WhenRunning = Literal["skip", "wait", "close", "fail"]


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What the admin asks for one station."""

    product: Product
    state: Literal["present", "absent"]
    release: Release
    arch: Literal["auto", "x64", "x86"]
    # SHA-256 of install.cmd, which pins the rest, by architecture: which one is needed is known on the station only.
    digests: Mapping[str, str]
    allow_downgrade: bool = False
    when_running: WhenRunning = "skip"
    min_free_bytes: int = 0
    # Why nothing may be begun at this hour, empty when it may (plugin_utils/_windows.py).
    not_now: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The decision. ``before``/``after`` are the lines of the diff; ``tidy`` the leftover jobs to clear away."""

    action: Action
    reason: str
    remedy: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    job: str = ""
    arch: Arch | None = None
    close_running: bool = False
    wait_running: bool = False
    tidy: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether carrying it out changes the station."""
        return self.action in {"install", "remove", "finish"} or bool(self.tidy)

    def diff(self) -> dict[str, str]:
        """Ansible's diff: the product's lines before and after."""
        return {
            "before": "".join(f"{line}\n" for line in self.before),
            "after": "".join(f"{line}\n" for line in self.after),
            "before_header": "station",
            "after_header": "station",
        }


def resolve_arch(wanted: str, state: StationState) -> Arch:
    """The architecture to install. Raises ValueError when the station cannot run it or is of an unknown one."""
    if wanted == "auto":
        if state.arch not in {"x64", "x86"}:
            raise ValueError(
                f"the station's architecture is {state.arch!r}, for which no client is published; "
                "set arch to x64 or x86 by hand if you know that it runs there"
            )
        return "x64" if state.arch == "x64" else "x86"
    if wanted == "x64" and state.arch == "x86":
        raise ValueError("the station runs 32-bit Windows, which cannot run the x64 client; set arch to auto")
    if wanted not in {"x64", "x86"}:
        raise ValueError(f"unknown architecture {wanted!r}: auto, x64 or x86")
    return "x64" if wanted == "x64" else "x86"


def job_id(desired: Desired, arch: Arch) -> str:
    """Name of the job: the same work always has the same name, so that it is found again and never started twice.

    Empty when the release is not published for this architecture.
    """
    if arch not in desired.digests:
        return ""
    verb = "install" if desired.state == "present" else "remove"
    key = desired.product.key.replace("_", "-")
    return f"{key}-{desired.release.client}-{arch}-{desired.digests[arch][:12].lower()}-{verb}"


def missing(state: StationState, desired: Desired) -> str | None:
    """What the station shows instead of what is wanted; None when it is as wanted.

    The plan and the verification after a job both ask this, so that they cannot disagree.
    """
    wanted = desired.release.client
    same_year = state.of_year(wanted.year)
    found = "; ".join(i.describe() for i in same_year)
    if desired.state == "absent":
        return f"this is left: {found}" if same_year else None
    if any(i.condition == "ok" and i.release is not None and i.release.client == wanted for i in same_year):
        return None
    return f"the station has {found or 'no client of that year'} instead of {wanted}"


def _title(desired: Desired, installation: Installation) -> str:
    return f"{desired.product.title} {installation.year or '?'}: {installation.describe()}"


def plan(state: StationState, desired: Desired) -> Plan:
    """Decide. A refusal says the fact and the remedy; a skip says what would have been done and why not now."""
    before = [_title(desired, i) for i in state.installations]
    try:
        arch = resolve_arch(desired.arch, state)
    except ValueError as exc:
        return Plan(action="refuse", reason=str(exc), before=before, after=before)
    decided = _absent(state, desired, before) if desired.state == "absent" else _present(state, desired, arch, before)
    if decided.action in {"skip", "refuse"}:
        return decided
    job = job_id(desired, arch)
    leftovers = sorted(set(state.jobs) - {job})
    if job in state.jobs:
        # An earlier run was cut off: what it began is followed to its end, never begun again, and cleaned up.
        reason = f"job {job} of an earlier run is on the station"
        return replace(decided, action="finish", reason=reason, job=job, arch=arch, tidy=leftovers)
    if decided.action == "none":
        return replace(decided, arch=arch, tidy=leftovers)
    if not job:
        return Plan(
            action="refuse",
            reason=f"release {desired.release.client} is not published for {arch}",
            remedy="Publish it (playbooks/publish.yml) so that pronote_releases has its digest.",
            before=before,
            after=before,
        )
    return replace(_guard_running(state, desired, decided), job=job, arch=arch, tidy=leftovers)


def _absent(state: StationState, desired: Desired, before: list[str]) -> Plan:
    year = desired.release.year
    if missing(state, desired) is None:
        return Plan(action="none", reason=f"no client of {year}", before=before, after=before)
    gone = [i for i in state.of_year(year) if i.uninstall_string]
    if not gone:
        return Plan(
            action="refuse",
            reason=f"the client of {year} at {state.of_year(year)[0].path} has no uninstall entry",
            remedy="Install the same release again over it, then remove it.",
            before=before,
            after=before,
        )
    after = [_title(desired, i) for i in state.installations if i not in gone]
    return Plan(action="remove", reason=f"client of {year} installed", before=before, after=after)


def _present(state: StationState, desired: Desired, arch: Arch, before: list[str]) -> Plan:
    wanted = desired.release.client
    if missing(state, desired) is None:
        return Plan(action="none", reason=f"{wanted} is installed", before=before, after=before)
    same_year = state.of_year(wanted.year)
    sound = [i.release for i in same_year if i.condition == "ok" and i.release is not None]
    newer = [release for release in sound if release.client > wanted]
    if newer and not desired.allow_downgrade:
        return Plan(
            action="refuse",
            reason=f"{max(newer)} is installed, newer than {wanted}",
            remedy="Set pronote_client_allow_downgrade to put the older release back.",
            before=before,
            after=before,
        )
    if state.free_bytes is not None and state.free_bytes < desired.min_free_bytes:
        return Plan(
            action="refuse",
            reason=f"{state.free_bytes // 2**20} MiB free on {state.system_drive}, "
            f"{desired.min_free_bytes // 2**20} MiB needed",
            remedy="Free some space on the station, or lower pronote_client_min_free_mib.",
            before=before,
            after=before,
        )
    # Another year stands beside it untouched; the same year is upgraded in place.
    after = [_title(desired, i) for i in state.installations if i not in same_year]
    after.append(f"{desired.product.title} {wanted.year}: {wanted} {arch}")
    reason = f"{before[-1].split(': ', 1)[1]} installed" if before else "no client installed"
    return Plan(action="install", reason=reason, before=before, after=sorted(after))


def _guard_running(state: StationState, desired: Desired, decided: Plan) -> Plan:
    """The policy for a client somebody is using: its files are locked, and closing it loses what is being typed."""
    if desired.not_now:
        return replace(decided, action="skip", reason=f"{decided.reason}; {desired.not_now}", after=decided.before)
    if not state.running:
        return decided
    who = ", ".join(sorted({f"{p.image} (pid {p.pid})" for p in state.running}))
    if desired.when_running == "skip":
        return replace(decided, action="skip", reason=f"{who} is running: left for a later run", after=decided.before)
    if desired.when_running == "fail":
        return replace(
            decided,
            action="refuse",
            reason=f"{who} is running",
            remedy="Close it, or set pronote_client_when_running to wait or close.",
            after=decided.before,
        )
    return replace(decided, close_running=desired.when_running == "close", wait_running=desired.when_running == "wait")
