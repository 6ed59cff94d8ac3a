"""A deployment of today where 0.1.0 stopped in the middle of one: on its stations, with its inventory and depot."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.lab.journal import Event
from tests.lab.lab import Lab
from tests.lab.scenario import load_scenario
from tests.lab.simulated.station import SimulatedStation
from tests.lab.station import Power
from tests.unit.sql import run
from tests.upgrade.copies import copy_of, kept_state
from tests.upgrade.stations import content_of, dump, load

UNDER_WAY, STAGED = "riquet-cdi-02", "riquet-cdi-03"
T = TypeVar("T")


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True, kw_only=True)
class Past:
    """What 0.1.0 left, on a lab of today that runs in this process."""

    folder: Path
    lab: Lab
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something where the lab runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)

    def station(self, name: str) -> SimulatedStation:
        station = self.lab.stations[name]
        assert isinstance(station, SimulatedStation)
        return station

    async def restore(self, name: str, when: str) -> None:
        """A station becomes what it was when its state was kept."""
        await self.station(name).set_power(Power.ON)
        load(self.station(name), kept_state(self.folder, f"{name}.{when}"))

    async def dumps(self) -> list[str]:
        return [dump(self.station(name)) for name in (UNDER_WAY, STAGED)]

    def end_once_followed(self, looks: int) -> None:
        """Let the job under way end when somebody has looked for its process that many times."""
        ended = kept_state(self.folder, f"{UNDER_WAY}.ended")
        seen = 0

        def look(event: Event) -> None:
            nonlocal seen
            if event.kind == "request" and event.station == UNDER_WAY and "ExecutablePath" in event.data["detail"]:
                seen += 1
                if seen == looks:
                    self.loop.call_soon(load, self.station(UNDER_WAY), ended)

        self.lab.journal.listeners.append(look)

    def play(self, playbook: str, *arguments: str, **variables: Any) -> PlaybookRun:
        given = {"pronote_depot_path": str(self.folder / "depot"), "pronote_cache_dir": str(self.folder / "cache")}
        options = ("-e", json.dumps({**given, **variables}), *arguments)
        inventory, work = self.folder / "inventory", self.folder / "runs"
        return run_playbook(playbook, *options, inventory=inventory, work=work).assert_code(0)

    def deploy(self, *arguments: str) -> PlaybookRun:
        return self.play("deploy", "--limit", f"{UNDER_WAY},{STAGED}", *arguments)

    def prepare(self) -> PlaybookRun:
        """Render anew what was published. The installer is put where stations have it from, and is not fetched."""
        setup = content_of(kept_state(self.folder, f"{STAGED}.staged"), "-staged\\setup.exe")
        (self.folder / "depot/2026.2.7/x64/setup.exe").write_bytes(setup)
        return self.play("prepare", pronote_prepare_releases=["2026.2.7"], pronote_prepare_log_timeout=120)

    def digest(self, release: str) -> str:
        lock = yaml.safe_load((self.folder / "inventory/group_vars/all/pronote_releases.lock.yml").read_text())
        return str(lock["pronote_releases"][release]["x64"]["digest"][:12])

    def events(self, kind: str) -> list[Event]:
        return list(self.lab.journal.select(kind=kind))


@pytest.fixture
def past(network: str, tmp_path: Path) -> Iterator[Past]:
    folder = copy_of("0.1.0", tmp_path / "0.1.0", network=network)
    scenario = replace(load_scenario(folder / "lab.yml"), clock=100.0)
    with _loop() as loop:
        past = Past(folder=folder, lab=Lab(scenario, network=network, work=folder), loop=loop)
        past.do(past.lab.__aenter__())
        try:
            past.do(past.restore(UNDER_WAY, "under-way"))
            past.do(past.restore(STAGED, "staged"))
            yield past
        finally:
            past.do(past.lab.__aexit__(None, None, None))


def _assert_each_setup_once(past: Past) -> None:
    """One setup more for what was staged, none for what was under way, and nothing left of either."""
    starts = {(e.station, e.data["action"]) for e in past.events("installer") if e.data["event"] == "started"}
    assert starts == {(UNDER_WAY, "uninstall"), (STAGED, "install"), (STAGED, "uninstall")}
    for after in past.do(past.dumps()):
        state = json.loads(after)
        assert not state["tasks"]
        assert not [path for path in state["files"] if "Rentree PRONOTE" in path]
        clients = [path.split("\\")[3] for path in state["files"] if path.endswith("\\Client PRONOTE.exe")]
        assert clients == ["Pronote 2026"]


def test_what_was_begun_is_brought_to_its_end(past: Past) -> None:
    before = past.do(past.dumps())
    check = past.deploy("--check", "--diff")
    planned = check.of("client")
    # What an earlier version published is named once in a run, and not for each station.
    words = " ".join(check.output.split())
    # In French: its inventory knows of no other language.
    assert words.count("2025.2.9 x64, 2026.1.3 x64, 2026.2.7 x64 : publié par une version antérieure") == 1
    assert f"ansible-playbook playbooks/prepare.yml -i {past.folder}/inventory" in words
    assert {name: result["action"] for name, result in planned.items()} == {UNDER_WAY: "finish", STAGED: "install"}
    assert "of an earlier run is on the station" in planned[UNDER_WAY]["reason"]
    assert "staged files: 2026.2.7 x64" in planned[STAGED]["before"]
    assert past.do(past.dumps()) == before
    assert not past.events("installer")

    past.end_once_followed(3)
    done = past.deploy().of("client")
    followed, taken = done[UNDER_WAY], done[STAGED]
    assert (followed["action"], followed["job"]["followed"]) == ("finish", True)
    assert (taken["action"], taken["job"]["followed"]) == ("install", False)
    assert [result["after"] for result in done.values()] == [planned[name]["after"] for name in done]
    # Last year's client went after it (pronote_client_remove_older): one setup more, and none that had been begun.
    _assert_each_setup_once(past)
    # The installer was on the stations already; the depot of then serves the rest.
    fetched = {e.data["path"] for e in past.events("web") if e.data["server"] == "depot"}
    assert fetched == {"2025.2.9/x64/install.cmd", "2025.2.9/x64/uninstall.iss"}

    state = past.folder / "inventory.pronote/state/pronote.sqlite3"
    rows = standings(state, product="pronote_client")
    assert [rows[name]["standing"].right for name in (UNDER_WAY, STAGED)] == [True, True]
    with Store(state) as store, store.read() as db:
        attempts = run(db, "select station, verb, result from attempt where id >= 7 order by id")
    assert sorted(tuple(row.values()) for row in attempts) == [
        (UNDER_WAY, "install", "done"),
        (UNDER_WAY, "remove", "done"),
        (STAGED, "install", "done"),
        (STAGED, "remove", "done"),
    ]
    logs = (past.folder / f"inventory.pronote/logs/{STAGED}.log").read_text(encoding="utf-8")
    assert [line.rpartition("-")[2] for line in logs.splitlines() if line.startswith("# ")] == [
        "stage",
        "install",
        "remove",
    ]


def test_scripts_that_are_rendered_anew_go_on_with_what_was_begun(past: Past) -> None:
    old = {release: past.digest(release) for release in ("2026.2.7", "2025.2.9")}
    past.prepare()
    assert all(past.digest(release) != digest for release, digest in old.items())
    check = past.deploy("--check", "--diff")
    assert "par une version antérieure" not in " ".join(check.output.split())
    planned = check.of("client")
    assert {name: result["action"] for name, result in planned.items()} == {UNDER_WAY: "finish", STAGED: "install"}
    assert f"x64-{old['2026.2.7']}-install of an earlier run is on the station" in planned[UNDER_WAY]["reason"]
    assert "staged files: 2026.2.7 x64" in planned[STAGED]["before"]

    past.end_once_followed(3)
    done = past.deploy().of("client")
    assert [result["after"] for result in done.values()] == [planned[name]["after"] for name in done]
    # Last year's client is removed by last year's script, which is today's.
    removal = f"pronote-client-2025.2.9-x64-{past.digest('2025.2.9')}-remove"
    install = f"pronote-client-2026.2.7-x64-{past.digest('2026.2.7')}-install"
    assert done[STAGED]["job"]["steps"] == [install, removal]
    assert done[UNDER_WAY]["job"]["steps"] == [f"pronote-client-2026.2.7-x64-{old['2026.2.7']}-install", removal]
    assert not [name for result in done.values() for name in result["job"]["tidied"]]
    _assert_each_setup_once(past)
    fetched = {e.data["path"] for e in past.events("web") if e.data["server"] == "depot"}
    assert fetched == {"2025.2.9/x64/install.cmd", "2025.2.9/x64/uninstall.iss", "2026.2.7/x64/install.cmd"}
