# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_report
short_description: Print which stations of the play are not right yet
version_added: 0.1.0
description:
  - Reads the store, and prints who remains to be done, since when, when it was last seen, why, and what to do.
  - Runs once, on the controller, and asks no station.
options:
  store:
    description: The store's file (C(pronote_state)). Empty, the task is skipped.
    type: path
    required: true
  product:
    description: The product.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  language:
    description:
      - Language of the table.
      - Without it French, or what the variable C(pronote_client_report_language) says. That one is deprecated
        for C(pronote_language).
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
- name: Tell what remains to be done
  rentree.pronote.deploy_report:
    store: "{{ lookup('rentree.pronote.place', 'state/pronote.sqlite3') }}"
"""

RETURN = r"""
remaining:
  description:
    - The stations that are not right, sorted by school, room and name. Times are UTC.
    - RV(remaining[].state) is V(untried), V(unreachable), V(refused), V(skipped), V(running), V(frozen), V(failed),
      V(late), V(ahead), V(several) or V(unknown).
  returned: when the store could be read
  type: list
  elements: dict
  contains:
    station:
      description: Inventory name.
      type: str
      sample: salle101-03
    state:
      description: Why it is in the list, in one word.
      type: str
      sample: unreachable
    since:
      description: Since when it is known not to be right.
      type: str
      sample: "2026-11-23T18:04:11Z"
  sample:
    - station: salle101-03
      school: 0310001A
      room: Salle 101
      state: unreachable
      since: "2026-11-23T18:04:11Z"
      last_seen: null
      last_tried: "2026-11-25T18:02:40Z"
      reason: the station refuses the connection (WinRM is off, or a firewall rejects it)
      reason_source:
        text: the station refuses the connection (WinRM is off, or a firewall rejects it)
      remedy: Switch the station on.
      remedy_source:
        text: Switch the station on.
      failures: 0
      given_up: false
right:
  description: How many stations of the play are right.
  returned: when the store could be read
  type: int
  sample: 17
"""
