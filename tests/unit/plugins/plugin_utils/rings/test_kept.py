from __future__ import annotations

from pathlib import Path

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.judge import StationOutcome
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.kept import (
    Progress,
    read_progress,
    with_sources_kept,
    write_progress,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationFactError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue


def _progress(done: int, ring: int, stopped: str = "", release: str = "2026.2.7") -> Progress:
    return Progress(school="0310001A", release=release, done=done, ring=ring, stopped=stopped)


def test_what_is_written_is_read_by_school_and_release(address: str) -> None:
    with Store(address) as store:
        assert read_progress(store) == {}
        write_progress(store, [_progress(31, 2, "3 of 30 failed"), _progress(1, 1, release="2026.3.0")])
    with Store(address) as store:
        assert read_progress(store) == {
            ("0310001A", "2026.2.7"): _progress(31, 2, "3 of 30 failed"),
            ("0310001A", "2026.3.0"): _progress(1, 1, release="2026.3.0"),
        }


def test_a_smaller_run_takes_nothing_back_and_the_last_stop_counts(address: str) -> None:
    with Store(address) as store:
        write_progress(store, [_progress(31, 2, "3 of 30 failed")])
        write_progress(store, [_progress(2, 1)])
        assert read_progress(store)["0310001A", "2026.2.7"] == _progress(31, 2)


def test_why_it_stopped_is_read_in_any_language(address: str) -> None:
    why = Message("it left the play before its turn")
    with Store(address) as store:
        write_progress(store, [_progress(1, 1, why)])
        stopped = read_progress(store)["0310001A", "2026.2.7"].stopped
    assert catalogue("fr").of(stopped) == catalogue("fr").of(why) != why


def test_what_failed_in_french_is_said_in_english_by_the_next_run(address: str) -> None:
    store, french = address, catalogue("fr")
    fact, other = Message("the setup ended without recording anything: it was cancelled, or closed"), Message("absent")
    for product, told in (("edt_monoposte", other), ("pronote_client", fact)):
        memory = Memory(store, station="a", product=product)
        error = StationFactError(told, remedy=Message("Install it."))
        memory.failed(error, wanted=Release.parse("2026.2.7"), absent=False)
        memory.close()
    failed = StationOutcome(kind="failed", fact=french.of(fact))
    strange = StationOutcome(kind="failed", fact="dit par un autre")
    made = with_sources_kept(store, {"a": failed, "b": strange, "c": StationOutcome(kind="done")})
    assert catalogue("en").of(made["a"].fact) == fact
    assert french.of(made["a"].fact) == failed.fact
    assert (made["b"], made["c"]) == (strange, StationOutcome(kind="done"))
    assert with_sources_kept(store, {"a": strange}) == {"a": strange}
    assert with_sources_kept("", {"a": failed}) == {"a": failed}


def test_of_a_store_that_cannot_be_read_nothing_is_said_again(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"this is no database, whatever SQLite thinks of it" * 100)
    failed = StationOutcome(kind="failed", fact="le poste a dit non")
    assert with_sources_kept(str(tmp_path / "state"), {"a": failed}) == {"a": failed}
