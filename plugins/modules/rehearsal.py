# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal
short_description: Ask one station whether it does as the collection takes for granted
version_added: 0.3.0
description:
  - Says of each assumption of C(docs/fidelity.md) that a station can be asked about whether it is held, contradicted or
    not settled there. Encodings, code pages, columns, quotes, exit codes, curl, certutil, WMI, sessions, and what
    stands between the station and the depot.
  - Asks the depot for one file that is not there.
  - With O(package), carries the harmless package of M(rentree.pronote.rehearsal_package) through as a deployment does
    with a release. It is staged, registered, run as SYSTEM by the same C(install.cmd) and task, followed and cleared
    away; it installs nothing. Beside another job it is left out. What an earlier rehearsal left is cleared away first.
    Not in check mode.
  - The station is as it was afterwards.
  - Is of one station. A play of several is refused, so that each kind of Windows has a rehearsal that is its own.
  - What it writes and returns names no person, station, address, domain or school, so it may be attached to a report.
options:
  depot:
    description: Address of the depot. Empty for none.
    type: str
    default: ""
  depot_revocation:
    description: What curl does when it cannot check whether the depot's certificate was revoked, as in deployments.
    type: str
    choices: [require, best_effort, skip]
    default: require
  package:
    description:
      - SHA-256 of the C(install.cmd) of the harmless package, as M(rentree.pronote.rehearsal_package) returns it. Empty
        for none.
    type: str
    default: ""
  poll_interval:
    description: Seconds between two looks at its job.
    type: float
    default: 2.0
  start_timeout:
    description: Seconds that the task's process has to appear.
    type: float
    default: 60
  job_timeout:
    description: Seconds that the job has in all.
    type: float
    default: 300
  reconnect_timeout:
    description: Seconds that a station which stops answering is waited for.
    type: float
    default: 300
  folder:
    description:
      - Where C(rehearsal.json) is written, in a folder of its kind of Windows. Its schema is
        C(docs/rehearsal.schema.json).
      - Written atomically, with the mode C(0640), and not in check mode. Empty for nowhere.
    type: path
    default: ""
  fail_on:
    description:
      - Verdicts that make the task fail. C(contradicted) when an assumption is wrong there, C(incomplete) when
        something that was asked got no answer.
    type: list
    elements: str
    default: [contradicted, incomplete]
  language:
    description: Language of the table and messages; by default O(ignore:pronote_language), else French.
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.doctor
  - module: rentree.pronote.rehearsal_package
  - module: rentree.pronote.client_info
"""

EXAMPLES = r"""
- name: Publish the harmless package
  rentree.pronote.rehearsal_package:
    depot: /srv/pronote
  register: package
  delegate_to: localhost

- name: Ask this station, and carry the package through
  rentree.pronote.rehearsal:
    depot: "{{ pronote_depot_url }}"
    package: "{{ package.digest }}"
    folder: rehearsals
"""

RETURN = r"""
verdict:
  description:
    - C(contradicted) when an assumption is wrong there. C(incomplete) when none is known to be, and something that was
      asked got no answer. Else C(held).
  returned: always
  type: str
  sample: held
exit_code:
  description: The same as a number. 0, 1 for C(contradicted), 3 for C(incomplete).
  returned: always
  type: int
  sample: 0
kind:
  description: What the rehearsal stands for. Build, edition and architecture.
  returned: always
  type: str
  sample: 19045-Professional-x64
windows:
  description: The same in parts, with the release and the code pages.
  returned: always
  type: dict
  sample: {"build": 19045, "release": "22H2", "edition": "Professional", "arch": "x64", "oem": 850, "ansi": 1252}
counts:
  description: How many assumptions are held, contradicted or not settled.
  returned: always
  type: dict
  sample: {"contradicted": 0, "not_settled": 4, "held": 24}
assumptions:
  description: Each assumption, in the order of C(docs/fidelity.md), with what was seen, as in the file.
  returned: always
  type: list
  elements: dict
  sample: [{"id": "E2", "outcome": "held", "says": "cmd writes in UTF-8", "says_fr": "", "seen": "", "seen_fr": ""}]
fact:
  description: At what the package's way broke off.
  returned: when it did
  type: str
  sample: the scheduled task could not be created or started (exit code 1)
remedy:
  description: What to do about it.
  returned: when it did
  type: str
  sample: Check that the Task Scheduler service (Schedule) runs on the station.
path:
  description: The file that was written.
  returned: when O(folder) is given, and not in check mode
  type: str
  sample: /srv/reports/rehearsals/19045-Professional-x64/rehearsal.json
"""
