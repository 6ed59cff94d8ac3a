"""Audits and deployments of three schools on a mesh of AWX's parts: receptor, ansible-runner, nodes of their own."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.e2e.conftest import School
from tests.mesh.awx import Awx, Job
from tests.mesh.conftest import NODES, SECRETS
from tests.mesh.leftovers import in_the_clear
from tests.mesh.links import Mesh, until
from tests.servers.postgresql import Postgresql

# What AWX's own programs keep of a job while it runs: receptor the work as it came and what came of it, ansible-runner
# the command with its environment. The stations' password is in the first alone.
WHILE_IT_RUNS = {
    *(("control", "receptor/stdin", name) for name in ("station", "vault", "store")),
    *(("exec-1", "receptor/stdin", name) for name in ("station", "vault", "store")),
    *((machine, "receptor/stdout", "store") for machine in ("control", "exec-1")),
    *(("exec-1", f"tmp/{name}", "store") for name in ("command", "env.list")),
}


def _starts(school: School, prefix: str) -> Counter[str]:
    """How often an installer was started on each station of a school."""
    return Counter(e["station"] for e in school.lab.installer_starts() if e["station"].startswith(prefix))


def _left(mesh: Mesh) -> set[tuple[str, str, str]]:
    """Secrets in the clear on the disks of all machines: machine, place and file, and which."""
    return {
        (machine.name, f"{path.split('/')[0]}/{path.split('/')[-1]}", name)
        for machine in mesh.machines.values()
        for path, name in in_the_clear(machine.folder, SECRETS)
    }


def _for_nobody_else(mesh: Mesh) -> bool:
    """Whether each file with a secret lies below a folder that its machine's other accounts cannot enter."""
    return all(
        any(parent.stat().st_mode & 0o077 == 0 for parent in (machine.folder / path).parents)
        for machine in mesh.machines.values()
        for path, _ in in_the_clear(machine.folder, SECRETS)
    )


def _at_once(*jobs: Job) -> bool:
    """Whether all of them ran at one moment."""
    times = [sorted(str(event["created"]) for event in job.events) for job in jobs]
    return max(first for first, *_ in times) < min(last for *_, last in times)


def test_a_node_sees_nothing_of_another(mesh: Mesh) -> None:
    one, two = (mesh.machines[name] for name in NODES)
    (one.folder / "tmp/note").write_text("of exec-1", encoding="utf-8")
    assert one.run("cat", "/tmp/note").stdout == "of exec-1"
    for path in ("/tmp/note", f"{one.folder}/tmp/note", f"{one.folder}/etc/exec-1.key", "/etc/receptor/exec-1.key"):
        assert two.run("cat", path).returncode != 0, path
    assert two.run("sh", "-c", "cat /proc/*/root/tmp/note").stdout == ""
    # Its own, by the same names.
    assert two.run("cat", "/etc/receptor/exec-2.key").stdout.startswith("-----BEGIN")
    assert two.run("hostname").stdout == "exec-2\n"


def test_a_node_runs_only_what_the_control_node_has_signed(mesh: Mesh) -> None:
    with pytest.raises(RuntimeError, match="could not verify signature"):
        mesh.submit("exec-1", "--version", signed=False)


def test_audits_of_all_schools_on_two_nodes_are_one(awx: Awx, school: School, mesh: Mesh) -> None:
    nodes = {"lycee": "exec-1", "college": "exec-2", "lycee_pro": "exec-1"}
    jobs = [
        awx.launch("audit", node=node, limit=limit, pronote_audit_conclude_later=True) for limit, node in nodes.items()
    ]
    found = Counter[str]()
    for job in jobs:
        (report,) = job.wait().of("audit_report").values()
        found.update(report["counts"])
    assert _at_once(*jobs)
    assert {name: number for name, number in found.items() if number} == {"late": 2, "absent": 4}

    asked = len(school.lab.journal())
    (whole,) = awx.launch("conclude", node="exec-2").wait().of("audit_conclude").values()
    assert len(school.lab.journal()) == asked, "a conclusion asks no station anything"
    assert {name: number for name, number in whole["counts"].items() if number} == {"late": 2, "absent": 4}
    assert (whole["verdict"], whole["complete"], whole["unread"], whole["gaps"]) == ("not_compliant", True, 0, [])
    report = json.loads((mesh.machines["exec-2"].folder / "pronote/audit.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["run"]["stations"]) == ("not_compliant", 0)
    stations = {f"{name.replace('_', '-')}-{number}" for name in nodes for number in (1, 2)}
    assert {row["station"] for row in report["stations"]} == stations
    assert _left(mesh) == set()


def test_schools_are_deployed_at_once(awx: Awx, school: School, mesh: Mesh) -> None:
    jobs = [awx.launch("deploy", node=node, limit=name) for name, node in zip(("lycee", "college"), NODES, strict=True)]
    after = {station: result["after"] for job in jobs for station, result in job.wait().of("client_turn").items()}
    assert _at_once(*jobs)
    assert {str(clients) for clients in after.values()} == {"['Client PRONOTE 2026: 2026.2.7 x64']"}
    assert Counter(list(after)) == _starts(school, "lycee-1") + _starts(school, "lycee-2") + _starts(school, "college-")
    assert len(after) == 4
    assert _left(mesh) == set()


def test_a_killed_node_s_job_is_followed_by_the_other(awx: Awx, school: School, mesh: Mesh, store: Postgresql) -> None:
    stations = ["lycee-pro-1", "lycee-pro-2"]
    killed = awx.launch("deploy", node="exec-1", limit="lycee_pro")
    until(lambda: set(_starts(school, "lycee-pro-")) == set(stations))
    assert _left(mesh) == WHILE_IT_RUNS
    assert _for_nobody_else(mesh)

    mesh.machines["exec-1"].cut_power()
    until(lambda: mesh.reachable() == {"exec-2"})
    # AWX gives up a job whose node is lost; somebody launches it again, and it goes to a node that is there.
    killed.cancel()
    again = awx.launch("deploy", node="exec-2", limit="lycee_pro", pronote_timeouts={"lease_wait": 1800})
    holder = f"AWX {killed.number}"
    until(lambda: f"another run has the school 0310003C: {holder} on " in again.text)
    # The minutes of the killed job's lease go by.
    gone = f"update lease set expires = '2026-01-01T00:00:00Z' where holder = '{holder}' returning school"
    assert store.sql(gone, database="pronote") == "0310003C"
    again.wait()
    results = again.of("client_turn")
    assert {station: results[station]["action"] for station in stations} == dict.fromkeys(stations, "finish")
    assert all(results[station]["job"]["followed"] for station in stations)
    assert _starts(school, "lycee-pro-") == Counter(stations), "an installer was started twice"

    # What a machine without power has on its disk is gone when it is back and AWX has cleaned up there.
    assert _left(mesh) == WHILE_IT_RUNS
    mesh.switch_on("exec-1")
    until(lambda: mesh.reachable() == set(NODES))
    mesh.clean_up("exec-1", killed.unit())
    until(lambda: _left(mesh) == set())


def test_no_secret_is_in_what_awx_or_the_store_keep(awx: Awx, store: Postgresql) -> None:
    # Of the tests above: alone it has nothing to look at.
    assert len(list(awx.jobs.glob("*.jsonl"))) == 8
    assert in_the_clear(awx.jobs, SECRETS) == set()
    assert in_the_clear(store.folder / "data/base", SECRETS) == set()
