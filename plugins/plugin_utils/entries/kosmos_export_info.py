# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``kosmos_export_info`` (plugins/modules/kosmos_export_info.py). I/O: Ansible."""

from __future__ import annotations

from ..doors.module import ModuleAction


class ActionModule(ModuleAction):
    """Check an export of identifiers. Documentation and module: plugins/modules/kosmos_export_info.py."""
