"""``make demo-year``: two schools from June to October on the lab, and the board at five moments.

Controller and lab play under one clock, which the story moves (``module_utils/base/clock``). libfaketime would move the
clock of TLS and of timeouts as well, and is a system's package, which this target goes without.

The same code is the e2e test (tests/e2e/test_year.py), and makes the excerpts of docs/guide-admin.fr.md anew with
``python -m tests.year --guide``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import re
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import AHEAD  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.table import render_board  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

from tests.e2e.playbook import ROOT, PlaybookRun, run_playbook  # noqa: E402
from tests.lab.client import LabClient, running_lab  # noqa: E402
from tests.lab.inventory import inventory_data, write_inventory  # noqa: E402
from tests.lab.publish import publish_all  # noqa: E402
from tests.lab.scenario import load_scenario  # noqa: E402
from tests.unit.exports import clear_export, school  # noqa: E402

__all__ = ["GUIDE", "MOMENTS", "Year", "guide_with", "running_year"]

LYCEE, COLLEGE = "0310001A", "0310002B"
GUIDE = ROOT / "docs/guide-admin.fr.md"
_SCENARIO = ROOT / "tests/lab/scenarios/year.yml"
_ARCHIVE = "C:\\EDT\\Archives\\rentree.zip"
_SHORT = {"done": "D", "to_do": "T", "in_doubt": "?", "not_observable": "-"}
_HEAD = {"pronote_attest_name": "Claude Martin", "pronote_attest_role": "proviseure"}
_HEAD_OF_COLLEGE = {"pronote_attest_name": "Dominique Petit", "pronote_attest_role": "principal"}


def shown(operations: list[dict[str, Any]]) -> str:
    """The eight states in one line: D done, T to do, ? in doubt, - not observable, and what blocks, as in B3+5."""
    return " ".join(_SHORT.get(each["state"]) or "B" + "+".join(map(str, each["blocked_by"])) for each in operations)


class Year:
    """The lab, its admin's folders, and everything that is run on it."""

    def __init__(self, lab: LabClient, work: Path, *, show: bool = False) -> None:
        self.lab = lab
        self.work = work
        self.share = work / "partage"
        self.runs = work / "runs"
        self.published: dict[str, Any] = {}
        self.show = show
        self._day = ""
        self._ahead = 0
        for uai in (LYCEE, COLLEGE):
            (self.share / uai / "edt").mkdir(parents=True)
        self.inventory = self._inventory()

    def _inventory(self) -> Path:
        data = inventory_data(load_scenario(_SCENARIO), network=self.lab.info["network"])
        stations = data["pronote_stations"]
        # The connection is everybody's; the workstation is no station of a room.
        top = {"all": {"vars": stations.pop("vars")}, **data}
        lycee = stations["children"]["lycee_riquet"]
        top["postes_direction"] = lycee["children"].pop("direction")
        cas = self.lab.info["cas"]
        ent = {"pronote_rentree_ent": {"cas_host": cas["address"], "ca_path": cas["authority"]}}
        lycee["vars"] |= {
            **ent,
            "pronote_rentree_edt": {"station": "riquet-direction", "path": _ARCHIVE, "previous_size": 85000},
            "pronote_rentree_export": {
                "path": str(self.export(LYCEE)),
                "previous": str(self.export(LYCEE, "precedent.xml")),
            },
        }
        stations["children"]["college_fermat"]["vars"] |= {
            **ent,
            "pronote_rentree_edt": {"path": str(self.share / COLLEGE / "edt")},
            "pronote_rentree_export": {"path": str(self.export(COLLEGE))},
        }
        return write_inventory(self.work / "inventaire", top)

    def on(self, day: str) -> None:
        """It is this day, at ten in the morning in UTC; the clock goes on from there."""
        assert day >= self._day, f"the story is at {self._day} already"
        if day != self._day:
            self._day, self._ahead = day, ahead_of(day)
            self.lab.clock(self._ahead)

    def export(self, uai: str, name: str = "IdPN_To_Kosmos.xml") -> Path:
        """Where a school's export of identifiers is put."""
        return self.share / uai / name

    def play(self, playbook: str, *arguments: str, **variables: Any) -> PlaybookRun:
        """Run a playbook as it is run on the day that is played."""
        extra = self.work / "variables.json"
        values = {
            "pronote_releases": self.published,
            "pronote_depot_path": self.lab.info["depot_folder"],
            "pronote_cache_dir": str(self.work / "cache"),
            "pronote_client_log_dir": str(self.work / "logs"),
            "pronote_state": str(self.work / "state/pronote.sqlite3"),
            "pronote_reports_dir": str(self.work / "reports"),
            **variables,
        }
        extra.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        width = shutil.get_terminal_size((118, 24)).columns if self.show else 200
        environment: dict[str, Any] = {"COLUMNS": str(width), AHEAD: str(self._ahead)}
        run = run_playbook(
            playbook, "-e", f"@{extra}", *arguments, inventory=self.inventory, work=self.runs, **environment
        )
        if self.show and playbook == "rentree":
            print(_printed(run.output), flush=True)
        return run

    def attest(self, group: str, operation: int, day: str, who: dict[str, str], **more: str) -> PlaybookRun:
        """On that day somebody attests what was done on it, or with ``pronote_attest_revoke`` takes back."""
        self.on(day)
        values = {"pronote_attest_operation": operation, **who, **more}
        return self.play("attest", "--limit", group, **values).assert_code(0)

    def publish(self, release: str) -> None:
        """Download and publish a release."""
        installers = [each for each in self.lab.info["installers"] if each["release"] == release]
        with mock.patch.dict(os.environ, {AHEAD: str(self._ahead)}):
            published = publish_all({**self.lab.info, "installers": installers}, work=self.work)
        self.published |= published["pronote_releases"]

    def put(self, path: Path, content: bytes, day: str) -> None:
        """A file appears, with the date that it has."""
        path.write_bytes(content)
        when = dt.datetime.fromisoformat(f"{day}T10:00:00").timestamp()
        os.utime(path, (when, when))

    def board(self) -> dict[str, str]:
        """The board of this moment: UAI → states."""
        run = self.play("rentree").assert_code(0)
        (result,) = run.of("rentree_board").values()
        self.schools: list[dict[str, Any]] = result["schools"]
        return {each["school"]: shown(each["operations"]) for each in self.schools}

    def reach(self, moment: Moment) -> dict[str, str]:
        """Let happen what happens up to a moment, and look at the board."""
        moment.happens(self)
        self.on(moment.day)
        return self.board()

    def excerpt(self, uai: str) -> str:
        """The board of a school as the guide shows it, without what is the lab's: addresses and times of the day."""
        text = json.dumps([each for each in self.schools if each["school"] == uai], ensure_ascii=False)
        network = self.lab.info["network"]
        for name, place in {
            str(self.share): "/srv/rentree",
            str(self.work / "state"): "state",
            self.lab.info["depot_folder"]: "/srv/pronote",
            f"http://{network}.0.1:8080/{uai}/": f"https://{uai}.index-education.net/",
            f"{network}.0.1": f"{uai}.index-education.net",
            f"{network}.0.4:8443": "cas.mon-ent.example.org",
            f"{network}.0.4": "cas.mon-ent.example.org",
        }.items():
            text = text.replace(name, place)
        text = re.sub(r"(\d{4}-\d\d-\d\d)T[\d:]+Z", r"\1", text)
        return render_board(json.loads(text), words=catalogue("fr"), width=118, color=False)


def ahead_of(day: str) -> int:
    """Seconds from now to ten in the morning of a day in UTC, which has that date in all of Europe and America."""
    return round((dt.datetime.fromisoformat(f"{day}T10:00:00Z") - dt.datetime.now(dt.UTC)).total_seconds())


def _printed(output: str) -> str:
    """What the board printed, without Ansible's own lines."""
    return "\n".join(line for line in output.splitlines() if re.match(r"\d{7}[A-Z] |[┏┃┡│├└┗╇]", line))


def _archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("base.edt", bytes(range(250)) * 240)
    return content.getvalue()


def _june(year: Year) -> None:
    year.on("2026-06-15")
    year.play("audit").assert_code(0)
    # Last year's export is still where it was.
    for uai in (LYCEE, COLLEGE):
        before = clear_export(school(), uai=uai, software="PRONOTE 2025.2.9").replace("28/08/2026", "29/08/2025")
        year.put(year.export(uai), before.encode(), "2025-08-29")


def _july(year: Year) -> None:
    year.on("2026-07-06")
    year.lab.school(LYCEE, release="2026.1.3")
    year.publish("2026.1.3")


def _august(year: Year) -> None:
    # The lycée updates; the collège's base is created by itself.
    for uai in (LYCEE, COLLEGE):
        year.lab.school(uai, release="2026.2.7")
    year.on("2026-08-25")
    year.publish("2026.2.7")
    year.lab.power("riquet-direction", "on")
    year.attest("lycee_riquet", 3, "2026-08-26", _HEAD)
    year.attest("lycee_riquet", 4, "2026-08-27", _HEAD)
    year.lab.school(LYCEE, cas=year.lab.info["cas"]["address"])
    # Somebody is too quick: there is no archive yet.
    year.attest("college_fermat", 3, "2026-08-27", _HEAD_OF_COLLEGE)


def _september(year: Year) -> None:
    export = year.export(LYCEE)
    export.rename(year.export(LYCEE, "precedent.xml"))
    year.put(export, clear_export(school(), uai=LYCEE).encode(), "2026-08-28")
    proof = year.share / LYCEE / "import.txt"
    proof.write_text("GARONNETTE Basaltine : importée\n", encoding="utf-8")
    who = {"pronote_attest_name": "Camille Roy", "pronote_attest_role": "administratrice ENT"}
    year.attest("lycee_riquet", 7, "2026-08-31", who, pronote_attest_evidence=str(proof))
    year.play("deploy", "--limit", "lycee_riquet").assert_code(0)
    year.attest(
        "college_fermat",
        3,
        "2026-09-01",
        _HEAD_OF_COLLEGE,
        pronote_attest_revoke="base de l'an dernier, à refaire",
    )
    # The copy on the share broke off.
    year.put(year.share / COLLEGE / "edt/rentree.zip", _archive()[:-100], "2026-09-02")
    year.on("2026-09-03")
    year.play("audit").assert_code(0)


def _october(year: Year) -> None:
    year.put(year.share / COLLEGE / "edt/rentree.zip", _archive(), "2026-09-10")
    year.attest("college_fermat", 3, "2026-09-11", _HEAD_OF_COLLEGE)
    year.attest("college_fermat", 4, "2026-09-14", _HEAD_OF_COLLEGE)
    year.play("deploy", "--limit", "college_fermat").assert_code(0)
    year.on("2026-10-05")
    year.play("audit").assert_code(0)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment of the year, and what the board must say then."""

    name: str
    day: str
    title: str
    happens: Callable[[Year], None]
    lycee: str
    college: str

    @property
    def expected(self) -> dict[str, str]:
        return {LYCEE: self.lycee, COLLEGE: self.college}


MOMENTS = (
    Moment(
        name="juin",
        day="2026-06-15",
        title="Mi-juin : rien n'est commencé",
        happens=_june,
        lycee="T - T B3 T B3+5 B6 B1",
        college="T T B2 B3 T B3+5 B6 B1",
    ),
    Moment(
        name="juillet",
        day="2026-07-06",
        title="Début juillet : le lycée a mis à jour, son installateur est publié",
        happens=_july,
        lycee="D - T B3 T B3+5 B6 T",
        college="T T B2 B3 T B3+5 B6 B1",
    ),
    Moment(
        name="aout",
        day="2026-08-27",
        title="Fin août : le lycée a sa base, le collège atteste trop vite",
        happens=_august,
        lycee="D D D D D T B6 T",
        college="D T ? T T B5 B6 T",
    ),
    Moment(
        name="septembre",
        day="2026-09-03",
        title="Rentrée : le lycée a fini, l'archive du collège est tronquée",
        happens=_september,
        lycee="D D D D D D D D",
        college="D T B2 B3 T B3+5 B6 T",
    ),
    Moment(
        name="octobre",
        day="2026-10-05",
        title="Octobre : au collège, seul l'ENT attend encore",
        happens=_october,
        lycee="D D D D D D D D",
        college="D D D D T B5 B6 D",
    ),
)


@contextmanager
def running_year(work: Path, *, network: str, show: bool = False) -> Iterator[Year]:
    """The lab at the beginning of the year."""
    with running_lab(_SCENARIO, network=network, work=work / "lab", ahead=ahead_of(MOMENTS[0].day)) as lab:
        yield Year(lab, work, show=show)


_PLACE = re.compile(r"(<!-- extrait : (\S+) (\S+) -->\n```text\n).*?(```\n)", re.DOTALL)


def guide_with(text: str, excerpts: dict[tuple[str, str], str]) -> str:
    """The guide with these excerpts (by moment and UAI) in their places. Raises KeyError for a place without one."""
    return _PLACE.sub(lambda m: f"{m[1]}{excerpts[m[2], m[3]]}\n{m[4]}", text)


def main() -> int:
    """Play the year; 0 when every board was right."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--guide", action="store_true", help="write the excerpts of the guide anew")
    parser.add_argument("--network", default="127.21")
    options = parser.parse_args()
    work = ROOT / "build/year"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    started = time.monotonic()
    wrong: list[str] = []
    excerpts: dict[tuple[str, str], str] = {}
    with running_year(work, network=options.network, show=True) as year:
        for moment in MOMENTS:
            print(f"\n━━ {moment.title} ({moment.day}) ━━", flush=True)
            states = year.reach(moment)
            excerpts |= {(moment.name, uai): year.excerpt(uai) for uai in moment.expected}
            if states != moment.expected:
                wrong.append(f"{moment.name}: {states} instead of {moment.expected}")
    if options.guide:
        GUIDE.write_text(guide_with(GUIDE.read_text(encoding="utf-8"), excerpts), encoding="utf-8")
    print("\n".join(wrong) or "Every board was right.")
    print(f"{time.monotonic() - started:.0f} s. Board: {work / 'reports/rentree.html'}. Logs: {work / 'runs'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
