"""Make ``tests/upgrade/0.1.0`` anew: what commit 0eaf3a8 leaves on controllers, depots and stations.

It runs on that commit only, whose playbooks and lab it drives: others write what they write. It is kept to be read, and
for the day on which something that 0.1.0 wrote turns out to be missing:

    git worktree add build/0.1.0 0eaf3a8 && cp -r tests/upgrade build/0.1.0/tests/
    (cd build/0.1.0 && ../../.venv/bin/python -m tests.upgrade.make)
    rm -r tests/upgrade/0.1.0 && cp -r build/0.1.0/tests/upgrade/0.1.0 tests/upgrade/

What people write, the inventory and the lab's scenario, it takes from the folder as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import http.server
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.serialization import Encoding

from tests.e2e.playbook import ROOT, PlaybookRun, playbook_command, playbook_environment, run_playbook
from tests.lab import lab as lab_module
from tests.lab.authenticode import Authority
from tests.lab.lab import Lab
from tests.lab.scenario import load_scenario
from tests.lab.simulated.station import SimulatedStation
from tests.upgrade.copies import MADE_IN, MADE_ON
from tests.upgrade.stations import dump

COMMIT = "0eaf3a8"
HERE = Path(__file__).parent / "0.1.0"
LYCEE, COLLEGE = "lycee_riquet", "college_fermat"
UNDER_WAY, STAGED = "riquet-cdi-02", "riquet-cdi-03"
_INSTALLERS = ("setup.exe", "setup.msi")


class Past:
    """The lab, and an administrator of 0.1.0 in front of it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.info = lab.info()
        self.inventory = MADE_IN / "inventory"
        self.variables = MADE_IN / "variables.json"
        self._site: dict[str, str] = {}
        self._write_variables({})

    def _write_variables(self, more: dict[str, Any]) -> None:
        values = {
            "pronote_depot_path": self.info["depot_folder"],
            "pronote_cache_dir": str(MADE_IN / "cache"),
            "pronote_prepare_download_dir": str(MADE_IN / "downloads-of-controller"),
            **more,
        }
        self.variables.write_text(json.dumps(values), encoding="utf-8")

    async def open_site(self) -> None:
        """The publisher's site; its authority, and the list of what that has revoked, become the inventory's."""
        authority = Authority()
        with mock.patch.object(lab_module, "Authority", return_value=authority):
            self._site = await self.lab.open_site()
        trust = MADE_IN / "trust"
        trust.mkdir()
        (trust / "authority.pem").write_bytes(authority.pem())
        ten_years = dt.datetime.now(dt.UTC) + dt.timedelta(days=3650)
        lists = authority.revoke({}, until=ten_years)  # type: ignore[attr-defined]  # that commit's lab has it
        (trust / "revoked.crl").write_bytes(lists.public_bytes(Encoding.PEM))
        self._write_variables({"pronote_prepare_page_url": self._site["page"]})

    def station(self, name: str) -> SimulatedStation:
        """A station of the lab."""
        station = self.lab.stations[name]
        assert isinstance(station, SimulatedStation)
        return station

    def built(self, release: str, product: str = "pronote_client") -> dict[str, Any]:
        """What the lab built of a release: ``files`` by name, ``product_code``."""
        (found,) = (i for i in self.info["installers"] if (i["product"], i["release"]) == (product, release))
        return dict(found)

    def signed(self, name: str) -> tuple[str, Path]:
        """Address and file of an installer on the publisher's site."""
        (found,) = (i for i in self.lab.site.installers if i.path.endswith(f"/{name}"))
        return f"{self._site['base']}{found.path}", found.file

    async def play(self, playbook: str, *arguments: str, code: int = 0, **variables: Any) -> PlaybookRun:
        """Run a playbook of the commit to this exit code."""
        extra = ("-e", f"@{self.variables}", "-e", json.dumps(variables), *arguments)
        run = await asyncio.to_thread(run_playbook, playbook, *extra, inventory=self.inventory, work=MADE_IN / "runs")
        return run.assert_code(code)

    def installer_began(self, name: str) -> bool:
        """Whether a setup has been started on a station since it was asked first."""
        return any(e.data["event"] == "started" for e in self.lab.journal.select(kind="installer", station=name))


async def _attestations(past: Past) -> None:
    head = {"pronote_attest_name": "Claude Martin", "pronote_attest_role": "proviseure"}
    other = {"pronote_attest_name": "Dominique Petit", "pronote_attest_role": "principal"}
    proof = MADE_IN / "import.txt"
    proof.write_text("importée\n", encoding="utf-8")
    said: list[tuple[str, dict[str, Any]]] = [
        (LYCEE, {**head, "pronote_attest_operation": 3, "pronote_attest_date": "2026-08-26"}),
        (LYCEE, {**head, "pronote_attest_operation": 4, "pronote_attest_date": "2026-08-27"}),
        (
            LYCEE,
            {
                "pronote_attest_name": "Camille Roy",
                "pronote_attest_role": "administratrice ENT",
                "pronote_attest_operation": 7,
                "pronote_attest_date": "2026-08-31",
                "pronote_attest_evidence": str(proof),
            },
        ),
        (COLLEGE, {**other, "pronote_attest_operation": 3, "pronote_attest_date": "2026-08-27"}),
        (
            COLLEGE,
            {
                **other,
                "pronote_attest_operation": 3,
                "pronote_attest_state": "revoked",
                "pronote_attest_reason": "base de l'an dernier, à refaire",
            },
        ),
    ]
    for school, values in said:
        await past.play("attest", "--limit", school, **values)


async def _depot(past: Past) -> None:
    """Response files recorded with one release, two prepared with them; last year's published, and EDT monoposte."""
    url, file = past.signed("Install_PRNclient_FR_2026.1.3_win64.exe")
    await past.play(
        "record_response",
        pronote_record_release="2026.1.3",
        pronote_record_url=url,
        pronote_record_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
    )
    # What the lycée's server runs, and what the collège is held at.
    await past.play("prepare")
    old = past.built("2025.2.9")
    await past.play(
        "publish",
        pronote_publish_release="2025.2.9",
        pronote_publish_installer=old["files"]["setup.exe"],
        pronote_publish_response=old["files"]["response.iss"],
        pronote_publish_uninstall_response=old["files"]["uninstall.iss"],
        pronote_publish_product_code=old["product_code"],
    )
    edt = past.built("2026.2.7", "edt_monoposte")
    await past.play(
        "prepare",
        pronote_prepare_product="edt_monoposte",
        pronote_prepare_installer=[past.signed("Install_EDTmonoposte_FR_2026.2.7_win64.exe")[0]],
        pronote_prepare_response=edt["files"]["response.iss"],
        pronote_prepare_uninstall_response=edt["files"]["uninstall.iss"],
        pronote_prepare_product_code=edt["product_code"],
    )


async def _evening(past: Past) -> None:
    """Audit, deployment of everybody but two, audit: with a pilot that fails, and stations that cannot be reached."""
    with _webhook() as url:
        await past.play("audit", pronote_audit_webhook_url=url)
        # 4: a station is off; 2: the setup of the pilot fails.
        await past.play("deploy", "--limit", f"{LYCEE}:!{UNDER_WAY}:!{STAGED}", code=4)
        await past.play("deploy", "--limit", COLLEGE, code=2)
        await past.play("audit", pronote_audit_webhook_url=url)


@contextlib.contextmanager
def _webhook() -> Iterator[str]:
    """Somebody who listens to alerts."""

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

    server = http.server.HTTPServer((f"{MADE_ON}.0.6", 8080), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{MADE_ON}.0.6:8080/test"
    finally:
        server.shutdown()


async def _jobs(past: Past) -> dict[str, str]:
    """A staging at rest; a job under way, on a station that was woken by a controller that has died; its end."""
    await past.play("deploy", "--tags", "stage", "--limit", STAGED)
    controller = await asyncio.to_thread(_begin, past)
    await _until(lambda: past.installer_began(UNDER_WAY))
    await asyncio.to_thread(_kill, controller)
    station = past.station(UNDER_WAY)
    client = "C:\\Program Files\\Index Education\\Pronote 2026\\Réseau\\Client\\Client PRONOTE.exe"
    await _until(lambda: station.files.is_file(client))
    under_way = dump(station)
    await _until(lambda: not any(task.running for task in station.tasks.all()))
    return {
        f"{STAGED}.staged": dump(past.station(STAGED)),
        f"{UNDER_WAY}.under-way": under_way,
        f"{UNDER_WAY}.ended": dump(station),
    }


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        await asyncio.sleep(0.01)


def _begin(past: Past) -> subprocess.Popen[bytes]:
    command = playbook_command("deploy", "-i", str(past.inventory), "-e", f"@{past.variables}", "--limit", UNDER_WAY)
    command += ["-e", '{"pronote_client_wake": true}']
    with (MADE_IN / "runs/killed.log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=playbook_environment(MADE_IN / "runs/killed.jsonl"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to ansible-playbook and its forks, which have sessions of their own."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    tree = {process.pid}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    for pid in tree:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


async def _make() -> dict[str, str]:
    async with Lab(load_scenario(HERE / "lab.yml"), network=MADE_ON, work=MADE_IN) as lab:
        past = Past(lab)
        await past.open_site()
        await _attestations(past)
        await _depot(past)
        await _evening(past)
        return await _jobs(past)


def _keep(stations: dict[str, str]) -> None:
    """Put what was made beside what was written by hand."""
    store = MADE_IN / "inventory/state/pronote.sqlite3"
    with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as db:
        # The killed controller left its write-ahead log; and the machine that this was made on is nobody's business.
        db.execute("update attempt set controller = 'controleur' || substr(controller, instr(controller, ':'))")
        db.execute("pragma wal_checkpoint(truncate)")
        db.execute("vacuum")
    for name in ("inventory/state", "inventory/responses", "inventory/logs", "trust", "depot"):
        shutil.rmtree(HERE / name, ignore_errors=True)
        shutil.copytree(MADE_IN / name, HERE / name, ignore=shutil.ignore_patterns(*_INSTALLERS, "*-wal", "*-shm"))
    lock = "inventory/group_vars/all/pronote_releases.lock.yml"
    shutil.copy(MADE_IN / lock, HERE / lock)
    shutil.rmtree(HERE / "stations", ignore_errors=True)
    (HERE / "stations").mkdir()
    for name, text in stations.items():
        (HERE / f"stations/{name}.json").write_text(text, encoding="utf-8")


def main() -> int:
    """Make it; 1 on another commit."""
    product = ["plugins", "roles", "playbooks", "tests/lab", "tests/e2e", "ansible.cfg"]
    if subprocess.run(["git", "diff", "--quiet", COMMIT, "--", *product], cwd=ROOT, check=False).returncode:
        print(f"This is not {COMMIT}, the only commit that writes what 0.1.0 wrote.", file=sys.stderr)
        return 1
    shutil.rmtree(MADE_IN, ignore_errors=True)
    made = ("state", "responses", "logs", "pronote_releases.lock.yml")
    shutil.copytree(HERE / "inventory", MADE_IN / "inventory", ignore=shutil.ignore_patterns(*made))
    _keep(asyncio.run(_make()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
