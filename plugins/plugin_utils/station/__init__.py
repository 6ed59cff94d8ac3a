# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach a Windows station over WinRM and read it. Decides nothing about what should be there."""

from __future__ import annotations

from importlib.util import find_spec

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message
from ..words.early import said_early

# Here, before any of them is imported: Ansible takes an ImportError of a plugin for a bug of its own.
_NEEDED = {"lxml": "lxml", "requests": "requests", "winrm": "pywinrm", "xmltodict": "xmltodict"}
_MISSING = [package for module, package in _NEEDED.items() if find_spec(module) is None]
if _MISSING:
    raise AnsibleError(
        said_early(
            Message(
                "the controller lacks {packages}, without which no station can be asked. Install what the collection "
                "needs where ansible-core runs: pip install -r requirements.txt.",
                packages=", ".join(_MISSING),
            )
        )
    )
