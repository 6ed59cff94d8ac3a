"""A setup that asks other dialogs over an earlier release: answers of an update, or a removal first."""

from __future__ import annotations

from tests.e2e.conftest import StartSchool

_ASKS = {"update_dialogs": ["SdUpdate-0", "SdFinish-0"]}
RELEASES = [
    {"release": "2026.1.9", "arch": "x64"},
    {"release": "2026.1.9", "arch": "x86"},
    # Answers of an update were recorded of one setup only.
    {"release": "2026.2.7", "arch": "x64", "options": {**_ASKS, "update_iss": {}}},
    {"release": "2026.2.7", "arch": "x86", "options": _ASKS},
]
STATIONS = [
    {"name": "mise-a-jour", "clients": [{"release": "2026.1.9"}]},
    {"name": "reinstalle", "arch": "x86", "clients": [{"release": "2026.1.9", "arch": "x86"}]},
    {"name": "neuf"},
]
_VERBS = {"mise-a-jour": ["update"], "reinstalle": ["stage", "remove", "install"], "neuf": ["install"]}


def test_each_setup_gets_the_answers_of_its_case(start_school: StartSchool) -> None:
    school = start_school(STATIONS, releases=RELEASES)
    before = school.lab.snapshots()
    arguments = ("-e", "pronote_client_update=reinstall", "-e", "pronote_client_release=2026.2.7")
    check = school.play("deploy", "--check", "--diff", *arguments).assert_code(0)
    assert school.lab.snapshots() == before
    done = school.play("deploy", *arguments).assert_code(0).of("client")
    assert {host: result["after"] for host, result in done.items()} == {
        host: result["after"] for host, result in check.of("client").items()
    }
    steps = {host: [name.rpartition("-")[2] for name in result["job"]["steps"]] for host, result in done.items()}
    assert steps == _VERBS
    settled = school.lab.snapshots()
    again = school.play("deploy", *arguments).assert_code(0).of("client")
    assert not [host for host, result in again.items() if result["changed"]]
    assert school.lab.snapshots() == settled
    for name in _VERBS:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(name)
