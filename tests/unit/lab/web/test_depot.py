from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.lab.journal import Journal
from tests.lab.web.depot import DepotFaults, depot_app
from tests.unit.lab.web.serve import Client, with_client

_NAME = "setup.exe"
_PATH = f"/depot/2026.2.7/x64/{_NAME}"
_CONTENT = bytes(range(256)) * 8


class _Depot:
    """A depot that holds one file; ``fault`` is what goes wrong with it."""

    def __init__(self, root: Path, fault: str | None = None) -> None:
        file = root / "depot/2026.2.7/x64" / _NAME
        file.parent.mkdir(parents=True)
        file.write_bytes(_CONTENT)
        (file.parent / "SHA256SUMS").write_text(f"{'0' * 64}  {_NAME}\n")
        (root / "secret").write_text("outside the depot")
        self.journal = Journal()
        self._folder, self.faults = root / "depot", DepotFaults({_NAME: fault} if fault else {})

    @property
    def app(self) -> web.Application:
        """A new one for each event loop."""
        return depot_app(self._folder, self.journal, self.faults)

    @property
    def ranges(self) -> list[str | None]:
        return [event.data["range"] for event in self.journal.select(kind="web")]


def _get(depot: _Depot, *, path: str = _PATH, asked: str | None = None) -> tuple[int, bytes, str | None]:
    async def use(client: Client) -> tuple[int, bytes, str | None]:
        async with client.get(path, headers={"Range": asked} if asked else {}) as answer:
            return answer.status, await answer.read(), answer.headers.get("Content-Range")

    return with_client(depot.app, use)


@pytest.mark.parametrize("fault", [None, "cut", "corrupt", "slow"])
def test_a_range_past_the_end_is_refused(tmp_path: Path, fault: str | None) -> None:
    status, _, stated = _get(_Depot(tmp_path, fault), asked=f"bytes={len(_CONTENT)}-")
    assert (status, stated) == (416, f"bytes */{len(_CONTENT)}")


@pytest.mark.parametrize(
    ("asked", "expected", "stated"),
    [
        ("bytes=100-", _CONTENT[100:], "bytes 100-2047/2048"),
        ("bytes=100-199", _CONTENT[100:200], "bytes 100-199/2048"),
        ("bytes=-5", _CONTENT[-5:], "bytes 2043-2047/2048"),
        ("bytes=2040-9999", _CONTENT[2040:], "bytes 2040-2047/2048"),
    ],
)
def test_ranges(tmp_path: Path, asked: str, expected: bytes, stated: str) -> None:
    assert _get(_Depot(tmp_path), asked=asked) == (206, expected, stated)


def test_the_whole_file(tmp_path: Path) -> None:
    depot = _Depot(tmp_path)
    assert _get(depot) == (200, _CONTENT, None)
    (event,) = depot.journal.select(kind="web")
    assert event.data["path"] == f"2026.2.7/x64/{_NAME}"
    assert event.data["fault"] is None


@pytest.mark.parametrize("path", ["/depot/absent", "/depot/2026.2.7", "/depot/%2e%2e/secret", "/depot/..%2fsecret"])
def test_what_is_not_a_file_of_the_depot_is_absent(tmp_path: Path, path: str) -> None:
    assert _get(_Depot(tmp_path), path=path)[0] == 404


@pytest.mark.parametrize(("fault", "status"), [("missing", 404), ("unavailable", 503), ("typo", 500)])
def test_faults_that_are_statuses(tmp_path: Path, fault: str, status: int) -> None:
    depot = _Depot(tmp_path, fault)
    assert _get(depot)[0] == status
    assert [event.data["fault"] for event in depot.journal.select(kind="web")] == [fault]


def test_a_corrupt_file_differs_by_one_byte_whatever_part_is_asked_for(tmp_path: Path) -> None:
    depot = _Depot(tmp_path, "corrupt")
    status, whole, _ = _get(depot)
    assert status == 200
    assert [at for at, (a, b) in enumerate(zip(whole, _CONTENT, strict=True)) if a != b] == [1024]
    assert _get(depot, asked="bytes=1000-1099") == (206, whole[1000:1100], "bytes 1000-1099/2048")


def test_a_server_without_range_sends_everything(tmp_path: Path) -> None:
    assert _get(_Depot(tmp_path, "no_range"), asked="bytes=100-") == (200, _CONTENT, None)


async def _fetch(client: Client, got: bytearray) -> bool:
    """One try of a client that resumes; says whether the answer was complete."""
    headers = {"Range": f"bytes={len(got)}-"} if got else {}
    async with client.get(_PATH, headers=headers) as answer:
        try:
            async for piece in answer.content.iter_any():
                got.extend(piece)
        except aiohttp.ClientPayloadError:
            return False
    return True


def test_a_client_that_resumes_gets_through_a_depot_that_cuts(tmp_path: Path) -> None:
    depot = _Depot(tmp_path, "cut")

    async def use(client: Client) -> bytes:
        got = bytearray()
        # Half of what is left each time; of the last byte, nothing.
        while len(got) < len(_CONTENT) - 1:
            before = len(got)
            assert not await _fetch(client, got)
            assert before < len(got) < len(_CONTENT)
        assert not await _fetch(client, got)
        return bytes(got)

    assert with_client(depot.app, use) == _CONTENT[:-1]
    assert depot.ranges[:3] == [None, "bytes=1024-", "bytes=1536-"]


def test_a_slow_file_starts_and_goes_on(tmp_path: Path) -> None:
    async def use(client: Client) -> bytes:
        async with client.get(_PATH) as answer:
            assert answer.content_length == len(_CONTENT)
            return await answer.content.readexactly(2)

    # Two pieces and not the file: it is sent byte by byte, and giving up does not disturb the server.
    assert with_client(_Depot(tmp_path, "slow").app, use) == _CONTENT[:2]


def test_a_fault_can_come_and_go_while_the_server_runs(tmp_path: Path) -> None:
    depot = _Depot(tmp_path)

    async def use(client: Client) -> list[int]:
        statuses = []
        for fault in (None, "missing", None):
            depot.faults.by_name = {_NAME: fault} if fault else {}
            async with client.get(_PATH) as answer:
                statuses.append(answer.status)
        return statuses

    assert with_client(depot.app, use) == [200, 404, 200]
