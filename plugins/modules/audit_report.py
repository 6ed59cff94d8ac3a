# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: audit_report
short_description: Print and write the audit of every station of the play
version_added: 0.1.0
description:
  - Gathers what M(rentree.pronote.audit) registered for each station of the play, prints a table by school and room,
    and writes a JSON report.
  - Runs once, on the controller, and needs no station to answer.
options:
  records:
    description: Name of the variable that M(rentree.pronote.audit) was registered in.
    type: str
    default: pronote_audit_record
  product:
    description: The product that was audited. Another than the client is named above the table.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  path:
    description: The JSON report. Written atomically, with the mode C(0640). Not written in check mode.
    type: path
  language:
    description: Language of the table.
    type: str
    choices: [fr, en]
    default: fr
  fail_on:
    description: Statuses that make the task fail once everything is printed and written.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.audit
"""

EXAMPLES = r"""
- name: Report, and end with an error when stations are late
  rentree.pronote.audit_report:
    path: reports/audit.json
    fail_on: [late, absent, older_year_only]
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
path:
  description: The JSON report.
  returned: when written
  type: str
  sample: reports/audit.json
"""
