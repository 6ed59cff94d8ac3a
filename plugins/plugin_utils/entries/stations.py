# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin ``stations`` (plugins/inventory/stations.py). I/O: Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.template import Templar

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ..inventory.export_text import Decoded, read_text
from ..inventory.export_text import spoilt as spoilt_in
from ..inventory.names import Taken
from ..inventory.sites import summary_of
from ..inventory.sources import later_sources, named, read_apart, reserved_names
from ..inventory.stations_csv import (
    FIELDS,
    StationRow,
    parse_stations,
    plan_groups,
    refuse_taken,
)
from ..places.decide import STORE
from ..places.look import place
from ..remaining.kept import standings
from ..remaining.standing import GROUPS, groups_of
from ..store.address import is_server
from ..store.errors import StoreError
from ..store.password import HOW_TO_GIVE, give_password
from ..words.catalogue import catalogue
from ..words.words import Words

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
