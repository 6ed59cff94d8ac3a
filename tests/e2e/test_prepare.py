"""playbooks/prepare.yml on the lab's download site: from nothing to a depot that deploy.yml uses."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun

_STATIONS = [
    {"name": "poste-01", "clients": [{"release": "2026.2.5"}]},
    {"name": "poste-02"},
    {"name": "poste-03", "power": "off"},
]
_SETUP = "Install_PRNclient_FR_2026.2.7_win64.exe"


@dataclass(frozen=True, kw_only=True)
class Year:
    """A school before its year is prepared: an empty depot, no lock file, and the recorded response files."""

    school: School
    depot: Path
    inventory: Path
    downloads: Path
    site: Mapping[str, str]

    @property
    def lock(self) -> Path:
        return self.inventory / "group_vars/all/pronote_releases.lock.yml"

    def prepare(self, *arguments: str, **variables: Any) -> PlaybookRun:
        return self.school.play("prepare", "-e", json.dumps(variables), *arguments)

    def requests(self, server: str = "download") -> list[str]:
        """Paths that were asked of a server since the lab began."""
        events = self.school.lab.journal(kind="web")
        return [e["data"]["path"] for e in events if e["data"]["server"] == server]

    def files(self) -> dict[str, bytes]:
        """Everything that preparing may change, but for the downloads."""
        roots = (self.depot, self.inventory)
        return {str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}

    def outcome(self, run: PlaybookRun) -> dict[str, Any]:
        """What came of the one release that was prepared."""
        (result,) = run.of("prepare").values()
        (outcome,) = result["releases"]
        return dict(outcome)


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(_STATIONS, publish=False)


@pytest.fixture
def year(school: School, tmp_path: Path) -> Year:
    info = school.lab.info
    depot = Path(info["depot_folder"])
    shutil.rmtree(depot)
    depot.mkdir()
    lock = school.inventory / "group_vars/all/pronote_releases.lock.yml"
    lock.unlink(missing_ok=True)
    responses = school.inventory / "responses"
    shutil.rmtree(responses, ignore_errors=True)
    responses.mkdir()
    (installer,) = info["installers"]
    for name, suffix in (("response.iss", ""), ("uninstall.iss", "-uninstall")):
        shutil.copy(installer["files"][name], responses / f"pronote_client-2026.2.7-x64{suffix}.iss")
    site = school.lab.site()
    variables = json.loads(school.variables.read_text(encoding="utf-8"))
    variables |= {
        "pronote_depot_path": str(depot),
        "pronote_prepare_page": site["page"],
        "pronote_prepare_trust": {"authorities": [site["authority"]]},
        "pronote_cache_dir": str(tmp_path / "cache"),
    }
    school.variables.write_text(json.dumps(variables), encoding="utf-8")
    return Year(
        school=school, depot=depot, inventory=school.inventory, downloads=tmp_path / "cache/downloads", site=site
    )


def test_from_nothing_to_a_deployment(year: Year, tmp_path: Path) -> None:
    startup = {"pronote_startup_dir": str(tmp_path / "startup"), "pronote_startup_unproven": "write"}
    before, asked = year.files(), len(year.requests())
    hosted, stations_asked = len(year.requests("hosted")), len(year.school.lab.journal(kind="request"))
    check = year.prepare("--check", "--diff", "-f", "50", **startup).assert_code(0)
    assert year.outcome(check)["status"] == "would_publish"
    # It is not published yet, which is no failure of a dry run.
    (told,) = check.of("startup_script").values()
    assert (told["changed"], told["held"]) == (False, [UAI])
    assert year.files() == before
    assert not year.downloads.exists()
    assert year.requests()[asked:] == ["/fr/telecharger-pronote.php"]
    assert "(known once fetched)  setup.exe" in check.output
    assert f"+        url: {year.outcome(check)['url']}" in check.output
    assert "Unable to parse" not in check.output

    # Where a rehearsal was made, the stations are next; otherwise it is (test_first_evening.py).
    rehearsal = year.school.written / "reports/rehearsals/19045-Professional-x64/rehearsal.json"
    rehearsal.parent.mkdir(parents=True)
    rehearsal.write_text('{"verdict": "held"}', encoding="utf-8")
    applied = year.prepare("--diff", "--limit", "poste-03", **startup).assert_code(0)
    script = tmp_path / "startup" / UAI / "pronote-startup.cmd"
    assert b"rem Client PRONOTE 2026.2.7. " in script.read_bytes()
    outcome = year.outcome(applied)
    assert (outcome["status"], outcome["signer"]) == ("published", "INDEX EDUCATION")
    assert len(year.requests()) == asked + 3
    assert f"{_SETUP}: 100 % of" in applied.output
    deploy = f"ansible-playbook playbooks/deploy.yml -i {year.inventory} --check --diff"
    assert f"Next, to see what changes on the stations: {deploy}" in applied.output
    assert "Next, " not in check.output
    locked = yaml.safe_load(year.lock.read_text(encoding="utf-8"))["pronote_releases"]["2026.2.7"]["x64"]
    setup = year.depot / "2026.2.7/x64/setup.exe"
    assert locked["installer"]["sha256"] == locked["files"]["setup.exe"] == outcome["sha256"]
    assert (locked["installer"]["size"], locked["installer"]["name"]) == (setup.stat().st_size, _SETUP)
    # No station was contacted for it.
    assert len(year.school.lab.journal(kind="request")) == stations_asked

    published = year.files()
    for arguments in (("--check", "--diff"), ()):
        again = year.prepare(*arguments).assert_code(0)
        assert (year.outcome(again)["status"], year.outcome(again)["changed"]) == ("unchanged", False)
    assert year.files() == published
    assert len(year.requests()) == asked + 3
    # The school's server was asked once for all of it.
    assert len(year.requests("hosted")) <= hosted + 1

    # poste-03 is off: 4. The lock file is read from the inventory.
    year.school.play("deploy", "--limit", "poste-01,poste-02").assert_code(0)
    audit = year.school.play("audit")
    assert year.school.releases(audit) == {"poste-01": "2026.2.7 x64", "poste-02": "2026.2.7 x64", "poste-03": None}
    # Removal was published too: the product code is the response file's.
    year.school.play("deploy", "--limit", "poste-02", "-e", "pronote_client_state=absent").assert_code(0)


def test_another_controller_gets_the_same_bytes_or_fails(year: Year, tmp_path: Path) -> None:
    # An inventory of before may have a variable that nobody reads any more.
    year.prepare(pronote_prepare_crls=["/nowhere/revoked.crl"]).assert_code(0)
    asked = len(year.requests())
    shutil.rmtree(year.depot / "2026.2.7")
    # No page: the lock file knows the address.
    run = year.prepare(pronote_cache_dir=str(tmp_path / "other")).assert_code(0)
    assert year.outcome(run)["status"] == "published"
    assert [path.rpartition("/")[2] for path in year.requests()[asked:]] == [_SETUP]

    lock = yaml.safe_load(year.lock.read_text(encoding="utf-8"))
    entry = lock["pronote_releases"]["2026.2.7"]["x64"]
    entry["installer"]["sha256"] = entry["files"]["setup.exe"] = "0" * 64
    year.lock.write_text(yaml.safe_dump(lock), encoding="utf-8")
    shutil.rmtree(year.depot / "2026.2.7")
    before = year.files()
    run = year.prepare(pronote_cache_dir=str(tmp_path / "third")).assert_code(2)
    assert "ALARM" in run.output
    assert year.files() == before


def test_what_is_prepared_goes_to_the_web_server_too(year: Year, tmp_path: Path) -> None:
    web = tmp_path / "web"
    # The stations' connection holds for every host that says nothing else; no limit has to name this one.
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_password": None}
    inventory = {"pronote_depots": {"hosts": {"web": {**host, "ansible_remote_tmp": str(tmp_path / "tmp")}}}}
    extra = year.inventory / "web.yml"
    extra.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    try:
        variables = {"pronote_depot_host": "web", "pronote_depot_host_path": str(web)}
        year.prepare("--check", **variables).assert_code(0)
        assert not web.exists()
        run = year.prepare("--limit", "poste-03", **variables).assert_code(0)
        assert [result["changed"] for result in _copies(run)] == [True]
        published = {p.relative_to(year.depot): p.read_bytes() for p in year.depot.rglob("*") if p.is_file()}
        assert {p.relative_to(web): p.read_bytes() for p in web.rglob("*") if p.is_file()} == published
        again = year.prepare(**variables).assert_code(0)
        assert [result["changed"] for result in _copies(again)] == [False]
    finally:
        extra.unlink()


def _copies(run: PlaybookRun) -> list[dict[str, Any]]:
    (result,) = run.of("depot_mirror").values()
    return list(result["results"])


def test_a_server_that_cannot_be_read_stops_its_school_only(year: Year) -> None:
    year.school.lab.school(UAI, mode="unavailable")
    try:
        run = year.prepare(pronote_cache_dir=str(year.downloads / "cache")).assert_code(2)
    finally:
        year.school.lab.school(UAI, mode="ok")
    assert f"{UAI}/pronote/ could not be read: the site is not available" in " ".join(run.output.split())
    # Named releases need no server.
    run = year.prepare(pronote_prepare_releases=["2026.2.7"], pronote_cache_dir=str(year.downloads / "none"))
    assert year.outcome(run.assert_code(0))["status"] == "published"


def test_a_release_that_is_not_there_does_not_stop_the_others(year: Year) -> None:
    run = year.prepare(pronote_prepare_releases=["2026.2.7", "2026.2.8"]).assert_code(2)
    (result,) = run.of("prepare").values()
    assert [(o["release"], o["status"]) for o in result["releases"]] == [
        ("2026.2.7", "published"),
        ("2026.2.8", "failed"),
    ]
    assert "has 2026.2.7 x64, not 2026.2.8 x64" in result["msg"]
    assert (year.depot / "2026.2.7/x64/install.cmd").exists()
    assert not (year.depot / "2026.2.8").exists()


def test_a_bad_download_leaves_everything_as_it_was(year: Year) -> None:
    before = year.files()
    for mode, says in {
        "html_200": "it is an HTML page",
        "truncated": "is cut short",
        "missing": "HTTP 404",
    }.items():
        year.school.lab.site({_SETUP: mode})
        run = year.prepare().assert_code(2)
        assert says in year.outcome(run)["message"]
        assert year.files() == before
    # The next run asks again, and gets it.
    year.school.lab.site()
    assert year.outcome(year.prepare().assert_code(0))["status"] == "published"


def test_two_preparations_at_once(year: Year) -> None:
    before = year.files()
    handle = os.open(year.depot, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        run = year.prepare().assert_code(2)
        assert "another preparation is under way" in " ".join(run.output.split())
        # A dry run writes nothing and waits for nobody.
        assert year.outcome(year.prepare("--check").assert_code(0))["status"] == "would_publish"
    finally:
        os.close(handle)
    assert year.files() == before


def test_what_roles_keep_in_an_inventory_is_no_inventory(year: Year) -> None:
    """A log that a station wrote must not add hosts or variables."""
    for folder in ("logs", "reports", "responses"):
        (year.inventory / folder).mkdir(exist_ok=True)
        (year.inventory / folder / "evil.yml").write_text("all: {hosts: {evil: {}}}\n", encoding="utf-8")
    try:
        run = year.prepare("--list-hosts").assert_code(0)
    finally:
        for folder in ("logs", "reports", "responses"):
            (year.inventory / folder / "evil.yml").unlink()
    assert "poste-01" in run.output
    assert "evil" not in run.output
    assert "WARNING" not in run.output
