"""What 0.1.0 published is rendered anew with today's script: both products, every year, without a download."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import (
    locked_installer,
    published_digests,
    published_removals,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import old_scripts
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.outcome import ReleaseResult, summary
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.renew import Renewal, renew

from tests.upgrade.copies import copy_of

_PLACES = ["2025.2.9/x64", "2026.1.3/x64", "2026.2.7/x64", "edt_monoposte/2026.2.7/x64"]
_LOCK = "inventory/group_vars/all/pronote_releases.lock.yml"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    return copy_of("0.1.0", tmp_path / "0.1.0")


def _renew(past: Path, *done: ReleaseResult, check: bool = False) -> Renewal:
    return renew(past / "depot", past / _LOCK, done=done, check=check)


def _lock(past: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((past / _LOCK).read_text(encoding="utf-8"))
    return data


def _entries(past: Path) -> list[dict[str, Any]]:
    lock = _lock(past)
    released = [lock["pronote_releases"], lock["pronote_product_releases"]["edt_monoposte"]]
    return [arches["x64"] for releases in released for arches in releases.values()]


def _files(past: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in past.rglob("*") if path.is_file())
    return {str(path.relative_to(past)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_scripts_of_0_1_0_are_rendered_anew(past: Path) -> None:
    before, old, locked = _files(past), _entries(past), _lock(past)
    assert old_scripts(locked["pronote_releases"]) == ["2025.2.9 x64", "2026.1.3 x64", "2026.2.7 x64"]
    planned = _renew(past, check=True)
    assert _files(past) == before
    done = _renew(past)
    assert [o.diff for o in planned.outcomes] == [o.diff for o in done.outcomes]
    assert planned.scripts == done.scripts
    assert [o.status for o in planned.outcomes] == ["would_render"] * 4
    assert [(o.product, o.release, o.status, o.changed) for o in done.outcomes] == [
        *(("pronote_client", release, "rendered", True) for release in ("2025.2.9", "2026.1.3", "2026.2.7")),
        ("edt_monoposte", "2026.2.7", "rendered", True),
    ]
    assert not done.warnings + done.problems
    # Only the scripts, the sums and the lock file are other ones.
    after = _files(past)
    assert after.keys() == before.keys()
    changed = {f"depot/{place}/{name}" for place in _PLACES for name in ("install.cmd", "SHA256SUMS")}
    assert {name for name in after if after[name] != before[name]} == {*changed, _LOCK}
    for place, entry, was in zip(_PLACES, _entries(past), old, strict=True):
        # Installers and response files are what they were: no alarm, and nothing is known of them that is not true.
        assert {name: entry[name] for name in was if name != "digest"} == {n: was[n] for n in was if n != "digest"}
        assert locked_installer(entry) == locked_installer(was)
        script = (past / "depot" / place / "install.cmd").read_bytes()
        assert hashlib.sha256(script).hexdigest() == entry["digest"] != was["digest"]
        assert b"echo script=4\r\n" in script
        sums = (past / "depot" / place / "SHA256SUMS").read_text(encoding="ascii").split()
        assert dict(zip(sums[1::2], sums[::2], strict=True)) == {**entry["files"], "install.cmd": entry["digest"]}
    # What 0.1.0 published by hand had another wait for a depot that is full, and this year's the same for its log.
    assert [(e["script"]["log_timeout"], e["script"]["busy_timeout"]) for e in _entries(past)] == [
        (120, 300),
        *[(120, 3600)] * 3,
    ]
    assert old_scripts(_lock(past)["pronote_releases"]) == []
    assert set(published_removals(_lock(past)["pronote_releases"])) == {2025, 2026}


def test_the_second_time_nothing_is_left_to_render(past: Path) -> None:
    first = _renew(past)
    rendered = _files(past)
    for check in (True, False):
        again = _renew(past, check=check)
        assert (again.outcomes, again.warnings, again.problems) == ([], [], [])
        # A web server may have missed the first time.
        assert again.scripts == first.scripts
    assert _files(past) == rendered


def test_the_diff_shows_what_is_rendered_anew(past: Path) -> None:
    depot, lock = _renew(past, check=True).outcomes[0].diff
    assert depot["after_header"] == f"{past}/depot/2025.2.9/x64/"
    # The installer is not in this depot: nothing is said of it.
    names = [[line.split()[1] for line in depot[when].splitlines()] for when in ("before", "after")]
    assert names == [["SHA256SUMS", "install.cmd", "response.iss", "uninstall.iss"]] * 2
    assert "b8d4b3bcbeefc62d7f09afbc1412741402849a2669eb2e0fdd84419ff5c35fb2" in lock["before"]
    assert "script:" not in lock["before"]
    assert "        version: 4\n        product_code: '{D987B8C4-35ED-5703-9116-784AAC034DEE}'\n" in lock["after"]


def test_what_this_run_prepared_is_not_rendered_twice(past: Path) -> None:
    prepared = ReleaseResult(product="pronote_client", release="2026.2.7", arch="x64", status="would_publish")
    failed = replace(prepared, release="2026.1.3", status="failed")
    by_hand = replace(prepared, release="2025.2.9", status="by_hand")
    found = _renew(past, prepared, failed, by_hand, check=True)
    assert [(o.product, o.release) for o in found.outcomes] == [
        ("pronote_client", "2025.2.9"),
        ("pronote_client", "2026.1.3"),
        ("edt_monoposte", "2026.2.7"),
    ]


def test_what_was_published_by_hand_is_told_once() -> None:
    by_hand = ReleaseResult(product="pronote_client", release="2025.2.9", arch="x64", status="by_hand")
    other = replace(by_hand, product="edt_monoposte")
    for status in ("rendered", "would_render"):
        told = summary([by_hand, other, replace(by_hand, status=status, changed=True)], [])
        assert [(each["product"], each["status"]) for each in told["releases"]] == [
            ("edt_monoposte", "by_hand"),
            ("pronote_client", status),
        ]
        assert told["changed"]


@pytest.mark.parametrize("cut", ["lock", "sums"])
def test_a_run_that_was_cut_off_is_gone_on_with(past: Path, monkeypatch: pytest.MonkeyPatch, cut: str) -> None:
    """The lock file is replaced first: from it the rest is rendered, whatever an old script would have said."""
    whole = copy_of("0.1.0", past.parent / "whole")
    _renew(whole)
    replaced, replace_file = list[str](), os.replace

    def power_cut(source: Any, target: Any, **options: Any) -> None:
        if len(replaced) == (1 if cut == "lock" else 2):
            raise KeyboardInterrupt
        replaced.append(Path(target).name)
        replace_file(source, target, **options)

    monkeypatch.setattr(Path, "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        _renew(past)
    monkeypatch.undo()
    assert replaced == ["pronote_releases.lock.yml", "SHA256SUMS"][: len(replaced)]
    assert [o.status for o in _renew(past).outcomes] == ["rendered"] * 4
    # The store names the folder that it lies in.
    mended, wanted = (_files(folder / "depot") | _files(folder / "inventory/group_vars") for folder in (past, whole))
    assert {name: content for name, (content, _) in mended.items()} == {
        n: content for n, (content, _) in wanted.items()
    }


def test_a_script_that_the_lock_file_does_not_know_is_not_believed(past: Path) -> None:
    script = past / "depot/2025.2.9/x64/install.cmd"
    script.write_bytes(script.read_bytes().replace(b"D987B8C4", b"00000000"))
    before = _files(past)
    first, *others = _renew(past).outcomes
    assert (first.status, [o.status for o in others]) == ("failed", ["rendered"] * 3)
    assert "is not the script that the lock file has" in first.message
    assert "take that one (version control), or publish the release again" in first.message
    name = "depot/2025.2.9/x64/install.cmd"
    assert _files(past)[name] == before[name]
    assert published_digests(_lock(past)["pronote_releases"], Release.parse("2025.2.9"))["x64"].startswith("b8d4b3bc")


def test_a_release_that_is_not_in_this_depot_is_named(past: Path) -> None:
    shutil.rmtree(past / "depot/2025.2.9")
    found = _renew(past)
    (warning,) = found.warnings
    assert (
        "2025.2.9 x64 (Client PRONOTE) stays as an earlier version published it: its install.cmd is not in" in warning
    )
    assert [o.release for o in found.outcomes] == ["2026.1.3", "2026.2.7", "2026.2.7"]
    assert [script["place"] for script in found.scripts] == _PLACES[1:]
    assert not (past / "depot/2025.2.9").exists()


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("removable: true", "removable: false", "do not agree whether it can remove"),
        ("technology: installscript", "technology: zip", "'zip'"),
    ],
)
def test_an_entry_that_its_script_contradicts(past: Path, was: str, now: str, says: str) -> None:
    lock = past / _LOCK
    lock.write_text(lock.read_text(encoding="utf-8").replace(was, now, 1), encoding="utf-8")
    first = _renew(past).outcomes[0]
    assert first.status == "failed"
    assert says in first.message


@pytest.mark.parametrize("text", ["pronote_releases: [1]\n", "<<<<<<< ours\n", "pronote_releases: {soon: {x64: {}}}\n"])
def test_a_lock_file_that_cannot_be_used(past: Path, text: str) -> None:
    (past / _LOCK).write_text(text, encoding="utf-8")
    found = _renew(past)
    assert (found.outcomes, found.scripts) == ([], [])
    assert "is not a lock file" in found.problems[0]


def test_what_a_newer_collection_published_stays(past: Path) -> None:
    _renew(past)
    lock = past / _LOCK
    lock.write_text(lock.read_text(encoding="utf-8").replace("version: 4", "version: 5"), encoding="utf-8")
    before = _files(past)
    assert not _renew(past).outcomes
    assert _files(past) == before


def test_without_a_lock_file_there_is_nothing_to_render(past: Path) -> None:
    (past / _LOCK).unlink()
    assert _renew(past) == Renewal()
