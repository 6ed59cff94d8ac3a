# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: store
short_description: Prepare the store of a team in PostgreSQL, or copy one store into another
version_added: 0.2.0
description:
  - Makes the tables of a store (C(pronote_state)) or brings them to this release's, for a database whose runs may make
    none; with O(source), fills it with all that another store holds.
  - A store that holds anything is never overwritten.
  - Runs once for the play, on the controller.
options:
  address:
    description: The store, a file or C(postgresql://user@host/database).
    type: str
    required: true
  source:
    description: The store to copy from. Empty, nothing is copied.
    type: str
    default: ''
  user:
    description: >-
      A user of the database who gets the rights that runs need: reading and writing rows, no tables, and no change of
      what people attested.
    type: str
    default: ''
extends_documentation_fragment:
  - rentree.pronote.attributes
  - rentree.pronote.attributes.changing
author: rentree.pronote contributors (@rentree)
"""

EXAMPLES = r"""
- name: Take the store of one controller to the team's database
  rentree.pronote.store:
    address: postgresql://owner@db.example.org/pronote
    source: inventories/my_schools.pronote/state/pronote.sqlite3
    user: pronote
"""

RETURN = r"""
rows:
  description: How many rows each table has.
  returned: always
  type: dict
  sample: {station: 412, standing: 412}
"""
