# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rentree_attest
short_description: Record who attests a yearly operation
version_added: 0.1.0
description:
  - Operations 3, 4 and 7 leave no trace that can be looked at. Who did them says so, and this is kept in the store for
    the board (M(rentree.pronote.rentree_board)).
  - Attestations are only ever added. A wrong one is revoked, which is a row of its own; nothing is edited or deleted,
    the store itself refuses it. After a revocation the operation can be attested again.
  - Runs once for the play, on the controller. The same attestation again changes nothing.
options:
  store:
    description: The store, a file on a local disk of the controller. Made when it is not there.
    type: str
    required: true
  operation:
    description: Number of the operation.
    type: int
    choices: [3, 4, 7]
    required: true
  year:
    description: The year that is prepared, as in V(2026) for the school year 2026-2027.
    type: int
    required: true
  name:
    description: Who attests, or who revokes. It is shown on the board.
    type: str
    required: true
  role:
    description: The role of O(name) in the school.
    type: str
    required: true
  school:
    description: UAI of the school. Without it, the only school of the play.
    type: str
    default: ""
  date:
    description: The day on which the operation was done (ISO 8601). Without it, today.
    type: str
    default: ""
  evidence:
    description:
      - A file that shows that it was done, on the controller. Only its SHA-256 is kept, neither its content nor its
        name.
    type: path
  state:
    description:
      - V(attested) adds an attestation.
      - V(revoked) revokes every attestation in force of this operation.
    type: str
    choices: [attested, revoked]
    default: attested
  reason:
    description: Why it is revoked. Needed with O(state=revoked).
    type: str
    default: ""
  confirmed:
    description:
      - Nobody is asked. Otherwise whoever is at the terminal is shown what is recorded, and agrees or not; without a
        terminal it is recorded, and said.
    type: bool
    default: false
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.rentree_board
"""

EXAMPLES = r"""
- name: The head of school initialised the base
  rentree.pronote.rentree_attest:
    store: state/pronote.sqlite3
    school: 0310001A
    year: 2026
    operation: 3
    name: Claude Martin
    role: proviseur
    date: "2026-08-27"

- name: It was last year's base
  rentree.pronote.rentree_attest:
    store: state/pronote.sqlite3
    school: 0310001A
    year: 2026
    operation: 3
    state: revoked
    name: Dominique Petit
    role: administrateur réseau
    reason: initialisée avec l'archive de 2025
"""

RETURN = r"""
attestations:
  description: The attestations of the operation that are in force afterwards.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 1
      school: 0310001A
      year: 2026
      operation: 3
      name: Claude Martin
      role: proviseur
      done_on: "2026-08-27"
      at: "2026-08-27T16:02:11Z"
      digest: ""
      revokes: null
      reason: ""
"""
