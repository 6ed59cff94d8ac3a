# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps from one version of the store's schema to the next. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import Connection, text

from .schema import audit_change, lease

__all__ = ["STEPS", "VERSION", "Step"]

# What SQLite files were made with, step by step: a released step is never edited.
_STATIONS = """
create table station (
    name text primary key,
    school text not null default '',
    room text not null default '',
    last_tried text,
    last_seen text,
    -- Why the last try did not reach it; empty when it answered.
    problem text not null default '',
    -- When this controller woke it, until it is switched off again or it has become somebody else's.
    woken text
) strict;
-- What was installed when the station was last seen: one row per client, half-removed ones too.
create table installed (
    station text not null references station (name) on delete cascade,
    product text not null,
    number integer not null,
    release text not null,
    arch text not null,
    condition text not null,
    primary key (station, product, number)
) strict, without rowid;
-- Where a station stands: plugin_utils/remaining/standing.py has the words of found and outcome.
create table standing (
    station text not null references station (name) on delete cascade,
    product text not null,
    wanted text not null default '',
    found text not null default '',
    outcome text not null default '',
    since text,
    reason text not null default '',
    -- In French, of rows that version 2 has written.
    reason_fr text not null default '',
    remedy text not null default '',
    failures integer not null default 0,
    primary key (station, product)
) strict, without rowid;
-- One row per start of an installer, written before it is started, and per job of an earlier run that is followed.
create table attempt (
    id integer primary key,
    station text not null references station (name) on delete cascade,
    product text not null,
    verb text not null,
    job text not null,
    release text not null,
    begun text not null,
    started text,
    ended text,
    result text not null default '',
    code integer,
    fact text not null default '',
    remedy text not null default '',
    controller text not null
) strict;
create index attempt_by_job on attempt (station, job);
"""

# Rings of a deployment: how many stations of a school an earlier run brought to a release, and why it stopped.
_RINGS = """
create table ring (
    school text not null,
    release text not null,
    done integer not null default 0,
    ring integer not null default 0,
    stopped text not null default '',
    at text not null,
    primary key (school, release)
) strict;
"""

# audit_result has one line per station and audit: kept small, since ten thousand stations are audited every night.
# audit_station is the last word on each product of a station, and is what the next audit is compared with.
_AUDITS = """
create table audit (
    id integer primary key autoincrement,
    at text not null,
    product text not null,
    inventory text not null,
    limited integer not null,
    verdict text not null
) strict;
create index audit_at on audit (at);
create table audit_result (
    audit integer not null references audit (id) on delete cascade,
    station text not null,
    status text not null,
    clients text,
    primary key (audit, station)
) strict, without rowid;
create table audit_count (
    audit integer not null references audit (id) on delete cascade,
    school text not null,
    status text not null,
    stations integer not null,
    primary key (audit, school, status)
) strict, without rowid;
create table audit_station (
    product text not null,
    station text not null,
    inventory text not null,
    at text not null,
    since text not null,
    judged text not null,
    clients text,
    seen text,
    record text not null,
    primary key (product, station)
) strict;
create table server_release (
    id integer primary key autoincrement,
    product text not null,
    school text not null,
    release text not null,
    first_seen text not null,
    last_seen text not null
) strict;
create index server_release_school on server_release (product, school);
"""

# Who says that an operation was done that leaves no trace (3, 4, 7). Rows are only ever added: a revocation is a row of
# its own, and nobody edits what somebody said. The insert trigger is for `insert or replace`, which deletes without
# asking the delete trigger (sqlite.org/lang_conflict.html).
_ATTESTATIONS = """
create table attestation (
    id integer primary key autoincrement,
    school text not null,
    year integer not null,
    operation integer not null,
    name text not null,
    role text not null,
    done_on text not null,
    at text not null,
    digest text not null default '',
    revokes integer unique references attestation (id),
    reason text not null default ''
) strict;
create index attestation_of on attestation (school, year, operation);
create trigger attestation_is_never_changed before update on attestation begin
    select raise(abort, 'an attestation is never changed: revoke it');
end;
create trigger attestation_is_never_deleted before delete on attestation begin
    select raise(abort, 'an attestation is never deleted: revoke it');
end;
create trigger attestation_is_never_replaced before insert on attestation
when exists (select 1 from attestation where id = new.id) begin
    select raise(abort, 'an attestation is never replaced: revoke it');
end;
"""

# What was last told, by each way of telling (mail, webhook): one JSON document, read and written whole.
_ALERTS = """
create table alert (
    product text not null,
    channel text not null,
    at text not null,
    told text not null,
    primary key (product, channel)
) strict;
"""

# What was brought to a station that is put back at each start, under which boot: until a later one shows that it stays.
_UNCONFIRMED = """
create table unconfirmed (
    station text not null references station (name) on delete cascade,
    product text not null,
    wanted text not null,
    boot text not null,
    freezer text not null,
    primary key (station, product)
) strict, without rowid;
"""

# What the texts of a standing, and why rings stopped, are said from in another language, as JSON (base/message.py);
# empty for what is no text of ours.
_SOURCES = """
alter table standing add column reason_source text not null default '';
alter table standing add column remedy_source text not null default '';
alter table ring add column stopped_source text not null default '';
"""

# How the last deployment of a product on a station ended: standing.py has the words of outcome, and of the sources.
_LAST = """
create table last_deployment (
    station text not null references station (name) on delete cascade,
    product text not null,
    at text not null,
    wanted text not null,
    outcome text not null,
    kind text not null default '',
    code integer,
    reason text not null default '',
    reason_source text not null default '',
    remedy text not null default '',
    remedy_source text not null default '',
    primary key (station, product)
) strict, without rowid;
"""

# One job at a time on a school, and what each audit found changed until a conclusion has told it.
_SCHOOLS = """
alter table audit add column concludes integer not null default 0;
create table audit_change (
    id integer primary key,
    audit integer not null references audit (id) on delete cascade,
    kind text not null,
    station text not null,
    school text not null,
    room text not null,
    was text not null,
    became text not null
) strict;
create index audit_change_of on audit_change (audit);
create table lease (
    school text primary key,
    run text not null,
    holder text not null,
    node text not null,
    place text not null,
    process text not null,
    seconds integer not null,
    taken text not null,
    expires text not null
) strict;
"""

Step = str | Callable[[Connection], None]
"""SQL of a SQLite file, of the time before there was another engine; or what is done on either."""


def _schools(db: Connection) -> None:
    if db.dialect.name == "sqlite":
        for statement in filter(None, map(str.strip, _SCHOOLS.split(";"))):
            db.exec_driver_sql(statement)
        return
    db.exec_driver_sql("alter table audit add column concludes bigint not null default 0")
    for table in (audit_change, lease):
        table.create(db)


def _own_rows(db: Connection) -> None:
    """What the audit of one school finds without reading what is of others."""
    ours = ' collate "C"' if db.dialect.name == "postgresql" else ""
    db.exec_driver_sql(f"alter table audit_station add column school text{ours} not null default ''")
    words = db.execute(text("select product, station, record from audit_station")).mappings()
    rows = [{**row, "school": str(json.loads(row["record"]).get("school") or "")} for row in words]
    if rows:
        of_it = text("update audit_station set school = :school where product = :product and station = :station")
        db.execute(of_it, rows)
    db.exec_driver_sql("create index audit_station_school on audit_station (product, school)")
    db.exec_driver_sql("create index audit_count_school on audit_count (school)")
    db.exec_driver_sql("create index attempt_by_product on attempt (product, station)")


_FIRST = _STATIONS + _RINGS + _AUDITS + _ATTESTATIONS + _ALERTS
STEPS: tuple[Step, ...] = (_FIRST, _UNCONFIRMED, _SOURCES, _LAST, _schools, _own_rows)
"""``STEPS[n]`` brings version n to version n + 1. A released step is never edited: a change is a new step."""

VERSION = len(STEPS)
