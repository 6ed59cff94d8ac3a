from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import events as _progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation


class _Connection:
    transport = "winrm"


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "events"
    monkeypatch.setattr(_progress, "events_path", lambda: path)
    return path


def test_nothing_is_written_when_nobody_reads(events: Path) -> None:
    _progress.Events("s1").stage("reading")
    assert not events.exists()


def test_what_is_told_is_read_once(events: Path) -> None:
    reader = _progress.Reader(events)
    assert events.stat().st_mode & 0o777 == 0o600
    _progress.Events().stage("reading")  # of no station
    _progress.Events("s1\n\x1b[2Jé").stage("fetching", bytes=1, total=2)
    assert reader.read() == [{"station": "s1\n\x1b[2Jé", "stage": "fetching", "bytes": 1, "total": 2}]
    assert reader.read() == []
    reader.close()


def test_a_worker_says_what_it_works_for(events: Path) -> None:
    reader = _progress.Reader(events)
    _progress.Events("s1", product="edt_monoposte")
    assert reader.read() == [{"station": "s1", "product": "edt_monoposte"}]
    reader.close()


def test_one_process_tells_of_many_stations(events: Path) -> None:
    reader = _progress.Reader(events)
    one, other = (WinrmStation(_Connection(), _progress.Events(name)) for name in ("s1", "s2"))
    one.events.stage("reading")
    other.events.stage("fetching")
    one.events.stage("cleaning")
    WinrmStation(_Connection()).events.stage("reading")  # of which nobody wants to know
    assert [(event["station"], event["stage"]) for event in reader.read()] == [
        ("s1", "reading"),
        ("s2", "fetching"),
        ("s1", "cleaning"),
    ]
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
            mine = _progress.Events(f"s{worker}")
            for number in range(200):
                mine.stage("installing", bytes=number)
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    found = reader.read()
    assert len(found) == 8 * 200
    for worker in range(8):
        assert [e["bytes"] for e in found if e["station"] == f"s{worker}"] == list(range(200))
    reader.close()
