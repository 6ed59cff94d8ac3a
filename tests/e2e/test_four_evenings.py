"""Four evenings of one school, driven by deploy.yml and the store alone: a pilot that fails, a full disk, a client in
use, a station that is off. After each of them what people read (the last block, the table, the page) and what
programs do is compared with the lab's truth, station by station."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Set
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun

LATE = {"clients": [{"release": "2026.1.3"}]}
STATIONS: list[dict[str, Any]] = [
    # The first that could go, and its setup is refused three evenings long.
    {"name": "broken", **LATE, "installer_fault": {"kind": "rejected", "result_code": -1, "times": 3}},
    {"name": "full", **LATE, "free_space": 100_000_000},
    {"name": "in-use", **LATE, "session_open": "élève", "running_client": "2026.1.3"},
    {"name": "off", **LATE, "power": "off"},
    {"name": "sound-1", **LATE},
    {"name": "sound-2", **LATE},
    # By somebody's hand: it proves nothing.
    {"name": "right", "clients": [{"release": "2026.2.7"}]},
]
NAMES = {station["name"] for station in STATIONS}
_SCHEMA = json.loads((ROOT / "docs/deploy.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """The default: one pilot, then the rest. Groups are made of the store."""
    school = start_school(STATIONS)
    (school.inventory / "group_vars/all/rings.yml").write_text("pronote_client_rings: [1, '100%']\n", encoding="utf-8")
    (school.inventory / "pronote.stations.yml").write_text("plugin: rentree.pronote.stations\n", encoding="utf-8")
    return school


def _truth(school: School) -> set[str]:
    """The stations that run the server's release: their client's exe is that of the one that always had it."""
    exes = {}
    for name in NAMES:
        files = json.loads(school.lab.snapshot(name))["files"]
        exes[name] = {node["sha256"] for path, node in files.items() if node and path.endswith("client pronote.exe")}
    (wanted,) = exes["right"]
    return {name for name, found in exes.items() if wanted in found}


def _rows(run: PlaybookRun) -> dict[str, dict[str, Any]]:
    (report,) = (result for result in run.of("deploy_report").values() if result["outcome"] != "skipped")
    return {row["station"]: row for row in report["remaining"]}


_WORDS = {
    "done": "done",
    "right": "with nothing to do",
    "left": "left for later",
    "held": "held back",
    "failed": "failed",
    "unreachable": "unreachable",
}
"""What the last block calls each outcome."""

_STATES = {"held": "held", "left": "skipped", "failed": "failed", "unreachable": "unreachable"}
"""What remains, by how it ended."""


def _evening(school: School, code: int, *arguments: str, those: Set[str] = frozenset()) -> dict[str, dict[str, Any]]:
    """Deploy on what is left, as a timer does; the rows of what remains, which everybody else is not in.

    What the run ends with is compared with the lab's truth, station by station: the outcome for programs and the block,
    which ends the output. ``those``: the stations in it, where these are not all.
    """
    before, started = _truth(school), len(_starts(school))
    file = school.work.parent / "deploy.json"
    file.unlink(missing_ok=True)
    run = school.play("deploy", "-e", f"pronote_outcome={file}", *arguments).assert_code(code)
    rows, truth = _rows(run), _truth(school)
    assert NAMES - set(rows) - truth == set()
    assert set(rows) & truth == set()
    told = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(_SCHEMA).validate(told)
    ends = {each["station"]: each for each in told["stations"]}
    assert set(ends) == (those or NAMES)
    for name, end in ends.items():
        if name in truth:
            assert end["outcome"] == ("right" if name in before else "done"), name
        else:
            assert _STATES[end["outcome"]] == rows[name]["state"], name
            assert end["reason"] == rows[name]["reason"], name
    # What the lab has seen start is what was done, or has failed at it.
    assert set(_starts(school)[started:]) <= {n for n, end in ends.items() if end["outcome"] in {"done", "failed"}}
    assert (told["exit_code"], told["verdict"]) == (run.code, _verdict(told["counts"]))
    _compare_block(run.output, ends, file)
    return rows


def _verdict(counts: dict[str, int]) -> str:
    if counts["failed"]:
        return "failed"
    return "incomplete" if counts["held"] + counts["left"] + counts["unreachable"] else "complete"


def _compare_block(output: str, ends: dict[str, dict[str, Any]], file: Path) -> None:
    """The last block counts each outcome, names whom something keeps, and why, and is what the output ends with."""
    rule = re.compile(r"^─{40,}$", re.MULTILINE)
    assert len(rule.findall(output)) == 1
    block = rule.split(output)[1].strip()
    lines = block.splitlines()
    many = "station" if len(ends) == 1 else "stations"
    assert lines[0] == f"PRONOTE, deployment: {len(ends)} {many}"
    counted = Counter(end["outcome"] for end in ends.values())
    assert sorted(lines[1].strip().split(", ")) == sorted(f"{n} {_WORDS[outcome]}" for outcome, n in counted.items())
    known = {name for line in lines[2:] if re.match(r" {4}\S", line) for name in line.replace(",", " ").split()}
    for name, end in ends.items():
        kept = end["outcome"] not in {"done", "right"}
        # Whoever something keeps is named, with the whole reason; nobody else is.
        assert (name in known) is kept, name
        assert not kept or end["reason"] in " ".join(block.split()), name
    remains = [line for line in lines if line.startswith("What remains: ")]
    assert len(remains) == any(end["outcome"] not in {"done", "right"} for end in ends.values())
    assert f"Outcome for programs (JSON): {file}" in lines
    # What comes next is last: what is left, or the proof of what was done.
    proof = [line for line in lines if line.startswith("Next, to prove it: ")]
    assert len(proof) == (not remains and any(end["outcome"] == "done" for end in ends.values()))
    assert lines[-1] == [f"Outcome for programs (JSON): {file}", *proof, *remains][-1]


def _audit(school: School, rest: dict[str, dict[str, Any]], *arguments: str) -> tuple[PlaybookRun, dict[str, Any]]:
    """Audit, and compare table, page and JSON with the lab's truth, station by station, and with what remains."""
    run = school.play("audit", "-e", f"pronote_reports_dir={school.work}", *arguments).assert_code(0)
    report = json.loads((school.work / "audit.json").read_text(encoding="utf-8"))
    rows = {row["station"]: row for row in report["stations"]}
    truth = _truth(school)
    silent = {name for name, row in rows.items() if row["status"] == "unreachable"}
    assert set(rows) == NAMES
    assert {name for name, row in rows.items() if row["status"] == "compliant"} == truth - silent
    assert report["verdict"] == ("compliant" if truth == NAMES else "not_compliant")
    for name, row in rest.items():
        assert (rows[name]["last"]["outcome"], rows[name]["last"]["reason"]) == (row["state"], row["reason"])
    page = (school.work / "audit.html").read_text(encoding="utf-8")
    assert f'data-verdict="{report["verdict"]}"' in page
    for name, row in rows.items():
        left = row["status"] == "late" and row["last"]["next"] != "deploy"
        (cell,) = re.findall(rf"<strong>{name}</strong>(.*?)</div></details>", page)
        assert ("Next: " in cell) is left, name
        assert f"{len(truth - silent)} of {len(NAMES)} stations up to date" in page
    return run, report


def _next(report: dict[str, Any]) -> dict[str, str]:
    """What comes next at each station that is not right, and answers."""
    return {row["station"]: row["last"]["next"] for row in report["stations"] if row["status"] == "late"}


def _todo(school: School) -> list[str]:
    return re.findall(r"<li[^>]*><h4>(.*?) <span", (school.work / "audit.html").read_text(encoding="utf-8"))


def _starts(school: School) -> list[str]:
    return [start["station"] for start in school.lab.installer_starts()]


PENDING = ("-e", "pronote_hosts=pronote_pending")


def test_four_evenings(school: School) -> None:
    # The first: the pilot fails, and holds its school.
    first = _evening(school, 4)
    assert _starts(school) == ["broken"]
    states = {name: row["state"] for name, row in first.items()}
    assert states == {
        "broken": "failed",
        "full": "failed",
        "in-use": "held",
        "off": "unreachable",
        "sound-1": "held",
        "sound-2": "held",
    }
    assert "1 of 1 pilots failed: broken (broken: " in first["sound-1"]["reason"]
    assert first["sound-1"]["remedy"] == (
        "Mend broken, or name another pilot (pronote_pilot: true on a station), then deploy again."
    )
    assert first["sound-1"]["last_seen"] is not None
    run, report = _audit(school, first)
    assert _next(report) == {
        "broken": "mend",
        "full": "free_disk",
        "in-use": "pilot",
        "sound-1": "pilot",
        "sound-2": "pilot",
    }
    # Nothing says to deploy where that has just failed.
    assert _todo(school) == [
        "Free disk space, then deploy",
        "Mend what the last deployment failed for, then deploy",
        "Mend the pilot or name another, then deploy",
        "Switch on, then audit again",
    ]
    assert "free disk space" in " ".join(run.output.split())

    # The second: another pilot shows that the release is sound, and the broken one holds nobody.
    second = _evening(school, 4, *PENDING, those=set(first))
    assert _starts(school)[1] == "sound-1"
    assert set(_starts(school)[2:]) == {"sound-2", "broken"}
    states = {name: row["state"] for name, row in second.items()}
    assert states == {"broken": "failed", "full": "failed", "in-use": "skipped", "off": "unreachable"}
    _, report = _audit(school, second)
    assert _next(report) == {"broken": "mend", "full": "free_disk", "in-use": "close_client"}
    # A look at the room's right stations does not make the others right.
    _, limited = _audit(school, second, "--limit", "right,sound-1")
    assert (limited["limited"], limited["run"]["verdict"], limited["exit_code"]) == (True, "compliant", 0)
    assert limited["oldest"] < limited["at"]

    # The third: nothing of what is left could be a pilot that proves; the proof is outside of what is looked at.
    school.lab.people("in-use", "close")
    school.lab.people("in-use", "log_off")
    school.lab.power("off", "on")
    third = _evening(school, 2, *PENDING, those=set(second))
    assert set(_starts(school)[4:]) == {"in-use", "off", "broken"}
    states = {name: row["state"] for name, row in third.items()}
    assert states == {"broken": "failed", "full": "failed"}
    assert third["broken"]["given_up"]
    _, report = _audit(school, third)
    assert _next(report) == {"broken": "mend", "full": "free_disk"}

    # The fourth, an administrator's: room was made, and the broken one is mended.
    school.lab.space("full", 80_000_000_000)
    assert _evening(school, 0, "--limit", "full,broken", those={"full", "broken"}) == {}
    assert _truth(school) == NAMES
    _, report = _audit(school, {})
    assert report["counts"]["compliant"] == len(NAMES)
    assert _todo(school) == []
