"""Where ``pronote-startup.cmd`` is written, and where it is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.script import StartupScript
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.write import open_to_others, write_startup

_SCRIPT = StartupScript(
    release=Release.parse("2026.2.7"), depot="http://depot.example.org/pronote", digests={"x64": "d" * 64}
)
_NAME = "pronote-startup.cmd"


@pytest.fixture
def _umask() -> Iterator[None]:
    before = os.umask(0o002)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_it_is_written_once_for_each_school_for_administrators_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "startup"
    tmp_path.chmod(0o755)
    scripts = {"0310001A": _SCRIPT, "0310002B": _SCRIPT}
    for check in (True, False):
        done = write_startup(scripts, folder, check=check)
        assert done["changed"]
        assert len(done["diff"]) == 2
        assert "2026.2.7" in done["diff"][0]["after"]
        assert folder.exists() is not check
    paths = [folder / school / _NAME for school in scripts]
    assert [str(path) for path in paths] == done["files"]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o644}
    assert {path.stat().st_mode & 0o022 for path in (folder, *(path.parent for path in paths))} == {0}
    for check in (True, False):
        assert not write_startup(scripts, folder, check=check)["changed"]


def test_another_release_is_a_change_of_that_school_alone(tmp_path: Path) -> None:
    scripts = {"0310001A": _SCRIPT, "0310002B": _SCRIPT}
    write_startup(scripts, tmp_path, check=False)
    newer = StartupScript(**{**_SCRIPT.__dict__, "release": Release.parse("2026.2.8")})
    done = write_startup({**scripts, "0310002B": newer}, tmp_path, check=False)
    assert [each["before_header"] for each in done["diff"]] == [str(tmp_path / "0310002B" / _NAME)]
    assert b"2026.2.8" in (tmp_path / "0310002B" / _NAME).read_bytes()


@pytest.mark.parametrize("mode", [0o777, 0o775])
@pytest.mark.parametrize("which", ["folder", "school", "above", "script"])
def test_where_others_may_write_nothing_is_written(tmp_path: Path, mode: int, which: str) -> None:
    folder = tmp_path / "startup"
    write_startup({"0310001A": _SCRIPT}, folder, check=False)
    script = folder / "0310001A" / _NAME
    path = {"folder": folder, "school": script.parent, "above": tmp_path, "script": script}[which]
    path.chmod(mode)
    assert open_to_others(script) == path
    newer = StartupScript(**{**_SCRIPT.__dict__, "release": Release.parse("2026.2.8")})
    for check in (True, False):
        with pytest.raises(ValueError, match="not for administrators alone"):
            write_startup({"0310001A": newer}, folder, check=check)
    assert b"2026.2.8" not in script.read_bytes()
