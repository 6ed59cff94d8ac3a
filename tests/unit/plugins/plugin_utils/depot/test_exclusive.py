"""Publishing, preparing and pruning take one lock: none undoes what another writes at the same moment."""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import threading
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import publish as _publish
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.exclusive import depot_of, exclusively
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.mirror import Mirror
from ansible_collections.rentree.pronote.plugins.plugin_utils.entries import depot_mirror as _depot_mirror
from ansible_collections.rentree.pronote.plugins.plugin_utils.entries import depot_release as _depot_release

from tests.actions import run_action
from tests.lab.simulated.installer.package import build_iss

_RELEASES = ("2026.2.5", "2026.2.6", "2026.2.7")


def test_two_at_once(tmp_path: Path) -> None:
    folder, other = tmp_path / "depot", tmp_path / "vars"
    folder.mkdir()
    other.mkdir()
    before = sorted(tmp_path.rglob("*"))
    with exclusively(folder, other, tmp_path / "none"):
        for folders in ((folder,), (other, folder), (tmp_path / "depot/../depot",)):
            with pytest.raises(ValueError, match="another preparation is under way"), exclusively(*folders):
                pass
        assert sorted(tmp_path.rglob("*")) == before
    with exclusively(folder, other):
        pass
    # A refused one leaves nothing held.
    handle = os.open(other, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)


def test_what_is_not_there_yet_is_held_from_above(tmp_path: Path) -> None:
    with (
        exclusively(tmp_path / "srv/pronote"),
        pytest.raises(ValueError, match="another preparation is under way"),
        exclusively(tmp_path / "srv/pronote"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_next_one_waits(tmp_path: Path) -> None:
    order, inside, go_on = [], threading.Event(), threading.Event()

    def first() -> None:
        with exclusively(tmp_path):
            inside.set()
            go_on.wait(30)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(30)
    threading.Timer(0.2, go_on.set).start()
    with exclusively(tmp_path, patience=30):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


class _Shelf:
    """Files to publish, and where to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.depot, self.lock = folder, folder / "depot", folder / "vars/pronote_releases.lock.yml"
        self.lock.parent.mkdir()
        (folder / "setup.exe").write_bytes(b"setup.exe" * 100)
        (folder / "client.iss").write_bytes(build_iss(release="2026.2.7").encode("cp1252"))

    def publish(self, release: str, *, check: bool = False) -> dict[str, Any]:
        arguments = {
            "depot": str(self.depot),
            "release": release,
            "installer": str(self.folder / "setup.exe"),
            "response": str(self.folder / "client.iss"),
            "lock_file": str(self.lock),
        }
        return run_action("depot_release", arguments, check=check)


def _worker(shelf: _Shelf, release: str, everybody: Barrier, meet: Barrier) -> None:
    read = _publish.read_lock

    def slowly(lock_file: Path | None) -> dict[str, Any] | None:
        # Everybody who may has read the file before anybody writes it.
        found = read(lock_file)
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(0.5)
        return found

    _publish.read_lock = slowly
    everybody.wait()
    shelf.publish(release)


def test_three_publications_at_once_lose_no_entry(tmp_path: Path) -> None:
    """They lost one in 4 of 6 rounds."""
    shelf = _Shelf(tmp_path)
    context = multiprocessing.get_context("fork")
    everybody, meet = context.Barrier(len(_RELEASES)), context.Barrier(len(_RELEASES))
    workers = [context.Process(target=_worker, args=(shelf, each, everybody, meet)) for each in _RELEASES]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert set(yaml.safe_load(shelf.lock.read_text())["pronote_releases"]) == set(_RELEASES)
    assert {path.parent.parent.name for path in shelf.depot.rglob("install.cmd")} == set(_RELEASES)


@pytest.mark.parametrize("place", ["depot", "vars"])
def test_a_publication_waits_for_whoever_holds_it_and_a_check_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    shelf = _Shelf(tmp_path)
    shelf.publish("2026.2.5")
    before = shelf.lock.read_bytes()
    monkeypatch.setattr(_depot_release, "PATIENCE", 0.2)
    handle = os.open(tmp_path / place, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert shelf.publish("2026.2.7", check=True)["changed"]
        with pytest.raises(AnsibleActionFail, match="another preparation is under way"):
            shelf.publish("2026.2.7")
        assert shelf.lock.read_bytes() == before
    finally:
        os.close(handle)
    assert shelf.publish("2026.2.7")["changed"]


@pytest.mark.parametrize("place", ["2026.2.7/x64", "edt_monoposte/2026.2.7/x64"])
def test_the_depot_of_a_release(tmp_path: Path, place: str) -> None:
    assert depot_of(tmp_path / "depot" / place) == tmp_path / "depot"


def test_a_copy_to_a_web_server_waits_for_whoever_holds_the_depot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = _Shelf(tmp_path)
    files = shelf.publish("2026.2.7")["files"]
    monkeypatch.setattr(_depot_mirror, "PATIENCE", 0.2)
    monkeypatch.setattr(Mirror, "digests", lambda _self, names: dict.fromkeys(names, "0" * 64))
    copied = []
    monkeypatch.setattr(Mirror, "bring", lambda *_: copied.append(_held(shelf.depot)))
    copy = {"src": str(shelf.depot / "2026.2.7/x64"), "dest": "/srv/pronote/2026.2.7/x64", "files": files}
    with exclusively(shelf.depot):
        assert run_action("depot_mirror", copy, check=True)["changed"]
        with pytest.raises(AnsibleActionFail, match="another preparation is under way"):
            run_action("depot_mirror", copy)
        assert copied == []
    assert run_action("depot_mirror", copy)["changed"]
    assert copied == [True]


def _held(folder: Path) -> bool:
    try:
        with exclusively(folder):
            return False
    except ValueError:
        return True
