# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ring_step
short_description: Judge the rings so far, and say which stations go now
version_added: 0.1.0
description:
  - Looks at what every station of the earlier rings showed, those included that have left the play, and decides school
    by school whether its next ring begins. One school's stop never stops another.
  - A school stops when pilots failed after their setup had begun, when no pilot and no reserve proved the release, or
    when a ring has more failures or more unreachable stations than its limits. In check mode no school stops.
  - It is run once for each step (C(run_once)), on the controller, with the strategy C(linear).
options:
  plan:
    description: Name of the variable that M(rentree.pronote.rings) was registered in.
    type: str
    required: true
  index:
    description: The step that is about to begin. Negative, the end of the run, which prints who stopped and why.
    type: int
    default: -1
  results:
    description: Name of the variable that M(rentree.pronote.client) is registered in.
    type: str
    default: pronote_client_result
  patience:
    description: For how many seconds a turn of this step goes on once all stations of another school have ended theirs.
    type: float
    default: 60
  store:
    description: The store of the controller, where it is remembered how far each school got. Empty, nowhere.
    type: str
    default: ""
    aliases: [state]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.rings
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: See who goes
  rentree.pronote.ring_step:
    plan: __pronote_client_rings
    index: "{{ __pronote_client_turn.index }}"
  register: __pronote_client_step
  run_once: true
"""

RETURN = r"""
ring:
  description: The ring, counted from 1.
  returned: always
  type: int
  sample: 2
rings:
  description: How many rings the school with most has.
  returned: always
  type: int
  sample: 3
go:
  description: Stations that go now.
  returned: always
  type: list
  elements: str
  sample: [s101-02, s101-03]
pilots:
  description: Those of RV(go) whose school waits for what they show. They are not left to their next start.
  returned: always
  type: list
  elements: str
  sample: [s101-01]
held:
  description: Stations of this step that keep back because their school stopped, with the reason.
  returned: always
  type: dict
  sample: {"s102-01": "held back, rings of 0310001A stopped: 1 of 1 pilots failed: s101-01 (s101-01: the disk is full)"}
go_on:
  description: Of each station of RV(held), the stations that its school stopped for, and how to go on.
  returned: always
  type: dict
  sample:
    s102-01:
      by: [s101-01]
      remedy: "Mend s101-01, or name another pilot (pronote_pilot: true on a station), then deploy again."
meanwhile:
  description: Where the stations of this step tell each other that their turn is over. Empty where no school waits.
  returned: always
  type: dict
  sample: {}
elsewhere:
  description: Those of RV(held) whose school another run has. What becomes of them is for that one to remember.
  returned: always
  type: list
  elements: str
  sample: []
wrong:
  description: Those of RV(held) whose school's variables cannot be right. They fail.
  returned: always
  type: list
  elements: str
  sample: []
stopped:
  description: Schools that stopped, with the reason and how to go on.
  returned: always
  type: dict
  sample: {"0310001A": "1 of 1 pilots failed: s101-01 (s101-01: the disk is full)"}
"""
