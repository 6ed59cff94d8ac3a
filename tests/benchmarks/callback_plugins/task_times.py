"""Test-only callback: how long each task of a play took, in seconds, as JSON in $RENTREE_TASK_TIMES."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_times
type: aggregate
short_description: Write how long each task took
description: For the benchmarks.
"""


class CallbackModule(CallbackBase):
    """From the start of a task to its last result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_times"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[str, float] = {}
        self._task, self._started = "", 0.0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._task, self._started = task.action, time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._times[self._task] = round(time.monotonic() - self._started, 3)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        Path(os.environ["RENTREE_TASK_TIMES"]).write_text(json.dumps(self._times), encoding="utf-8")
