"""The gate's last lines say what ran and what failed, whatever ended it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.summary import main

_LOG = """\
+ make demo
7 passed, as the demo would say before any core is known
sanity of ansible-core 2.19.14 on Python 3.11: every module imported, every plugin documented
===== 251 passed, 0 failed =====
================== 1 failed, 4117 passed, 3 skipped, 1 warning in 98.01s (0:01:38) ==================
failure campaign: 520 faults injected, 520 survived, 0 lost
sanity of ansible-core 2.21.5 on Python 3.13: every module imported, every plugin documented
===== 250 passed, 1 failed =====
4000 passed, 2 errors in 120.00s (0:02:00)
all 3 passed here
"""


def test_each_core_and_all_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "gate.log"
    log.write_text(_LOG, encoding="utf-8")
    main(log, 2)
    assert capsys.readouterr().out.splitlines() == [
        "ansible-core 2.19.14 on Python 3.11: 4368 passed, 1 failed",
        "ansible-core 2.21.5 on Python 3.13: 4250 passed, 3 failed",
        "8618 passed, 4 failed",
    ]


def test_what_failed_without_a_test_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "gate.log"
    log.write_text("+ make lint\nruff: E501\n", encoding="utf-8")
    main(log, 2)
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"
