"""Every kind of end of a run, as people read it: ``python -m tests.golden`` writes them, at three widths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.block import (  # noqa: E402
    EndBlock,
    Mode,
    ServerRead,
    of_audit,
    of_deployment,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.draw import draw  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.stations import StationEnd, ended  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.network_codes import NO_ANSWER  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.plain_causes import PASSWORD  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import Words  # noqa: E402

from tests.browser.sample import record  # noqa: E402

__all__ = ["WIDTHS", "blocks", "ends", "results", "texts"]

WIDTHS = (80, 120, 200)


def _command(name: str) -> str:
    return f"ansible-playbook playbooks/{name}.yml -i inventories/my_schools"


_DISK = {
    "failed": True,
    "kind": "fact",
    "fact": Message("{free} MiB free on {drive}, {needed} MiB needed", free=312, drive="C:", needed=2048),
    "remedy": Message("Free some space on the station, or lower pronote_client_min_free_mib."),
}
_OFF = {"unreachable": True, "kind": "unreachable", "fact": NO_ANSWER.fact, "remedy": NO_ANSWER.remedy}
_REFUSED = {"unreachable": True, "kind": "refused", "fact": PASSWORD.fact, "remedy": PASSWORD.remedy}
_WINDOW = Message(
    "{why}: would wait until {opens_at}", why=Message("outside its hours"), opens_at="Thu 2026-11-26 18:00 +01:00"
)
_CLOSED = {
    "action": "skip",
    "reason": Message("{reason}; {why}", reason=Message("no client installed"), why=_WINDOW),
}
_IN_USE = {
    "action": "skip",
    "reason": Message("the client was still in use {seconds} s after the message: left for a later run", seconds="60"),
}
_HELD = {
    "action": "skip",
    "held_by": ["cdi-01"],
    "reason": Message(
        "held back, rings of {school} stopped: {reason}",
        school="0310002B",
        reason=Message(
            "{count} of {total} pilots failed: {why}",
            count=1,
            total=1,
            why=Message("{names} ({first}: {fact})", names="cdi-01", first="cdi-01", fact=_DISK["fact"]),
        ),
    ),
}
_RIGHT = {"action": "none", "changed": False, "reason": Message("{wanted} is installed", wanted="2026.2.7")}
_DONE = {"action": "install", "changed": True, "reason": Message("no client installed")}
_RUNNING = {
    "failed": True,
    "kind": "running",
    "fact": Message("the job is still running after {seconds} s", seconds="3600"),
    "remedy": Message(
        "It goes on by itself: run again later, the next run follows it to its end. If it never ends, it may show a "
        "window that nobody sees (a missing file asks for a disk): look at the station."
    ),
}
_FILES = Message("the files of {wanted} are not there", wanted="2026.2.7")
_FROZEN = {**_DONE, "frozen": "Deep Freeze"}


def results(kind: str) -> dict[str, dict[str, Any] | None]:
    """What the tasks of a deployment's stations returned. ``kind``: of ``texts``."""
    first = {f"salle-informatique-du-premier-etage-{n:02}": dict(_OFF) for n in range(1, 28)}
    kinds: dict[str, dict[str, dict[str, Any] | None]] = {
        "dry-run": {
            **{f"s101-{n:02}": _DONE for n in range(1, 19)},
            **{f"s102-{n:02}": _CLOSED for n in range(1, 4)},
            **{f"s103-{n:02}": _DISK for n in range(1, 4)},
            "s103-04": _REFUSED,
            "s104-01": _OFF,
            "s104-02": _OFF,
            "s105-01": _RIGHT,
        },
        "deployment": {
            **{f"s101-{n:02}": _DONE for n in range(1, 13)},
            **{f"s102-{n:02}": _RIGHT for n in range(1, 4)},
            "cdi-01": _DISK,
            **{f"cdi-{n:02}": _HELD for n in range(2, 9)},
            "s103-01": _IN_USE,
            "s103-02": _CLOSED,
            "s103-03": _RUNNING,
            "s103-04": _FROZEN,
            **first,
            "s104-01": _REFUSED,
            "s104-02": None,
        },
        "all-failed": {"s101-01": _DISK, "s101-02": _DISK, "s101-03": _OFF},
        "nothing-to-do": {f"s101-{n:02}": _RIGHT for n in range(1, 5)},
        "stage": {
            **{f"s101-{n:02}": {"action": "stage", "changed": True, "reason": _FILES} for n in range(1, 4)},
            "s101-04": _OFF,
        },
    }
    return kinds[kind]


_SERVERS = [
    ServerRead(release="2026.2.7", read_at="2026-11-26T15:31:00Z", cached=True),
    ServerRead(release="2026.1.3", read_at="2026-11-26T15:40:00Z", cached=False),
]
_MODES: dict[str, Mode] = {
    "dry-run": "dry_run",
    "deployment": "deploy",
    "all-failed": "deploy",
    "nothing-to-do": "deploy",
    "stage": "stage",
}


def ends(kind: str) -> list[StationEnd]:
    """How those stations ended; the CDI is another school's."""
    return [
        ended(
            name,
            result,
            check=kind == "dry-run",
            school="0310002B" if name.startswith("cdi") else "0310001A",
            room="CDI" if name.startswith("cdi") else "Salle 101",
        )
        for name, result in results(kind).items()
    ]


def _audit(words: Words) -> EndBlock:
    records: list[AuditRecord] = [
        *(record(f"s101-{n:02}") for n in range(1, 6)),
        *(record(f"s102-{n:02}", status="late") for n in range(1, 4)),
        *(record(f"s103-{n:02}", status="absent") for n in range(1, 3)),
        record("s104-01", status="unreachable"),
        *(record(f"cdi-{n:02}", status="older_year_only", school="0310002B") for n in range(1, 3)),
        record("cdi-03", status="refused", school="0310002B"),
    ]
    written = {"html": "inventories/my_schools.pronote/reports/audit.html", "csv": "/srv/audit.csv"}
    return of_audit(
        records, outcome=conclude(records), product="pronote_client", written=written, words=words, command=_command
    )


def blocks(kind: str, words: Words) -> list[EndBlock]:
    """What a run of this kind ends with."""
    if kind == "audit":
        return [_audit(words)]
    return [
        of_deployment(
            ends(kind),
            mode=_MODES[kind],
            product="pronote_client",
            words=words,
            today="2026-11-26",
            outcome="/srv/deploy.json" if kind == "deployment" else "",
            command=_command,
            zone=dt.UTC,
            servers=_SERVERS[: 1 if kind == "dry-run" else 2],
        )
    ]


def texts() -> Iterator[tuple[str, str]]:
    """Each kind of end in each language by the name of its file: as it is at each width."""
    for kind in ("audit", *_MODES):
        for language in ("fr", "en"):
            words = catalogue(language)
            drawn = (draw(blocks(kind, words), width=width, color=False, words=words) for width in WIDTHS)
            yield f"{kind}.{language}.txt", "\n".join(drawn) + "\n"
