"""What no school runs goes from a depot and its lock file; what one may need stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.exclusive import exclusively
from ansible_collections.rentree.pronote.plugins.plugin_utils.entries import depot_prune as _depot_prune

from tests.lab.journal import Journal
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.unit.web_thread import serving

_NEW, _OLD = "0310001A", "0310002B"
_PUBLISHED = ["2025.1.3", "2025.2.9", "2026.1.3", "2026.2.5", "2026.2.7", "2026.2.8"]
_GONE = {"2025.1.3/x64", "2025.1.3/x86", "2026.1.3/x64", "2026.2.5/x64", "edt_monoposte/2025.1.3/x64"}
_LEFT = {"2025.2.9/x64", "2026.2.7/x64", "2026.2.8/x64", "edt_monoposte/2026.2.7/x64"}


class _Unreadable(dict[str, Any]):
    """A host whose variables cannot be templated."""

    def get(self, key: str, default: Any = None) -> Any:
        raise ValueError("'pronote_uai' is undefined")


class Shelf:
    """Two schools with their hosted servers, a depot and its lock file."""

    def __init__(self, folder: Path, url: str, schools: dict[str, HostedSchool]) -> None:
        self.schools, self.url, self.cache = schools, url, folder / "cache"
        self.depot, self.lock = folder / "depot", folder / "lock.yml"
        self.hosts: dict[str, Any] = {
            f"poste-{uai}": {"pronote_uai": uai, "pronote_server_url": f"{url}/{uai}/pronote/"} for uai in schools
        }
        for place in _GONE | _LEFT:
            (self.depot / place).mkdir(parents=True)
            for name in ("setup.exe", "install.cmd", "SHA256SUMS"):
                (self.depot / place / name).write_text(place, encoding="utf-8")
        (self.depot / "notes/x64").mkdir(parents=True)
        lock = {
            "note": "kept by hand",
            "pronote_releases": {release: {"x64": {"digest": "a" * 64}} for release in _PUBLISHED},
            "pronote_product_releases": {"edt_monoposte": {"2025.1.3": {"x64": {}}, "2026.2.7": {"x64": {}}}},
        }
        self.lock.write_text("# Written by us.\n" + yaml.safe_dump(lock), encoding="utf-8")

    def prune(self, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        task = Task()
        task.action, task.check_mode = "rentree.pronote.depot_prune", check
        task.args = {
            "depot": str(self.depot),
            "lock_file": str(self.lock),
            "cache_dir": str(self.cache),
            **arguments,
        }
        loader, context = DataLoader(), PlayContext()
        plugin = action_loader.get(
            task.action,
            task=task,
            connection=connection_loader.get("ansible.builtin.local", context),
            play_context=context,
            loader=loader,
            templar=Templar(loader=loader),
            shared_loader_obj=None,
        )
        result: dict[str, Any] = plugin.run(task_vars={"hostvars": self.hosts, "pronote_language": "en"})
        return result

    def places(self) -> set[str]:
        """Releases that are there, whole."""
        return {str(path.parent.relative_to(self.depot)) for path in self.depot.rglob("install.cmd")}

    def forget(self) -> None:
        """The cache of hosted servers' answers, as another day finds it."""
        for path in self.cache.glob("*.json"):
            path.write_text(json.dumps({**json.loads(path.read_text()), "read_at": 0.0}))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    schools = {
        _NEW: HostedSchool(uai=_NEW, name="Lycée", release="2026.2.7", mode="ok", cas=""),
        _OLD: HostedSchool(uai=_OLD, name="Collège", release="2025.2.9", mode="ok", cas=""),
    }
    with serving(hosted_app(schools, Journal()), address="127.43.0.3") as url:
        yield Shelf(tmp_path, url, schools)


def test_check_apply_check_apply(shelf: Shelf) -> None:
    lock = shelf.lock.read_bytes()
    planned = shelf.prune(check=True)
    assert (planned["changed"], set(planned["pruned"])) == (True, _GONE)
    assert (shelf.places(), shelf.lock.read_bytes()) == (_GONE | _LEFT, lock)
    done = shelf.prune()
    assert (done["changed"], set(done["pruned"]), shelf.places()) == (True, _GONE, _LEFT)
    # What is no release is nobody's to remove; a release's folder that is empty goes.
    assert {path.name for path in shelf.depot.iterdir()} == {
        "2025.2.9",
        "2026.2.7",
        "2026.2.8",
        *("edt_monoposte", "notes"),
    }
    assert shelf.lock.read_text(encoding="utf-8").startswith("# Written by us.\n")
    locked = yaml.safe_load(shelf.lock.read_text(encoding="utf-8"))
    assert locked["note"] == "kept by hand"
    assert set(locked["pronote_releases"]) == {"2025.2.9", "2026.2.7", "2026.2.8"}
    assert set(locked["pronote_product_releases"]["edt_monoposte"]) == {"2026.2.7"}
    assert {each["release"]: each["why"] for each in done["kept"] if each["product"] == "pronote_client"} == {
        "2025.2.9": f"{_OLD} runs it",
        "2026.2.7": f"{_NEW} runs it",
        "2026.2.8": "newer than what schools run (2026.2.7)",
    }
    assert [shelf.prune(check=check)["changed"] for check in (True, False)] == [False, False]


def test_the_real_run_shows_what_it_removed(shelf: Shelf) -> None:
    planned, done = shelf.prune(check=True)["diff"], shelf.prune()["diff"]
    assert done == planned
    depot, lock = done
    assert set(depot["before"].split()) == _GONE | _LEFT
    assert set(depot["after"].split()) == _LEFT
    assert ("2026.1.3" in lock["before"], "2026.1.3" in lock["after"]) == (True, False)


def test_what_somebody_is_held_at_stays(shelf: Shelf) -> None:
    shelf.hosts["tenu"] = {"pronote_client_release": "2026.1.3"}
    result = shelf.prune(keep=["2026.2.5"])
    assert set(result["pruned"]) == {"2025.1.3/x64", "2025.1.3/x86", "edt_monoposte/2025.1.3/x64"}
    why = {each["release"]: each["why"] for each in result["kept"]}
    assert (why["2026.1.3"], why["2026.2.5"]) == ("tenu is held at it", "kept on request")


def test_a_server_that_was_never_read_keeps_everything(shelf: Shelf) -> None:
    shelf.schools[_OLD].mode = "unavailable"
    result = shelf.prune()
    assert (result["changed"], result["pruned"], shelf.places()) == (False, [], _GONE | _LEFT)
    assert _OLD in result["unread"][0]
    assert result["warnings"][0].startswith("releases were kept that may not be needed: ")


def test_a_server_that_cannot_be_read_now_keeps_its_year_and_later_ones(shelf: Shelf) -> None:
    shelf.schools[_OLD].release = "2026.1.3"
    shelf.prune(check=True)
    shelf.forget()
    shelf.schools[_OLD].mode = "unavailable"
    result = shelf.prune()
    assert set(result["pruned"]) == {"2025.1.3/x64", "2025.1.3/x86", "2025.2.9/x64", "edt_monoposte/2025.1.3/x64"}
    assert len(result["unread"]) == 1


def test_a_host_that_cannot_be_read_keeps_everything(shelf: Shelf) -> None:
    shelf.hosts["cassé"] = _Unreadable()
    result = shelf.prune()
    assert (result["pruned"], result["unread"]) == ([], ["cassé: 'pronote_uai' is undefined"])


def test_an_inventory_without_schools_keeps_everything(shelf: Shelf) -> None:
    shelf.hosts = {"seul": {}}
    assert shelf.prune()["pruned"] == []


def test_a_school_is_asked_once(shelf: Shelf) -> None:
    shelf.hosts |= {f"autre-{number}": dict(shelf.hosts[f"poste-{_NEW}"]) for number in range(20)}
    assert set(shelf.prune()["pruned"]) == _GONE


def test_a_lock_file_that_is_none_stops_before_anything_is_removed(shelf: Shelf) -> None:
    shelf.lock.write_text("pronote_releases: {latest: {x64: {}}}\n", encoding="utf-8")
    with pytest.raises(AnsibleActionFail, match="is not a lock file"):
        shelf.prune()
    assert shelf.places() == _GONE | _LEFT


def test_without_a_lock_file_the_depot_alone_is_pruned(shelf: Shelf) -> None:
    result = shelf.prune(lock_file=None)
    assert (set(result["pruned"]), len(result["diff"]), shelf.places()) == (_GONE, 1, _LEFT)


def test_what_only_a_published_copy_has_is_told(shelf: Shelf) -> None:
    result = shelf.prune(elsewhere=["2025.1.4/x64", "2026.2.7/x64", "notes/x64"])
    assert set(result["pruned"]) == _GONE | {"2025.1.4/x64"}
    assert shelf.prune(elsewhere=["2025.1.4/x64"])["changed"] is False


def test_a_link_in_the_depot_leads_nowhere(shelf: Shelf, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / "install.cmd").write_text("precious", encoding="utf-8")
    (shelf.depot / "2025.1.5").mkdir()
    (shelf.depot / "2025.1.5/x64").symlink_to(target)
    shelf.prune()
    assert (target / "install.cmd").read_text(encoding="utf-8") == "precious"


def test_a_pruning_waits_for_whoever_publishes_and_a_check_for_nobody(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_depot_prune, "PATIENCE", 0.2)
    with exclusively(shelf.depot):
        assert shelf.prune(check=True)["changed"]
        with pytest.raises(AnsibleActionFail, match="under way, or a publication or a pruning"):
            shelf.prune()
        assert shelf.places() == _GONE | _LEFT
    assert shelf.prune()["changed"]
