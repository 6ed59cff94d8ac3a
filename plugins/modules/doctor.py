# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: doctor
short_description: Say what holds of all that a deployment needs, at one station of each room
version_added: 0.3.0
description:
  - Looks from outside in. Name resolution, the port of WinRM, the account, the rights to shells and to WMI, the clock,
    the network profile, the hosted server, the release in the lock file, the depot as the station reaches it and the
    digest of what it serves there, proxies, free space, programs that undo changes, S mode and policies.
  - Runs once, on the controller, for all stations of the play. Changes nothing. A station fetches one small file of
    the depot into the temporary folder of its account, and deletes it in the same command line.
  - Of each room so many stations are asked. One that does not answer makes room for the next of its room.
  - Of each account one station is asked before the others. A password that it refuses is sent to no other one, and
    those are told as not tried.
options:
  arguments:
    description:
      - Name of a variable with what is each station's own. C(uai), C(server_url), C(cache_dir), C(ask_again),
        C(release), C(releases), C(depot), C(depot_revocation), C(arch), C(min_free_mib), C(rehearsals), C(school),
        C(room), as the role C(pronote_doctor) gives them.
      - Its values are templated for each station, so it belongs in C(vars) of the task.
    type: str
    required: true
  parallel:
    description:
      - How many stations are read at a time. By default as many as the controller's memory and its limit of open files
        allow, 256 at most.
    type: int
  stations:
    description: How many stations of each room are looked at, or C(all).
    type: str
    default: "1"
  path:
    description:
      - The JSON report, whose schema is C(docs/doctor.schema.json).
      - Written atomically, with the mode C(0640), and not in check mode.
    type: path
  html:
    description: The same as a page for people.
    type: path
  fail_on:
    description:
      - Verdicts that make the task fail. C(not_sound) when something does not hold, C(incomplete) when a room has no
        station that could be looked at.
    type: list
    elements: str
    default: [not_sound, incomplete]
  language:
    description: Language of the table, the page and messages; by default O(ignore:pronote_language), else French.
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.preflight
  - module: rentree.pronote.audit_survey
"""

EXAMPLES = r"""
- name: Look at two stations of each room
  rentree.pronote.doctor:
    arguments: doctor_arguments
    stations: "2"
    html: doctor.html
  vars:
    doctor_arguments:
      uai: "{{ pronote_uai }}"
      room: "{{ pronote_room | default('') }}"
      depot: "{{ pronote_depot_url }}"
      releases: "{{ pronote_releases }}"
  run_once: true
"""

RETURN = r"""
verdict:
  description:
    - C(not_sound) when something does not hold. C(incomplete) when what was looked at holds and a room has no station
      that could be looked at. Else C(sound).
  returned: always
  type: str
  sample: not_sound
exit_code:
  description: The same as a number. 0, 1 for C(not_sound), 3 for C(incomplete).
  returned: always
  type: int
  sample: 1
counts:
  description: How many findings hold, do not, or could not be looked at.
  returned: always
  type: dict
  sample: {"fails": 1, "unknown": 0, "holds": 20}
schools:
  description: The findings by school, as in the JSON report.
  returned: always
  type: list
  elements: dict
  sample: [{"school": "0310001A", "school_name": "Lycée d'essai", "checks": [], "rooms": []}]
next:
  description: The command that comes next.
  returned: always
  type: str
  sample: ansible-playbook rentree.pronote.prepare -i inventories/my_schools
ending:
  description: The block that ends the run, for the callback P(rentree.pronote.console#callback).
  returned: always
  type: dict
  sample: {}
path:
  description: The JSON report that was written.
  returned: when O(path) is given, and not in check mode
  type: str
  sample: /srv/reports/doctor.json
html:
  description: The page that was written.
  returned: when O(html) is given, and not in check mode
  type: str
  sample: /srv/reports/doctor.html
"""
