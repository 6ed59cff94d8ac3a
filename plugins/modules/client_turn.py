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
    description: Name of a variable with the options of M(rentree.pronote.client).
    type: str
    required: true
  survey:
    description: RV(rentree.pronote.rings#module:survey). Empty, the station is asked in any case.
    type: path
    default: ""
  at:
    description: Where the station's line is in O(survey), RV(rentree.pronote.rings#module:at). Negative, it has none.
    type: int
    default: -1
  ring:
    description: The station's turn, from M(rentree.pronote.ring_step). Without it the station goes.
    type: dict
    suboptions:
      plan:
        description: RV(rentree.pronote.rings#module:id) of the plan.
        type: str
        required: true
      release:
        description:
          - The release that the school's server ran when the rings were made.
          - When the station would be brought to another one by now, it is left for the next run, so that pilots try it
            first. Empty, this is not looked at.
        type: str
        default: ""
      go:
        description: Whether the station goes now.
        type: bool
        default: true
      held:
        description: Why it keeps back when its school stopped. It is not asked anything then.
        type: str
        default: ""
      wrong:
        description: Keeping back is an error of the school's variables.
        type: bool
        default: false
      earlier:
        description: Its result of an earlier step of the same plan, which is returned again when it does not go.
        type: dict
        default: {}
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
    survey: "{{ __pronote_client_rings.survey }}"
    at: "{{ __pronote_client_rings.at[inventory_hostname] | default(-1) }}"
  register: pronote_client_result
"""

RETURN = r"""
ring_plan:
  description: O(ring) of the turn; everything else is as M(rentree.pronote.client) returns it.
  returned: with a ring
  type: str
  sample: 136f08a3
"""
