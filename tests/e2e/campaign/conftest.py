"""What the campaign's tests share: its labs, the count of faults, and what must hold after the run without faults."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.e2e.conftest import ACCOUNT, School
from tests.e2e.playbook import ROOT, PlaybookRun
from tests.lab.inventory import TIMEOUTS
from tests.station.fixtures import depot

__all__ = ["depot"]

COUNTS = ROOT / "build/faults"
# A station second is sixty times shorter than ours, so an installation takes a second.
CLOCK = 60
_TIMEOUTS = {**TIMEOUTS, "reconnect": 8, "start": 4}


def quick(**timeouts: float) -> tuple[str, ...]:
    """Arguments for many stations that are not waited for."""
    return "-f", "200", "-e", json.dumps({"pronote_timeouts": {**_TIMEOUTS, **timeouts}})


QUICK = quick()
# Without faults nothing hangs on how often a job is looked at.
CALM = quick(poll=1.0)


def as_in_a_school(given: Iterable[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Stations for a scenario, each with its name and what is said of it."""
    return [
        {
            "name": name,
            "boot_seconds": 20.0,
            # The network is real: at the clock's own pace curl would give up after two seconds of a busy machine.
            "network_scale": 4.0,
            "address": f"1.{number}",
            **said,
        }
        for number, (name, said) in enumerate(given, start=1)
    ]


def fired(school: School) -> dict[str, list[str]]:
    """What really went wrong, by station: a fault whose step never came does not count."""
    found: dict[str, list[str]] = {}
    for event in school.lab.journal(kind="fault", since=school.lab.info["journal_start"]):
        found.setdefault(event["station"], []).append(event["data"]["effect"])
    return found


def judge(school: School, run: PlaybookRun, names: Sequence[str]) -> dict[str, str]:
    """What is not right after the run without faults, by station; empty when every station survived."""
    lost: dict[str, str] = {}
    for name, result in run.of("client").items():
        if result["outcome"] != "ok":
            lost[name] = f"the run without faults failed: {result.get('msg')}"
    audit = school.play("audit", "-f", "50")
    for name in names:
        record = audit.of("audit")[name]["record"]
        if record["status"] != "compliant":
            lost.setdefault(name, f"{record['status']}: {record['reason']}")
        left = school.lab.snapshot(name)
        if b"Rentree PRONOTE" in left:
            lost.setdefault(name, "a folder or a task was left behind")
        if ACCOUNT["password"].encode() in left:
            lost.setdefault(name, "the password is on the station")
    for name, why in store_of(school).items():
        lost.setdefault(name, why)
    return lost


def store_of(school: School) -> dict[str, str]:
    """What a school's store and the lab's journal do not agree on, by station."""
    return store_says(school.written / "state/pronote.sqlite3", starts(school))


def starts(school: School) -> Counter[str]:
    """How often an installer was started, by station."""
    return Counter(event["station"] for event in school.lab.installer_starts())


def store_says(store: Path, starts: Mapping[str, int]) -> dict[str, str]:
    """What is not as it has to be in a store, by station; nothing that was begun may still be open."""
    with closing(sqlite3.connect(store)) as db:
        (sound,) = db.execute("pragma integrity_check").fetchone()
        assert sound == "ok"
        known = dict(
            db.execute("select station, count(*) from attempt where started is not null group by station").fetchall()
        )
        still_open = [name for (name,) in db.execute("select station from attempt where ended is null")]
        wrong = {
            name: f"the store says {found}"
            for name, found in db.execute("select station, found from standing where found <> 'right'")
        }
    wrong |= dict.fromkeys(still_open, "an attempt was never ended")
    for name, number in starts.items():
        if number > known.get(name, 0):
            wrong[name] = f"{number} starts of the installer, {known.get(name, 0)} attempts in the store"
    return wrong


def explained(run: PlaybookRun) -> list[str]:
    """Stations whose failure does not say the fact and the remedy."""
    bad = []
    for name, result in run.of("client").items():
        if result["outcome"] != "ok" and not (result.get("fact") and result.get("remedy")):
            bad.append(f"{name}: {result.get('msg')}")
    return bad


def keep_count(name: str, *, injected: int, lost: dict[str, Any]) -> None:
    """For the summary that ``python -m tests.e2e.campaign`` prints."""
    COUNTS.mkdir(parents=True, exist_ok=True)
    data = {"injected": injected, "lost": lost}
    (COUNTS / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
