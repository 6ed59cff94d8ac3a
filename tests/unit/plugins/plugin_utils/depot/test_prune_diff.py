"""What a real run shows is what its dry run has shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.prune import prune
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.prune_rules import Needs

_LOCK = "---\n# Published.\npronote_releases:\n  2025.2.9:\n    x64: {digest: aa}\n  2026.2.7:\n    x64: {digest: bb}\n"


def _prune(folder: Path, *, check: bool) -> dict[str, Any]:
    return prune(
        Needs(running={Release.parse("2026.2.7"): "0440001A runs it"}),
        depot=folder / "depot",
        elsewhere=["2025.2.9/x86"],
        lock_file=folder / "lock.yml",
        check=check,
    )


def test_the_real_run_shows_what_check_mode_showed(tmp_path: Path) -> None:
    for place in ("2025.2.9/x64", "2026.2.7/x64"):
        (tmp_path / "depot" / place).mkdir(parents=True)
    (tmp_path / "lock.yml").write_text(_LOCK, encoding="utf-8")
    checked = _prune(tmp_path, check=True)
    assert (tmp_path / "depot/2025.2.9/x64").is_dir()
    done = _prune(tmp_path, check=False)
    assert not (tmp_path / "depot/2025.2.9").exists()
    assert done == checked
    assert done["diff"][0]["before"] == "2025.2.9/x64\n2026.2.7/x64\n"
    assert done["diff"][0]["after"] == "2026.2.7/x64\n"
    assert "2025.2.9" in done["diff"][1]["before"]
    assert "2025.2.9" not in done["diff"][1]["after"]
    assert _prune(tmp_path, check=False)["changed"] is False
