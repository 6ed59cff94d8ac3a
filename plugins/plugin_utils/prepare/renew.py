# SPDX-License-Identifier: GPL-3.0-or-later
"""Render anew what was published with an older script, for every product and year of the lock file. No download.

A published ``install.cmd`` keeps its digest, and an earlier year is removed by that year's script: without this every
depot would go on with the script of the day on which it was published. Installer and response files stay what they are,
byte for byte. What a script is rendered with is in the lock file; where that is older it is in the script itself, which
is believed because the lock file has its digest. I/O: files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.products import PRODUCTS, Product
from ...module_utils.product.release import Release
from ..depot.lock import locked_entry, locked_installer, releases_of
from ..depot.package import Package
from ..depot.publish import depot_files, not_a_lock, publish, read_lock
from ..depot.script import SCRIPT_VERSION, ScriptSettings, script_version, technology_of
from .outcome import ReleaseResult

__all__ = ["Renewal", "renew"]

_SCRIPT, _SUMS = "install.cmd", "SHA256SUMS"


@dataclass
class Renewal:
    """What came of it. ``scripts``: what a copy on a web server must hold of each release that it has already.

    ``problems``: why the lock file says nothing, in words.
    """

    outcomes: list[ReleaseResult] = field(default_factory=list)
    scripts: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def renew(depot: Path, lock_file: Path, *, done: Collection[ReleaseResult], check: bool) -> Renewal:
    """Bring every script of the lock file to this collection's version. ``done``: what this run prepared already.

    Each release and architecture stands alone.
    """
    found = Renewal()
    prepared = {(o.product, o.release, o.arch) for o in done if o.status not in {"failed", "by_hand"}}
    try:
        named = _named(lock_file)
    except (ValueError, OSError) as exc:
        found.problems.append(message_of(exc))
        return found
    for product, release, arch in named:
        if (product.key, str(release), arch) not in prepared:
            _renew(found, product, release, arch, depot=depot, lock_file=lock_file, check=check)
    return found


def _named(lock_file: Path) -> list[tuple[Product, Release, str]]:
    """What the lock file has. Raises ValueError, OSError."""
    lock = read_lock(lock_file) or {}
    try:
        return [
            (product, Release.parse(key).client, str(arch))
            for product in PRODUCTS.values()
            for key, arches in releases_of(lock, product).items()
            for arch in arches
        ]
    except ValueError as exc:
        raise not_a_lock(lock_file, message_of(exc)) from exc


def _renew(
    found: Renewal, product: Product, release: Release, arch: str, *, depot: Path, lock_file: Path, check: bool
) -> None:
    place = Path(product.depot_folder) / str(release) / arch
    folder = depot / place
    result = ReleaseResult(product=product.key, release=str(release), arch=arch, status="failed", folder=str(folder))
    try:
        # Read again for each: the one before has written it.
        entry = locked_entry(read_lock(lock_file) or {}, release, arch, product=product) or {}
        there = files = depot_files(folder, (_SCRIPT, _SUMS))
        version = script_version(entry)
        if version < SCRIPT_VERSION and _SCRIPT not in there:
            found.warnings.append(
                Message(
                    "{release} {arch} ({title}) stays as an earlier version published it: its {script} is not in "
                    "{folder}. Publish it again (playbooks/publish.yml), or remove its entry from {lock_file}",
                    release=release,
                    arch=arch,
                    title=product.title,
                    script=_SCRIPT,
                    folder=folder,
                    lock_file=lock_file,
                )
            )
        elif _SCRIPT in there and (version < SCRIPT_VERSION or _is_cut_off(version, entry, there)):
            settings = ScriptSettings.of_entry(entry) or _of_script(folder / _SCRIPT, entry, there)
            package = Package.from_lock(entry, settings, product=product, release=release, arch=arch)
            known = locked_installer(entry)
            done = publish(package, None, depot=depot, lock_file=lock_file, check=check, installer=known)
            files = {name: done["files"][name] for name in (_SUMS, _SCRIPT)}
            status, digest = "would_render" if check else "rendered", package.digests[package.technology.installer]
            found.outcomes.append(replace(result, status=status, changed=True, diff=done["diff"], sha256=digest))
    except (ValueError, OSError) as exc:
        found.outcomes.append(replace(result, message=message_of(exc)))
        return
    if files.keys() == {_SCRIPT, _SUMS}:
        found.scripts.append({"folder": str(folder), "place": str(place), "files": files, "existing": True})


def _is_cut_off(version: int, entry: Mapping[str, Any], there: Mapping[str, str]) -> bool:
    """Whether the lock file has this version's script, and the depot another: a run ended between the two."""
    return version == SCRIPT_VERSION and there[_SCRIPT] != entry["digest"]


def _of_script(path: Path, entry: Mapping[str, Any], there: Mapping[str, str]) -> ScriptSettings:
    """What the lock file did not keep, from the script that it knows. Raises ValueError for another one, OSError."""
    if there[_SCRIPT] != entry["digest"]:
        raise ValueError(
            Message(
                "{path} is not the script that the lock file has: its SHA-256 is {there}, not "
                "{digest}. It was published with another copy of the lock file: take that one (version "
                "control), or publish the release again",
                path=path,
                there=there[_SCRIPT],
                digest=entry["digest"],
            )
        )
    settings = ScriptSettings.of_script(path.read_bytes(), technology_of(entry))
    if bool(entry.get("removable")) is not bool(settings.product_code):
        raise ValueError(
            Message("{path} and the lock file do not agree whether it can remove: publish the release again", path=path)
        )
    return settings
