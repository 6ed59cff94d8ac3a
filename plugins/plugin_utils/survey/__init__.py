# SPDX-License-Identifier: GPL-3.0-or-later
"""Read many stations in one process. Decides nothing about what is read, and changes nothing on a station."""

from __future__ import annotations

from importlib.util import find_spec

from ansible.errors import AnsibleError

# Here, before any of them is imported: Ansible takes an ImportError of a plugin for a bug of its own.
_NEEDED = {"aiohttp": "aiohttp", "spnego": "pyspnego"}
_MISSING = [package for module, package in _NEEDED.items() if find_spec(module) is None]
if _MISSING:
    raise AnsibleError(
        f"the controller lacks {', '.join(_MISSING)}, without which stations cannot be read together. Install what the "
        "collection needs where ansible-core runs: pip install -r requirements.txt."
    )
