"""A cache that cannot be used costs a warning: everybody has the server's answer, and the server its one request."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import stat
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base import files as _files
from ansible_collections.rentree.pronote.plugins.module_utils.base import locks as _locks
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import AHEAD
from ansible_collections.rentree.pronote.plugins.module_utils.server import answers as _answers
from ansible_collections.rentree.pronote.plugins.module_utils.server.answers import cache_notes
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import (
    HostedOptions,
    read_hosted_release,
    served_release,
)

from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench

_TROUBLES = {"full": errno.ENOSPC, "read-only": errno.EROFS, "not ours": errno.EACCES, "quota": errno.EDQUOT}
_WORKERS = 12


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    cache_notes()
    with hosted_bench(tmp_path, address="127.61.0.16") as running:
        yield running


@pytest.fixture(autouse=True)
def spare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where spare folders are: in memory, and beside the temporary files."""
    for name in ("memory", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(_files, "_spare_places", lambda: (str(tmp_path / "memory"), str(tmp_path / "temporary")))
    return tmp_path / "memory" / f"rentree-pronote-{os.geteuid()}"


def _ask(bench: HostedBench) -> str:
    served = served_release(UAI, bench.url, options=bench.options())
    return f"{served.client}{' stale' if served.stale else ''}{served.fact}"


@pytest.fixture(params=[*_TROUBLES, "below a file"])
def trouble(
    request: pytest.FixtureRequest, bench: HostedBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> HostedBench:
    """The bench with a cache folder that nothing can be written to."""
    if request.param == "below a file":
        bench.cache.parent.write_text("", encoding="utf-8")
        return bench
    code = _TROUBLES[request.param]
    write, opened = _files.write_atomically, os.open

    def below(path: Any) -> bool:
        return Path(path).is_relative_to(bench.cache)

    def refuse_writing(path: Path, content: bytes, *, mode: int) -> None:
        if below(path):
            raise OSError(code, os.strerror(code))
        write(path, content, mode=mode)

    def refuse_opening(path: Any, *args: Any, **more: Any) -> int:
        if code != errno.ENOSPC and below(path):
            raise OSError(code, os.strerror(code))
        return opened(path, *args, **more)

    monkeypatch.setattr(_answers, "write_atomically", refuse_writing)
    monkeypatch.setattr(os, "open", refuse_opening)
    return bench


def test_a_cache_that_cannot_be_used_leaves_no_station_without_a_release(trouble: HostedBench, spare: Path) -> None:
    """Every station was "version inconnue", with exit code 0."""
    assert [_ask(trouble) for _ in range(3)] == ["2026.2.7"] * 3
    assert trouble.requests == 1
    (note,) = cache_notes()
    assert note.startswith(f"the cache {trouble.cache} of hosted servers cannot be used (")
    assert f"answers are kept in {spare}" in note
    assert "pronote_cache_dir" in note
    # Told again by whoever is served from there, once a task.
    _ask(trouble)
    assert cache_notes() == [note]
    assert cache_notes() == []
    assert stat.S_IMODE(spare.stat().st_mode) == 0o700


def test_failures_are_kept_there_too(trouble: HostedBench) -> None:
    trouble.school.mode = "suspended_fr"
    assert [_ask(trouble) for _ in range(3)] == ["Noneit has suspended the controller's address"] * 3
    assert trouble.requests == 1


def test_a_failure_after_the_disk_has_room_again_says_nothing_of_before(
    bench: HostedBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = _files.write_atomically

    def refuse_writing(path: Path, content: bytes, *, mode: int) -> None:
        if Path(path).is_relative_to(bench.cache):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content, mode=mode)

    with monkeypatch.context() as full:
        full.setattr(_answers, "write_atomically", refuse_writing)
        assert _ask(bench) == "2026.2.7"
        assert cache_notes() != []
    bench.school.mode = "suspended_fr"
    monkeypatch.setenv(AHEAD, "7200")
    assert _ask(bench).startswith("2026.2.7 stale")
    assert cache_notes() == []


def test_nowhere_to_keep_anything_is_a_warning_too(trouble: HostedBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files, "_spare_places", lambda: ("/proc/version/nowhere",))
    assert [_ask(trouble) for _ in range(2)] == ["2026.2.7"] * 2
    assert trouble.requests == 2
    (note,) = cache_notes()
    assert "every task asks the server again" in note


def test_a_sound_cache_says_nothing_and_uses_nothing_else(bench: HostedBench, spare: Path) -> None:
    assert _ask(bench) == _ask(bench) == "2026.2.7"
    assert cache_notes() == []
    assert not spare.exists()


def test_the_last_known_release_is_served_from_a_disk_that_became_read_only(
    bench: HostedBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(bench)
    entry = json.loads(bench.entry.read_text(encoding="utf-8"))
    bench.entry.write_text(json.dumps({**entry, "read_at": entry["read_at"] - 4000}), encoding="utf-8")

    def refuse(path: Path, *_args: Any, **_more: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(_answers, "write_atomically", refuse)
    bench.school.mode = "html"
    assert _ask(bench).startswith("2026.2.7 stale")
    assert "Read-only file system" in cache_notes()[0]


@pytest.mark.parametrize("how", ["others may write", "a link", "a file"])
def test_a_spare_folder_that_others_may_have_made_is_not_believed(
    trouble: HostedBench, spare: Path, tmp_path: Path, how: str
) -> None:
    """/dev/shm and /tmp are everybody's: what lies there could choose what is installed."""
    others = tmp_path / "others"
    others.mkdir()
    if how == "others may write":
        spare.mkdir()
        spare.chmod(0o777)
    elif how == "a link":
        spare.symlink_to(others)
    else:
        spare.write_text("", encoding="utf-8")
    _ask(trouble)
    assert not [*others.rglob("*"), *spare.glob("*")]
    assert "temporary" in cache_notes()[0]


def _hold(lock: Path, ready: Any) -> None:
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ready.set()
        time.sleep(600)


@pytest.fixture
def held(bench: HostedBench) -> Iterator[Path]:
    """The lock of the bench's server, held by a process that does not go on, since an hour."""
    _ask(bench)
    lock = bench.entry.with_suffix(".lock")
    bench.entry.unlink()
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    stopped = context.Process(target=_hold, args=(lock, ready), daemon=True)
    stopped.start()
    assert ready.wait(30)
    os.utime(lock, (time.time() - 3600,) * 2)
    yield lock
    stopped.kill()
    stopped.join()


def _worker(bench: HostedBench, everybody: Barrier, results: Any) -> None:
    everybody.wait()
    results.put((_ask(bench), cache_notes()))


def test_a_lock_of_a_stopped_process_costs_a_moment_and_one_request(bench: HostedBench, held: Path) -> None:
    """It held every worker of the school for ever."""
    context = multiprocessing.get_context("fork")
    everybody, results = context.Barrier(_WORKERS), context.Queue()
    workers = [context.Process(target=_worker, args=(bench, everybody, results)) for _ in range(_WORKERS)]
    for worker in workers:
        worker.start()
    answers = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert {release for release, _ in answers} == {"2026.2.7"}
    assert bench.requests == 2  # one of before
    (note,) = {note for _, notes in answers for note in notes}
    assert str(held) in note
    assert _ask(bench) == "2026.2.7"


def test_a_holder_that_is_at_work_is_waited_for_and_one_that_never_ends_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, clock = tmp_path / "a.lock", [0.0]
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    begun = time.time()
    monkeypatch.setattr(time, "time", lambda: begun + clock[0])
    with lock.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        os.utime(lock, (begun, begun))
        with _locks.one_at_a_time(lock, term=7) as passed:
            assert str(lock) in passed
        assert 6.9 < clock[0] < 8
        # Whoever comes later waits for nothing but a holder's first moment.
        with _locks.one_at_a_time(lock, term=7) as passed:
            assert passed
        assert clock[0] < 9
        # A clock that was set back.
        os.utime(lock, (begun + 1e6, begun + 1e6))
        with _locks.one_at_a_time(lock, term=7) as passed:
            assert passed
        assert clock[0] < 10
    with _locks.one_at_a_time(lock, term=7) as passed:
        assert passed == ""
    assert lock.stat().st_mtime > begun - 60


def test_another_cache_folder_has_spare_answers_of_its_own(trouble: HostedBench, tmp_path: Path) -> None:
    _ask(trouble)
    other = HostedOptions(cache_dir=str(tmp_path / "another"))
    assert not read_hosted_release(UAI, trouble.url, options=other).cached
    assert trouble.requests == 2
