# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.product.release import Release

DOCUMENTATION = r"""
name: digests
short_description: Digests of a published release by architecture
version_added: 0.1.0
description:
  - Takes C(pronote_releases), the contents of the lock file, and returns the digests that M(rentree.pronote.client)
    wants. A release that is not published has none; the station that needs it then says so.
options:
  _input:
    description: Contents of the lock file.
    type: dict
    required: true
  release:
    description: The release.
    type: str
    required: true
positional: release
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
digests: "{{ pronote_releases | rentree.pronote.digests('2026.2.7') }}"
"""

RETURN = r"""
_value:
  description: SHA-256 of C(install.cmd) by architecture.
  type: dict
  sample: {"x64": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
"""


def digests(releases: Mapping[str, Any] | None, release: str) -> dict[str, str]:
    """Documentation above."""
    try:
        wanted = Release.parse(release)
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from exc
    try:
        arches: dict[str, Any] = next((a for r, a in (releases or {}).items() if Release.parse(str(r)) == wanted), {})
        return {str(arch): str(entry["digest"]) for arch, entry in arches.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise AnsibleFilterError(f"pronote_releases cannot be read: {exc!r}") from exc


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"digests": digests}
