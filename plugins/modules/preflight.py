# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Say what is wrong with an inventory before any station is asked
version_added: 0.3.0
description:
  - Reads what the inventory, the play and the command line set, and says what cannot be right, a line for each fault,
    with its file and line, the fact and what to do.
  - A variable C(pronote_…) that nothing reads, with the one that was perhaps meant. Names that somebody has made for
    himself go into C(pronote_known_names), a list.
  - Words of an option C(-e) that Ansible leaves out, as all but the first of a name that is not quoted inside.
  - A value that is not of its variable's type, none of its choices, no UAI or no MAC address. Templates are judged by
    what they come to, but for those that ask somebody.
  - What O(role) needs and some host does not have.
  - Secrets and files of C(group_vars) and C(host_vars) that cannot be opened or read.
  - Two stations of C(pronote_stations) with one name but for capitals, with one address, or reached as C(pc-1) and as
    C(pc-1.lycee.lan). One MAC address of two stations is only told.
  - A file of C(group_vars) or C(host_vars) that is nobody's. It holds whom it was written for if it is all but named
    after them, and otherwise is only told.
  - A fault holds the hosts that it is about and no others. The surveys and turns of this collection leave a held
    station alone, and give the fault as its result, of the kind C(configuration). Where a play has no other hosts it
    ends here.
  - A file of C(group_vars/all) that cannot be opened ends the run before any task, with Ansible's own words.
  - Runs once for the play, on the controller, and asks no station anything. The playbooks of the collection begin with
    it.
options:
  role:
    description: The role whose required variables are looked for, as in V(pronote_client). Empty, none.
    type: str
    default: ""
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
- name: Look at the inventory
  rentree.pronote.preflight:
    role: pronote_client
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
findings:
  description: What was found that is about hosts of this play.
  returned: always
  type: list
  elements: dict
  contains:
    place:
      description: The file, with its line when Ansible knows it. Empty when nobody does.
      type: str
      returned: always
      sample: inventories/my_schools/group_vars/all/main.yml:3
    fact:
      description: What is wrong.
      type: str
      returned: always
      sample: nothing reads the variable pronote_client_relase
    remedy:
      description: What to do.
      type: str
      returned: always
      sample: Did you mean pronote_client_release? A name of your own goes into pronote_known_names.
    hosts:
      description: The hosts of the play that it is about.
      type: list
      elements: str
      returned: always
      sample: [cdi-01]
  sample: []
"""
