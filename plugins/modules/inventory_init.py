# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_init
short_description: Write a first inventory
version_added: 0.3.0
description:
  - Writes an inventory below the folder that the command is run in. It has the stations of an export, the schools, how
    the stations are reached, the depot, and the account in C(group_vars/all/vault.yml), encrypted as C(ansible-vault)
    does it. Beside it comes an C(ansible.cfg), with which commands that are typed in this folder need no option.
  - Without any option it asks for everything, one question at a time, and asks again when an answer cannot be right.
    With some, it asks only for what is missing and has no default; where no terminal is, that is an error which names
    the variable of the role C(pronote_init).
  - Nothing is overwritten. A file that is there already and says something else is kept, and the difference is shown.
  - What is secret is in no difference, no result and no file that others can read. A password on the command line is
    refused.
  - In the folder of this project's own C(ansible.cfg) none is written.
  - Runs once for the play, on the controller, and asks no station anything.
options:
  folder:
    description: The folder of the inventory, V(inventories/my_schools) without it. One that holds an inventory which
      this module did not write is refused.
    type: str
    default: ""
  stations:
    description: The file with the stations, as P(rentree.pronote.stations#inventory) reads it. It is copied.
    type: str
    default: ""
  preset:
    description: Whose headings the file has. Empty, found by the headings.
    type: str
    choices: ["", plain, glpi, ocs]
    default: ""
  schools:
    description: The schools of the file. Each has a C(name), and C(uai) and C(server_url) where the file or the UAI do
      not say them.
    type: list
    elements: dict
    default: []
  transport:
    description: V(ntlm), which it is without it, or V(kerberos).
    type: str
    default: ""
  user:
    description: An account that is an administrator of the stations.
    type: str
    default: ""
  password:
    description: Its password.
    type: str
    default: ""
  depot_url:
    description: The address that stations fetch the installer from. Without it, C(/pronote) on this machine, if it has
      a whole name.
    type: str
    default: ""
  depot_path:
    description: The folder of the depot on this machine, V(/srv/pronote) without it.
    type: str
    default: ""
  reference:
    description: A station of the file, on which the answers to the installer's questions are recorded.
    type: str
    default: ""
  vault_password_file:
    description: A file with the password that the account is encrypted with. It is made if there is none. Without it
      the password is asked, or the one that Ansible was told is used.
    type: str
    default: ""
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - plugin: rentree.pronote.stations
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Write the inventory
  rentree.pronote.inventory_init:
    stations: ~/glpi.csv
    schools:
      - name: Lycée Jean Moulin
        uai: 0310036W
    user: deploy@LYCEE.EXAMPLE.ORG
    password: "{{ account_password }}"
    transport: kerberos
    vault_password_file: ~/.config/rentree-pronote/vault-password
"""

RETURN = r"""
files:
  description: What became of each file, or would in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The file, as it is typed in this folder.
      type: str
      returned: always
      sample: inventories/my_schools/pronote.stations.yml
    state:
      description: V(created), V(same), or V(kept) for one that differs and stays as it is.
      type: str
      returned: always
      sample: created
  sample: []
next:
  description: The command to type next. Empty where nothing was agreed to.
  returned: success
  type: str
  sample: ansible-playbook rentree.pronote.audit
"""
