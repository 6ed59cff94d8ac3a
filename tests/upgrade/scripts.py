"""What commit 0eaf3a8 would have published: its ``install.cmd``, and lock entries that say nothing of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import jinja2
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.base.digests import sha256
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import Package, script_context, sha256sums
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import ScriptSettings
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.renew import Renewal, renew

from tests.station.depot import Depot

__all__ = ["published_by_0_1_0", "render_as_0_1_0", "renewed"]

_TEMPLATE = Path(__file__).parent / "0.1.0/install.cmd.j2"


def render_as_0_1_0(package: Package) -> bytes:
    """``install.cmd`` as 0.1.0 rendered it."""
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, **options)
    text = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(script_context(package))
    return text.replace("\n", "\r\n").encode("ascii")


def published_by_0_1_0(depot: Depot, work: Path) -> Depot:
    """A copy of a depot of the client, as if 0.1.0 had published it."""
    old = Depot(folder=work / "depot", lock_file=work / depot.lock_file.name, downloads=depot.downloads)
    shutil.copytree(depot.folder, old.folder)
    lock = yaml.safe_load(depot.lock_file.read_text(encoding="utf-8"))
    for release, arches in lock["pronote_releases"].items():
        for arch, entry in arches.items():
            settings = ScriptSettings.of_entry(entry)
            assert settings is not None
            known: dict[str, Any] = {"product": PRONOTE_CLIENT, "release": Release.parse(release), "arch": arch}
            script = render_as_0_1_0(Package.from_lock(entry, settings, **known))
            folder = old.folder / release / arch
            (folder / "install.cmd").write_bytes(script)
            del entry["script"]
            entry["digest"] = sha256(script)
            sums = sha256sums({**entry["files"], "install.cmd": entry["digest"]})
            (folder / "SHA256SUMS").write_text(sums, encoding="ascii")
    old.lock_file.write_text(yaml.safe_dump(lock, sort_keys=False), encoding="utf-8")
    return old


def renewed(depot: Depot) -> Renewal:
    """Every script of a depot rendered anew, as ``prepare`` does it."""
    return renew(depot.folder, depot.lock_file, done=(), check=False)
