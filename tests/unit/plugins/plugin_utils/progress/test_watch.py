from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress import watch as _progress_watch
from ansible_collections.rentree.pronote.plugins.plugin_utils.progress.watch import Watch
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import events as _progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_SHOWN: dict[str, Any] = {"color": False, "interval": 3600, "words": catalogue("fr")}


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "events"
    for module in (_progress, _progress_watch):
        monkeypatch.setattr(module, "events_path", lambda: path)
    return path


def _broken(exc: Exception) -> None:
    raise exc


def _watch(said: list[str]) -> Watch:
    return Watch(say=said.append, broken=_broken)


def _play(watch: Watch, product: str, *stations: str, ended: int) -> None:
    watch.play(dict.fromkeys(stations, "Salle 101"), check=False)
    watch.start(live=False, **_SHOWN)
    for number, station in enumerate(stations):
        with watch.progress() as (progress, now):
            progress.begin(station, now=now)
        _progress.Events(station, product=product).stage("cleaning")
        if number < ended:
            with watch.progress() as (progress, _now):
                progress.end(station, "done")


def test_the_end_tells_of_each_play_that_had_stations(events: Path) -> None:
    said: list[str] = []
    watch = _watch(said)
    _play(watch, "pronote_client", "a", "b", "c", "d", ended=3)
    # A play whose stations were all left alone has nothing to tell.
    watch.play({"z": ""}, check=False)
    _play(watch, "edt_monoposte", "a", ended=1)
    watch.finish()
    # No end of the run is foretold of what is over.
    assert said == ["PRONOTE: postes 3/4, faits 3, en cours 1", "EDT monoposte: postes 1/1, faits 1"]
    assert [progress.product for progress in watch.plays] == ["pronote_client", "edt_monoposte"]
    assert events.exists()


def test_what_the_block_says_has_no_line(events: Path) -> None:
    said: list[str] = []
    watch = _watch(said)
    for name in ("one", "two"):
        watch.play({name: ""}, check=False, play=name)
        watch.start(live=False, **_SHOWN)
        with watch.progress() as (progress, now):
            progress.begin(name, now=now)
            progress.end(name, "done")
    watch.finish(told=["one"])
    assert said == ["PRONOTE: postes 1/1, faits 1"]
    assert events.exists()


def test_a_survey_tells_how_each_station_ended(events: Path) -> None:
    said: list[str] = []
    watch = _watch(said)
    watch.play(dict.fromkeys("abcd", "Salle 101"), check=False)
    watch.start(live=False, **_SHOWN)
    for station, end in {"a": "right", "b": "unreachable", "c": "failed", "d": "sideways"}.items():
        told = _progress.Events(station, product="pronote_client")
        told.stage("reading")
        told.ended(end, "long " * 100)
    watch.finish()
    # What is no end is none; no line is longer than a write that nobody mixes with another's.
    assert said == ["PRONOTE: postes 3/4, déjà à jour 1, en échec 1, injoignables 1, en cours 1"]
    assert max(map(len, events.read_text(encoding="utf-8").splitlines())) < 512


def test_what_a_worker_said_last_is_of_its_own_play(events: Path) -> None:
    watch = _watch([])
    _play(watch, "pronote_client", "a", ended=1)
    _play(watch, "edt_monoposte", "b", ended=1)
    watch.finish()
    assert [(progress.product, list(progress.rooms), dict(progress.at_work)) for progress in watch.plays] == [
        ("pronote_client", ["a"], {}),
        ("edt_monoposte", ["b"], {}),
    ]
    assert events.exists()


def test_a_plain_line_that_says_it_already_is_not_said_twice(events: Path) -> None:
    said: list[str] = []
    watch = _watch(said)
    _play(watch, "pronote_client", "a", ended=1)
    watch._tell(0)
    watch.finish()
    assert said == ["PRONOTE: postes 1/1, faits 1"]
    assert events.exists()


@pytest.mark.parametrize("live", [False, True])
def test_workers_know_whether_somebody_watches(events: Path, monkeypatch: pytest.MonkeyPatch, live: bool) -> None:
    class Pane:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        room: Callable[..., tuple[int, int]] = lambda _self: (80, 0)
        draw: Callable[..., None] = lambda _self, _lines: None
        close: Callable[..., None] = lambda _self: None

    monkeypatch.setattr(_progress_watch, "Pane", Pane)
    watch = _watch([])
    assert not _progress.watched()
    watch.start(live=live, **_SHOWN)
    assert _progress.watched() is live
    watch.finish()
