"""Disks that are full, read-only or held by somebody else."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import publish as _depot

from tests.lab.simulated.installer.package import build_iss
from tests.unit.prepare_bench import Bench, program


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("when", ["copy", "script", "lock"])
def test_a_depot_that_cannot_be_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int, published: bool, when: str
) -> None:
    bench.offer(bench.sign(program()))
    if published:
        bench.one()
        (bench.settings.response_dir / "pronote_client-2026.2.6-x64.iss").write_bytes(
            build_iss(release="2026.2.6", dialogs=("SdWelcome-0", "SdFinish-0")).encode()
        )
    before = bench.state()
    real = _depot._stage_bytes

    def refuse(*arguments: Any) -> None:
        part = arguments[1]
        if when == "copy" or when in part.name or (when == "script" and part.name == ".install.cmd.part"):
            part.write_bytes(b"half")
            raise OSError(number, os.strerror(number), str(part))
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(_depot, "_stage_bytes", refuse)
        if when == "copy":
            patch.setattr(shutil, "copyfile", refuse)
        failed = bench.one()
    assert failed.status == "failed"
    assert "depot and lock file are as they were" in failed.message
    assert bench.state() == before
    assert bench.one().status == "published"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here ({mounted.stderr.strip()}); since 25 November 2026")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_depot_on_a_full_disk(bench: Bench, small_disk: Path) -> None:
    bench.offer(bench.sign(program()))
    (small_disk / "other").write_bytes(b"x")
    failed = bench.one(depot=small_disk)
    assert "the disk is full: make room; depot and lock file are as they were" in failed.message
    assert [path.name for path in small_disk.rglob("*")] == ["other"]
    assert not bench.settings.lock_file.exists()
    assert bench.one().status == "published"
