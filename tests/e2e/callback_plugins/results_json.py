# SPDX-License-Identifier: GPL-3.0-or-later
"""Test-only callback: one JSON line per result, to the file named by RENTREE_RESULTS (ansible-core has none)."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: results_json
type: aggregate
short_description: Write results as JSON lines for the tests
description: Writes one JSON line per task result to the file named by E(RENTREE_RESULTS).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "results_json"

    def _write(self, outcome: str, result: Any) -> None:
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            # A turn's result is that of the action whose work it does.
            "action": result._task.action.removesuffix("_turn"),
            "outcome": outcome,
            "result": json.loads(self._dump_results(result._result, indent=0)),
        }
        lines = [line, *self._surveyed(line)]
        with open(os.environ["RENTREE_RESULTS"], "a", encoding="utf-8") as file:  # noqa: PTH123
            file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in lines)

    @staticmethod
    def _surveyed(line: dict[str, Any]) -> list[dict[str, Any]]:
        """What a survey has read, as if each station had had a task of its own."""
        if not (line["action"].endswith("_survey") and line["result"].get("survey")):
            return []
        of = line["action"].removesuffix("_survey")
        with open(line["result"]["survey"], encoding="utf-8") as file:  # noqa: PTH123
            told = [json.loads(each) for each in file]
        return [
            {
                "host": each["station"],
                "task": line["task"],
                "action": of,
                "outcome": "failed" if each["result"].get("failed") else "ok",
                "result": each["result"],
            }
            for each in told
            # One that has a turn comes once more.
            if not each.get("turn")
        ]

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("skipped", result)
