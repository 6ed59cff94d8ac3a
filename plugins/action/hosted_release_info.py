# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ..plugin_utils.doors.hosted import in_words
from ..plugin_utils.doors.module import ModuleAction
from ..plugin_utils.words.words import Words


class ActionModule(ModuleAction):
    """Read a hosted server. Documentation and module: plugins/modules/hosted_release_info.py."""

    def said(self, result: dict[str, Any], words: Words) -> dict[str, Any]:
        return in_words(super().said(result, words), words)
