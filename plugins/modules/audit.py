# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: audit
short_description: Compare a station's PRONOTE client with the release of its school's server
version_added: 0.1.0
description:
  - Reads the station like M(rentree.pronote.client_info) and the school's hosted server like
    P(rentree.pronote.hosted_release#lookup), and gives one status.
  - Never fails and never marks a station unreachable. A station that is off, refuses the password or breaks half-way
    is a record like the others, so that the report is whole.
  - When the server cannot be read, its last known release is used and the record says so.
options:
  uai:
    description: UAI of the station's school.
    type: str
    required: true
  server_url:
    description: Base address of the school's hosted server. Derived from O(uai) when empty.
    type: str
    default: ""
  cache_dir:
    description: Folder of the cache that P(rentree.pronote.hosted_release#lookup) uses.
    type: str
    default: ~/.cache/rentree-pronote/hosted
  ask_again:
    description: Ask each hosted server at once, once in this run, whatever the cache holds.
    type: bool
    default: false
  release:
    description: Compare with this release instead of asking the server. Empty means ask.
    type: str
    default: ""
  school:
    description: Name of the school, for the report.
    type: str
    default: ""
  room:
    description: Room of the station, for the report.
    type: str
    default: ""
  product:
    description: The product.
    type: str
    choices: [edt_monoposte, pronote_client]
    default: pronote_client
  store:
    description: The store's file (C(pronote_state)), where what was found is remembered. Empty, nothing is.
    type: str
    default: ""
  timeout:
    description:
      - Seconds that everything that is asked of the station may take together. A station that is not done by then is of
        unknown release.
      - What one request may take is the connection's own (C(ansible_winrm_read_timeout_sec)).
    type: float
    default: 300.0
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.audit_report
"""

EXAMPLES = r"""
- name: Read the station and compare it with its server
  rentree.pronote.audit:
    uai: 0310001A
    room: Salle 101
  register: pronote_audit_record
"""

RETURN = r"""
record:
  description: The verdict on the station.
  returned: always
  type: dict
  contains:
    station:
      description: Inventory name.
      type: str
      sample: salle101-03
    school:
      description: UAI.
      type: str
      sample: 0310001A
    school_name:
      description: Name of the school.
      type: str
      sample: Lycée Exemple
    room:
      description: Room.
      type: str
      sample: Salle 101
    status:
      description:
        - One of V(compliant), V(late), V(ahead), V(older_year_only), V(several), V(absent), V(unreachable), V(refused),
          V(frozen) (installed on a station that is put back at each start, to be confirmed), V(unknown_release).
      type: str
      sample: late
    reason:
      description: The fact behind the status.
      type: str
      sample: 2026.1.3 instead of 2026.2.7
    reason_source:
      description: What RV(record.reason) is said from in another language; not there without one.
      type: dict
      sample:
        text: "{release} instead of {wanted}"
        values:
          release: 2026.1.3
          wanted: 2026.2.7
    remedy:
      description: What to do about it.
      type: str
      sample: Deploy (playbooks/deploy.yml).
    remedy_source:
      description: What RV(record.remedy) is said from in another language; not there without one.
      type: dict
      sample:
        text: Deploy (playbooks/deploy.yml).
    expected:
      description: Client release expected, V(null) when it is not known.
      type: str
      sample: 2026.2.7
    pinned:
      description: Whether the expected release is O(release), not what the server said.
      type: bool
      sample: false
    stale:
      description: Whether the expected release is the last known one, the server being unreadable now.
      type: bool
      sample: false
    found:
      description: The clients found, in words; V(null) when the station could not be read.
      type: str
      sample: 2026.1.3 x64
    found_source:
      description: What RV(record.found) is said from in another language; not there without one.
      type: dict
      sample:
        text: "{what} {arch}"
        values:
          arch: x64
          what: 2026.1.3
    facts:
      description: What M(rentree.pronote.client_info) returns; V(null) when the station could not be read.
      type: dict
      sample: {}
    kind:
      description: What kept the station from being read, as the kind of a failure of M(rentree.pronote.client_info).
      returned: when it could not be read
      type: str
      sample: unreachable
    read_at:
      description: When the station was asked (UTC).
      type: str
      sample: "2026-11-25T04:31:07Z"
  sample: {"station": "salle101-03", "status": "late", "reason": "2026.1.3 instead of 2026.2.7"}
"""
