"""One station, its depot, and the collection's actions on it."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar

from tests.lab.faults import Fault, FaultPlan
from tests.lab.journal import Journal
from tests.lab.scenario import StationSpec
from tests.lab.simulated.from_scenario import build_station
from tests.lab.simulated.station import SimulatedStation
from tests.lab.simulated.trouble import Trouble
from tests.lab.station import Account, Power, ShellOptions
from tests.lab.web.depot import DepotFaults, depot_app
from tests.lab.wsman import Quotas
from tests.lab.wsman.endpoint import Listening
from tests.lab.wsman.tls import make_tls
from tests.station.depot import Depot
from tests.station.virtual import ControllerKilledError, VirtualTime, virtual_time
from tests.station.wire import ADDRESS, Wire

__all__ = ["NAME", "Bench", "bench"]

NAME = "pc-01"
ACCOUNT = Account(name="deploiement", password="Lab-only-1!")


@dataclass(kw_only=True)
class Bench:
    """What a test has in front of it. ``time`` passes only when the code under test waits."""

    station: SimulatedStation
    time: VirtualTime
    wire: Wire
    journal: Journal
    depot: Depot
    depot_url: str
    depot_faults: DepotFaults
    faults: FaultPlan
    work: Path
    # Of every later run of ``client``, beneath its own. A look at a slow job every ten seconds is often enough here.
    arguments: dict[str, Any] = field(default_factory=lambda: {"poll_interval": 10})
    # At the end of a run, as Ansible's workers do: for tests of that request too.
    hangs_up: bool = False

    def run(self, action: str, arguments: dict[str, Any], *, check: bool = False, **variables: Any) -> dict[str, Any]:
        """Run an action of the collection on the station, as a task would. Raises AnsibleActionFail."""
        task = Task()
        task.action, task.args, task.check_mode = f"rentree.pronote.{action}", dict(arguments), check
        loader = DataLoader()
        connection = self.connection()
        plugin = action_loader.get(
            task.action,
            task=task,
            connection=connection,
            play_context=PlayContext(),
            loader=loader,
            templar=Templar(loader=loader),
            shared_loader_obj=None,
        )
        given = {"inventory_hostname": NAME, "pronote_language": "en", **variables}
        try:
            result: dict[str, Any] = plugin.run(task_vars=given)
        finally:
            if self.hangs_up:
                # Whatever goes wrong with it is nobody's concern there either.
                with suppress(Exception):
                    connection.close()
        return result

    def client(self, release: str = "2026.2.7", *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Deploy a release."""
        given = {
            "release": release,
            "depot": self.depot_url,
            "releases": self.lock(arguments.get("product", "pronote_client")),
            "log_dir": str(self.work / "logs"),
            **self.arguments,
            **arguments,
        }
        return self.run("client", given, check=check)

    def lock(self, product: str = "pronote_client") -> dict[str, Any]:
        """The published releases of a product, as the inventory has them."""
        read = copy.deepcopy(_lock(self.depot.lock_file.read_text(encoding="utf-8")))
        others: dict[str, Any] = read.get("pronote_product_releases", {})
        found: dict[str, Any] = {"pronote_client": read["pronote_releases"], **others}.get(product, {})
        return found

    def connection(self) -> Any:
        """The stock winrm connection to the station, as a new worker has one."""
        connection = connection_loader.get("ansible.builtin.winrm", PlayContext())
        variables = {
            "ansible_host": ADDRESS,
            "ansible_port": 5985,
            "ansible_user": ACCOUNT.name,
            "ansible_password": ACCOUNT.password,
            "ansible_winrm_scheme": "http",
            "ansible_winrm_transport": ["basic"],
        }
        # As TaskExecutor does it: what is not an option of the plugin goes through as it is.
        connection.set_options(var_options={**variables, "_extras": {}})
        return connection

    def snapshot(self) -> str:
        """SHA-256 of the station's whole state."""
        return hashlib.sha256(self.time.wait(self.station.snapshot())).hexdigest()

    def people(self, what: str, argument: str = "") -> None:
        """Somebody at the station does something (``SimulatedStation.people``)."""
        self.time.wait(self.station.people(what, argument))

    def people_later(self, seconds: float, what: str, argument: str = "") -> None:
        """Somebody at the station does something in that many seconds."""
        self.time.later(seconds, lambda: self.station.people(what, argument))

    def before(self, match: str, do: Callable[[], object]) -> None:
        """Do something when a request that fits is about to be sent, once: kill the controller, let a second one run.

        ``match`` is looked for in the whole message.
        """
        self.wire.before.append((re.compile(match), do))

    def killed(self, release: str = "2026.2.7", **arguments: Any) -> None:
        """A deployment whose controller is killed on the way; the next run comes from another one."""
        with pytest.raises(ControllerKilledError):
            self.client(release, **arguments)
        self.time.another_controller()

    def power(self, on: bool) -> None:
        """Switch the station on or off."""
        self.time.wait(self.station.set_power(Power.ON if on else Power.OFF))

    def power_later(self, seconds: float, on: bool) -> None:
        """Switch the station on or off in that many seconds."""
        self.time.later(seconds, lambda: self.station.set_power(Power.ON if on else Power.OFF))

    def fault(self, effect: Any, match: str = "", **rule: Any) -> None:
        """Something goes wrong at a step (``tests.lab.faults``)."""
        self.faults.faults.append(Fault(effect=effect, match=match, **rule))

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.faults.replace([])
        self.depot_faults.by_name.clear()
        assert self.station.trouble is not None
        self.station.trouble.heal()

    def command(self, line: str) -> bytes:
        """What a command that somebody types there prints."""
        return self.time.wait(self._command(line))

    async def _command(self, line: str) -> bytes:
        running = await self.station.start_command(
            line, (), account=ACCOUNT, options=ShellOptions(codepage=65001), skip_cmd_shell=False
        )
        written = b"".join([data async for stream, data in running.output() if stream == "stdout"])
        await running.wait()
        return written

    def messages(self) -> list[str]:
        """What was shown on the station's screen."""
        return [event["text"] for event in self.events("message")]

    def restarts(self) -> int:
        """How often the station went down to start again."""
        return sum(event.get("power") == "booting" for event in self.events("power"))

    def kill(self, text: str) -> None:
        """End every process whose command line has this in it."""

        async def end() -> None:
            for process in [each for each in self.station.processes if text in each.command_line]:
                self.station.processes.kill(process)

        self.time.wait(end())

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What the lab's journal has of a kind."""
        return [event.data for event in self.journal.select(kind=kind)]

    def commands(self) -> list[str]:
        """Every command line that was sent to the station."""
        return [event["command"] for event in self.events("command")]

    def starts(self) -> int:
        """How often an installer was started."""
        return sum(event["event"] == "started" for event in self.events("installer"))

    def clients(self) -> list[str]:
        """What ``client_info`` finds there."""
        found = self.run("client_info", {})
        return [f"{each['release']} {each['arch']} {each['condition']}" for each in found["clients"]]

    def folders(self) -> list[str]:
        """Names of the job folders; empty when nothing of ours is on the disk any more."""
        top, files = r"C:\Program Files\Rentree PRONOTE", self.station.files
        if not files.is_directory(top):
            return []
        jobs = {path.split("\\")[4] for path, _ in files.walk(top) if path.count("\\") > 3}
        return sorted(jobs) or ["no job, but its folder"]

    def tasks(self) -> list[str]:
        """Names of the scheduled tasks that are ours."""
        return sorted(task.path for task in self.station.tasks.all() if "PRONOTE" in task.path)


@lru_cache(maxsize=16)
def _lock(text: str) -> dict[str, Any]:
    # Kept: the depot of most tests is one, and reading its file anew was 3 % of their time.
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@contextmanager
def bench(
    monkeypatch: pytest.MonkeyPatch, work: Path, depot: Depot, *, start: dt.datetime | None = None, **station: Any
) -> Iterator[Bench]:
    """A fresh station; ``station`` is what a scenario says of one, ``start`` the time of the day.

    ``https``: its depot has a certificate of an authority that the station trusts and nobody else knows.
    """
    with ExitStack() as stack:
        virtual = stack.enter_context(virtual_time(monkeypatch, start=start))
        patch = stack.enter_context(monkeypatch.context())
        journal, faults = Journal(), FaultPlan.from_data(station.pop("faults", []))
        quotas, auth = Quotas(**station.pop("quotas", {})), station.pop("auth", ("basic",))
        tls = make_tls(work / "tls", addresses=[ADDRESS], user="nobody") if station.pop("https", False) else None
        if tls:
            station["trusted_ca"] = tls.authority.read_text(encoding="ascii")
        stranger = station.pop("stranger", "")
        spec = StationSpec(name=NAME, address="", options=station)

        async def build() -> SimulatedStation:
            made = build_station(spec, address=ADDRESS, accounts=(ACCOUNT,), clock=1.0, journal=journal)
            made.trouble = Trouble(made, faults)
            return made

        made = virtual.wait(build())
        stack.callback(lambda: virtual.wait(made.set_power(Power.OFF)))
        listening = Listening(address=ADDRESS, quotas=quotas, auth=frozenset(auth), stranger=stranger)
        wire = Wire(virtual, made, faults, journal, listening)
        wire.patch(patch)
        depot_faults = DepotFaults()
        runner = web.AppRunner(depot_app(depot.folder, journal, depot_faults), access_log=None, shutdown_timeout=0.1)

        async def serve() -> int:
            await runner.setup()
            await web.TCPSite(runner, ADDRESS, 0, ssl_context=tls.server_context() if tls else None).start()
            port: int = runner.addresses[0][1]
            return port

        port = virtual.wait(serve())
        stack.callback(lambda: virtual.wait(runner.cleanup()))
        yield Bench(
            station=made,
            time=virtual,
            wire=wire,
            journal=journal,
            depot=depot,
            depot_url=f"http{'s' if tls else ''}://{ADDRESS}:{port}/depot",
            depot_faults=depot_faults,
            faults=faults,
            work=work,
        )
