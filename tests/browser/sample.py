"""A collectivité to report on: schools, rooms, a few weeks of audits, and names that mean harm.

Everything goes through the store and the renderers as in a real audit; only the stations' answers are made up. The same
arguments always make the same report.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message, with_sources
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import Audit, History, save_audit
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord, ShownRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import FAULTY, SILENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import result_words
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.last import LastDeployment
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.next_step import next_step
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

__all__ = ["HOSTILE", "Sample", "last", "record", "sample"]

HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    '"><img src=x onerror=alert(1)>',
    "]]></style></script><script>alert(1)</script>",
    "{{ 7*7 }}${7*7}",
    "a\u202eb\x00\x1b[31m",
    "--limit=all; rm -rf /",
]
_SCHOOLS = ("Lycée Pierre-Paul Riquet", "Collège Pierre de Fermat", "Lycée Germaine Tillion", "Collège Marie Curie")
_ROOMS = ("Salle 101", "Salle 102", "Salle d'étude", "CDI", "Technologie", "Salle des professeurs", "Sciences 1")
_END = dt.datetime(2026, 11, 25, 4, 30, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a report is rendered from."""

    report: dict[str, Any]
    history: History
    commands: Commands


def record(station: str, *, status: str = "compliant", expected: str | None = "2026.2.7", **fields: Any) -> AuditRecord:
    """A record as rentree.pronote.audit gives it."""
    release = {"late": "2026.1.3", "older_year_only": "2025.2.9", "ahead": "2026.3.1"}.get(status, expected)
    unread = status in {"absent", *SILENT} or release is None
    clients = [] if unread else [{"release": release, "year": 2026, "arch": "x64"}]
    reason = {
        "late": Message("{release} instead of {wanted}", release=release, wanted=expected),
        "older_year_only": Message("{release} only, no client of {year}", release=release, year=2026),
        "ahead": Message("{release}, newer than the server's {wanted}", release=release, wanted=expected),
        "several": Message("several clients of {year}: {shown}", year=2026, shown="2026.2.7 x64; 2026.1.3 x86"),
        "absent": Message("no client"),
        "unreachable": Message("the station does not answer (powered off, unplugged, or behind a firewall)"),
        "refused": Message("the station refuses the user name or the password"),
        "unknown_release": Message("the release of the school's server is not known"),
    }.get(status, str(release))
    made = {
        "station": station,
        "school": "0310001A",
        "school_name": "Lycée Exemple",
        "room": "Salle 101",
        "status": status,
        "reason": reason,
        "remedy": "" if status == "compliant" else Message("Deploy (playbooks/deploy.yml)."),
        "expected": expected,
        "pinned": False,
        "stale": False,
        "server_error": "",
        "found": None if unread else f"{release} x64",
        "facts": None if status in SILENT else {"clients": clients},
        **fields,
    }
    return cast("AuditRecord", with_sources(made))


def _seen(station: str) -> dict[str, Any]:
    """What a reading says besides the clients; some have somebody at work."""
    luck = random.Random(f"seen/{station}").random()
    return {
        "windows": {"name": "Windows 11 Pro", "build": "22631", "release": "23H2"},
        "free_bytes": int(luck * 200) << 30 if luck > 0.05 else 96 << 20,
        "system_drive": "C:",
        "running": [{"image": "Client PRONOTE.exe", "pid": 4, "session": 1}] if luck > 0.9 else [],
        "session_open": luck > 0.8,
    }


_MET = {
    "free_disk": (
        "failed",
        Message("{free} MiB free on {drive}, {needed} MiB needed", free=96, drive="C:", needed=1024),
    ),
    "record": (
        "failed",
        Message("the setup answered: {answer}", answer=result_words(-12)),
    ),
    "close_client": (
        "skipped",
        Message("{who}: left for a later run", who=Message("{names} is running", names="Client PRONOTE.exe (pid 4)")),
    ),
    "mend": ("failed", "a fact that no catalogue knows"),
    "pilot": (
        "held",
        Message("held back, rings of {school} stopped: {reason}", school="0310001A", reason="1 of 1 pilots failed"),
    ),
    "later": ("skipped", "outside its hours"),
    "deploy": ("unreachable", "the station does not answer"),
    "done": ("done", Message("{wanted} is installed", wanted="2026.2.7")),
}


def last(step: str, *, at: str = "2026-11-24T19:30:00Z", wanted: str = "2026.2.7") -> LastDeployment:
    """How a last deployment ended, by what comes next (remaining/next_step.py); ``done`` for one that ended well."""
    outcome, reason = _MET[step]
    source = reason.as_dict() if isinstance(reason, Message) else None
    remedy = Message("Run again; the disk of the station may be full.") if step == "free_disk" else ""
    return {
        "at": at,
        "wanted": wanted,
        "outcome": outcome,
        "kind": "fact" if outcome == "failed" else "",
        "code": -12 if step == "record" else None,
        "reason": str(reason),
        "reason_source": source,
        "remedy": str(remedy),
        "remedy_source": remedy.as_dict() if isinstance(remedy, Message) else None,
        "next": next_step(outcome, source),
    }


def _deployed(picture: list[ShownRecord]) -> None:
    """Last evening's deployment: done where it is right, and one of the other ends where it is not."""
    steps = sorted(set(_MET) - {"done"})
    for row in picture:
        if row["status"] == "compliant":
            row["last"] = last("done")
        elif row["status"] in FAULTY:
            luck = random.Random(row["station"]).random()
            row["last"] = last(steps[int(luck * 2 * len(steps))]) if luck < 0.5 else None


def _audit(schools: int, rooms: int, stations: int, *, seed: int, done: float) -> list[AuditRecord]:
    """One audit of everything; ``done`` is how far the deployments have come, from 0 to 1."""
    made = []
    for s in range(schools):
        uai = f"{310001 + s:07}{'ABCDEFGHJKLMNPRSTUVWXYZ'[s % 23]}"
        name = _SCHOOLS[s] if s < len(_SCHOOLS) else f"Collège n° {s + 1}"
        short = name.split()[-1].lower().replace("°", "")
        for r in range(rooms):
            room = _ROOMS[r] if r < len(_ROOMS) else f"Salle {200 + r}"
            for n in range(stations):
                station = f"{short}{s if s >= len(_SCHOOLS) else ''}-r{r + 1}-{n + 1:02}"
                # A station keeps its luck from one audit to the next.
                luck = random.Random(f"{seed}/{station}").random()
                off = random.Random(f"{seed}/{station}/{done}").random() < 0.05
                status = _status(luck, done=min(1.0, done * (1.25 - 0.1 * s)), off=off)
                made.append(record(station, status=status, school=uai, school_name=name, room=room))
                if (facts := made[-1]["facts"]) is not None:
                    facts.update(_seen(station))
    return made


def _status(luck: float, *, done: float, off: bool) -> str:
    if luck > 0.965:
        return ("several", "ahead", "refused", "unreachable", "unreachable")[int((luck - 0.965) / 0.0071)]
    if off:
        return "unreachable"
    if luck < done * 0.93:
        return "compliant"
    return "late" if luck < 0.8 else "absent" if luck < 0.88 else "older_year_only"


def sample(
    work: Path,
    *,
    schools: int = 3,
    rooms: int = 5,
    stations: int = 14,
    days: int = 24,
    done: float = 1.0,
    hostile: bool = True,
) -> Sample:
    """A report after ``days`` nightly audits of ``schools`` × ``rooms`` × ``stations``.

    ``done``: how far the deployments have come on the last of them.
    """
    history: History | None = None
    records: list[AuditRecord] = []
    at = ""
    inventory = Identity(key="inventories/my_schools")
    work.mkdir(parents=True, exist_ok=True)
    with Store(work / "state.sqlite3") as store:
        for day in range(days):
            at = (_END - dt.timedelta(days=days - 1 - day)).strftime("%Y-%m-%dT%H:%M:%SZ")
            records = _audit(schools, rooms, stations, seed=1, done=done * (day + 1) / days)
            if hostile and day >= days - 2:
                records += _hostile(records[0], new=day == days - 1)
            names = [r["station"] for r in records]
            audit = Audit(at=at, records=records, stations=names, inventory=inventory, verdict="")
            history = save_audit(store, audit, keep_days=400, jobs=_jobs(names, at))
    assert history is not None
    outcome = conclude(records)
    _deployed(history.picture)
    groups: dict[str, set[str]] = {}
    for r in records:
        groups.setdefault(f"{r['school']}_{r['room']}".lower().replace(" ", "_").replace("'", "_"), set()).add(
            r["station"]
        )
        groups.setdefault(f"etab_{r['school'].lower()}", set()).add(r["station"])
    report = document(
        history.picture,
        at=at,
        outcome=outcome,
        changes=history.changes,
        releases=history.releases,
        french=catalogue("fr"),
    )
    return Sample(
        report=report,
        history=history,
        commands=Commands(
            inventories=("inventories/my_schools",), groups={name: frozenset(hosts) for name, hosts in groups.items()}
        ),
    )


def _jobs(names: list[str], at: str) -> Callable[[object, str, object], list[tuple[str, str]]]:
    """Everything was done by our jobs, but at the first stations of each room."""
    return lambda _db, _product, _stations: [(name, at) for name in names if not name.endswith("-01")]


def _hostile(of: AuditRecord, *, new: bool) -> list[AuditRecord]:
    names = HOSTILE if new else HOSTILE[1:]
    return [
        record(
            name,
            status="late",
            school=of["school"],
            school_name=of["school_name"],
            room="<b>Réserve</b>",
            reason=name,
        )
        for name in names
    ]
