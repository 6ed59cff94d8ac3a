# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: stations
short_description: Stations from a CSV, and groups of those that remain to be done
version_added: 0.1.0
description:
  - Reads a file whose name ends in C(.stations.yml) or C(.stations.yaml).
  - From O(csv), a group per school and one per room in it, named after them (without accents, in lower case, C(_) for
    the rest), and each station's C(ansible_host), C(pronote_mac), C(pronote_room), C(pronote_school), C(pronote_uai).
  - From O(state), the groups C(pronote_late) (seen, and not at the release wanted), C(pronote_pending) (not right yet,
    and worth another try), C(pronote_failed) (the last deployment failed) and C(pronote_never_seen). They are there
    when nobody is in them, so that C(--limit pronote_pending) always works.
  - A station of the group C(pronote_edt_stations) is in these groups for EDT monoposte as well as for the client. It is
    pending until it has both.
  - Without O(csv) the groups are made of the stations that other files of the folder give. Files are read in the order
    of their names, so this one must come after them, as C(pronote.stations.yml) does after C(hosts.yml).
  - A station leaves C(pronote_pending) after three failures in a row with the same release, since the fourth would fail
    as well, and when it is ahead of the release wanted. It comes back as soon as an audit or a run without C(--limit)
    finds it changed.
  - A new release of a school's server is known once an audit, or a run without C(--limit), has met the station.
  - Nothing of the CSV is ever a template. A row that cannot be right stops the reading, with its line.
  - So does a row whose station, school or room has the name of a host or a group that another source of the inventory
    has, whichever is read first, or that looks like one. It would get the other's address, members or passwords. Only
    the groups C(pronote_edt_stations) and C(pronote_reference) may name stations of the CSV, and say no more of them.
  - Sources that are read after this one are read twice for that, so give a file with O(csv) a name that comes last when
    others are slow.
  - Not cached, since reading is faster than Ansible's cache, and an old list of what remains would be wrong.
options:
  plugin:
    description: Always V(rentree.pronote.stations).
    type: str
    required: true
    choices: [rentree.pronote.stations]
  csv:
    description:
      - The CSV, relative to this file. Empty, no stations are read.
      - Its encoding is found by its mark or its letters (UTF-8, UTF-16, Windows-1252, the code page 850, MacRoman).
        C(sep=;), C(#TYPE) and titles may stand above the headings. What was taken is told with C(-v), or when something
        is odd.
    type: str
    default: ""
  preset:
    description:
      - Whose headings it has. V(plain) knows name, address, mac, room, school and uai, in English or French.
      - V(glpi) is the export of GLPI's list of computers, with the columns Entity, Location, Networking - IP address
        and Networking - MAC address added to the view. Of several addresses the first counts that can be a station's.
        Of an entity's tree the part that O(schools) names is the school, else the last.
      - V(ocs) is the export of OCS Inventory's list of computers. Its TAG is the school.
    type: str
    choices: [plain, glpi, ocs]
    default: plain
  columns:
    description: Headings that the preset does not find, by field, which is V(name), V(address), V(mac), V(room),
      V(school) or V(uai).
    type: dict
    default: {}
  delimiter:
    description: Separator of the CSV. By default the one that makes headings of a line, or the first has most of.
    type: str
    default: ""
  school:
    description: School of every station whose row tells none.
    type: str
    default: ""
  schools:
    description:
      - UAI of each school, by the name that the CSV has, when there is no column for it. In a tree the name may be of
        any part, or of several with C(>) between them.
      - A name that no line has, and a school without a UAI, are told.
    type: dict
    default: {}
  group:
    description: The group of all stations.
    type: str
    default: pronote_stations
  shared:
    description:
      - Names of stations of the CSV, and of groups of its schools and rooms, that other sources of the inventory have
        too, because that is meant.
    type: list
    elements: str
    default: []
  state:
    description:
      - The store (C(pronote_state)), relative to this file, or the address of a PostgreSQL database. Empty, none.
      - By default that of the stations of this file's folder, P(rentree.pronote.place#lookup).
      - While an inventory is read no variable is known, whoever sets it. Where the store is told to jobs by a
        credential, as in AWX, the same credential sets the environment.
      - The password of a database is that of C(PGPASSWORD) or a pgpass file. Of C(pronote_state_password) only what
        the command line says is known here (C(-e @file)).
    type: str
    env: [{name: PRONOTE_STATE}]
  language:
    description:
      - Language of what is said while the inventory is read, when no variable is known yet.
    type: str
    choices: [fr, en]
    default: fr
    env: [{name: RENTREE_LANGUAGE}]
    ini: [{section: rentree, key: language}]
author: rentree.pronote contributors (@rentree)
seealso:
  - module: rentree.pronote.client
"""

EXAMPLES = r"""
# inventories/my_schools/pronote.stations.yml beside a hosts.yml: only the groups of what remains.
plugin: rentree.pronote.stations
---
# inventories/my_schools/glpi.stations.yml: the stations of two schools from GLPI.
plugin: rentree.pronote.stations
csv: glpi.csv
preset: glpi
schools:
  Lycée Exemple: 0310001A
  Collège Exemple: 0310002B
"""

from typing import Any

from ..plugin_utils.words.entrance import entrance


def __getattr__(name: str) -> Any:
    return entrance("stations", name)
