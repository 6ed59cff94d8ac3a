# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: depot_prune
short_description: Remove releases that no school needs from a depot
version_added: 0.1.0
description:
  - Reads the hosted server of every school of the inventory, whatever the limit, and removes the releases that are
    older than the newest one a school runs, that no school runs, and that nobody is held at
    (C(pronote_client_release), O(keep)). Their entries leave the lock file first.
  - While a server cannot be read, nothing of the year of its last known release, nor of later years, is removed;
    nothing at all when its release was never known. The task says so in a warning, and does not fail.
  - Schools that use the same depot from other inventories are not known here. Name their releases in O(keep).
options:
  depot:
    description: Folder of the depot on the controller.
    type: path
    required: true
  lock_file:
    description: Lock file of the digests.
    type: path
  keep:
    description: Releases that stay in any case.
    type: list
    elements: str
    default: []
  elsewhere:
    description:
      - Folders of a published copy of the depot, as C(2026.2.7/x64). They are decided on like those of O(depot), and
        returned in RV(pruned), but not touched.
    type: list
    elements: str
    default: []
  cache_dir:
    description: Folder of the cache that P(rentree.pronote.hosted_release#lookup) uses.
    type: str
    default: ~/.cache/rentree-pronote/hosted
  ask_again:
    description: Ask each hosted server at once, once in this run, whatever the cache holds.
    type: bool
    default: false
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.depot_release
"""

EXAMPLES = r"""
- name: Show what nobody needs any more
  rentree.pronote.depot_prune:
    depot: /srv/pronote
    lock_file: inventories/my_schools/group_vars/all/pronote_releases.lock.yml
    keep: [2025.2.9]
  check_mode: true
"""

RETURN = r"""
pruned:
  description: Folders of what nobody needs, relative to the depot.
  returned: success
  type: list
  elements: str
  sample: [2025.1.3/x64]
kept:
  description: The other releases, each with its product and the reason.
  returned: success
  type: list
  elements: dict
  sample: [{"product": "pronote_client", "release": "2026.2.7", "why": "0310001A runs it"}]
unread:
  description: Schools that could not be read, and why.
  returned: success
  type: list
  elements: str
  sample: []
"""
