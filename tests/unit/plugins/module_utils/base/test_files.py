from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.files import write_atomically


def test_a_file_is_replaced_whole_under_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    path.chmod(0o644)
    write_atomically(path, b"after", mode=0o600)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"after", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target, path = tmp_path / "target", tmp_path / "a"
    target.write_bytes(b"somebody else's")
    path.symlink_to(target)
    write_atomically(path, b"mine", mode=0o600)
    assert (target.read_bytes(), path.is_symlink()) == (b"somebody else's", False)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_of_what_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(_handle: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)):
        write_atomically(tmp_path / "a", b"names", mode=0o600)
    assert list(tmp_path.iterdir()) == []
