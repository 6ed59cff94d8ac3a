# SPDX-License-Identifier: GPL-3.0-or-later
"""Which releases of a depot nobody needs any more. Pure.

A release goes only when it is certain that nobody runs it: it is older than what the newest school runs, no school runs
it, nobody is held at it, and every school could be read. What is newer waits for its server (July's preparation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ...module_utils.product.release import Release
from .waiting import waiting_releases, without_installer

__all__ = ["Decision", "Needs", "decide", "locked_releases", "prune_lock", "split_place"]


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What schools need, each with the reason in words (who, or why)."""

    running: Mapping[Release, str] = field(default_factory=dict)
    held: Mapping[Release, str] = field(default_factory=dict)
    # The last known release of a server that cannot be read now.
    last_known: Mapping[Release, str] = field(default_factory=dict)
    # Servers that were never read, with the reason; with one of them nothing is certain.
    unknown: Iterable[str] = ()


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One release of one product: whether it goes, and why it does not."""

    product: str
    release: Release
    prune: bool
    why: str


def decide(published: Iterable[tuple[str, Release]], needs: Needs) -> list[Decision]:
    """Decide on each (product, release), in their order of product and release."""
    return [
        Decision(product=product, release=release, prune=not why, why=why)
        for product, release in sorted(set(published))
        for why in [_why_kept(release, needs)]
    ]


def _why_kept(release: Release, needs: Needs) -> str:
    for reasons in (needs.running, needs.held):
        if release in reasons:
            return reasons[release]
    if unknown := list(needs.unknown):
        return Message("what this server runs is not known: {reason}", reason=unknown[0])
    for last, server in needs.last_known.items():
        # A server only goes forward, so it may run anything from there on.
        if release.year >= last.year:
            return Message(
                "the server ran {release} when it was read last, and cannot be read now: {reason}",
                release=last,
                reason=server,
            )
    in_use = [*needs.running, *needs.last_known]
    if not in_use:
        return Message("no school of the inventory was read")
    if release >= max(in_use):
        return Message("newer than what schools run ({release})", release=max(in_use))
    return ""


def split_place(place: str) -> tuple[str, Release, str] | None:
    """Product, release and architecture of a folder below the depot; None for anything else that lies there."""
    above, _mark, arch = place.rpartition("/")
    folder, _mark, name = above.rpartition("/")
    product = next((key for key, each in PRODUCTS.items() if each.depot_folder == folder), None)
    release = Release.read(name)
    if product is None or release is None or arch not in {"x64", "x86"}:
        return None
    # As we write it: no other spelling of a release, no empty folder.
    return (product, release, arch) if place == "/".join(filter(None, (folder, str(release), arch))) else None


def _products_of(lock: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    others = lock.get("pronote_product_releases") or {}
    if not isinstance(others, Mapping):
        raise ValueError(Message("pronote_product_releases is not a mapping of products"))  # noqa: TRY004  (of a file's content)
    found = {PRONOTE_CLIENT.key: lock.get("pronote_releases") or {}, **others}
    if not all(isinstance(releases, Mapping) for releases in found.values()):
        raise ValueError(Message("pronote_releases is not a mapping of releases to architectures"))
    return found


def locked_releases(lock: Mapping[str, Any]) -> list[tuple[str, Release]]:
    """Every (product, release) of the lock file. Raises ValueError for what is none."""
    published = [
        (product, Release.parse(str(release)))
        for product, releases in _products_of(lock).items()
        for release in releases
    ]
    return [*published, *waiting_releases(lock)]


def prune_lock(lock: Mapping[str, Any], decisions: Iterable[Decision]) -> dict[str, Any]:
    """The lock file's contents without what goes; the rest as it is."""
    gone = {(decision.product, decision.release) for decision in decisions if decision.prune}
    left = {
        product: {
            release: arches
            for release, arches in releases.items()
            if (product, Release.parse(str(release))) not in gone
        }
        for product, releases in _products_of(lock).items()
    }
    client = left.pop(PRONOTE_CLIENT.key)
    pruned = dict(lock)
    for product, release in gone:
        pruned = without_installer(pruned, product, release)
    if "pronote_releases" in lock:
        pruned["pronote_releases"] = client
    if "pronote_product_releases" in lock:
        pruned["pronote_product_releases"] = left
    return pruned
