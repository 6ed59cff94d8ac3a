"""A setup of Inno Setup: published with its silent arguments, and removed with them; what its exit codes mean."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import published_technologies
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.exit_codes import exit_cause
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.uninstall import why_not_removable

from tests.actions import run_action

_SILENT = "/VERYSILENT /SUPPRESSMSGBOXES /NORESTART"


def test_it_is_published_with_its_silent_arguments(tmp_path: Path) -> None:
    setup, lock = tmp_path / "setup.exe", tmp_path / "pronote_releases.lock.yml"
    setup.write_bytes(b"setup.exe" * 100)
    done = run_action(
        "depot_release",
        {
            "depot": str(tmp_path / "depot"),
            "release": "2026.2.7",
            "technology": "inno",
            "installer": str(setup),
            "product_code": "{02871376-45F6-4642-9D84-C7681ABE361F}",
            "lock_file": str(lock),
        },
    )
    assert done["changed"]
    script = (tmp_path / "depot/2026.2.7/x64/install.cmd").read_text(encoding="ascii")
    assert f'start "" /wait "%JOB%setup.exe" {_SILENT} /LOG="%JOB%setup.log"' in script
    assert f'start "" /wait %UNINSTALL% {_SILENT}' in script
    releases = yaml.safe_load(lock.read_text(encoding="utf-8"))["pronote_releases"]
    assert published_technologies(releases, Release.parse("2026.2.7")) == {"x64": "inno"}


def test_its_uninstaller_is_a_program_with_its_path() -> None:
    assert why_not_removable(r'"C:\Program Files\Index Education\unins000.exe"', "inno") is None
    assert why_not_removable("unins000.exe", "inno") is not None


def test_what_its_exit_codes_mean() -> None:
    cause = exit_cause(5, technology="inno")
    assert cause is not None
    assert "cancelled" in str(cause)
    assert exit_cause(5) != cause
