"""Bad input and refusals: a clear error that names station, fact and remedy; every other station is served."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun

STATIONS: list[dict[str, Any]] = [
    {"name": "salle-d'étude-é"},
    {"name": "wmi-refused", "deny_wmi": True},
    {"name": "shells-refused", "deny_shells": True},
    {"name": "wrong-password", "accounts": [{**ACCOUNT, "password": "another one"}]},
    {"name": "off", "power": "off"},
    {"name": "disk-full", "free_space": 100_000_000},
    {"name": "rejected", "installer_fault": {"kind": "rejected", "result_code": -3}},
    {"name": "no-change", "installer_fault": {"kind": "no_change"}},
    {"name": "crash", "installer_fault": {"kind": "crash"}},
    {"name": "fills-up", "installer_fault": {"kind": "disk_full"}},
    {"name": "arm", "arch": "arm64"},
    {"name": "x86", "arch": "x86"},
    {"name": "many-entries", "uninstall_entries": 300},
    {
        "name": "odd-values",
        "registry": [
            {
                "key": "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\odd",
                "name": "DisplayName",
                "data": 7,
            },
        ],
    },
]
SERVED = {"salle-d'étude-é", "many-entries", "odd-values"}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS)


def _results(school: School, *arguments: str) -> dict[str, dict[str, Any]]:
    # ansible-playbook's code for unreachable stations hides that of failed ones.
    return school.play("deploy", "-f", "50", *arguments).assert_code(4).of("client")


# Of one station each: a variable of the inventory, and what is said of it.
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "release": ({"pronote_client_release": "latest"}, "'latest' is not a release, which looks like 2026.2.7"),
    "command": ({"pronote_client_release": "2026.2.7 & calc"}, "is not a release"),
    "arch": ({"pronote_client_arch": "ia64"}, "must be one of"),
    "relative": ({"pronote_depot_url": "depot/pronote"}, "is not an http:// or https:// address"),
    "file": ({"pronote_depot_url": "file:///srv/depot"}, "is not an http:// or https:// address"),
    "account": ({"pronote_depot_url": "http://u:p@depot/"}, "is not an http:// or https:// address"),
    "choice": ({"pronote_client_when_running": "maybe"}, "must be one of"),
    "uai": ({"pronote_uai": "31", "pronote_server_url": ""}, "'31' is not a UAI"),
    "server": ({"pronote_server_url": "ftp://x/"}, "is not the address of a hosted server"),
    "connection": ({"ansible_connection": "local"}, "this station uses the connection plugin 'local'"),
    "digest": (
        {"pronote_releases": {"2026.2.7": {"x64": {"digest": "abc"}}}},
        "is not a SHA-256 digest",
    ),
    "entry": ({"pronote_releases": {"2026.2.7": {"x64": "abc"}}}, "pronote_releases cannot be read"),
    "nothing": ({"pronote_releases": {}}, "release 2026.2.7 is not published for x64"),
}
GOOD = "salle-d'étude-é"


@dataclass(frozen=True, kw_only=True)
class Mistyped:
    """A deployment whose variables are wrong, of each station in its own way, and of one not."""

    run: PlaybookRun
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module")
def mistyped(start_school: StartSchool) -> Mistyped:
    school = start_school([{"name": name} for name in (*BAD, GOOD)])
    # Extra variables win over a station's own.
    variables = json.loads(school.variables.read_text(encoding="utf-8"))
    everybody = {name: variables.pop(name) for name in ("pronote_releases",)}
    school.variables.write_text(json.dumps(variables), encoding="utf-8")
    for folder, name, values in (
        ("group_vars", "all/releases", everybody),
        *(("host_vars", name, values) for name, (values, _) in BAD.items()),
    ):
        path = school.inventory / folder / f"{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    before = school.lab.snapshots()
    run = school.play("deploy", "-f", "50").assert_code(2)
    return Mistyped(run=run, before=before, after=school.lab.snapshots())


@pytest.mark.parametrize("station", BAD)
def test_bad_variables(mistyped: Mistyped, station: str) -> None:
    result = mistyped.run.of("client")[station]
    assert result["outcome"] == "failed"
    text = " ".join(mistyped.run.output.replace("''", "'").split())
    assert f"failed: [{station}]: " in text
    assert BAD[station][1] in " ".join(result["msg"].split()), result
    assert BAD[station][1] in text
    assert mistyped.after[station] == mistyped.before[station]


def test_bad_variables_of_one_station_are_no_other_stations(mistyped: Mistyped) -> None:
    assert mistyped.run.of("client")[GOOD]["changed"]
    assert mistyped.after[GOOD] != mistyped.before[GOOD]


@pytest.mark.smoke
def test_each_station_says_what_is_wrong_and_the_others_are_served(school: School) -> None:
    results = _results(school)
    expected = {
        "wmi-refused": ("unreachable", "access denied while reading"),
        "shells-refused": ("unreachable", "access denied while"),
        "wrong-password": ("unreachable", "refuses the user name or the password"),
        "off": ("unreachable", "refuses the connection"),
        "disk-full": ("failed", "95 MiB free on C:, 1024 MiB needed"),
        "rejected": ("failed", "the response file lacks an answer that the setup wants: record it again"),
        "no-change": ("failed", "reported success, but the station has no client of that year"),
        "crash": ("failed", ""),
        "fills-up": ("failed", ""),
        "arm": ("failed", "release 2026.2.7 is not published for x86"),  # the one that Windows 10 on ARM runs
        "x86": ("failed", "release 2026.2.7 is not published for x86"),
    }
    for host, (outcome, fact) in expected.items():
        assert results[host]["outcome"] == outcome, (host, results[host])
        assert fact in results[host]["fact"], (host, results[host]["fact"])
        assert results[host]["remedy"], host
    assert {host for host, result in results.items() if result["outcome"] == "ok"} == SERVED
    assert all(results[host]["changed"] for host in SERVED)
    for station in STATIONS:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(station["name"]), station["name"]


def test_logs_of_failed_jobs_are_on_the_controller(school: School) -> None:
    logs = {path.name: path.read_text(encoding="utf-8") for path in (school.work.parent / "logs").iterdir()}
    assert "ResultCode=-3" in logs["rejected.log"]
    # Names of stations never leave the folder, whatever they hold.
    assert "salle-d__tude-_.log" in logs
