# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``cas_info`` (plugins/modules/cas_info.py). I/O: Ansible."""

from __future__ import annotations

from ..doors.module import ModuleAction


class ActionModule(ModuleAction):
    """Check the connection with the ENT. Documentation and module: plugins/modules/cas_info.py."""
