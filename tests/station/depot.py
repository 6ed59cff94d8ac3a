"""Releases of the lab, published once a test session as ``playbooks/publish.yml`` would have done it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base.files import sha256_of
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import Package
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import publish

from tests.lab.scenario import ReleaseSpec
from tests.lab.simulated.from_scenario import build_release

__all__ = ["Depot", "published"]


@dataclass(frozen=True, kw_only=True)
class Depot:
    """A folder that a depot serves, its lock file, and where the installers were taken from."""

    folder: Path
    lock_file: Path
    downloads: Path


def published(work: Path, *releases: ReleaseSpec, **package: Any) -> Depot:
    """Publish these releases. ``package``: fields of the package that are not the usual ones."""
    depot = Depot(folder=work / "depot", lock_file=work / "pronote_releases.lock.yml", downloads=work / "downloads")
    technology = TECHNOLOGIES["installscript"]
    for spec in releases:
        files, code = build_release(spec)
        sources = {name: depot.downloads / spec.product / spec.release / spec.arch / name for name in files}
        for name, path in sources.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        product = PRODUCTS[spec.product]
        fields: dict[str, Any] = {
            "product": product,
            "release": spec.release,
            "arch": spec.arch,
            "technology": technology,
            "digests": {name: sha256_of(path) for name, path in sources.items()},
            "product_code": code,
            "log_timeout": 1800,
            "busy_timeout": 300,
            "processes": product.processes,
            "response_release": spec.release,
            **package,
        }
        publish(Package(**fields), sources, depot=depot.folder, lock_file=depot.lock_file, check=False)
    return depot
