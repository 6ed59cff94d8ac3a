"""Today's code reads what 0.1.0 left: its store, its lock file and depot, its inventory, its jobs on stations."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.tell import read_state
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import (
    Audit,
    last_words,
    our_jobs,
    read_history,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.attest import of_school
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import locked_entry, locked_installer
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import read_lock
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.folder import ResponseStore
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.names import ResponseName, parse_name
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.kept import read_progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.collection import ROOT
from tests.lab.journal import Journal
from tests.lab.scenario import load_scenario
from tests.lab.simulated.from_scenario import build_station
from tests.lab.simulated.station import SimulatedStation
from tests.lab.station import Account
from tests.unit.sql import run
from tests.upgrade.copies import copy_of, kept_state
from tests.upgrade.stations import dump, load

LYCEE, COLLEGE = "0310001A", "0310002B"
FRENCH = 0x040C
JOBS = "C:\\Program Files\\Rentree PRONOTE\\jobs"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of("0.1.0", tmp_path_factory.mktemp("past") / "0.1.0")


@pytest.fixture(scope="module")
def state(past: Path) -> Path:
    return past / "inventory/state/pronote.sqlite3"


@pytest.fixture(scope="module")
def store(state: Path) -> Iterator[Store]:
    with Store(state) as opened:
        yield opened


@pytest.fixture(scope="module")
def lock(past: Path) -> dict[str, Any]:
    found = read_lock(past / "inventory/group_vars/all/pronote_releases.lock.yml")
    assert found is not None
    return found


def test_the_last_word_on_every_station(store: Store, past: Path) -> None:
    words = {str(known.record["station"]): known for known in last_words(store)}
    assert {name: known.record["status"] for name, known in words.items()} == {
        "riquet-s101-01": "compliant",
        "riquet-s101-02": "unreachable",
        "riquet-s101-03": "late",
        "riquet-cdi-01": "compliant",
        "riquet-cdi-02": "unreachable",
        "riquet-cdi-03": "older_year_only",
        "riquet-cdi-04": "compliant",
        "fermat-profs-01": "older_year_only",
        "fermat-profs-02": "older_year_only",
        "fermat-profs-03": "refused",
    }
    assert {(known.judged, known.clients) for name, known in words.items() if name.startswith("riquet-s101")} == {
        ("compliant", "2026.2.7 x64"),
        ("", None),
        ("late", "2026.1.3 x64"),
    }
    late = words["riquet-s101-03"]
    assert late.since < late.at
    assert [catalogue(language).field(late.record, "reason") for language in ("fr", "en")] == [
        "2026.1.3 au lieu de 2026.2.7",
        "2026.1.3 instead of 2026.2.7",
    ]
    assert {known.inventory for known in words.values()} == {str(past / "inventory")}
    held = words["fermat-profs-01"].record
    assert (held["school"], held["expected"], held["pinned"]) == (COLLEGE, "2026.1.3", True)
    assert [known.record["status"] for known in last_words(store, "edt_monoposte")] == ["compliant"]


def test_the_audits_before(store: Store) -> None:
    with store.read() as db:
        audits = [tuple(row.values()) for row in run(db, "select product, verdict from audit order by id")]
        counted = run(db, "select status, count(*) as n from audit_result where audit = 1 group by status")
    results = {row["status"]: row["n"] for row in counted}
    assert audits == [
        ("pronote_client", "not_compliant"),
        ("edt_monoposte", "not_compliant"),
        ("pronote_client", "not_compliant"),
        ("edt_monoposte", "compliant"),
    ]
    assert results == {"absent": 2, "late": 2, "older_year_only": 3, "unreachable": 2, "refused": 1}
    another = Identity(key="another")
    tonight = Audit(at="2026-11-29T04:00:00Z", records=[], stations=[], inventory=another, verdict="compliant")
    history = read_history(store, tonight)
    # One point: both audits of the client are of one day.
    assert {school: [counts for _at, counts in points] for school, points in history.trend.items()} == {
        LYCEE: [{"compliant": 3, "late": 1, "older_year_only": 1, "unreachable": 2}],
        COLLEGE: [{"older_year_only": 2, "refused": 1}],
    }
    # The collège is held at a release: what its server runs was not asked.
    assert {school: release for school, (release, _seen) in history.releases.items()} == {LYCEE: "2026.2.7"}


def test_where_stations_stand(store: Store, state: Path) -> None:
    client = standings(state, product="pronote_client")
    stands = {name: (row["wanted"], row["standing"].found, row["standing"].outcome) for name, row in client.items()}
    assert stands == {
        "fermat-profs-01": ("2026.1.3", "late", "failed"),
        "fermat-profs-02": ("2026.1.3", "late", ""),
        "fermat-profs-03": ("2026.1.3", "", ""),
        "riquet-cdi-01": ("2026.2.7", "right", "done"),
        "riquet-cdi-02": ("2026.2.7", "", ""),
        "riquet-cdi-03": ("2026.2.7", "late", "skipped"),
        "riquet-cdi-04": ("2026.2.7", "right", "done"),
        "riquet-s101-01": ("2026.2.7", "right", "done"),
        "riquet-s101-02": ("2026.2.7", "", "unreachable"),
        "riquet-s101-03": ("2026.2.7", "late", "skipped"),
    }
    failed = client["fermat-profs-01"]
    assert (failed["school"], failed["room"], failed["standing"].failures) == (COLLEGE, "Salle des professeurs", 1)
    assert "(-12)" in failed["standing"].reason
    assert failed["standing"].remedy.startswith("Record it again")
    # Its controller was killed before it could switch it off again.
    assert [name for name, row in client.items() if row["woken"]] == ["riquet-cdi-02"]
    edt = standings(state, product="edt_monoposte")
    assert [name for name, row in edt.items() if row["standing"] and row["standing"].right] == ["riquet-cdi-04"]


def test_the_attempts(store: Store) -> None:
    with store.read() as db:
        attempts = [
            tuple(row.values())
            for row in run(db, "select station, product, verb, release, result, code from attempt order by id")
        ]
        ours = our_jobs(db, "pronote_client", [station for station, *_ in attempts])
    client, done = "pronote_client", ("2026.2.7", "done", 0)
    assert attempts == [
        ("riquet-s101-01", client, "install", *done),
        ("riquet-cdi-01", client, "install", *done),
        ("riquet-cdi-04", client, "install", *done),
        ("riquet-cdi-04", "edt_monoposte", "install", *done),
        ("fermat-profs-01", client, "install", "2026.1.3", "failed", -12),
        ("riquet-cdi-03", client, "stage", "2026.2.7", "done", None),
        # Under way when its controller died.
        ("riquet-cdi-02", client, "install", "2026.2.7", "", None),
    ]
    assert [station for station, ended in ours if ended == "9999"] == ["riquet-cdi-02"]


def test_the_rings(store: Store) -> None:
    found = read_progress(store)
    assert {key: (each.done, each.ring) for key, each in found.items()} == {
        (LYCEE, "2026.2.7"): (3, 2),
        (LYCEE, "edt_monoposte 2026.2.7"): (1, 1),
        (LYCEE, "2026.2.7 staged"): (1, 1),
        (COLLEGE, "2026.1.3"): (0, 0),
    }
    assert [each.stopped[:40] for each in found.values() if each.stopped] == [
        "1 of 1 pilots failed: fermat-profs-01 (f"
    ]


def test_the_attestations(store: Store) -> None:
    lycee, college = of_school(store, LYCEE, 2026), of_school(store, COLLEGE, 2026)
    assert [(each.operation, each.name, each.role, each.done_on) for each in lycee] == [
        (3, "Claude Martin", "proviseure", "2026-08-26"),
        (4, "Claude Martin", "proviseure", "2026-08-27"),
        (7, "Camille Roy", "administratrice ENT", "2026-08-31"),
    ]
    assert [each.digest for each in lycee] == ["", "", hashlib.sha256("importée\n".encode()).hexdigest()]
    said, revoked = college
    assert (said.revokes, revoked.revokes) == (None, said.id)
    assert revoked.reason == "base de l'an dernier, à refaire"


def test_what_was_told(store: Store) -> None:
    client, edt = (read_state(store, product=name, channel="webhook") for name in ("pronote_client", "edt_monoposte"))
    assert client is not None
    assert edt is not None
    assert sorted(name for name, wrong in client.stations.items() if not wrong) == [
        "riquet-cdi-01",
        "riquet-cdi-04",
        "riquet-s101-01",
    ]
    assert (client.verdict, edt.verdict, edt.stations) == ("not_compliant", "compliant", {"riquet-cdi-04": False})
    assert read_state(store, product="pronote_client", channel="mail") is None


_PUBLISHED = [
    (PRONOTE_CLIENT, "2025.2.9", ""),
    (PRONOTE_CLIENT, "2026.1.3", "2026.1.3"),
    # Prepared with what was recorded for the release before.
    (PRONOTE_CLIENT, "2026.2.7", "2026.1.3"),
    (EDT_MONOPOSTE, "2026.2.7", ""),
]


@pytest.mark.parametrize(("product", "release", "recorded"), _PUBLISHED, ids=lambda value: getattr(value, "key", value))
def test_the_lock_file_and_the_depot_agree(
    past: Path, lock: dict[str, Any], product: Any, release: str, recorded: str
) -> None:
    entry = locked_entry(lock, Release.parse(release), "x64", product=product)
    assert entry is not None
    assert (entry["technology"], entry["removable"], entry.get("response_release", "")) == (
        "installscript",
        True,
        recorded,
    )
    folder = past / "depot" / product.depot_folder / release / "x64"
    assert hashlib.sha256((folder / "install.cmd").read_bytes()).hexdigest() == entry["digest"]
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del there["SHA256SUMS"], there["install.cmd"]
    # The installer alone is not kept.
    assert {**there, "setup.exe": entry["files"]["setup.exe"]} == entry["files"]
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines())
    assert sums == {**entry["files"], "install.cmd": entry["digest"]}
    for digest in [entry["digest"], *entry["files"].values()]:
        assert len(digest) == 64
    installer = locked_installer(entry)
    if release == "2025.2.9":
        assert installer is None
    else:
        assert installer is not None
        assert (installer.signer, installer.sha256) == ("INDEX EDUCATION", entry["files"]["setup.exe"])


def test_the_recordings(past: Path) -> None:
    responses = ResponseStore(past / "inventory/responses")
    names = responses.names()
    assert names == ["pronote_client-2026.1.3-x64-uninstall.iss", "pronote_client-2026.1.3-x64.iss"]
    for name in names:
        recorded = parse_name(name)
        assert isinstance(recorded, ResponseName)
        assert responses.has(recorded, language=FRENCH)


def test_the_inventory(past: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(past / "inventory"), "--list"],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert "WARNING" not in done.stderr
    # From the store, by the inventory plugin.
    assert sorted(found["pronote_failed"]["hosts"]) == ["fermat-profs-01"]
    assert {"riquet-cdi-02", "riquet-cdi-03", "riquet-s101-03"} <= set(found["pronote_pending"]["hosts"])
    assert "riquet-s101-01" not in found["pronote_pending"]["hosts"]
    variables = found["_meta"]["hostvars"]
    station = variables["riquet-cdi-02"]
    assert (station["pronote_uai"], station["pronote_client_remove_older"]) == (LYCEE, True)
    assert station["pronote_client_reboot_allowed_until"] == "2026-08-31T22:00:00+02:00"
    assert station["pronote_prepare_crls"] == ["{{ inventory_dir }}/../trust/revoked.crl"]
    assert sorted(station["pronote_releases"]) == ["2025.2.9", "2026.1.3", "2026.2.7"]
    assert sorted(station["pronote_product_releases"]["edt_monoposte"]) == ["2026.2.7"]
    assert variables["fermat-profs-01"]["pronote_client_release"] == "2026.1.3"
    assert set(variables) == {name for name in variables if name == "depot" or name.startswith(("riquet-", "fermat-"))}


def _station(past: Path, name: str) -> SimulatedStation:
    scenario = load_scenario(past / "lab.yml")
    (spec,) = (station for _room, station in scenario.stations if station.name == name)
    accounts = tuple(Account(**account) for account in scenario.accounts)
    return build_station(spec, address="127.0.0.1", accounts=accounts, clock=1, journal=Journal())


def test_a_job_under_way(past: Path, lock: dict[str, Any]) -> None:
    station = _station(past, "riquet-cdi-02")
    under_way, ended = (kept_state(past, f"riquet-cdi-02.{when}") for when in ("under-way", "ended"))
    load(station, under_way)
    assert dump(station) == under_way
    entry = lock["pronote_releases"]["2026.2.7"]["x64"]
    job = f"pronote-client-2026.2.7-x64-{entry['digest'][:12]}-install"
    (task,) = station.tasks.all()
    assert (task.path, task.running) == (f"\\Rentree PRONOTE {job}", True)
    assert sorted(process.name for process in task.runs[0].job.processes) == ["cmd.exe", "setup.exe"]
    assert not station.files.is_file(f"{JOBS}\\{job}\\exit")
    for name, digest in {**entry["files"], "install.cmd": entry["digest"]}.items():
        if name != "uninstall.iss":
            assert station.files.require(f"{JOBS}\\{job}\\{name}").content.sha256 == digest
    load(station, ended)
    assert dump(station) == ended
    assert not station.tasks.all()[0].running
    assert not [process for process in station.processes if not process.host]
    assert station.files.require(f"{JOBS}\\{job}\\exit").content.read().startswith(b"step=done\r\ncode=0\r\n")


def test_staged_files(past: Path, lock: dict[str, Any]) -> None:
    station = _station(past, "riquet-cdi-03")
    staged = kept_state(past, "riquet-cdi-03.staged")
    load(station, staged)
    assert dump(station) == staged
    entry = lock["pronote_releases"]["2026.2.7"]["x64"]
    folder = f"{JOBS}\\pronote-client-2026.2.7-x64-{entry['digest'][:12]}-staged"
    assert station.files.require(f"{folder}\\setup.exe").content.sha256 == entry["files"]["setup.exe"]
    assert station.tasks.all() == []
    # Back to a station that has nothing of ours.
    fresh = dump(_station(past, "riquet-cdi-03"))
    load(station, fresh)
    assert dump(station) == fresh
    assert not station.files.is_directory("C:\\Program Files\\Rentree PRONOTE")


def test_a_state_is_of_its_windows(past: Path) -> None:
    state = json.loads(kept_state(past, "riquet-cdi-03.staged")) | {"windows": "11-23H2"}
    with pytest.raises(ValueError, match="whose windows is '11-23H2', not '10-22H2'"):
        load(_station(past, "riquet-cdi-03"), json.dumps(state))
