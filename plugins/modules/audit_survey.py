# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: audit_survey
short_description: Compare the PRONOTE client of every station of the play with its school's server, in one process
version_added: 0.2.0
description:
  - Does for all stations of the play what M(rentree.pronote.audit) does for one, without a worker process for each.
  - Runs once, on the controller. Each station is reached with the variables and the options that a task of its own
    would have, and those are of every source that Ansible has.
  - Never fails for what a station or a server does. A station whose variables cannot be read is in the report like the
    others, and M(rentree.pronote.audit_report) ends with an error.
  - Stations that only the stock connection reaches, as with CredSSP or through a proxy, have a process each. A line
    says how many, and why.
options:
  arguments:
    description:
      - Name of a variable with the options of M(rentree.pronote.audit). Its values are templated for each station, so
        it belongs in C(vars) of the task.
    type: str
    required: true
  parallel:
    description:
      - How many stations are read at a time. By default as many as the controller's memory and its limit of open files
        allow, 256 at most.
    type: int
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.audit
  - module: rentree.pronote.audit_report
"""

EXAMPLES = r"""
- name: Read the stations and compare them with their servers
  rentree.pronote.audit_survey:
    arguments: audit_arguments
  vars:
    audit_arguments:
      uai: "{{ pronote_uai }}"
      room: "{{ pronote_room | default('') }}"
  register: pronote_audit_record
  run_once: true

- name: Report
  rentree.pronote.audit_report:
    html: audit.html
"""

RETURN = r"""
survey:
  description:
    - A file of the run, deleted at its end. Each line is JSON and has a C(station) by name and its
      C(result), as M(rentree.pronote.audit) returns it. One whose variables cannot be read has C(failed) and
      C(msg).
  returned: always
  type: str
  sample: /root/.ansible/tmp/ansible-local-11/pronote-survey-1f.jsonl
unread:
  description: Why, by name of each station without a record; above all those whose variables cannot be read.
  returned: always
  type: dict
  sample: {"salle101-03": "uai: 'pronote_uai' is undefined"}
stations:
  description: How many stations there were.
  returned: always
  type: int
  sample: 300
"""
