# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible comes to a plugin's class: it is imported when it is asked for. I/O: files.

Ansible takes an ImportError of a plugin for a bug of its own, and says in English what Python says. So a plugin's file
imports nothing but this, and what the controller lacks is told once, all of it, in the reader's language; and
``ansible-test sanity`` imports each of them where nothing is but ansible-core.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message
from .early import said_early

__all__ = ["entrance"]

_ROOM: Final = f"{__package__.rpartition('.')[0]}.entries"
_NEEDED: Final = {
    "aiohttp": "aiohttp",
    "babel": "babel",
    "defusedxml": "defusedxml",
    "lxml": "lxml",
    "pefile": "pefile",
    "requests": "requests",
    "rich": "rich",
    "signify": "signify",
    "spnego": "pyspnego",
    "sqlalchemy": "sqlalchemy",
    "winrm": "pywinrm",
    "xmltodict": "xmltodict",
}
"""What the collection needs (requirements.in), as it is imported and as it is installed."""


_LACKS = Message(
    "the controller lacks {packages}. Install what the collection needs where ansible-core runs: pip install -r "
    "requirements.txt."
)


def entrance(plugin: str, name: str) -> Any:
    """The class ``name`` of a plugin. Raises AttributeError for what is none, AnsibleError for a package that is not
    here."""
    if not name.endswith("Module"):
        raise AttributeError(name)
    try:
        return getattr(import_module(f"{_ROOM}.{plugin}"), name)
    except ModuleNotFoundError as exc:
        module = (exc.name or "").partition(".")[0]
        if module not in _NEEDED:
            raise
        lacking = [package for each, package in _NEEDED.items() if each == module or find_spec(each) is None]
        raise AnsibleError(said_early(_LACKS.given(packages=", ".join(lacking)))) from exc
