# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ..plugin_utils.doors.module import ModuleAction


class ActionModule(ModuleAction):
    """Check an export of identifiers. Documentation and module: plugins/modules/kosmos_export_info.py."""
