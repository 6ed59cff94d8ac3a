# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: places
short_description: Settle where a play writes, and move what lies in an inventory's folder
version_added: 0.2.0
description:
  - What runs write for the stations of C(inventories/my_schools), that is the store, logs and reports, lies by default
    in C(inventories/my_schools.pronote). Up to 0.1.0 it lay in the inventory's folder, of which Ansible reads every
    file as an inventory, with what stations said in it.
  - What is still there is moved, once. A store that another run has open stays, and is used there. So is whatever
    cannot be moved, with a warning that says why.
  - Nothing is moved whose place somebody has set, in the inventory, in the play or with C(-e). People's own files in
    these folders stay, and so do C(responses/) and the lock file of the releases.
  - Fails when Ansible has read as an inventory what runs or recordings wrote, since hosts and addresses may then be
    what a station said. So does every other action of the collection.
  - Warns when there is no inventory folder, when nothing can be written beside it, and in a container of AWX.
  - Runs once for the play, on the controller. The roles of the collection begin with it.
options:
  store:
    description: What O(rentree.pronote.client#module:store) is in this play (C(pronote_state)).
    type: str
  log_dir:
    description: What O(rentree.pronote.client#module:log_dir) is (C(pronote_client_log_dir)).
    type: path
  reports:
    description: The folder of the play's reports (C(pronote_reports_dir)).
    type: path
    version_added: 0.2.0
  audit_html:
    description: What C(pronote_audit_html) is, a name of before O(reports) for one of them, as the following.
    type: path
  audit_path:
    description: What C(pronote_audit_path) is.
    type: path
  rentree_html:
    description: What C(pronote_rentree_html) is.
    type: path
  rentree_path:
    description: What C(pronote_rentree_path) is.
    type: path
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - plugin: rentree.pronote.place
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Settle where this play writes
  rentree.pronote.places:
    store: "{{ lookup('rentree.pronote.place', 'state/pronote.sqlite3') }}"
  vars:
    __pronote_places_moved: true
"""

RETURN = r"""
moved:
  description: The new place of each file that was moved, or would be in check mode, by its old one.
  returned: always
  type: dict
  sample: {/srv/inventories/my_schools/logs/cdi-01.log: /srv/inventories/my_schools.pronote/logs/cdi-01.log}
"""
