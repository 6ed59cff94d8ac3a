# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rings
short_description: Put the stations of the play into rings, per school
version_added: 0.1.0
description:
  - Decides which stations of each school (C(pronote_uai)) go first and which follow, and shows it. Used by the role
    C(pronote_client), whose variables it reads for each school from the school's first station.
  - They are C(pronote_client_rings), C(pronote_client_ring_max.failed), C(pronote_client_ring_max.unreachable),
    C(pronote_client_unproven), C(pronote_client_release), C(pronote_releases), and C(pronote_pilot) of each station.
  - Pilots are the stations with C(pronote_pilot), otherwise the first ones whose WinRM port can be reached, with up to
    three reserves for pilots that turn out to be off, in use or unfit.
  - Rings that an earlier run filled with stations brought to this release are passed; their stations go with the first
    ring of this run. That needs O(store).
  - It is run once for the play (C(run_once)), on the controller, with the strategy C(linear).
options:
  store:
    description: The store of the controller. Empty, every run begins with the pilots. Only read here.
    type: str
    default: ""
    aliases: [state]
  connect_timeout:
    description: How long a station may take to accept a connection before it counts as off, in seconds.
    type: float
    default: 3
  survey:
    description:
      - RV(rentree.pronote.client_survey#module:survey). Only the stations that have a turn there are put into rings,
        and what was found says who can be reached. Empty, every station of the play is.
    type: path
    default: ""
  lease:
    description:
      - Seconds for which a school stays this run's in O(store) when it writes nothing more, because its node was
        killed, say. At work, it makes that longer by itself. No other run deploys in the school meanwhile.
      - At least 120.
    type: float
    default: 300
  lease_wait:
    description: Seconds for which schools are waited for that another run has. Then their stations are held back.
    type: float
    default: 0
  again:
    description:
      - Name of the variable that the plan of this run was registered in, to go back to the schools that others went on
        without. Their stations get turns once more, and nothing is planned anew. Besides it only O(results) counts.
    type: str
    default: ""
  results:
    description: Name of the variable that M(rentree.pronote.client_turn) is registered in, for O(again).
    type: str
    default: pronote_client_result
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.ring_step
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Put the stations into rings
  rentree.pronote.rings:
    store: "{{ pronote_state | default('') }}"
  register: __pronote_client_rings
  run_once: true
"""

RETURN = r"""
id:
  description: Mark of this plan, by which results of this run are told from those of an earlier play.
  returned: always
  type: str
  sample: 136f08a3
plans:
  description:
    - For each school its rings, the reserves of its pilots, the number of rings passed in earlier runs, and what cannot
      be right in its variables.
  returned: always
  type: list
  elements: dict
  sample:
    - school: 0310001A
      release: 2026.2.7
      rings: [[s101-01], [s101-02, s101-03]]
      reserves: [s101-02, s101-03]
      passed: 0
      problem: ""
      rules: {rings: ["1", "100%"], max_fail: "10%", max_unreachable: "100%", unproven: ""}
releases:
  description:
    - For each station the release that its school's server ran when the rings were made, empty when that is not known.
    - Stations with a release of their own in the inventory are left out.
  returned: always
  type: dict
  sample: {"s101-01": 2026.2.7, "s101-02": 2026.2.7}
pilots:
  description: The pilots for whom their schools wait. They are not left to their next start.
  returned: always
  type: list
  elements: str
  sample: [s101-01]
old_scripts:
  description:
    - Releases with their architectures whose C(install.cmd) an earlier version of this collection published. A warning
      names them with the command that renders them anew.
  returned: always
  type: list
  elements: str
  sample: [2025.2.9 x64]
lease:
  description: O(lease).
  returned: always
  type: float
  sample: 300.0
survey:
  description: O(survey).
  returned: always
  type: str
  sample: /root/.ansible/tmp/ansible-local-11/pronote-survey-1f.jsonl
at:
  description: Where the line of each station that has a turn begins in RV(survey).
  returned: always
  type: dict
  sample: {"s101-02": 1290}
round:
  description: How often the run has gone back to schools so far.
  returned: always
  type: int
  sample: 0
deferred:
  description: Schools that the run goes back to now.
  returned: always
  type: list
  elements: str
  sample: []
turns:
  description:
    - For each station the steps in which it has a turn. The first one that has any is in every one.
    - After a survey the last station with nothing to do is there too, in no step. It stays in the play, so that
      somebody is left to tell its end when every other station has failed.
  returned: always
  type: dict
  sample: {"s101-02": [{"index": 1, "name": "ring 1, reserve 1"}, {"index": 3, "name": "ring 2"}]}
"""
