# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``hosted_release_info`` (plugins/modules/hosted_release_info.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ..doors.hosted import in_words
from ..doors.module import ModuleAction
from ..words.words import Words


class ActionModule(ModuleAction):
    """Read a hosted server. Documentation and module: plugins/modules/hosted_release_info.py."""

    def said(self, result: dict[str, Any], words: Words) -> dict[str, Any]:
        return in_words(super().said(result, words), words)
