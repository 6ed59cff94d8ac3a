# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: audit_report
short_description: Print, keep and write the audit of every station of the play
version_added: 0.1.0
description:
  - Gathers what M(rentree.pronote.audit) registered for each station of the play, keeps it in the store, prints a
    table by school and room, and writes reports for people and programs.
  - Runs once, on the controller, and needs no station to answer.
  - When the play is limited to some stations, the reports show the others of the inventory as they were last known,
    with the time of it. RV(counts), RV(failing) and RV(verdict) are about the stations of the play only.
options:
  records:
    description: Name of the variable that M(rentree.pronote.audit) was registered in.
    type: str
    default: pronote_audit_record
  product:
    description:
      - The product that was audited. Each has a history of its own.
      - Another than the client is named above the table, and its files have its name before their ending, so that both
        audits of a run can be given the same options.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  store:
    description:
      - The store, an SQLite file on a local disk. Made when it is not there. Empty means no history.
      - Not written in check mode. One that cannot be used is a warning, which the HTML and JSON reports repeat.
    type: str
    aliases: [state]
  language:
    description:
      - Language of the table and of the reports for people.
      - Without it French, or what the variable C(pronote_audit_language) says. That one is deprecated
        for C(pronote_language).
    type: str
    choices: [fr, en]
  conclude_later:
    description:
      - Whether this audit is one of many, each of some schools, which M(rentree.pronote.audit_conclude) sums up.
      - Of O(store) it reads what is of its own schools, the reports and RV(verdict_of_all) are of these, and stations
        of others are neither shown nor counted as RV(unread).
    type: bool
    default: false
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
  - rentree.pronote.audit_reports
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.audit
"""

EXAMPLES = r"""
- name: Report, and end with an error when stations are late
  rentree.pronote.audit_report:
    path: reports/audit.json
    html: reports/audit.html
    store: state/pronote.sqlite3
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
verdict_of_all:
  description:
    - The same of all stations that the report shows, those of earlier audits as last known. With a history, stations
      of the product's group that no audit has looked at are in it, and count as those that cannot be reached.
  returned: always
  type: str
  sample: not_compliant
in_part:
  description:
    - Schools of which this run's inventory lacks stations that it is known to have, as one of AWX's slices does.
      Nothing is concluded about who has vanished, and RV(verdict_of_all) is of them as last known.
  returned: always
  type: list
  elements: str
  sample: []
unread:
  description: Stations of the product's group that no audit has looked at. 0 without a history.
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
    - What changed since each station's previous audit, as lists of stations with what they were before and are after;
      V(null) without a store that can be used. V(by_hand) are clients that changed without a job of ours.
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
      sample: "PRONOTE, audit: 12 stations"
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
    title: "PRONOTE, audit: 12 stations"
    counts: [{text: 12 up to date, style: green}]
    schools: []
    groups: []
    after: []
    language: en
"""
