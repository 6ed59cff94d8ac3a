from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import events as _progress


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "events"
    monkeypatch.setattr(_progress, "events_path", lambda: path)
    yield path
    _progress.begin("")


def test_nothing_is_written_when_nobody_reads(events: Path) -> None:
    _progress.begin("s1")
    _progress.stage("reading")
    assert not events.exists()


def test_what_is_told_is_read_once(events: Path) -> None:
    reader = _progress.Reader(events)
    assert events.stat().st_mode & 0o777 == 0o600
    _progress.stage("reading")  # of no station
    _progress.begin("s1\n\x1b[2Jé")
    _progress.stage("fetching", bytes=1, total=2)
    assert reader.read() == [{"station": "s1\n\x1b[2Jé", "stage": "fetching", "bytes": 1, "total": 2}]
    assert reader.read() == []
    reader.close()


def test_a_worker_says_what_it_works_for(events: Path) -> None:
    reader = _progress.Reader(events)
    _progress.begin("s1", product="edt_monoposte", store="")
    assert reader.read() == [{"station": "s1", "product": "edt_monoposte", "store": ""}]
    reader.close()


def test_half_a_line_waits_for_its_other_half_and_nonsense_is_left_out(events: Path) -> None:
    reader = _progress.Reader(events)
    with events.open("a", encoding="utf-8") as file:
        file.write('nonsense\n[1]\n{"station": 7}\n{"station": "s1", "sta')
        file.flush()
        assert reader.read() == []
        file.write('ge": "reading"}\n')
    assert reader.read() == [{"station": "s1", "stage": "reading"}]
    reader.close()


def test_many_workers_at_once_write_whole_lines(events: Path) -> None:
    reader = _progress.Reader(events)
    children = []
    for worker in range(8):
        pid = os.fork()
        if not pid:
            _progress.begin(f"s{worker}")
            for number in range(200):
                _progress.stage("installing", bytes=number)
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    found = reader.read()
    assert len(found) == 8 * 200
    for worker in range(8):
        assert [e["bytes"] for e in found if e["station"] == f"s{worker}"] == list(range(200))
    reader.close()
