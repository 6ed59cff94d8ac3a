# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_settings_survey
short_description: Find the stations of the play that lack the settings of the school's server, in one process
version_added: 0.2.0
description:
  - Reads all stations of the play and decides for each what M(rentree.pronote.client_settings) would do, without a
    worker process for each. Nothing is changed on any station.
  - A station that is as it is to be, or has no client of the year yet, is done with; a line counts them. The others
    have a turn (M(rentree.pronote.client_settings_turn)), also those that failed or did not answer.
  - Runs once, on the controller. Each station is reached with the variables and the options that a task of its own
    would have, and those are of every source that Ansible has. Servers are asked side by side.
  - Never fails for what a station or a server does.
options:
  arguments:
    description:
      - Name of a variable with the options of M(rentree.pronote.client_settings). Its values are templated for each
        station, so it belongs in C(vars) of the task or of the role.
    type: str
    required: true
  parallel:
    description:
      - How many stations are read at a time. By default as many as the controller's memory and its limit of open files
        allow, 256 at most. With V(0) none is read here, and every station has its turn.
    type: int
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client_settings
  - module: rentree.pronote.client_settings_turn
"""

EXAMPLES = r"""
- name: Find the stations that lack the settings
  rentree.pronote.client_settings_survey:
    arguments: __pronote_client_settings_arguments
  register: __pronote_client_settings_survey
  run_once: true
"""

RETURN = r"""
survey:
  description:
    - A file of the run, deleted at its end; empty with O(parallel=0). Each line is JSON and has a C(station) by name,
      its C(result), as M(rentree.pronote.client_settings) returns it in check mode, and whether it has a C(turn).
  returned: always
  type: str
  sample: /root/.ansible/tmp/ansible-local-11/pronote-survey-1f.jsonl
at:
  description: Where each station that has a turn has its line in RV(survey), in bytes; V(-1) with O(parallel=0).
  returned: always
  type: dict
  sample: {"salle101-03": 5120}
stations:
  description: How many stations there were.
  returned: always
  type: int
  sample: 300
idle:
  description: How many have no turn.
  returned: always
  type: int
  sample: 288
"""
