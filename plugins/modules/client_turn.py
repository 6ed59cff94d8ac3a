# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_turn
short_description: A station's turn in a deployment
version_added: 0.2.0
description:
  - Does what M(rentree.pronote.client) does, and is for the role C(pronote_client).
  - In check mode it returns what M(rentree.pronote.client_survey) found, and asks the station nothing.
  - Otherwise a station is read again before anything is done to it. One that did not answer, or cannot be deployed, is
    told as it was found, and asked once more when that was over two minutes ago.
options:
  arguments:
    description:
      - Name of a variable with the options of M(rentree.pronote.client).
      - Beside them C(idle), whether nothing is to be done at the station, which is not asked then.
    type: str
    required: true
  found:
    description:
      - Name of the variable that M(rentree.pronote.rings) was registered in. Empty, or without a survey there, the
        station is asked in any case.
    type: str
    default: ""
  step:
    description:
      - Name of the variable that M(rentree.pronote.ring_step) was registered in. Empty, the station goes.
      - A station that keeps back because its school stopped is not asked anything. Neither is one whose school's server
        runs another release than when the rings were made, so that pilots try that one first.
    type: str
    default: ""
  results:
    description:
      - Name of the variable that this task is registered in. What the station showed in an earlier step of the same
        plan is returned again when it does not go.
    type: str
    default: pronote_client_result
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
  - module: rentree.pronote.client_survey
"""

EXAMPLES = r"""
- name: Bring the product to its release
  rentree.pronote.client_turn:
    arguments: __pronote_client_arguments
    found: __pronote_client_rings
    step: __pronote_client_step
  register: pronote_client_result
"""

RETURN = r"""
ring_plan:
  description:
    - RV(rentree.pronote.rings#module:id) of the plan; everything else is as M(rentree.pronote.client) returns it.
  returned: with a step
  type: str
  sample: 136f08a3
deferred:
  description:
    - It was left for a while, since another school waits for its own next ring. What was begun on it goes on by itself,
      and this run comes back to it.
  returned: when it was
  type: bool
  sample: true
"""
