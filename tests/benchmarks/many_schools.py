"""A year of many schools in one PostgreSQL: a job a school and night, releases in between, a conclusion each morning.

``python -m tests.benchmarks.many_schools [--schools 100] [--stations 100] [--nights 30]`` prints what it came to; the
store keeps 180 nights (docs/scale.md).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

from tests.e2e.playbook import ROOT
from tests.servers.postgresql import Postgresql, postgresql

init_plugin_loader([str(ROOT / ".ansible/collections")])

import time_machine  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import now  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import Audit, save_audit  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.audited import Audited  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import (  # noqa: E402
    Memory,
    remember_together,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.arguments import KINDS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.conclusion import conclude_all  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

from tests.browser.sample import record  # noqa: E402

__all__ = ["YearOfSchools", "play"]

PRODUCT = "pronote_client"
_RELEASES = ["2026.1.3", "2026.2.7", "2026.3.0", "2026.3.4"]
_KEPT_DAYS = 180
_FIRST = dt.datetime(2026, 8, 31, 20, tzinfo=dt.UTC)
_NAMED = Identity(key="id academie", in_parts=True, may_be_cut=True)


@dataclass(kw_only=True)
class YearOfSchools:
    """What a year came to: bytes, seconds of the slowest of each kind, and the slowest statements by their mean."""

    nights: int = 0
    size: int = 0
    cpu: float = 0.0
    worst: dict[str, float] = field(default_factory=dict)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.worst[what] = max(self.worst.get(what, 0.0), time.perf_counter() - began)


def _audit(
    year: YearOfSchools, address: str, school: str, names: Sequence[str], *, everybody: Sequence[str], release: str
) -> None:
    """What an audit of one school keeps: a job of its own, whose inventory is of all schools."""
    facts = {"clients": [{"release": release, "year": 2026, "arch": "x64", "condition": "ok"}]}
    records = [record(name, school=school, expected=release, facts=facts) for name in names]
    audited = [Audited(record=each, product=PRODUCT, found="right", silent=False) for each in records]
    with year.timed("a school's audit: what each station is"):
        problems = remember_together(address, audited)
    if problems:
        raise RuntimeError(str(problems))
    audit = Audit(at=now(), records=records, stations=everybody, inventory=_NAMED, verdict="compliant", later=True)
    with year.timed("a school's audit: its history"), Store(address) as store:
        save_audit(store, audit, keep_days=_KEPT_DAYS)


def _deploy(year: YearOfSchools, address: str, school: str, names: Sequence[str], *, release: str) -> None:
    """What a deployment of one school keeps: its stations one after another, each with an attempt."""
    wanted = Release.parse(release)
    job = JobName.parse(f"pronote-client-{release}-x64-0123456789ab-install")
    for name in names:
        with year.timed("a station's deployment"):
            memory = Memory(address, station=name, product=PRODUCT, school=school, room="CDI")
            memory.starting(job)
            result = {"action": "install", "reason": "late", "job": {"name": str(job), "steps": [str(job)], "code": 0}}
            memory.deployed(result, wanted=wanted, absent=False)
            memory.close()
        if memory.warnings:
            raise RuntimeError(str(memory.warnings))


def _conclude(year: YearOfSchools, address: str, folder: Path, names: Sequence[str]) -> None:
    paths = {kind: str(folder / f"whole.{kind}") if kind in {"html", "path"} else None for kind in KINDS}
    with year.timed("the conclusion, with its reports"):
        conclude_all(
            paths,
            product=PRODUCT,
            words=catalogue("fr"),
            fail_on=[],
            max_unreachable=50,
            max_unknown=5,
            max_age=24,
            store=address,
            keep_days=_KEPT_DAYS,
            outcome=None,
            board=None,
            stations=names,
            inventory=_NAMED,
            commands=Commands(inventories=("inventories/academie",)),
            check=False,
            place=lambda _name: {"school": "", "school_name": "", "room": ""},
        )


def _release(night: int, nights: int) -> str:
    return _RELEASES[night * len(_RELEASES) // nights]


def play(*, schools: int, stations: int, nights: int, server: Postgresql) -> YearOfSchools:
    """Play it all, on the clock of that year."""
    server.sql("create extension if not exists pg_stat_statements")
    schema = server.schema()
    address = server.url(schema=schema)
    by_school = {f"031{n:04}Z": [f"poste-{n:03}-{each:04}" for each in range(stations)] for n in range(schools)}
    names = [name for of_school in by_school.values() for name in of_school]
    year = YearOfSchools(nights=nights)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for night in range(nights):
            release = _release(night, nights)
            with time_machine.travel(_FIRST + dt.timedelta(days=night), tick=True):
                for school, of_school in by_school.items():
                    if not night or release != _release(night - 1, nights):
                        _deploy(year, address, school, of_school, release=release)
                    _audit(year, address, school, of_school, everybody=names, release=release)
                _conclude(year, address, Path(folder), names)
    year.cpu = time.process_time() - began
    tables = f"from pg_class where relkind = 'r' and relnamespace = '{schema}'::regnamespace"
    year.size = int(server.sql(f"select sum(pg_total_relation_size(oid)) {tables}"))
    rows = server.sql(
        "select round(mean_exec_time::numeric, 1), calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 100)"
        " from pg_stat_statements where query !~* 'pg_stat|pg_total|create ' order by mean_exec_time desc limit 8"
    )
    year.slowest = [
        (float(mean), int(calls), query) for mean, calls, query in (line.split("|", 2) for line in rows.splitlines())
    ]
    return year


def main(arguments: list[str] | None = None) -> int:
    """Play a year, in small or whole, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=100)
    parser.add_argument("--stations", type=int, default=100, help="of a school")
    parser.add_argument("--nights", type=int, default=30)
    given = parser.parse_args(arguments)
    with postgresql(preload="pg_stat_statements") as server:
        os.environ["PGPASSWORD"] = server.password
        year = play(schools=given.schools, stations=given.stations, nights=given.nights, server=server)
    print(f"{given.schools} schools of {given.stations} stations, {year.nights} nights: {year.size / 1e6:.0f} MB,")
    print(f"{year.cpu:.0f} s of CPU without the server's")
    for what, seconds in year.worst.items():
        print(f"  slowest: {what}: {1000 * seconds:.0f} ms")
    for mean, calls, query in year.slowest:
        print(f"  {mean:8.1f} ms x {calls:6}  {query}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
