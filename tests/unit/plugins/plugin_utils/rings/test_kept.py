from __future__ import annotations

from pathlib import Path

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.kept import (
    Progress,
    read_progress,
    write_progress,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue


def _progress(done: int, ring: int, stopped: str = "", release: str = "2026.2.7") -> Progress:
    return Progress(school="0310001A", release=release, done=done, ring=ring, stopped=stopped)


def test_what_is_written_is_read_by_school_and_release(tmp_path: Path) -> None:
    with Store(tmp_path / "state") as store:
        assert read_progress(store) == {}
        write_progress(store, [_progress(31, 2, "3 of 30 failed"), _progress(1, 1, release="2026.3.0")])
    with Store(tmp_path / "state") as store:
        assert read_progress(store) == {
            ("0310001A", "2026.2.7"): _progress(31, 2, "3 of 30 failed"),
            ("0310001A", "2026.3.0"): _progress(1, 1, release="2026.3.0"),
        }


def test_a_smaller_run_takes_nothing_back_and_the_last_stop_counts(tmp_path: Path) -> None:
    with Store(tmp_path / "state") as store:
        write_progress(store, [_progress(31, 2, "3 of 30 failed")])
        write_progress(store, [_progress(2, 1)])
        assert read_progress(store)["0310001A", "2026.2.7"] == _progress(31, 2)


def test_why_it_stopped_is_read_in_any_language(tmp_path: Path) -> None:
    why = Message("it left the play before its turn")
    with Store(tmp_path / "state") as store:
        write_progress(store, [_progress(1, 1, why)])
        stopped = read_progress(store)["0310001A", "2026.2.7"].stopped
    assert catalogue("fr").of(stopped) == catalogue("fr").of(why) != why
