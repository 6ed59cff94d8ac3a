# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ..plugin_utils.doors.module import ModuleAction


class ActionModule(ModuleAction):
    """Read a hosted server. Documentation and module: plugins/modules/hosted_release_info.py."""
