# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: rentree_year
short_description: The year that is prepared
version_added: 0.2.0
description:
  - V(2026) for the school year 2026-2027. From June on it is this year, before it last year, by the controller's clock
    and time zone.
options: {}
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
- name: Show the year that is prepared
  ansible.builtin.debug:
    msg: "{{ lookup('rentree.pronote.rentree_year') }}"
"""

RETURN = r"""
_raw:
  description: The year.
  type: list
  elements: int
  sample: [2026]
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ..module_utils.base.clock import rentree_year


class LookupModule(LookupBase):
    """Documentation above."""

    # Ansible gives terms to every lookup.
    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[int]:  # noqa: ARG002
        self.set_options(var_options=variables, direct=kwargs)
        return [rentree_year()]
