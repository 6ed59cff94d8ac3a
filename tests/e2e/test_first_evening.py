"""A first evening, from an empty folder and the installed collection to stations that are up to date.

Each command is one that the command before it has named. Nobody edits a file, and nobody adds an option: what comes
with each (``_outside``) stands for the world, which is the publisher's site and the patience of a person at a screen.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.newcomer import BIN, INVENTORY, content_of, environment, export_of, install_collection, run, server_of
from tests.e2e.typist import typed

_UAI = "0310036W"
_RELEASE = "2026.2.7"
_NEXT = re.compile(r"(?m): (ansible-playbook rentree\.pronote\.\S+.*)$")
_INIT = ["ansible-playbook", "rentree.pronote.init"]


@dataclass(frozen=True, kw_only=True)
class Evening:
    """``folder``: where somebody works; ``home``: has the collection; ``outside``: a file with what stands for the
    world."""

    school: School
    folder: Path
    home: Path
    outside: Path

    def run(self, command: list[str], code: int = 0) -> str:
        """What a command shows."""
        return run([*command, "-e", f"@{self.outside}"], self.folder, self.home, code)

    def read(self, name: str) -> Any:
        """A file of the inventory, or beside it."""
        return yaml.safe_load((self.folder / f"{INVENTORY}{name}").read_text(encoding="utf-8"))

    def statuses(self) -> dict[str, str]:
        """What the last audit has found."""
        return {each["station"]: each["status"] for each in self.read(".pronote/reports/audit.json")["stations"]}


def _outside(school: School) -> dict[str, Any]:
    site = school.lab.site()
    return {
        "pronote_prepare_page": site["page"],
        "pronote_prepare_trust": {"authorities": [site["authority"]]},
        "pronote_timeouts": {"poll": 0.2, "start": 30, "verify": 20},
    }


@pytest.fixture
def begun(start_school: StartSchool, tmp_path: Path) -> Callable[[str], Evening]:
    """Somebody at a lab of one kind, with an empty depot."""

    def begin(backend: str) -> Evening:
        home = tmp_path / "home"
        home.mkdir()
        install_collection(home)
        # A lab's clock runs ahead of the world's, and is right within minutes when the doctor looks at it.
        behind = {"clock_ahead": -4.5} if backend == "simulated" else {}
        stations: list[dict[str, Any]] = [
            {"name": "cdi-01", "session_open": ACCOUNT["name"], **behind},
            {"name": "cdi-02", "clients": [{"release": "2025.2.9"}]},
        ]
        school = start_school(
            [],
            backend=backend,
            publish=False,
            clock=10,
            schools=[{"uai": _UAI, "group": "lycee", "name": "Lycée d'essai", "release": _RELEASE}],
            rooms=[
                {
                    "group": "cdi",
                    "name": "CDI",
                    "school": _UAI,
                    "stations": [{**station, "address": f"1.{n}"} for n, station in enumerate(stations, start=1)],
                }
            ],
        )
        depot = Path(school.lab.info["depot_folder"])
        shutil.rmtree(depot)
        depot.mkdir()
        outside = tmp_path / "outside.json"
        outside.write_text(json.dumps(_outside(school)), encoding="utf-8")
        return Evening(school=school, folder=export_of(school, tmp_path / "work"), home=home, outside=outside)

    return begin


def _next(told: str, name: str) -> list[str]:
    """The command that was told to be the next, of one playbook."""
    found = [shlex.split(command) for command in _NEXT.findall(told)]
    assert found, told
    assert found[-1][:2] == ["ansible-playbook", f"rentree.pronote.{name}"], told
    return found[-1]


def _typed_init(evening: Evening) -> str:
    """Every question answered on a terminal, in the default language."""
    lab = evening.school.lab.info
    code, told = typed(
        [str(BIN / _INIT[0]), *_INIT[1:]],
        [
            ("Le dossier de l'inventaire", ""),
            ("Le fichier de vos postes", "parc.csv"),
            ("Le nom de l'établissement", "Lycée d'essai"),
            ("L'UAI de Lycée d'essai", _UAI),
            (f"[https://{_UAI}.index-education.net/pronote/]", server_of(evening.school)),
            ("Comment ouvrir", ""),
            ("Un compte", ACCOUNT["name"]),
            ("Le mot de passe de ce compte", ACCOUNT["password"]),
            ("encore une fois", ACCOUNT["password"]),
            ("L'adresse du dépôt", lab["depot"]),
            ("Le dossier du dépôt", lab["depot_folder"]),
            ("Le poste", "cdi-01"),
            ("Un fichier", "~/vault"),
            ("Écrire", ""),
        ],
        cwd=evening.folder,
        env=environment(evening.home),
    )
    assert code == 0, told
    return told.replace("\r", "")


def _init_of_answers(evening: Evening) -> str:
    """The same from a file, which its owner alone reads."""
    lab = evening.school.lab.info
    answers = {
        "stations": "parc.csv",
        "schools": [{"name": "Lycée d'essai", "uai": _UAI, "server_url": server_of(evening.school)}],
        "user": ACCOUNT["name"],
        "password": ACCOUNT["password"],
        "reference": "cdi-01",
        "vault_password_file": "~/vault",
    }
    file = evening.folder / "answers.yml"
    file.touch(mode=0o600)
    variables = {
        **{f"pronote_init_{name}": value for name, value in answers.items()},
        "pronote_depot_url": lab["depot"],
        "pronote_depot_path": lab["depot_folder"],
        "pronote_language": "en",
    }
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    return run([*_INIT, "-e", "@answers.yml"], evening.folder, evening.home)


def _prepared(evening: Evening, prepare: list[str]) -> list[str]:
    """The release is in the depot, with the answers to its dialogs; the command that comes next."""
    told = evening.run(prepare, code=2)
    lock = evening.read("/group_vars/all/pronote_releases.lock.yml")
    assert (lock["pronote_releases"], list(lock["pronote_installers"])) == ({}, ["pronote_client"])
    record = _next(told, "record_response")
    assert record[-1] == f"pronote_release={_RELEASE}"
    told = evening.run(_next(evening.run(record), "prepare"))
    lock = evening.read("/group_vars/all/pronote_releases.lock.yml")
    assert list(lock) == ["pronote_releases"]
    assert list(lock["pronote_releases"]) == [_RELEASE]
    rehearse = _next(told, "rehearse")
    assert rehearse[-2:] == ["--limit", "cdi-01"]
    return rehearse


def _deployed(evening: Evening, audit: list[str]) -> None:
    """Audit, dry run, deployment and the proof of it."""
    lab = evening.school.lab
    told = evening.run(audit)
    assert evening.statuses() == {"cdi-01": "absent", "cdi-02": "older_year_only"}
    dry_run = _next(told, "deploy")
    assert dry_run[-2:] == ["--check", "--diff"]
    before, starts = lab.snapshots(), len(lab.installer_starts())
    assert evening.run(dry_run).rstrip().endswith("--check.")
    assert (lab.snapshots(), len(lab.installer_starts())) == (before, starts)
    told = evening.run([word for word in dry_run if word != "--check"])
    evening.run(_next(told, "audit"))
    assert evening.statuses() == {"cdi-01": "compliant", "cdi-02": "compliant"}


@pytest.mark.parametrize(
    ("backend", "init", "rehearsed"),
    [
        pytest.param("simulated", _typed_init, 0, id="simulated-typed-fr"),
        # Wine is no Windows, and a rehearsal says so: what WMI, schtasks and certutil answer there is not what is
        # taken for granted. Nothing is refused for it.
        pytest.param(
            "wine",
            _init_of_answers,
            2,
            id="wine-answers-en",
            marks=[pytest.mark.wine, pytest.mark.timeout(600)],
        ),
    ],
)
def test_from_an_empty_folder_to_stations_that_are_up_to_date(
    begun: Callable[[str], Evening],
    request: pytest.FixtureRequest,
    backend: str,
    init: Callable[[Evening], str],
    rehearsed: int,
) -> None:
    if backend == "wine":
        request.getfixturevalue("wine")
    evening = begun(backend)
    doctor = _next(init(evening), "doctor")
    written = content_of(evening.folder)
    told = evening.run(doctor, code=2)
    (school,) = evening.read(".pronote/reports/doctor.json")["schools"]
    # Nothing else is in the way: what is missing is said, and how to get it.
    assert [each["check"] for each in school["checks"] if each["outcome"] == "fails"] == ["release"]
    rehearse = _prepared(evening, _next(told, "prepare"))
    told = evening.run(rehearse, code=rehearsed)
    # After a contradiction no next command is named: it is to be reported first.
    audit = [*_INIT[:1], "rentree.pronote.audit"] if rehearsed else _next(told, "audit")
    (report,) = (evening.folder / f"{INVENTORY}.pronote/reports/rehearsals").glob("*/rehearsal.json")
    assert json.loads(report.read_text(encoding="utf-8"))["verdict"] == ("contradicted" if rehearsed else "held")
    _deployed(evening, audit)
    assert written.items() <= content_of(evening.folder).items()
