"""``pronote-startup.cmd`` by Wine's own ``cmd``: another reader of batch files than the lab's, on a real file system.

Its account is not SYSTEM's by name (Wine has one user); its task is one of the lab's Task Scheduler.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import Package
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import render_script
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.script import StartupScript
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.write import render_startup

from tests.lab.simulated.installer.package import build_iss
from tests.lab.wine.installers import build_setup
from tests.lab.wine.station import WineStation

from .bench import on_station, run, until

_START = r"call C:\s\pronote-startup.cmd"


def _files() -> dict[str, bytes]:
    files = {"setup.exe": build_setup("2026.2.7").read_bytes(), "response.iss": build_iss(release="2026.2.7").encode()}
    package = Package(
        release="2026.2.7",
        arch="x64",
        technology=TECHNOLOGIES["installscript"],
        digests={name: sha256(content).hexdigest() for name, content in files.items()},
        processes=PRONOTE_CLIENT.processes,
    )
    return {**files, "install.cmd": render_script(package)}


def _served(files: dict[str, bytes]) -> TestServer:
    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=files[request.match_info["name"]])

    app = web.Application()
    app.add_routes([web.get("/d/2026.2.7/x64/{name}", serve)])
    return TestServer(app, shutdown_timeout=0.1)


def test_a_start_without_a_client_and_the_next_one() -> None:
    async def scenario(station: WineStation) -> None:
        files = _files()
        async with _served(files) as server:
            script = StartupScript(
                release=Release.parse("2026.2.7"),
                depot=str(server.make_url("/d")),
                digests={"x64": sha256(files["install.cmd"]).hexdigest()},
                spread=0,
            )
            (station.prefix.drive / "s").mkdir()
            (station.prefix.drive / "s/pronote-startup.cmd").write_bytes(render_startup(script))
            result = station.prefix.drive / "Program Files/Rentree PRONOTE/startup.result"

            def said() -> dict[str, Any]:
                lines = result.read_text().splitlines() if result.exists() else []
                return dict(line.split("=", 1) for line in lines if "=" in line)

            assert (await run(station, _START)).code == 0
            await until(lambda: said().get("state") not in {None, "begun"})
            assert (said()["state"], said()["step"], said()["has"]) == ("right", "done", "2026.2.7")
        # The depot is gone, and nobody asks for it any more.
        assert (await run(station, _START)).code == 0
        assert (said()["state"], said()["step"], said()["has"]) == ("right", "", "2026.2.7")
        started = [each for each in station.journal.select(kind="installer") if each.data["event"] == "started"]
        assert len(started) == 1
        assert sorted(path.name for path in result.parent.iterdir()) == ["startup.lock", "startup.result"]

    on_station(scenario)
