# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: startup_script
short_description: Write the start-up script of each school, for stations that no run reaches
version_added: 0.3.0
description:
  - Writes C(pronote-startup.cmd) for each school of the play into a folder named after it. Distributed by a group
    policy as a computer's start-up script, or by any tool that runs a command as SYSTEM, it brings a station that has
    no client of the year, or an older one, to the release of its school's server, from the depot.
  - The release, its architectures and the SHA-256 of C(install.cmd) are pinned in it. It holds no secret, registers no
    trigger, never goes back to an older release and removes nothing.
  - Runs on the controller; no station is contacted. A folder that another account could write to is refused, for
    whoever can change the script is master of every station.
options:
  dest:
    description: Folder of the scripts. It, the folders above it and what is written must be for administrators alone.
    type: path
    required: true
  lock_file:
    description: Lock file of the digests.
    type: path
    required: true
  store:
    description: The store of this inventory, which knows whether a deployment has brought a release to a station.
    type: str
    default: ""
  unproven:
    description:
      - What is done about a release that no deployment has brought to any station of the inventory yet. With V(hold)
        the school keeps the script that it has, and a warning says so. V(write) is for schools without any run.
    type: str
    default: hold
    choices: [hold, write]
  spread:
    description: Seconds over which the stations that have something to fetch begin, 10800 at most.
    type: int
    default: 600
  rate:
    description: Rate of the downloads of one station, in bytes a second as curl writes it (V(2M)). Empty for none.
    type: str
    default: ""
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.prepare
  - module: rentree.pronote.audit
"""

EXAMPLES = r"""
- name: Show what would be written
  rentree.pronote.startup_script:
    dest: /srv/pronote-startup
    lock_file: inventories/my_schools/group_vars/all/pronote_releases.lock.yml
    store: state/pronote.sqlite3
  check_mode: true
"""

RETURN = r"""
files:
  description: The scripts, one for each school.
  returned: success
  type: list
  elements: str
  sample: [/srv/pronote-startup/0310001A/pronote-startup.cmd]
scripts:
  description: The release of each school's script.
  returned: success
  type: dict
  sample: {"0310001A": "2026.2.7"}
held:
  description: Schools that keep the script that they have, since their release is not proven.
  returned: success
  type: list
  elements: str
  sample: []
"""
