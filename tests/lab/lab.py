"""A whole lab from a scenario: stations behind WS-Man, hosted servers, depot, control API, on one loopback network."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import ssl
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import AHEAD, utc_now
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.server import Limits

from tests.lab.authenticode import Authority, sign_pe
from tests.lab.backend import make_backend
from tests.lab.control import control_app
from tests.lab.faults import Fault, FaultPlan
from tests.lab.journal import Journal
from tests.lab.scenario import Scenario, StationSpec
from tests.lab.simulated.station import SimulatedStation
from tests.lab.simulated.trouble import Trouble
from tests.lab.station import Account, Station
from tests.lab.web.cas import CAS_CERTIFICATES, CAS_MODES, CasServer, cas_app
from tests.lab.web.depot import DepotFaults, depot_app
from tests.lab.web.download import DownloadSite, Installer, download_app
from tests.lab.web.hosted import MODES, PAGE_MODES, SETTINGS_MODES, HostedSchool, hosted_app
from tests.lab.web.hostile import HOSTILE_MODES
from tests.lab.wol import WAKE_HOST, WAKE_PORT, WakeListener
from tests.lab.wsman import Listening, Quotas, Tls, WsmanServer, make_tls

__all__ = ["Lab"]

_WEB_PORT = 8080
_CAS_PORT = 8443


class Lab:
    """An async context: everything runs inside the block and is stopped after it.

    ``network`` is the first two bytes of every address, so that labs run side by side: servers at ``.0.1`` (hosted),
    ``.0.2`` (depot), ``.0.3`` (control), ``.0.4`` (the ENT's CAS, over HTTPS) and ``.0.5`` (the publisher's download
    site, once it is asked for), stations where the scenario says.
    """

    def __init__(self, scenario: Scenario, *, network: str, work: Path, backend: str = "simulated") -> None:
        self.scenario = scenario
        self.network = network
        self.work = work.resolve()
        self.journal = Journal(path=self.work / "journal.jsonl")
        self.backend = make_backend(backend, clock=scenario.clock, journal=self.journal, now=utc_now)
        self.stations: dict[str, Station] = {}
        self.faults: dict[str, FaultPlan] = {}
        self.schools = {
            s.uai: HostedSchool(
                uai=s.uai,
                name=s.name,
                release=s.release,
                mode=s.mode,
                # "lab": the lab's own CAS server.
                cas=self.cas_address if s.cas == "lab" else s.cas,
            )
            for s in scenario.schools
        }
        self.cas = CasServer(address=self._address("0.4"), folder=self.work / "cas")
        self.site = DownloadSite()
        self._plans: dict[str, tuple[str, FaultPlan]] = {}  # by the station's address
        self.depot_faults = DepotFaults(of_client=self._download_fault)
        self._installers: list[dict[str, Any]] = []
        self._runners: list[web.AppRunner] = []
        self._tls: Tls | None = None
        self._server: WsmanServer | None = None
        self._wake: asyncio.DatagramTransport | None = None
        self._ready_at = 0

    async def __aenter__(self) -> Lab:
        self.work.mkdir(parents=True, exist_ok=True)
        (self.work / "depot").mkdir(exist_ok=True)
        addresses = [self._address(spec.address) for _, spec in self.scenario.stations]
        user = self.scenario.accounts[0]["name"]
        self._tls = make_tls(self.work / "tls", addresses=addresses, user=user)
        self._server = WsmanServer(journal=self.journal, http_port=5985, https_port=5986, tls=self._tls)
        await self.backend.open()
        try:
            await self._build_installers()
            await asyncio.gather(*(self._add_station(spec) for _, spec in self.scenario.stations))
        except BaseException:
            await self.backend.close()
            raise
        await self._serve(hosted_app(self.schools, self.journal), "0.1")
        limits = Limits(**self.scenario.depot)
        await self._serve(depot_app(self.work / "depot", self.journal, self.depot_faults, limits=limits), "0.2")
        await self._serve(control_app(self), "0.3")
        await self._serve(cas_app(self.cas, self.journal), "0.4", port=_CAS_PORT, tls=self.cas.context)
        await self._listen_for_magic_packets()
        self._ready_at = len(self.journal)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._wake is not None:
            self._wake.close()
        for runner in self._runners:
            await runner.cleanup()
        if self._server is not None:
            await self._server.stop()
        await self.backend.close()

    def info(self) -> dict[str, Any]:
        """What a client needs to know of the running lab."""
        assert self._tls is not None
        return {
            "cas": {"address": self.cas_address, "authority": str(self.cas.authority)},
            "control": f"http://{self._address('0.3')}:{_WEB_PORT}",
            "depot": f"http://{self._address('0.2')}:{_WEB_PORT}/depot",
            "depot_folder": str(self.work / "depot"),
            "installers": self._installers,
            # What came before made the stations as the scenario wants them.
            "journal_start": self._ready_at,
            "network": self.network,
            "tls": {
                "authority": str(self._tls.authority),
                "client": str(self._tls.client),
                "client_key": str(self._tls.client_key),
            },
            "tokens": {uai: school.tokens for uai, school in self.schools.items()},
        }

    def change_school(self, uai: str, changes: dict[str, str]) -> None:
        """Change what a hosted server answers. Raises ValueError for an unknown mode or key."""
        school = self.schools[uai]
        for name, value in changes.items():
            known = {"mode": MODES, "page": PAGE_MODES, "settings": SETTINGS_MODES}.get(name)
            known = (value,) if known is None else (*known, *HOSTILE_MODES)
            if name not in {"release", "mode", "cas", "name", "page", "settings"} or value not in known:
                raise ValueError(f"{name}={value}")
            setattr(school, name, value)

    def change_cas(self, *, mode: str = "ok", certificate: str = "ok") -> None:
        """Change what the ENT's CAS server does, and the certificate it presents. Raises ValueError."""
        if mode not in (*CAS_MODES, *HOSTILE_MODES) or certificate not in CAS_CERTIFICATES:
            raise ValueError(f"{mode}, {certificate}")
        self.cas.mode = mode
        self.cas.present(certificate)

    def move_clock(self, ahead: int) -> None:
        """Have this process's servers and simulated stations live so many seconds ahead of the machine's clock.

        Its servers' certificates stay those of the machine's. Raises ValueError for stations that have no other clock.
        """
        stations = [station for station in self.stations.values() if isinstance(station, SimulatedStation)]
        if len(stations) < len(self.stations):
            raise ValueError("a Wine station has the clock of the machine")
        # The collection reads it too: one clock for whoever runs here.
        os.environ[AHEAD] = str(ahead)
        for station in stations:
            station.clock.set(utc_now() + dt.timedelta(minutes=station.options.clock_ahead))

    @property
    def cas_address(self) -> str:
        """The address of the lab's CAS server, as a hosted server states it."""
        return f"https://{self._address('0.4')}:{_CAS_PORT}/cas"

    async def open_site(self) -> dict[str, str]:
        """Open the publisher's download site, where the installers are signed; what a client needs to know of it.

        On request, because making an authority's keys takes a second.
        """
        base = f"http://{self._address('0.5')}:{_WEB_PORT}"
        authority = self.work / "site" / "authority.pem"
        if not self.site.installers:
            self.site.installers = await asyncio.to_thread(self._sign_installers, authority)
            await self._serve(download_app(self.site, self.journal), "0.5")
        return {
            "page": f"{base}/fr/telecharger-pronote.php",
            "preview_page": f"{base}/fr/telecharger-pronote-pre-version.php",
            "base": base,
            "authority": str(authority),
        }

    def _sign_installers(self, authority_file: Path) -> list[Installer]:
        authority = Authority()
        publisher, stamp = authority.issue(), authority.issue("Lab Time Stamping", usage="time")
        authority_file.parent.mkdir(exist_ok=True)
        authority_file.write_bytes(authority.pem())
        published = []
        for spec, built in zip(self.scenario.releases, self._installers, strict=True):
            if "setup.exe" not in built["files"]:
                continue  # the publisher has no MSI
            file = authority_file.parent / f"{spec.product}-{spec.release}-{spec.arch}.exe"
            file.write_bytes(sign_pe(Path(built["files"]["setup.exe"]).read_bytes(), publisher, stamp=stamp))
            installer = Installer(
                product=spec.product, release=spec.release, arch=spec.arch, file=file, preview=spec.preview
            )
            published.append(installer)
        return published

    def shells(self) -> dict[str, int]:
        """How many shells are open on each station."""
        assert self._server is not None
        return self._server.shells()

    def change_faults(self, name: str, faults: list[Fault]) -> None:
        """Other rules for a station from now on; a disk that a rule filled is as it was."""
        self.faults[name].replace(faults)
        station = self.stations[name]
        if isinstance(station, SimulatedStation) and station.trouble is not None:
            station.trouble.heal()

    def _download_fault(self, client: str, file: str) -> str | None:
        name, plan = self._plans.get(client, ("", None))
        return plan.of_download(name, file, self.journal) if plan is not None else None

    def _address(self, host: str) -> str:
        return f"{self.network}.{host}"

    async def _build_installers(self) -> None:
        for spec in self.scenario.releases:
            folder = self.work / "downloads" / spec.product / spec.release / spec.arch
            folder.mkdir(parents=True, exist_ok=True)
            built = await self.backend.build_release(spec)
            for name, content in built.files.items():
                (folder / name).write_bytes(content)
            self._installers.append(
                {
                    "product": spec.product,
                    "release": spec.release,
                    "arch": spec.arch,
                    "technology": built.technology,
                    "files": {name: str(folder / name) for name in built.files},
                    "product_code": built.product_code,
                }
            )

    async def _add_station(self, spec: StationSpec) -> None:
        assert self._server is not None
        assert self._tls is not None
        accounts = tuple(
            Account(
                name=a["name"],
                password=a["password"],
                domain=a.get("domain", ""),
                certificate=self._tls.client_thumbprint,
                principal=a.get("principal"),
            )
            for a in (spec.accounts or self.scenario.accounts)
        )
        address = self._address(spec.address)
        station = await self.backend.add_station(spec, address=address, accounts=accounts)
        self.stations[spec.name] = station
        plan = FaultPlan.from_data([dict(rule) for rule in spec.faults])
        self.faults[spec.name] = plan
        self._plans[address] = (spec.name, plan)
        if isinstance(station, SimulatedStation):
            station.trouble = Trouble(station, plan)
        denied: dict[str, Literal["shell", "wmi"]] = {"deny_wmi": "wmi", "deny_shells": "shell"}
        listening = Listening(
            address=address,
            auth=frozenset(spec.auth),
            allow_unencrypted=spec.allow_unencrypted,
            quotas=Quotas(**spec.quotas),
            deny=frozenset(what for option, what in denied.items() if spec.options.get(option)),
            stranger=spec.stranger,
            strict=spec.cbt == "strict",
            keytab=self.scenario.keytabs and self.scenario.keytabs / f"{spec.name}.keytab",
        )
        await self._server.add_station(station, listening, self.faults[spec.name])

    async def _listen_for_magic_packets(self) -> None:
        cards = {
            spec.mac: partial(self.stations.__getitem__, spec.name)
            for _, spec in self.scenario.stations
            if spec.mac and spec.wakes
        }
        self._wake, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: WakeListener(cards, self.journal), local_addr=(self._address(WAKE_HOST), WAKE_PORT)
        )

    async def _serve(
        self, app: web.Application, host: str, *, port: int = _WEB_PORT, tls: ssl.SSLContext | None = None
    ) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, self._address(host), port, ssl_context=tls).start()
