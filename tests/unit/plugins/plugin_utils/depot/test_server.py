from __future__ import annotations

import asyncio
import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import server as _depot_server
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.server import DepotServer, Limits, wanted_part

from tests.unit.lab.web.serve import Client, with_client

_BIG = bytes(range(256)) * 1024  # 256 KiB
_SMALL = b"@echo off\r\n"
_PATH = "/pronote/2026.2.7/x64/setup.exe"
_FOLDER = "/pronote/2026.2.7/x64"


def _publish(root: Path, release: str = "2026.2.7") -> Path:
    folder = root / release / "x64"
    folder.mkdir(parents=True)
    files = {"setup.exe": _BIG, "install.cmd": _SMALL}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    return folder


class _Bench:
    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self.root = root
        self.folder = _publish(root)
        self.journal: list[dict[str, Any]] = []
        self._limits = limits or Limits()

    def use(self, use: Callable[[Client, DepotServer], Awaitable[Any]]) -> Any:
        server = DepotServer(self.root, prefix="/pronote", limits=self._limits, record=self.journal.append)
        return with_client(server.application(), lambda client: use(client, server))

    def ask(self, path: str = _PATH, method: str = "GET", **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        async def ask(client: Client, _: DepotServer) -> tuple[int, Mapping[str, str], bytes]:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            async with client.request(method, path, headers=given, allow_redirects=False) as answer:
                return answer.status, answer.headers, await answer.read()

        answer: tuple[int, Mapping[str, str], bytes] = self.use(ask)
        return answer


@pytest.fixture
def bench(tmp_path: Path) -> _Bench:
    return _Bench(tmp_path / "depot")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=-", None),
        ("bytes=20-10", None),  # no range at all
        ("bytes=0-1,5-6", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 50 + "-", None),
        ("bytes=100-", "nothing"),
        ("bytes=-0", "nothing"),
        ("bytes=5000-6000", "nothing"),
    ],
)
def test_wanted_part(header: str | None, part: Any) -> None:
    if part == "nothing":
        with pytest.raises(ValueError, match="no byte"):
            wanted_part(header, 100)
    else:
        assert wanted_part(header, 100) == part


def test_an_empty_file_has_no_part() -> None:
    with pytest.raises(ValueError, match="no byte"):
        wanted_part("bytes=0-", 0)


def test_a_whole_file(bench: _Bench) -> None:
    status, headers, body = bench.ask()
    assert (status, body) == (200, _BIG)
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Length"] == str(len(_BIG))
    (entry,) = bench.journal
    assert set(entry) == {"time", "client", "method", "file", "range", "status", "bytes", "complete", "seconds"}
    wanted = {"client": "127.0.0.1", "file": "2026.2.7/x64/setup.exe", "status": 200, "complete": True}
    assert {name: entry[name] for name in wanted} == wanted
    assert entry["bytes"] == len(_BIG)


def test_a_head_tells_and_sends_nothing(bench: _Bench) -> None:
    status, headers, body = bench.ask(method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(_BIG)))
    assert bench.ask(method="HEAD", Range="bytes=0-9")[1]["Content-Length"] == "10"


@pytest.mark.parametrize("name", ["SHA256SUMS", "install.cmd"])
def test_the_list_and_the_script_are_served(bench: _Bench, name: str) -> None:
    status, _, body = bench.ask(f"{_FOLDER}/{name}")
    assert (status, body) == (200, (bench.folder / name).read_bytes())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/pronote",
        "/pronote/",
        "/pronote/2026.2.7",
        _FOLDER,
        f"{_FOLDER}/",
        f"{_FOLDER}/absent.exe",
        f"{_FOLDER}/unlisted.exe",
        f"{_FOLDER}/.setup.exe.part",
        f"{_FOLDER}/.listed",
        f"{_FOLDER}/link.exe",
        "/pronote/linked/x64/setup.exe",
        "/pronote/2026.2.7/x64/setup.exe/",
        "/pronote/2026.2.7//x64/setup.exe",
        "/pronote/2026.2.7/x64/SETUP.EXE",
        "/pronote/../secret",
        "/pronote/2026.2.7/x64/../../../secret",
        "/pronote/2026.2.7/%2e%2e/%2e%2e/secret",
        "/pronote/2026.2.7/x64/..%2f..%2f..%2fsecret",
        "/pronote/%2fetc/passwd/x",
        "/pronote/2026.2.7/x64/setup.exe%00",
        "/2026.2.7/x64/setup.exe",
    ],
)
def test_what_is_not_published_is_absent(bench: _Bench, path: str) -> None:
    (bench.root.parent / "secret").write_text("outside")
    for name in ("unlisted.exe", ".setup.exe.part", ".listed"):
        (bench.folder / name).write_text("not published")
    with (bench.folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  .listed\n{'0' * 64}  link.exe\n{'0' * 64}  ../../../secret\n")
    (bench.folder / "link.exe").symlink_to(bench.root.parent / "secret")
    (bench.root / "linked").symlink_to(bench.root / "2026.2.7")
    status, _, body = bench.ask(path)
    assert (status, body) == (404, b"")


def test_a_folder_of_another_product_is_served(bench: _Bench) -> None:
    _publish(bench.root / "edt_monoposte", "2026.2.8")
    assert bench.ask("/pronote/edt_monoposte/2026.2.8/x64/setup.exe")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_nothing_else_is_done(bench: _Bench, method: str) -> None:
    status, headers, _ = bench.ask(method=method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


_OLD = "Mon, 01 Jan 2024 00:00:00 GMT"
_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "TAG"}, 304),
        ({"If_None_Match": '"other", W/TAG'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": "DATE"}, 304),
        ({"If_Modified_Since": _OLD}, 200),
        ({"If_Modified_Since": "rubbish"}, 200),
        # The tag is the better one of the two (RFC 9110, 13.1.3).
        ({"If_None_Match": '"other"', "If_Modified_Since": _FUTURE}, 200),
        ({"If_Match": "TAG"}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Unmodified_Since": "DATE"}, 200),
        ({"If_Unmodified_Since": _OLD}, 412),
        ({"Range": "bytes=5-", "If_Range": "TAG"}, 206),
        ({"Range": "bytes=5-", "If_Range": "DATE"}, 206),
        ({"Range": "bytes=5-", "If_Range": '"other"'}, 200),
        ({"Range": "bytes=5-", "If_Range": _OLD}, 200),
        ({"Range": f"bytes={len(_BIG)}-"}, 416),
    ],
)
def test_conditions(bench: _Bench, headers: dict[str, str], status: int) -> None:
    known = bench.ask(method="HEAD")[1]
    words = {"TAG": known["ETag"], "DATE": known["Last-Modified"]}
    given = {name: re.sub(r"TAG|DATE", lambda m: words[m[0]], value) for name, value in headers.items()}
    answer, told, body = bench.ask(**given)
    assert answer == status
    assert body == {200: _BIG, 206: _BIG[5:]}.get(status, b"")
    assert told["ETag"] == known["ETag"]
    if status == 416:
        assert told["Content-Range"] == f"bytes */{len(_BIG)}"


def test_another_file_under_the_same_name_has_another_tag(bench: _Bench) -> None:
    before = bench.ask()[1]["ETag"]
    # Replaced, the list not yet: the moment in the middle of a publication.
    new = bench.folder / "new"
    new.write_bytes(_BIG[::-1])
    new.replace(bench.folder / "setup.exe")
    status, headers, body = bench.ask(Range="bytes=5-", If_Range=before)
    assert (status, body) == (200, _BIG[::-1])
    assert headers["ETag"] != before


async def _hold(client: Client, path: str = _PATH) -> aiohttp.ClientResponse:
    """A transfer under way: headers read, the body not."""
    answer = await client.get(path)
    assert answer.status == 200
    return answer


def test_no_more_transfers_than_allowed(tmp_path: Path) -> None:
    # At this rate the first transfer is under way for as long as the test wants.
    bench = _Bench(tmp_path / "depot", Limits(transfers=1, rate=4096, retry_after=15))

    async def use(client: Client, _: DepotServer) -> None:
        held = await _hold(client)
        async with client.get(_PATH) as answer:
            assert answer.status == 503
            assert 15 <= int(answer.headers["Retry-After"]) <= 30
        # What is small takes no place, and a question no transfer.
        async with client.get(f"{_FOLDER}/install.cmd") as answer:
            assert (answer.status, await answer.read()) == (200, _SMALL)
        async with client.head(_PATH) as answer:
            assert answer.status == 200
        async with client.get(_PATH, headers={"Range": f"bytes={len(_BIG) - 10}-"}) as answer:
            assert (answer.status, await answer.read()) == (206, _BIG[-10:])
        held.close()

    bench.use(use)
    assert sorted(e["status"] for e in bench.journal) == [200, 200, 200, 206, 503]
    (cut,) = [entry for entry in bench.journal if not entry["complete"]]
    assert (cut["status"], cut["file"]) == (200, "2026.2.7/x64/setup.exe")
    assert cut["bytes"] < len(_BIG)


def test_a_place_is_given_back(tmp_path: Path) -> None:
    bench = _Bench(tmp_path / "depot", Limits(transfers=1, client_transfers=1))

    async def use(client: Client, server: DepotServer) -> None:
        for _ in range(3):
            async with client.get(_PATH) as answer:
                assert answer.status == 200
                assert await answer.read() == _BIG
        await server.drain(10)
        async with client.get(_PATH) as answer:
            assert answer.status == 503

    bench.use(use)


def test_one_address_does_not_take_all_places(tmp_path: Path) -> None:
    bench = _Bench(tmp_path / "depot", Limits(transfers=5, client_transfers=1, rate=4096))

    async def use(client: Client, _: DepotServer) -> None:
        held = await _hold(client)
        async with client.get(_PATH) as answer:
            assert answer.status == 503
        connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
        async with aiohttp.ClientSession(connector=connector) as other, other.get(client.make_url(_PATH)) as answer:
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
    bench, clock = _Bench(tmp_path / "depot", limits), _Clock()
    monkeypatch.setattr("time.monotonic", lambda: clock.now)
    sleep = asyncio.sleep

    async def fake(duration: float, *_: Any) -> None:
        await (clock.sleep(duration) if duration else sleep(0))

    async def use(client: Client, _: DepotServer) -> None:
        async with client.get(_PATH) as answer:
            assert await answer.read() == _BIG

    monkeypatch.setattr("asyncio.sleep", fake)
    bench.use(use)
    # The first piece goes at once: what is left of 256 KiB takes its time.
    (entry,) = bench.journal
    assert seconds * 0.85 <= entry["seconds"] <= seconds


def test_a_client_that_takes_nothing_loses_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_depot_server, "_STALLED_SECONDS", 0.2)
    bench = _Bench(tmp_path / "depot", Limits(transfers=1))
    # More than the kernel's buffers of both ends hold.
    (bench.folder / "setup.exe").write_bytes(bytes(64 << 20))

    async def use(client: Client, server: DepotServer) -> None:
        reader, writer = await asyncio.open_connection(str(client.host), client.port)
        writer.write(f"GET {_PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
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
    _publish(tmp_path / "depot")
    journal = tmp_path / "journal.jsonl"
    process, url = program(str(tmp_path / "depot"), "--rate", "128k", "--journal", str(journal))

    async def use() -> bytes:
        async with aiohttp.ClientSession() as client, client.get(f"{url}{_PATH}") as answer:
            process.send_signal(signal.SIGTERM)
            return await answer.read()

    assert asyncio.run(use()) == _BIG
    assert process.wait(timeout=30) == 0
    (entry,) = [json.loads(line) for line in journal.read_text().splitlines()]
    assert (entry["bytes"], entry["complete"]) == (len(_BIG), True)


def test_the_program_does_not_wait_for_ever(
    tmp_path: Path, program: Callable[..., tuple[subprocess.Popen[str], str]]
) -> None:
    _publish(tmp_path / "depot")
    process, url = program(str(tmp_path / "depot"), "--rate", "1k", "--grace", "0.2")

    async def use() -> None:
        async with aiohttp.ClientSession() as client, client.get(f"{url}{_PATH}") as answer:
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
