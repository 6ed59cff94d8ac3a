# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rentree_board
short_description: Show the eight yearly operations of every school of the play
version_added: 0.1.0
description:
  - For each school, the eight operations with their state, the evidence with its date and source, who is responsible,
    and what to do next and where. Printed, returned, and written as JSON and as an HTML page.
  - What can be looked at is looked at. 1, the hosted server's release and the depot; 2, the archive of EDT monoposte;
    5, the connection with the ENT; 6, the export of identifiers; 8, what audits left in the store, each station as last
    known. For 3, 4 and 7 it shows who attested them (M(rentree.pronote.rentree_attest)), and doubts what later evidence
    contradicts.
  - Runs once for the play, on the controller. No station is asked anything, but O(edt_station) when it is given; what
    cannot be read is a state of the board, never a failure.
  - Options from O(edt_path) to O(export_partner) may differ between schools. The variable
    C(pronote_rentree_<option>) of a school's stations is used instead of the option where there is one.
  - The file of identifiers holds personal data; counts and line numbers are all that is shown of it.
options:
  year:
    description: The year that is prepared, as in V(2026) for the school year 2026-2027.
    type: int
    required: true
  edt_path:
    description: The archive of EDT monoposte or its folder. Without it operation 2 is not observable.
    type: str
    default: ""
  edt_station:
    description: Host of the inventory that O(edt_path) is on. Without it, the controller. It need not be in the limit.
    type: str
    default: ""
  edt_newer_than:
    description: Date after which the archive must have been made. Without it, the first of June of O(year).
    type: str
    default: ""
  edt_previous_size:
    description: Size of the previous archive in bytes; V(0) when it is not known.
    type: int
    default: 0
  edt_sha256:
    description: SHA-256 of a copy of the archive that was checked.
    type: str
    default: ""
  ent_cas_host:
    description: Host of the ENT's CAS server. Without it operation 5 stays in doubt.
    type: str
    default: ""
  ent_ca_path:
    description: File with the authorities to trust for the ENT's page instead of the system's.
    type: path
  export_path:
    description: The file of identifiers exported for the ENT. Without it operation 6 is not observable.
    type: path
  export_previous:
    description: The previous export, to tell which identifiers were lost or changed.
    type: path
  export_partner:
    description: Partner that the export must be meant for.
    type: str
    default: ""
  store:
    description:
      - The store with the attestations, and with what audits found of each station (operation 8). Not made when it is
        not there.
    type: str
  depot:
    description: Folder of the depot on the controller, whose files are read against O(releases).
    type: path
  releases:
    description: Published releases, from the lock file that M(rentree.pronote.depot_release) writes.
    type: dict
    default: {}
  cache_dir:
    description: Folder of the cache of hosted servers' answers.
    type: str
    default: ~/.cache/rentree-pronote/hosted
  ask_again:
    description: Ask each hosted server at once, once in this run, whatever the cache holds.
    type: bool
    default: false
  path:
    description: The board in JSON. Written atomically, with the mode C(0640). Not written in check mode.
    type: path
  html:
    description: The board as a page that needs no other file. Mode C(0640). Not written in check mode.
    type: path
  audit_html:
    description: The HTML report of M(rentree.pronote.audit_report), to link when it is in the folder of O(html).
    type: path
  language:
    description:
      - Language of the board.
      - Without it French, or what the variable C(pronote_rentree_language) says. That one is deprecated
        for C(pronote_language).
    type: str
    choices: [fr, en]
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.info
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.rentree_attest
  - module: rentree.pronote.rentree_gate
"""

EXAMPLES = r"""
- name: Show where the schools stand
  rentree.pronote.rentree_board:
    year: 2026
    store: state/pronote.sqlite3
    releases: "{{ pronote_releases }}"
    html: reports/rentree.html
"""

RETURN = r"""
schools:
  description: The board of each school.
  returned: success
  type: list
  elements: dict
  sample:
    - school: 0310001A
      name: Lycée Pierre-Paul Riquet
      year: 2026
      operations:
        - operation: 4
          title: Récupérer les données de l'an dernier
          state: blocked
          blocked_by: [3]
          responsible: chef d'établissement
          where: client PRONOTE
          next: "Attendre l'opération 3 : chef d'établissement (EDT vers PRONOTE)."
          evidence: []
          findings: []
  contains:
    school:
      description: UAI of the school.
      type: str
      sample: 0310001A
    name:
      description: Its name.
      type: str
      sample: Lycée Pierre-Paul Riquet
    year:
      description: The year that is prepared.
      type: int
      sample: 2026
    operations:
      description:
        - The eight operations in order, each with C(operation), C(title), C(state) (V(done), V(to_do), V(blocked),
          V(in_doubt) or V(not_observable)), C(blocked_by), C(responsible), C(where), C(next), C(evidence) and
          C(findings). The last two are as in M(rentree.pronote.edt_archive_info).
      type: list
      elements: dict
      sample: []
path:
  description: The board in JSON.
  returned: when written
  type: str
  sample: reports/rentree.json
html:
  description: The board as a page.
  returned: when written
  type: str
  sample: reports/rentree.html
"""
