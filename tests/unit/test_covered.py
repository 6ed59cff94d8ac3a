"""The check of what is covered can fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.covered import ENGINE, MODULES, main, too_little


def _report(**percents: float) -> dict[str, Any]:
    names = [*(f"{room}a.py" for room in ENGINE), *MODULES]
    numbers = {**dict.fromkeys(names, 85.0), **percents}
    files = {name: {"summary": {"percent_covered": percent}} for name, percent in numbers.items()}
    return {"meta": {"branch_coverage": True}, "files": files}


def test_every_module_of_the_engine_counts_alone(tmp_path: Path) -> None:
    report = _report()
    assert too_little(report) == {}
    below = {f"{ENGINE[1]}b.py": 84.9}
    assert too_little(_report(**below)) == below
    # What is not the engine's is nobody's business here.
    assert too_little(_report(**{"plugins/plugin_utils/depot/lock.py": 10.0})) == {}
    for content, code in ((report, 0), (_report(**below), 1)):
        path = tmp_path / "coverage.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        assert main(str(path)) == code


def test_a_room_that_was_not_measured_is_not_covered() -> None:
    report = _report()
    del report["files"][MODULES[0]]
    with pytest.raises(ValueError, match=r"no module of plugins/plugin_utils/depot/prune\.py was measured"):
        too_little(report)
