"""What the embedded depot server gives at once, at what pace, and to whom; and the program around it."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import server as _depot_server
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.server import DepotServer, Limits

from tests.unit.depot_bench import BIG, FOLDER, PATH, SMALL, Bench, publish
from tests.unit.lab.web.serve import Client


async def _hold(client: Client, path: str = PATH) -> aiohttp.ClientResponse:
    """A transfer under way: headers read, the body not."""
    answer = await client.get(path)
    assert answer.status == 200
    return answer


def test_no_more_transfers_than_allowed(tmp_path: Path) -> None:
    # At this rate the first transfer is under way for as long as the test wants.
    bench = Bench(tmp_path / "depot", Limits(transfers=1, rate=4096, retry_after=15))

    async def use(client: Client, _: DepotServer) -> None:
        held = await _hold(client)
        async with client.get(PATH) as answer:
            assert answer.status == 503
            assert 15 <= int(answer.headers["Retry-After"]) <= 30
        # What is small takes no place, and a question no transfer.
        async with client.get(f"{FOLDER}/install.cmd") as answer:
            assert (answer.status, await answer.read()) == (200, SMALL)
        async with client.head(PATH) as answer:
            assert answer.status == 200
        async with client.get(PATH, headers={"Range": f"bytes={len(BIG) - 10}-"}) as answer:
            assert (answer.status, await answer.read()) == (206, BIG[-10:])
        held.close()

    bench.use(use)
    assert sorted(e["status"] for e in bench.journal) == [200, 200, 200, 206, 503]
    (cut,) = [entry for entry in bench.journal if not entry["complete"]]
    assert (cut["status"], cut["file"]) == (200, "2026.2.7/x64/setup.exe")
    assert cut["bytes"] < len(BIG)


def test_a_place_is_given_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "depot", Limits(transfers=1, client_transfers=1))

    async def use(client: Client, server: DepotServer) -> None:
        for _ in range(3):
            async with client.get(PATH) as answer:
                assert answer.status == 200
                assert await answer.read() == BIG
        await server.drain(10)
        async with client.get(PATH) as answer:
            assert answer.status == 503

    bench.use(use)


def test_one_address_does_not_take_all_places(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "depot", Limits(transfers=5, client_transfers=1, rate=4096))

    async def use(client: Client, _: DepotServer) -> None:
        held = await _hold(client)
        async with client.get(PATH) as answer:
            assert answer.status == 503
        connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
        async with aiohttp.ClientSession(connector=connector) as other, other.get(client.make_url(PATH)) as answer:
            assert answer.status == 200
        held.close()

    bench.use(use)
    assert {entry["client"] for entry in bench.journal} == {"127.0.0.1", "127.0.0.2"}


class _Clock:
    """Time that passes only when somebody waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (Limits(rate=64 << 10), 4),
        (Limits(client_rate=32 << 10), 8),
        (Limits(rate=32 << 10, client_rate=64 << 10), 8),
        (Limits(), 0),
    ],
)
def test_rates(tmp_path: Path, limits: Limits, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, clock = Bench(tmp_path / "depot", limits), _Clock()
    monkeypatch.setattr("time.monotonic", lambda: clock.now)
    sleep = asyncio.sleep

    async def fake(duration: float, *_: Any) -> None:
        await (clock.sleep(duration) if duration else sleep(0))

    async def use(client: Client, _: DepotServer) -> None:
        async with client.get(PATH) as answer:
            assert await answer.read() == BIG

    monkeypatch.setattr("asyncio.sleep", fake)
    bench.use(use)
    # The first piece goes at once: what is left of 256 KiB takes its time.
    (entry,) = bench.journal
    assert seconds * 0.85 <= entry["seconds"] <= seconds


def test_a_client_that_takes_nothing_loses_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_depot_server, "_STALLED_SECONDS", 0.2)
    bench = Bench(tmp_path / "depot", Limits(transfers=1))
    # More than the kernel's buffers of both ends hold.
    (bench.folder / "setup.exe").write_bytes(bytes(64 << 20))

    async def use(client: Client, server: DepotServer) -> None:
        reader, writer = await asyncio.open_connection(str(client.host), client.port)
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readline()
        await server.drain(30)
        writer.close()

    bench.use(use)
    (entry,) = bench.journal
    assert (entry["complete"], entry["status"]) == (False, 200)


# The program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start the program as an administrator does; it is ended with the test."""
    running = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, _depot_server.__file__, *arguments, "--address", "127.0.0.1", "--port", "0"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        running.append(process)
        assert process.stderr is not None
        line = process.stderr.readline()
        match = re.fullmatch(r"serving on 127\.0\.0\.1 port (\d+)\n", line)
        assert match, line
        return process, f"http://127.0.0.1:{match[1]}"

    yield start
    for process in running:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def test_the_program_stops_after_the_transfers_under_way(
    tmp_path: Path, program: Callable[..., tuple[subprocess.Popen[str], str]]
) -> None:
    publish(tmp_path / "depot")
    journal = tmp_path / "journal.jsonl"
    process, url = program(str(tmp_path / "depot"), "--rate", "128k", "--journal", str(journal))

    async def use() -> bytes:
        async with aiohttp.ClientSession() as client, client.get(f"{url}{PATH}") as answer:
            process.send_signal(signal.SIGTERM)
            return await answer.read()

    assert asyncio.run(use()) == BIG
    assert process.wait(timeout=30) == 0
    (entry,) = [json.loads(line) for line in journal.read_text().splitlines()]
    assert (entry["bytes"], entry["complete"]) == (len(BIG), True)


def test_the_program_does_not_wait_for_ever(
    tmp_path: Path, program: Callable[..., tuple[subprocess.Popen[str], str]]
) -> None:
    publish(tmp_path / "depot")
    process, url = program(str(tmp_path / "depot"), "--rate", "1k", "--grace", "0.2")

    async def use() -> None:
        async with aiohttp.ClientSession() as client, client.get(f"{url}{PATH}") as answer:
            process.send_signal(signal.SIGTERM)
            with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientConnectionError)):
                await answer.read()

    asyncio.run(use())
    assert process.wait(timeout=30) == 0
    assert process.stderr is not None
    # The journal is on standard error by default, and an end like this is nothing to trace.
    (entry,) = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert entry["complete"] is False


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["/nowhere"], "/nowhere is not a folder"),
        ([".", "--rate", "fast"], "is not a number of bytes per second"),
        ([".", "--address", "192.0.2.1"], "cannot serve on 192.0.2.1 port 8080"),
    ],
)
def test_what_the_program_refuses(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        _depot_server.main(arguments)
    assert refused.value.code == 2
    assert says in capsys.readouterr().err


def test_the_program_needs_no_ansible() -> None:
    text = Path(_depot_server.__file__).read_text(encoding="utf-8")
    imported = set(re.findall(r"(?m)^(?:from|import) (\w+)", text))
    assert imported - set(sys.stdlib_module_names) == {"aiohttp"}
