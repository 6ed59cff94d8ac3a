# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers that are fetched and verified, and wait in the depot for the answers to their dialogs. Pure.

The lock file has them in ``pronote_installers``: product, release, architecture, the record of the installer. A
recording takes address and digest from there, and a publication takes the record out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from .lock import InstallerRecord

__all__ = ["WAITING", "waiting_installer", "waiting_releases", "with_installer", "without_installer"]

WAITING = "pronote_installers"


def _arches(lock: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Product, release → what waits, by architecture. Raises ValueError."""
    products = lock.get(WAITING) or {}
    if not isinstance(products, Mapping):
        raise ValueError(Message("{key} is not a mapping of products", key=WAITING))  # noqa: TRY004  (of a file)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for product, releases in products.items():
        if not isinstance(releases, Mapping) or not all(isinstance(arches, Mapping) for arches in releases.values()):
            raise ValueError(Message("{key} is not a mapping of releases to architectures", key=WAITING))
        found |= {(str(product), str(release)): dict(arches) for release, arches in releases.items()}
    return found


def _written(lock: Mapping[str, Any], found: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    products: dict[str, dict[str, Any]] = {}
    for (product, release), arches in sorted(found.items()):
        if arches:
            products.setdefault(product, {})[release] = dict(arches)
    rest = {key: value for key, value in lock.items() if key != WAITING}
    # The role pronote_client wants pronote_releases to be there, whatever is in it.
    return {"pronote_releases": {}, **rest, WAITING: products} if products else rest


def waiting_installer(lock: Mapping[str, Any], product: Product, release: Release, arch: str) -> InstallerRecord | None:
    """The record of the installer that waits; None without one. Raises ValueError."""
    waits = _arches(lock).get((product.key, str(release.client)), {}).get(arch)
    return None if waits is None else InstallerRecord.from_data(waits)


def waiting_releases(lock: Mapping[str, Any]) -> list[tuple[str, Release]]:
    """Every (product, release) of which one waits. Raises ValueError for what is none."""
    return [(product, Release.parse(release)) for product, release in _arches(lock)]


def with_installer(
    lock: Mapping[str, Any], product: Product, release: Release, arch: str, record: InstallerRecord
) -> dict[str, Any]:
    """The lock file's contents with one more that waits. Raises ValueError."""
    found = _arches(lock)
    key = product.key, str(release.client)
    return _written(lock, {**found, key: {**found.get(key, {}), arch: record.as_dict()}})


def without_installer(lock: Mapping[str, Any], product: str, release: Release, arch: str = "") -> dict[str, Any]:
    """The lock file's contents without one; of every architecture where none is named. Raises ValueError."""
    found = _arches(lock)
    key = product, str(release.client)
    left = {each: data for each, data in found.get(key, {}).items() if arch and each != arch}
    return _written(lock, {**found, key: left} if key in found else found)
