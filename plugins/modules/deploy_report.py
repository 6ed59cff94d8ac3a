# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_report
short_description: Tell how a deployment ended, and which stations of the play are not right yet
version_added: 0.1.0
description:
  - After M(rentree.pronote.client_survey) it tells how each station of the play ended, and writes the outcome for
    programs that was asked for there.
  - Reads the store, and prints who remains to be done, since when, why, and what to do. It prints nothing when one of
    the callbacks P(rentree.pronote.console#callback) and P(rentree.pronote.progress#callback) does at the end of the
    run. A dry run and a staging have brought nothing to its end, so that nothing remains of them.
  - Runs once, on the controller, and asks no station.
options:
  store:
    description: The store's file (C(pronote_state)). Empty, what remains is not listed.
    type: str
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
  survey:
    description:
      - Name of the variable that M(rentree.pronote.client_survey) was registered in. Empty, there was no deployment,
        and only what remains is listed.
    type: str
    default: ""
  rings:
    description: Name of the variable that M(rentree.pronote.rings) was registered in.
    type: str
    default: ""
  results:
    description: Name of the variable that M(rentree.pronote.client_turn) was registered in.
    type: str
    default: pronote_client_result
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
ending:
  description:
    - How the run ended, in words, for the block that ends its output. P(rentree.pronote.console#callback) prints it, or
      P(rentree.pronote.progress#callback); without them it is here alone.
  returned: after a deployment
  type: dict
  contains:
    title:
      description: What it was, and of how many stations.
      type: str
      sample: "PRONOTE, deployment: 12 stations"
    counts:
      description: How many stations ended how, each with its C(text).
      type: list
      elements: dict
      sample: [{text: 12 done, style: green}]
    schools:
      description: The same by school; empty where there is one.
      type: list
      elements: list
      sample: []
    groups:
      description: Stations that ended alike for one reason, with the reason and what to do.
      type: list
      elements: dict
      sample: []
    after:
      description: Lines of their own, such as where a file is.
      type: list
      elements: str
      sample: []
    language:
      description: The language of it.
      type: str
      sample: en
  sample:
    title: "PRONOTE, deployment: 12 stations"
    counts: [{text: 12 done, style: green}]
    schools: []
    groups: []
    after: []
    language: en
"""
