# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: audit_conclude
short_description: Report on all stations from what audits have kept of each
version_added: 0.1.0
description:
  - Takes the last word on each station of the inventory from the store, whichever job on whichever node has written it,
    and makes of all of them one verdict and the reports of M(rentree.pronote.audit_report), with what changed since the
    conclusion before. No station is asked anything.
  - Runs once, on the controller. Its inventory counts as whole. A station that it does not name, and that audits of
    this inventory have seen, has vanished.
options:
  product:
    description:
      - The product. Each has a history of its own.
      - The files of another than the client have its name before their ending.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  store:
    description: The store that the audits have written to. Not written in check mode.
    type: str
    required: true
  max_age:
    description:
      - Hours that the last word on a station may be old. With an older one, or none, the conclusion is incomplete
        whatever else was found, and names the schools.
    type: float
    default: 24
  language:
    description:
      - Language of the table and of the reports for people.
      - Without it French.
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
  - rentree.pronote.audit_reports
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.audit_report
  - module: rentree.pronote.audit_alert
"""

EXAMPLES = r"""
- name: Report on all schools, and end with an error when one was not audited today
  rentree.pronote.audit_conclude:
    html: reports/audit.html
    store: state/pronote.sqlite3
    max_age: 24
    fail_on: [not_compliant, incomplete]
"""

RETURN = r"""
counts:
  description: Stations per status.
  returned: always
  type: dict
  sample: {"compliant": 20, "late": 3, "unreachable": 1}
failing:
  description: Stations whose status is in O(fail_on).
  returned: always
  type: list
  elements: str
  sample: [salle101-03]
survey:
  description: A file of this run with each station as the reports show it, for M(rentree.pronote.audit_alert).
  returned: always
  type: str
  sample: /home/admin/.ansible/tmp/ansible-local-1/pronote-survey-0123456789abcdef.jsonl
unread:
  description: Stations of the product's group that no audit has looked at.
  returned: always
  type: int
  sample: 0
verdict:
  description:
    - V(compliant), V(not_compliant) or V(incomplete). A station known to be wrong outweighs those not known.
  returned: always
  type: str
  sample: not_compliant
complete:
  description: Whether enough stations could be read to conclude.
  returned: always
  type: bool
  sample: true
gaps:
  description: Why it is incomplete.
  returned: always
  type: list
  elements: str
  sample: []
exit_code:
  description:
    - 0 compliant, 1 not compliant, 3 incomplete. With O(fail_on), 1 and 3 only for what it names. An error is 2.
    - The exit code of C(bin/pronote-audit); that of ansible-playbook is 2 whenever the task fails.
  returned: always
  type: int
  sample: 1
changes:
  description:
    - What the audits since the last conclusion have found changed, as lists of stations with what they were before and
      are after. V(by_hand) are clients that changed without a job of ours.
  returned: always
  type: dict
  sample:
    newly_late:
      - {"station": "salle101-03", "school": "0310001A", "room": "Salle 101", "before": "compliant", "after": "late"}
    fixed: []
    by_hand: []
    new: []
    vanished: []
path:
  description: The JSON report.
  returned: when written
  type: str
  sample: reports/audit.json
csv:
  description: The CSV report.
  returned: when written
  type: str
  sample: reports/audit.csv
html:
  description: The HTML report, or the index of its pages.
  returned: when written
  type: str
  sample: reports/audit.html
prometheus:
  description: The metrics.
  returned: when written
  type: str
  sample: /var/lib/prometheus/node-exporter/rentree_pronote.prom
junit:
  description: The JUnit XML report.
  returned: when written
  type: str
  sample: reports/audit.xml
ending:
  description:
    - How the run ended, in words, for the block that ends its output. P(rentree.pronote.console#callback) prints it, or
      P(rentree.pronote.progress#callback); without them it is here alone.
  returned: always
  type: dict
  contains:
    title:
      description: What it was, and of how many stations.
      type: str
      sample: "PRONOTE, all audits: 12 stations"
    counts:
      description: How many stations ended how, each with its C(text).
      type: list
      elements: dict
      sample: [{text: 12 up to date, style: green}]
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
    title: "PRONOTE, all audits: 12 stations"
    counts: [{text: 12 up to date, style: green}]
    schools: []
    groups: []
    after: []
    language: en
"""
