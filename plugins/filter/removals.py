# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils.deploy.old_years import published_removals

DOCUMENTATION = r"""
name: removals
short_description: What can be removed, by year and architecture
version_added: 0.1.0
description:
  - Takes C(pronote_releases), the contents of the lock file, and returns for each year and architecture the newest
    release that was published with what removing needs (C(uninstall_response), C(product_code)).
  - M(rentree.pronote.client) wants it as O(rentree.pronote.client#module:removals).
options:
  _input:
    description: Contents of the lock file.
    type: dict
    required: true
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
removals: "{{ pronote_releases | rentree.pronote.removals }}"
"""

RETURN = r"""
_value:
  description: Year, then architecture, then release and SHA-256 of its C(install.cmd).
  type: dict
  sample:
    "2025":
      x64:
        release: 2025.2.9
        digest: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""


def removals(releases: Mapping[str, Any] | None) -> dict[str, dict[str, dict[str, str]]]:
    """Documentation above."""
    try:
        return published_removals(releases or {})
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise AnsibleFilterError(f"pronote_releases cannot be read: {exc!r}") from exc


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"removals": removals}
