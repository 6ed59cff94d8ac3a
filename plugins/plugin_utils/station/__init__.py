# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach a Windows station over WinRM and read it. Decides nothing about what should be there."""

from __future__ import annotations

from importlib.util import find_spec

from ansible.errors import AnsibleError

# Here, before any of them is imported: Ansible takes an ImportError of a plugin for a bug of its own.
_NEEDED = {"lxml": "lxml", "requests": "requests", "winrm": "pywinrm", "xmltodict": "xmltodict"}
_MISSING = [package for module, package in _NEEDED.items() if find_spec(module) is None]
if _MISSING:
    raise AnsibleError(
        f"the controller lacks {', '.join(_MISSING)}, without which no station can be asked. Install what the "
        "collection needs where ansible-core runs: pip install -r requirements.txt."
    )
