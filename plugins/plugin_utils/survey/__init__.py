# SPDX-License-Identifier: GPL-3.0-or-later
"""Read many stations in one process. Decides nothing about what is read, and changes nothing on a station."""

from __future__ import annotations

from importlib.util import find_spec

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message
from ..words.early import said_early

# Here, before any of them is imported: Ansible takes an ImportError of a plugin for a bug of its own.
_NEEDED = {"aiohttp": "aiohttp", "spnego": "pyspnego"}
_MISSING = [package for module, package in _NEEDED.items() if find_spec(module) is None]
if _MISSING:
    raise AnsibleError(
        said_early(
            Message(
                "the controller lacks {packages}, without which stations cannot be read together. Install what the "
                "collection needs where ansible-core runs: pip install -r requirements.txt.",
                packages=", ".join(_MISSING),
            )
        )
    )
