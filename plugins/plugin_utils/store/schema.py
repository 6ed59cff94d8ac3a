# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the store, area by area, for both engines.

PostgreSQL's are made from here, at the version of the day; a SQLite file by the steps (``steps.py``), as each was
released: a test holds one against the other. Times are UTC in ISO 8601 with a final ``Z``, to the second, so that
text order is time order (PostgreSQL: collation C); what must be ordered whatever the clock does goes by its ``id``. A
value of the wrong type is an error when it is written (SQLite: STRICT). Pure.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Dialect, ForeignKey, Index, MetaData, Table, Text, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from .texts import storable

__all__ = [
    "PROTECTED",
    "alert",
    "attempt",
    "attestation",
    "audit",
    "audit_change",
    "audit_count",
    "audit_result",
    "audit_station",
    "installed",
    "last_deployment",
    "lease",
    "metadata",
    "ring",
    "server_release",
    "standing",
    "station",
    "unconfirmed",
]

metadata: Final = MetaData()
"""Every table of the store."""


class _Text(TypeDecorator[str]):
    """Text, as every store keeps it: what a room is called costs no other station its row."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return postgresql.TEXT(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  (SQLAlchemy's)
        # A value of another type is the engine's to refuse.
        return storable(value) if isinstance(value, str) else value


_TEXT: Final = _Text()
_NUMBER: Final = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""Exit codes are of 32 bits without a sign; a table's own numbers may become many."""


def _key(name: str, *constraints: Any) -> Column[Any]:
    return Column(name, _TEXT, *constraints, primary_key=True, nullable=False)


def _said(name: str) -> Column[Any]:
    """Text that is empty where there is nothing to say."""
    return Column(name, _TEXT, nullable=False, server_default="")


def _text(name: str, **how: Any) -> Column[Any]:
    return Column(name, _TEXT, nullable=False, **how)


def _maybe(name: str, kind: Any = _TEXT) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _count(name: str, *constraints: Any, **how: Any) -> Column[Any]:
    return Column(name, _NUMBER, *constraints, nullable=False, **how)


def _own_number() -> Column[Any]:
    return Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _of_station() -> Column[Any]:
    return _key("station", ForeignKey("station.name", ondelete="cascade"))


station: Final = Table(
    "station",
    metadata,
    _key("name"),
    _said("school"),
    _said("room"),
    _maybe("last_tried"),
    _maybe("last_seen"),
    # Why the last try did not reach it; empty when it answered.
    _said("problem"),
    # When this controller woke it, until it is switched off again or it has become somebody else's.
    _maybe("woken"),
)
installed: Final = Table(
    # What was installed when the station was last seen: one row per client, half-removed ones too.
    "installed",
    metadata,
    _of_station(),
    _key("product"),
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    _text("release"),
    _text("arch"),
    _text("condition"),
)
standing: Final = Table(
    # Where a station stands: remaining/standing.py has the words of found and outcome.
    "standing",
    metadata,
    _of_station(),
    _key("product"),
    _said("wanted"),
    _said("found"),
    _said("outcome"),
    _maybe("since"),
    _said("reason"),
    # In French, of rows that version 2 has written.
    _said("reason_fr"),
    _said("remedy"),
    _count("failures", server_default="0"),
    # What a text is said from in another language, as JSON (store/texts.py); empty for what is no text of ours.
    _said("reason_source"),
    _said("remedy_source"),
)
attempt: Final = Table(
    # One row per start of an installer, written before it is started, and per job of an earlier run that is followed.
    "attempt",
    metadata,
    _own_number(),
    Column("station", _TEXT, ForeignKey("station.name", ondelete="cascade"), nullable=False),
    _text("product"),
    _text("verb"),
    _text("job"),
    _text("release"),
    _text("begun"),
    _maybe("started"),
    _maybe("ended"),
    _said("result"),
    _maybe("code", _NUMBER),
    _said("fact"),
    _said("remedy"),
    _text("controller"),
)
Index("attempt_by_job", attempt.c.station, attempt.c.job)
Index("attempt_by_product", attempt.c.product, attempt.c.station)

ring: Final = Table(
    # How many stations of a school an earlier run brought to a release, and why it stopped.
    "ring",
    metadata,
    _key("school"),
    _key("release"),
    _count("done", server_default="0"),
    _count("ring", server_default="0"),
    _said("stopped"),
    _text("at"),
    _said("stopped_source"),
)

audit: Final = Table(
    "audit",
    metadata,
    _own_number(),
    _text("at"),
    _text("product"),
    _text("inventory"),
    _count("limited"),
    _text("verdict"),
    # It has read nobody, and sums up those before it.
    _count("concludes", server_default="0"),
    sqlite_autoincrement=True,
)
Index("audit_at", audit.c.at)
audit_result: Final = Table(
    # One line per station and audit: kept small, since ten thousand stations are audited every night.
    "audit_result",
    metadata,
    Column("audit", _NUMBER, ForeignKey("audit.id", ondelete="cascade"), primary_key=True, autoincrement=False),
    _key("station"),
    _text("status"),
    _maybe("clients"),
)
audit_count: Final = Table(
    "audit_count",
    metadata,
    Column("audit", _NUMBER, ForeignKey("audit.id", ondelete="cascade"), primary_key=True, autoincrement=False),
    _key("school"),
    _key("status"),
    _count("stations"),
)
Index("audit_count_school", audit_count.c.school)
audit_station: Final = Table(
    # The last word on each product of a station: what the next audit is compared with.
    "audit_station",
    metadata,
    _key("product"),
    _key("station"),
    _text("inventory"),
    _text("at"),
    _text("since"),
    _text("judged"),
    _maybe("clients"),
    _maybe("seen"),
    _text("record"),
    # As of the record: the audit of a school reads its own rows alone.
    _said("school"),
)
Index("audit_station_school", audit_station.c.product, audit_station.c.school)
server_release: Final = Table(
    "server_release",
    metadata,
    _own_number(),
    _text("product"),
    _text("school"),
    _text("release"),
    _text("first_seen"),
    _text("last_seen"),
    sqlite_autoincrement=True,
)
Index("server_release_school", server_release.c.product, server_release.c.school)

audit_change: Final = Table(
    # What each audit found changed, until a conclusion over all of them has told it.
    "audit_change",
    metadata,
    _own_number(),
    Column("audit", _NUMBER, ForeignKey("audit.id", ondelete="cascade"), nullable=False),
    _text("kind"),
    _text("station"),
    _text("school"),
    _text("room"),
    _text("was"),
    _text("became"),
)
Index("audit_change_of", audit_change.c.audit)

lease: Final = Table(
    # One job at a time on a school (plugin_utils/lease).
    "lease",
    metadata,
    _key("school"),
    # What tells its run from all others, what people know it by, and where it is.
    _text("run"),
    _text("holder"),
    _text("node"),
    # Where its process lives, and which one it is: somebody in the same place sees whether it is alive.
    _text("place"),
    _text("process"),
    _count("seconds"),
    _text("taken"),
    _text("expires"),
)

attestation: Final = Table(
    # Who says that an operation was done that leaves no trace (3, 4, 7). Rows are only ever added: a revocation is a
    # row of its own, and nobody edits what somebody said (PROTECTED, and the triggers of the first step).
    "attestation",
    metadata,
    _own_number(),
    _text("school"),
    _count("year"),
    _count("operation"),
    _text("name"),
    _text("role"),
    _text("done_on"),
    _text("at"),
    _said("digest"),
    Column("revokes", _NUMBER, ForeignKey("attestation.id"), unique=True),
    _said("reason"),
    sqlite_autoincrement=True,
)
Index("attestation_of", attestation.c.school, attestation.c.year, attestation.c.operation)

alert: Final = Table(
    # What was last told, by each way of telling (mail, webhook): one JSON document, read and written whole.
    "alert",
    metadata,
    _key("product"),
    _key("channel"),
    _text("at"),
    _text("told"),
)

unconfirmed: Final = Table(
    # What was brought to a station that is put back at each start, under which boot: until a later one shows that it
    # stays.
    "unconfirmed",
    metadata,
    _of_station(),
    _key("product"),
    _text("wanted"),
    _text("boot"),
    _text("freezer"),
)

last_deployment: Final = Table(
    # How the last deployment of a product on a station ended: standing.py has the words of outcome, and of the sources.
    "last_deployment",
    metadata,
    _of_station(),
    _key("product"),
    _text("at"),
    _text("wanted"),
    _text("outcome"),
    _said("kind"),
    _maybe("code", _NUMBER),
    _said("reason"),
    _said("reason_source"),
    _said("remedy"),
    _said("remedy_source"),
)

PROTECTED: Final = (
    """create function attestation_is_never_changed() returns trigger language plpgsql as $$
    begin raise exception 'an attestation is never changed or deleted: revoke it'; end $$""",
    "create trigger attestation_is_never_changed before update or delete on attestation"
    " for each row execute function attestation_is_never_changed()",
    "create trigger attestation_is_never_emptied before truncate on attestation"
    " for each statement execute function attestation_is_never_changed()",
)
"""What PostgreSQL is told after its tables are made."""
