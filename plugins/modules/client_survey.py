# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: client_survey
short_description: Find what a deployment has to do on every station of the play, in one process
version_added: 0.2.0
description:
  - Reads all stations of the play and decides for each what M(rentree.pronote.client) would do, without a worker
    process for each. Nothing is changed on any station.
  - A station with nothing to do is done with, and the store (O(rentree.pronote.client#module:store)) is told so.
    The others have a turn (M(rentree.pronote.rings), M(rentree.pronote.client_turn)), also those that failed, did not
    answer or are left for a later run.
  - Runs once, on the controller. Each station is reached with the variables and the options that a task of its own
    would have, and those are of every source that Ansible has.
  - Never fails for what a station or a server does.
  - Stations that only the stock connection reaches, as with CredSSP or through a proxy, have a turn in any case. A line
    says how many, and why.
options:
  arguments:
    description:
      - Name of a variable with the options of M(rentree.pronote.client). Its values are templated for each station, so
        it belongs in C(vars) of the task or of the role.
    type: str
    required: true
  parallel:
    description:
      - How many stations are read at a time. By default as many as the controller's memory and its limit of open files
        allow, 256 at most. With V(0) none is read here, and every station has its turn.
    type: int
  product:
    description: The product that is deployed.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  outcome:
    description: The file that whoever ends the run writes its outcome to (C(pronote_outcome)). Empty for none.
    type: path
    default: ""
  store:
    description: The store, which has failures in both languages. Empty for none.
    type: str
    default: ""
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client_turn
  - module: rentree.pronote.rings
"""

EXAMPLES = r"""
- name: Find what there is to do
  rentree.pronote.client_survey:
    arguments: __pronote_client_arguments
  register: __pronote_client_survey
  run_once: true
"""

RETURN = r"""
survey:
  description:
    - A file of the run, deleted at its end; empty with O(parallel=0). Each line is JSON and has a C(station) by name,
      its C(result), as M(rentree.pronote.client) returns it in check mode, and whether it has a C(turn).
  returned: always
  type: str
  sample: /root/.ansible/tmp/ansible-local-11/pronote-survey-1f.jsonl
run:
  description:
    - What this deployment is, for M(rentree.pronote.deploy_report) and the callbacks.
    - RV(run.mode) is V(deploy), V(dry_run) or V(stage).
  returned: always
  type: dict
  contains:
    mode:
      description: What is done.
      type: str
      sample: deploy
    product:
      description: The product.
      type: str
      sample: pronote_client
    started:
      description: When the stations began to be looked at, in UTC.
      type: str
      sample: "2026-11-25T18:00:11Z"
    outcome:
      description: O(outcome).
      type: str
      sample: ""
    store:
      description: O(store).
      type: str
      sample: ""
    servers:
      description:
        - The schools' servers that were read for it, with the release of their clients, when they said it (UTC), and
          whether that was before this run.
      type: list
      elements: dict
      sample: [{release: 2026.2.7, read_at: "2026-11-25T17:40:02Z", cached: true}]
  sample: {mode: deploy, product: pronote_client, started: "2026-11-25T18:00:11Z", outcome: "", store: "", servers: []}
stations:
  description: How many stations there were.
  returned: always
  type: int
  sample: 300
idle:
  description: How many have nothing to do.
  returned: always
  type: int
  sample: 288
"""
