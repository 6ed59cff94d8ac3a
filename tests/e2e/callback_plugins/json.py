# SPDX-License-Identifier: GPL-3.0-or-later
"""Test-only callback for stdout: one JSON document at the end, as ansible.posix.json prints (ansible-core has none)."""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: json
type: stdout
short_description: Print one JSON document
description: Prints how many tasks ended how, by station.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "json"

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._display.display(json.dumps({"stats": {host: stats.summarize(host) for host in stats.processed}}))
