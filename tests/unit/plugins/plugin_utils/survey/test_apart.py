from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.apart import each_apart


def _told(value: object) -> dict[str, Any]:
    return {"record": value}


def test_each_has_a_process_and_its_own_end() -> None:
    def fails() -> dict[str, Any]:
        raise ValueError("of it alone")

    def dies() -> dict[str, Any]:
        os._exit(3)

    jobs: dict[str, Callable[[], dict[str, Any]]] = {"dies": dies, "fails": fails}
    found = dict(each_apart({**jobs, "well": lambda: _told(os.getpid())}, most=2))
    assert found.keys() == {"dies", "fails", "well"}
    assert found["fails"] == {"failed": True, "msg": "ValueError: of it alone"}
    assert found["dies"]["failed"]
    assert "ended before it had" in found["dies"]["msg"]
    assert found["well"]["record"] != os.getpid()
    assert list(each_apart({}, most=2)) == []


def test_no_more_at_a_time_than_asked_for(tmp_path: Path) -> None:
    def work(name: str) -> dict[str, Any]:
        (tmp_path / name).touch()
        at_work = len(list(tmp_path.iterdir()))
        # Long enough for the others to be seen, were they there.
        time.sleep(0.02)
        (tmp_path / name).unlink()
        return _told(at_work)

    found = dict(each_apart({name: partial(work, name) for name in "abcdef"}, most=2))
    assert len(found) == 6
    assert max(result["record"] for result in found.values()) <= 2
