# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rentree_gate
short_description: Ask whether operation 1 is true before a deployment
version_added: 0.1.0
description:
  - A client must not be deployed before its school's hosted server runs the year's release and the installer is
    published. This is operation 1, checked as on the board (M(rentree.pronote.rentree_board)), for every school of the
    play at once.
  - The hosted server's answer comes from the cache that the deployment's release comes from. No station is asked.
options:
  mode:
    description:
      - V(off) asks nothing; V(warn) warns once for each school; V(fail) also returns the schools in RV(held), whose
        stations M(rentree.pronote.client) then leaves alone.
    type: str
    choices: ["off", warn, fail]
    default: warn
  year:
    description: The year that is prepared, as in V(2026) for the school year 2026-2027.
    type: int
    required: true
  releases:
    description: Published releases, from the lock file that M(rentree.pronote.depot_release) writes.
    type: dict
    default: {}
  cache_dir:
    description: Folder of the cache of hosted servers' answers.
    type: str
    default: ~/.cache/rentree-pronote/hosted
  ask_again:
    description: Ask each hosted server at once, once in this run, whatever the cache holds.
    type: bool
    default: false
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
  - module: rentree.pronote.rentree_board
"""

EXAMPLES = r"""
- name: Ask the board
  rentree.pronote.rentree_gate:
    mode: fail
    year: 2026
    releases: "{{ pronote_releases }}"
  register: gate
  run_once: true
"""

RETURN = r"""
closed:
  description: Schools where operation 1 is not true, by UAI, and why.
  returned: success
  type: dict
  sample:
    0310002B: "operation 1 of 2026 is not done for 0310002B: The hosted server runs 2025.2.9, not 2026 yet."
held:
  description: RV(closed) with O(mode=fail), else empty.
  returned: success
  type: dict
  sample: {}
held_source:
  description: What the texts of RV(held) are said from in another language.
  returned: success
  type: dict
  sample: {}
"""
