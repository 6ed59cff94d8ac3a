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

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.template import Templar

from ..module_utils.base.message import Message, message_of
from ..module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ..plugin_utils.inventory.export_text import Decoded, read_text
from ..plugin_utils.inventory.export_text import spoilt as spoilt_in
from ..plugin_utils.inventory.names import Taken
from ..plugin_utils.inventory.sites import summary_of
from ..plugin_utils.inventory.sources import later_sources, named, read_apart, reserved_names
from ..plugin_utils.inventory.stations_csv import (
    FIELDS,
    StationRow,
    parse_stations,
    plan_groups,
    refuse_taken,
)
from ..plugin_utils.places.decide import STORE
from ..plugin_utils.places.look import place
from ..plugin_utils.remaining.kept import standings
from ..plugin_utils.remaining.standing import GROUPS, groups_of
from ..plugin_utils.store.address import is_server
from ..plugin_utils.store.errors import StoreError
from ..plugin_utils.store.password import HOW_TO_GIVE, give_password
from ..plugin_utils.words.catalogue import catalogue
from ..plugin_utils.words.words import Words

_MOST_NOTES = 10
_VARIABLE = "pronote_state_password"
_PASSWORD = Message(
    "While an inventory is read, none of its variables is known: give the password by PGPASSWORD or a pgpass file of "
    "mode 0600 (of pronote_state_password, only what -e says is known)."
)


class InventoryModule(BaseInventoryPlugin):
    """Documentation above."""

    NAME = "rentree.pronote.stations"
    # While the sources that come later are read apart: another file like this one only adds its stations.
    _apart: ClassVar[bool] = False

    def verify_file(self, path: str) -> bool:
        """Only files that say by their name that they are ours."""
        return bool(super().verify_file(path)) and path.endswith((".stations.yml", ".stations.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        self._path = path
        folder = Path(path).parent
        if self.get_option("csv"):
            self._add_stations(inventory, folder / Path(str(self.get_option("csv"))).expanduser())
        inventory.add_group(self.get_option("group"))
        if not self._apart:
            self._add_groups_of_state(inventory, folder, path)

    @property
    def _words(self) -> Words:
        return catalogue(self.get_option("language"))

    def _taken(self, inventory: Any, own: Mapping[str, Mapping[str, Any]]) -> Taken:
        """The names that other sources have, those that are read before and after this one. ``own``: our groups."""
        known = {
            *inventory.groups,
            *GROUPS,
            self.get_option("group"),
            *own,
            *(room for rooms in own.values() for room in rooms),
        }
        shared = {str(name) for name in self.get_option("shared")}
        hosts, groups = named(inventory, without=shared)
        with _reading_apart():
            for source, other in read_apart(later_sources(self._path), self.loader, groups=known - {""}):
                later = named(other, without=shared, source=source)
                hosts, groups = later[0] | hosts, later[1] | groups
        return Taken.of(hosts=hosts, groups=groups, reserved=reserved_names())

    def _add_stations(self, inventory: Any, file: Path) -> None:
        unknown = set(self.get_option("columns")) - set(FIELDS)
        if unknown:
            told = Message(
                "columns: {unknown} is none of {known}", unknown=", ".join(sorted(unknown)), known=", ".join(FIELDS)
            )
            raise AnsibleParserError(self._words.of(told))
        notes: list[Message] = []
        try:
            read = read_text(file.read_bytes())
            rows = parse_stations(
                read.text,
                notes=notes,
                **{name: self.get_option(name) for name in ("preset", "delimiter", "school")},
                columns={field: str(heading) for field, heading in self.get_option("columns").items()},
                schools={str(name): str(uai) for name, uai in self.get_option("schools").items()},
            )
            groups = plan_groups(rows)
            if not self._apart:
                refuse_taken(rows, self._taken(inventory, groups))
        except OSError as exc:
            raise AnsibleParserError(f"{file}: {exc.strerror}") from exc
        except ValueError as exc:
            raise AnsibleParserError(f"{file}:{self._words.of(message_of(exc))}") from exc
        if not self._apart:
            self._tell(file, notes, read, rows)
        inventory.add_group(self.get_option("group"))
        for school, rooms in groups.items():
            _add_group(inventory, school, self.get_option("group"))
            for room, names in rooms.items():
                if room:
                    _add_group(inventory, room, school)
                for name in names:
                    inventory.add_host(name, group=room or school)
        for row in rows:
            for variable, value in _variables(row).items():
                inventory.set_variable(row.name, variable, value)

    def _tell(self, file: Path, notes: list[Message], read: Decoded, rows: list[StationRow]) -> None:
        """What was taken, and what somebody should look at in the file."""
        if (spoilt := spoilt_in(read.text)) is not None:
            line, piece = spoilt
            twice = Message(
                "letters were spoilt before this file was written ({piece}): export it again as UTF-8", piece=piece
            )
            notes = [Message("{line}: {text}", line=line, text=twice), *notes]
        taken = self._words.of(Message("{file}: {summary}", file=str(file), summary=summary_of(rows, read)))
        if not notes:
            self.display.v(taken)
            return
        rest = len(notes) - _MOST_NOTES
        shown = [f"{file}:{self._words.of(note)}" for note in notes[:_MOST_NOTES]]
        more = [self._words.of(Message.plural("and {n} more", "and {n} more", rest))] if rest > 0 else []
        self.display.warning("\n".join([taken, *shown, *more]), formatted=True)

    def _password(self) -> str:
        """``pronote_state_password`` as the command line says it; empty for none, or one that is made of others."""
        known: dict[str, Any] = self._vars or {}
        with suppress(AnsibleError):
            return str(Templar(loader=self.loader, variables=known).template(known.get(_VARIABLE, "")) or "")
        return ""

    def _add_groups_of_state(self, inventory: Any, folder: Path, path: str) -> None:
        for group in GROUPS:
            inventory.add_group(group)
        state = self.get_option("state")
        given = str(state or "")
        if given and not is_server(given):
            given = str(folder / Path(given).expanduser())
        # Written out, the default of 0.1.0 means the default.
        is_default = state is None or given == str(folder / STORE)
        store = place(str(folder), STORE) if is_default else given
        if not store:
            return
        wanted = {PRONOTE_CLIENT.key: _members(inventory, self.get_option("group"))}
        if edt := _members(inventory, EDT_MONOPOSTE.group):
            wanted[EDT_MONOPOSTE.key] = edt
        if not wanted[PRONOTE_CLIENT.key]:
            told = Message(
                "{path}: no station is known yet, so that pronote_pending and its like are empty. Give this file a "
                "name "
                "that comes after the one with the stations.",
                path=path,
            )
            self.display.warning(self._words.of(told))
        if is_server(store):
            give_password(self._password())
        try:
            known = {product: standings(store, product=product) for product in wanted}
        except StoreError as exc:
            # Not the end of the inventory: a deployment of all stations needs no store.
            error = StoreError(store, exc.fact, remedy=_PASSWORD) if exc.remedy == HOW_TO_GIVE else exc
            told = Message("{error} The groups pronote_late, pronote_pending… are empty.", error=message_of(error))
            self.display.warning(self._words.of(told))
            return
        # Each host once, in the order of the names, whatever it wants.
        for name in sorted(set().union(*wanted.values())):
            rows = [known[product].get(name, {}) for product, names in wanted.items() if name in names]
            belongs = {
                group for row in rows for group in groups_of(row.get("standing"), seen=bool(row.get("last_seen")))
            }
            for group in GROUPS:
                if group in belongs:
                    inventory.add_host(name, group=group)


@contextmanager
def _reading_apart() -> Iterator[None]:
    InventoryModule._apart = True
    try:
        yield
    finally:
        InventoryModule._apart = False


def _members(inventory: Any, group: str) -> set[str]:
    return {str(host.name) for host in inventory.groups[group].get_hosts()} if group in inventory.groups else set()


def _add_group(inventory: Any, name: str, parent: str) -> None:
    inventory.add_group(name)
    inventory.add_child(parent, name)


def _variables(row: StationRow) -> dict[str, str]:
    """What is told, as plain text: ansible-core templates only what is marked as trusted, and no cell is."""
    told = {
        "ansible_host": row.address,
        "pronote_mac": row.mac,
        "pronote_room": row.room,
        "pronote_school": row.school,
        "pronote_uai": row.uai,
    }
    return {variable: value for variable, value in told.items() if value}
