"""Operations 2, 5 and 6 looked at from a playbook: findings instead of failures, nothing changed, nobody named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun, playbook_command, playbook_environment, run_command
from tests.unit.exports import SECRETS, Somebody, clear_export, identifier, school

_KEY = "Vault-only-fingerprint-key"
_PATH = "C:\\Users\\direction\\EDT\\Archives & co\\rentrée 2026.zip"
_TEXT, _SIZE = "PK\x03\x04 as far as Windows knows", 90_000
_DIGEST = hashlib.sha256(_TEXT.encode().ljust(_SIZE, b"\0")).hexdigest()
_ARCHIVE = {"path": _PATH, "text": _TEXT, "size": _SIZE, "modified": "2026-08-25T14:30:15+02:00"}
STATIONS: list[dict[str, Any]] = [
    {"name": "direction", "files": [_ARCHIVE]},
    {"name": "oubli", "language": "en"},
    {"name": "ancienne", "files": [{**_ARCHIVE, "modified": "2025-08-25T14:30:15+02:00"}]},
    {"name": "vide", "files": [{"path": _PATH}]},
    {"name": "dossier", "files": [{**_ARCHIVE, "path": f"{_PATH}\\a.txt"}]},
    {
        "name": "archives",
        "files": [
            {**_ARCHIVE, "path": f"{_PATH}\\juillet.zip", "modified": "2026-07-10T10:00:00+02:00"},
            {**_ARCHIVE, "path": f"{_PATH}\\Été.archs", "modified": "2026-08-24T10:00:00+02:00"},
            {**_ARCHIVE, "path": f"{_PATH}\\août 2026.ZIP"},
            {**_ARCHIVE, "path": f"{_PATH}\\plus tard.edt", "modified": "2026-08-30T10:00:00+02:00"},
        ],
    },
    {"name": "éteint", "power": "off", "files": [_ARCHIVE]},
    {"name": "refus", "deny_wmi": True, "files": [_ARCHIVE]},
]


@pytest.fixture(scope="module")
def lab(start_school: StartSchool) -> School:
    ent = {"uai": UAI, "group": "lycee", "name": "Lycée d'essai", "release": "2026.2.7", "cas": "lab"}
    return start_school(STATIONS, schools=[ent])


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A share with a good export and last year's, in which a pupil had another identifier."""
    folder = tmp_path_factory.mktemp("share")
    (folder / "IdPN_To_Kosmos.xml").write_text(clear_export(school()), encoding="utf-8")
    before = [*school()[:-1], Somebody("Eleve", "TARNEAU", "Calcédoine", identifier(30), "2013-09-10")]
    (folder / "before.xml").write_text(clear_export(before, software="PRONOTE 2025.3.1"), encoding="utf-8")
    (folder / "copie.zip").write_bytes(b"PK\x03\x04 cut off".ljust(5000, b"\0"))
    return folder


def _play(lab: School, share: Path, *arguments: str, name: str, **changes: Any) -> PlaybookRun:
    values = {
        "archive_path": _PATH,
        "share": str(share),
        "export": str(share / "IdPN_To_Kosmos.xml"),
        "previous_export": str(share / "before.xml"),
        "fingerprint_key": _KEY,
        "ent_host": lab.lab.info["cas"]["address"],
        "ent_authority": lab.lab.info["cas"]["authority"],
        **changes,
    }
    lab.work.mkdir(exist_ok=True)
    results = lab.work / f"{name}.jsonl"
    # As a vault would: what is given on the command line itself, Ansible shows from -vvvv on.
    extra = lab.work / f"{name}.json"
    extra.write_text(json.dumps(values), encoding="utf-8")
    command = playbook_command("x", "-i", str(lab.inventory), "-e", f"@{lab.variables}", "-e", f"@{extra}")
    command[1] = "tests/e2e/playbooks/checks.yml"
    # One place for all: whoever forks for them has it open.
    log = lab.work / "ansible.log"
    log.write_bytes(b"")
    environment = playbook_environment(results, ANSIBLE_LOG_PATH=str(log))
    done = run_command([*command, *arguments], env=environment, timeout=240)
    assert log.stat().st_size > 0
    everything = done.stdout + results.read_text(encoding="utf-8") + log.read_text(encoding="utf-8")
    _nobody(everything)
    assert _KEY not in everything
    assert not [token for token in lab.lab.tokens(UAI) if token in everything]
    lines = results.read_text(encoding="utf-8").splitlines()
    return PlaybookRun(code=done.returncode, output=done.stdout, results=[json.loads(line) for line in lines])


def _nobody(text: str) -> None:
    lowered = text.lower()
    assert not [secret for secret in SECRETS if secret in lowered]


def _found(run: PlaybookRun, action: str) -> dict[str, tuple[str, list[str]]]:
    """State and codes by host; of an action that runs twice, the last."""
    return {
        host: (result["state"], [finding["code"] for finding in result["findings"]])
        for host, result in run.of(action).items()
    }


def _of_task(run: PlaybookRun, task: str) -> dict[str, tuple[str, list[str]]]:
    return {
        r["host"]: (r["result"]["state"], [finding["code"] for finding in r["result"]["findings"]])
        for r in run.results
        if r["task"] == task
    }


_ON_STATIONS = {
    "direction": ("in_doubt", ["archive_content_unread"]),
    "oubli": ("to_do", ["file_absent"]),
    "ancienne": ("to_do", ["file_old", "archive_content_unread"]),
    "vide": ("to_do", ["file_empty"]),
    "dossier": ("to_do", ["archive_none_in_folder"]),
    "archives": ("in_doubt", ["archive_content_unread"]),
    "éteint": ("not_observable", ["station_unreadable"]),
    "refus": ("not_observable", ["station_unreadable"]),
}


def test_findings_never_failures_and_nothing_changes(lab: School, share: Path) -> None:
    # Of which one is read and two are not.
    hosts = ["direction", "éteint", "refus"]
    before = lab.lab.snapshots()
    few = {"controller_hosts": hosts}
    checked = _play(lab, share, "--check", "--diff", name="check", **few).assert_code(0)
    assert not (share / "2026.json").exists()
    run = _play(lab, share, "-f", "50", name="real", **few).assert_code(0)
    for each in (checked, run):
        assert _of_task(each, "Look at the archive on the station") == _ON_STATIONS
        assert _of_task(each, "Read its copy on the controller") == dict.fromkeys(
            hosts, ("to_do", ["archive_truncated"])
        )
        assert _found(each, "cas_info") == dict.fromkeys(hosts, ("done", []))
        assert _found(each, "kosmos_export_info") == dict.fromkeys(hosts, ("in_doubt", ["ids_changed"]))
        assert not [r for r in each.results if r["result"].get("changed")]
    assert lab.lab.snapshots() == before
    # Three hosts and two runs: each server was asked once.
    asked = [event["data"]["server"] for event in lab.lab.journal(kind="web")]
    assert (asked.count("hosted"), asked.count("cas")) == (2, 1)
    assert (share / "2026.json").stat().st_mode & 0o777 == 0o600
    _nobody((share / "2026.json").read_text(encoding="utf-8"))


def test_nobody_is_named_at_the_highest_verbosity(lab: School, share: Path) -> None:
    bad = [
        *school(),
        Somebody("Eleve", "TARNEAU", "Ardoisie", identifier(0)),
        Somebody("Eleve", "TARNEAU", "X", "oops"),
    ]
    (share / "bad.xml").write_text(clear_export(bad), encoding="utf-8")
    (share / "broken.xml").write_text(clear_export(bad)[:-400], encoding="utf-8")
    for name, codes in {"bad": ["ids_malformed", "ids_shared", "ids_changed"], "broken": ["export_truncated"]}.items():
        arguments = ("-vvvvv", "--limit", "direction")
        run = _play(lab, share, *arguments, name=f"verbose-{name}", export=str(share / f"{name}.xml")).assert_code(0)
        assert _found(run, "kosmos_export_info")["direction"][1] == codes


def test_the_content_is_checked_through_its_copy(lab: School, share: Path) -> None:
    limit = ("--limit", "direction,archives")
    run = _play(lab, share, *limit, name="digest", archive_sha256=_DIGEST).assert_code(0)
    assert _of_task(run, "Look at the archive on the station")["direction"] == ("done", [])
    (archive,) = [r["result"] for r in run.results if r["host"] == "direction" and "on the station" in r["task"]]
    assert archive["archive"] == {
        "path": _PATH,
        "kind": "zip",
        "size": _SIZE,
        "modified": "2026-08-25T12:30:15+00:00",
        "sha256": _DIGEST,
    }
    assert archive["evidence"][1]["what"] == "même empreinte SHA-256 que la copie vérifiée"
    assert archive["evidence"][1]["source"] == f"direction: {_PATH}"
    (newest,) = [r["result"] for r in run.results if r["host"] == "archives" and "on the station" in r["task"]]
    assert (newest["state"], newest["archive"]["path"]) == ("done", f"{_PATH}\\août 2026.ZIP")
    other = _play(lab, share, *limit, name="other", archive_sha256="0" * 64).assert_code(0)
    assert _of_task(other, "Look at the archive on the station")["direction"][1] == ["archive_other_digest"]


def test_a_path_that_is_none_is_the_admins_error(lab: School, share: Path) -> None:
    run = _play(lab, share, "--limit", "direction", name="path", archive_path="\\\\serveur\\edt\\a.zip").assert_code(2)
    assert "n'est pas le chemin complet d'un fichier" in run.output


def test_the_ent_has_a_bad_certificate(lab: School, share: Path, tmp_path: Path) -> None:
    lab.lab.cas(certificate="expired")
    arguments = ("--limit", "direction", "-e", f"pronote_cache_dir={tmp_path}")
    run = _play(lab, share, *arguments, name="expired").assert_code(0)
    assert _found(run, "cas_info")["direction"] == ("in_doubt", ["login_tls_expired"])
    lab.lab.cas()
