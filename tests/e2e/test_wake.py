"""Wake-on-LAN: woken only when silent, waited for together, switched off only when it was us."""

from __future__ import annotations

import contextlib
import getpass
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import kill_controller, start_deploy, until
from tests.lab.inventory import TIMEOUTS
from tests.tools import require_tool

WAKE = ("-e", json.dumps({"pronote_client_wake": True, "pronote_timeouts": {**TIMEOUTS, "wake": 20}}))


_THERE = {"clients": [{"release": "2026.2.7"}]}


def _mac(number: int) -> str:
    return f"00:11:22:33:44:{number:02x}"


def _off(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "power": "off", "mac": _mac(number), "boot_seconds": 40.0, **more}


@pytest.fixture
def school(start_school: StartSchool) -> School:
    return start_school(
        [
            {"name": "on", "mac": _mac(1)},
            _off(2, "off"),
            _off(3, "dead", wakes=False),
            {"name": "no-mac", "power": "off"},
        ]
    )


def _packets(school: School) -> list[str]:
    return [event["station"] for event in school.lab.journal(kind="wake")]


def _switched_off(school: School, name: str) -> bool:
    return [e["data"].get("power") for e in school.lab.journal(kind="power", station=name)][-1:] == ["off"]


def test_only_silent_stations_are_woken_and_only_those_are_switched_off(school: School) -> None:
    check = school.play("deploy", *WAKE, "--check").assert_code(4)
    assert "would be woken: dead, off" in check.output
    assert not _packets(school)

    run = school.play("deploy", *WAKE).assert_code(4)
    assert _packets(school) == ["off"]
    (woken,) = run.of("wake").values()
    assert (woken["woken"], woken["still_silent"], woken["without_mac"]) == (["off"], ["dead"], ["no-mac"])
    results = run.of("client")
    assert results["off"]["switched_off"]
    assert "switched_off" not in results["on"]
    until(lambda: _switched_off(school, "off"))
    assert sorted(start["station"] for start in school.lab.installer_starts()) == ["off", "on"]
    # Who does not answer is in the list of what remains.
    (report,) = run.of("deploy_report").values()
    assert [row["station"] for row in report["remaining"]] == ["dead", "no-mac"]


def test_each_station_says_for_itself_whether_it_is_woken(start_school: StartSchool) -> None:
    """Of thirty stations two are off: one is never woken, the other is, whatever the first station of the play says."""
    on = [{"name": f"on-{number:02}", **_THERE} for number in range(28)]
    school = start_school([*on, _off(1, "left-off", **_THERE), _off(2, "off", **_THERE)])
    wakes = {"pronote_client_wake": True, "pronote_timeouts": {**TIMEOUTS, "wake": 20}}
    hosts = {"on-00": {"pronote_client_wake": "{{ nobody_said }}"}, "left-off": {"pronote_client_wake": False}}
    groups = {"salle_101": {"vars": wakes}, "all": {"hosts": hosts}}
    (school.inventory / "wake.yml").write_text(yaml.safe_dump(groups), encoding="utf-8")

    run = school.play("deploy").assert_code(4)
    (task,) = [result for result in run.results if result["action"] == "rentree.pronote.wake"]
    assert (task["result"]["woken"], task["result"]["still_silent"], task["outcome"]) == (["off"], [], "ok")
    assert _packets(school) == ["off"]
    assert "on-00 cannot be woken: enabled: " in run.output
    results = run.of("client")
    assert [name for name, result in results.items() if result["outcome"] != "ok"] == ["left-off"]
    assert results["off"]["switched_off"]

    # No station is to be woken: the one task says so.
    run = school.play("deploy", "--check", "--limit", "on-01", "-e", "pronote_client_wake=false").assert_code(0)
    assert [r["outcome"] for r in run.results if r["action"] == "rentree.pronote.wake"] == ["skipped"]


def test_a_killed_run_leaves_the_next_one_knowing_whom_it_woke(start_school: StartSchool) -> None:
    slow = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 200.0}}]
    names = ["free", "taken"]
    school = start_school([_off(number, name) for number, name in enumerate(names)], releases=slow)
    process = start_deploy(school, "killed", *WAKE)
    until(lambda: sorted(start["station"] for start in school.lab.installer_starts()) == names)
    kill_controller(process)
    school.lab.people("taken", "log_on", "élève")

    results = school.play("deploy").assert_code(0).of("client")
    assert results["free"]["switched_off"]
    assert results["taken"]["left_on"] == "somebody has opened a session"
    until(lambda: _switched_off(school, "free"))
    assert len(school.lab.installer_starts()) == 2
    # From now on it is nobody's to switch off.
    assert "switched_off" not in school.play("deploy", "--limit", "taken").assert_code(0).of("client")["taken"]


@contextlib.contextmanager
def _sshd(folder: Path, address: str) -> Iterator[dict[str, Any]]:
    """A real OpenSSH server for this user alone; yields the inventory variables of a relay behind it."""
    sshd = require_tool("sshd")
    folder.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    public = (folder / "host.pub").read_text(encoding="utf-8")
    (folder / "known_hosts").write_text(f"[{address}]:2222 {public}", encoding="utf-8")
    options = {
        "ListenAddress": address,
        "Port": 2222,
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "user.pub",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
    }
    Path("/run/sshd").mkdir(exist_ok=True)
    config = folder / "sshd_config"
    config.write_text("".join(f"{key} {value}\n" for key, value in options.items()), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([sshd, "-D", "-e", "-f", str(config)], stderr=log)
        try:
            until(lambda: b"listening" in (folder / "log").read_bytes())
            yield {
                "ansible_host": address,
                "ansible_port": 2222,
                "ansible_user": getpass.getuser(),
                "ansible_ssh_private_key_file": str(folder / "user"),
                "ansible_ssh_common_args": f"-o UserKnownHostsFile={folder}/known_hosts -o IdentitiesOnly=yes",
            }
        finally:
            server.terminate()
            server.wait()


def test_a_relay_sends_the_packets_of_its_stations(start_school: StartSchool, tmp_path: Path) -> None:
    """One that is this machine, and one that is reached over SSH."""
    school = start_school([_off(1, "asleep-near"), _off(2, "asleep-far"), _off(3, "lost")])
    wakes = {"pronote_client_wake": True, "pronote_timeouts": {**TIMEOUTS, "wake": 10}}
    with _sshd(tmp_path / "sshd", f"{school.lab.info['network']}.0.5") as far:
        hosts = {
            "near": {"ansible_connection": "local"},
            "far": far,
            "asleep-near": {"pronote_wake_relay": "near"},
            "asleep-far": {"pronote_wake_relay": "far"},
            "lost": {"pronote_wake_relay": "nobody"},
        }
        (school.inventory / "relay.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
        run = school.play("deploy", "-e", json.dumps(wakes)).assert_code(4)
    assert sorted(_packets(school)) == ["asleep-far", "asleep-near"], run.output
    assert all(run.of("client")[name]["switched_off"] for name in ("asleep-near", "asleep-far"))
    assert "the relay nobody woke nobody (lost): it is not in the inventory" in run.output
