# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ..plugin_utils.doors.module import ModuleAction


class ActionModule(ModuleAction):
    """Check the connection with the ENT. Documentation and module: plugins/modules/cas_info.py."""
