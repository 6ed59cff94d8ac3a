# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..plugin_utils.depot.lock import published_installers

DOCUMENTATION = r"""
name: installers
short_description: Installers of the published releases, with their sizes
version_added: 0.1.0
description:
  - Takes C(pronote_releases), the contents of the lock file, and returns the installer's name in the depot and its size
    for each release and architecture. The size is 0 where the lock file does not say it.
  - M(rentree.pronote.client) wants it as O(rentree.pronote.client#module:installers), to tell a progress view how much
    there is to fetch. Nothing is decided by it, so what cannot be read is left out.
options:
  _input:
    description: Contents of the lock file.
    type: dict
    required: true
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
installers: "{{ pronote_releases | rentree.pronote.installers }}"
"""

RETURN = r"""
_value:
  description: Release, then architecture, then C(file) and C(size) in bytes.
  type: dict
  sample:
    "2026.2.7":
      x64:
        file: setup.exe
        size: 157286400
"""


def installers(releases: Mapping[str, Any] | None) -> dict[str, dict[str, dict[str, Any]]]:
    """Documentation above."""
    return published_installers(releases) if isinstance(releases, Mapping) else {}


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"installers": installers}
