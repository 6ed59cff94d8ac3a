# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: place
short_description: Where runs write by default, beside the inventory's folder
version_added: 0.2.0
description:
  - What runs write for the stations of C(inventories/my_schools) lies in C(inventories/my_schools.pronote), never in
    the inventory's folder, of which Ansible reads every file as an inventory.
  - Up to 0.1.0 it lay in the folder itself. As long as something is there that could not be moved
    (M(rentree.pronote.places)), that is the place.
  - Empty for a station that comes from no folder, as with C(-i host,) or C(add_host).
options:
  _terms:
    description: What is written, as V(state/pronote.sqlite3), V(logs) or V(reports/audit.html).
    type: list
    elements: str
    required: true
  moved:
    description: Tell the place beside the folder whatever lies where.
    type: bool
    default: false
    vars:
      - name: __pronote_places_moved
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.places
"""

EXAMPLES = r"""
- name: Show where the store is
  ansible.builtin.debug:
    msg: "{{ lookup('rentree.pronote.place', 'state/pronote.sqlite3') }}"
"""

RETURN = r"""
_list:
  description: A path for each term, or an empty text.
  type: list
  elements: str
  sample: [/srv/inventories/my_schools.pronote/state/pronote.sqlite3]
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ..plugin_utils.places import decide
from ..plugin_utils.places.look import place, real


class LookupModule(LookupBase):
    """Documentation above."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        folder = (variables or {}).get("inventory_dir") or ""
        if self.get_option("moved"):
            return [decide.default(real(folder), what) for what in terms]
        return [place(folder, what) for what in terms]
