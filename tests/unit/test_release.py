"""`make release` in a copy of the repository: what it writes, and what it refuses."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.collection import ROOT
from tests.release import IMAGE, ReleaseError, notes_of, prepare, tagged

_CHANGELOG = '# Notes\n\n## v1\\.1\\.0\n\n- new\n\n## v1\\.0\\.0\\-rc1\n\n<a id="major"></a>\n### Major\n\n* first\n'


def _git(root: Path, *command: str) -> None:
    person = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *person, *command], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """As much of a collection as a release needs."""
    (tmp_path / "changelogs/fragments").mkdir(parents=True)
    top = Path(__file__).resolve().parents[2]
    galaxy = re.sub(r"(?m)^version: .*", "version: 0.1.0", (top / "galaxy.yml").read_text())
    (tmp_path / "galaxy.yml").write_text(galaxy)
    (tmp_path / "README.md").write_text("")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.1.0"\n')
    (tmp_path / "changelogs/config.yaml").write_text((top / "changelogs/config.yaml").read_text())
    (tmp_path / "changelogs/fragments/1-first.yml").write_text("---\nbugfixes:\n  - audit - it counts what it says.\n")
    (tmp_path / "awx").mkdir()
    (tmp_path / "awx/environment.yml").write_text(f"# build -t {IMAGE}0.1.0 .\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_awx.py").write_text(f'"{IMAGE}0.1.0"\n')
    (tmp_path / "ansible.cfg").write_text("[defaults]\n")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-qm", "before")
    return tmp_path


def test_a_release_has_its_version_everywhere_and_a_changelog(repository: Path) -> None:
    prepare(repository, "1.0.0-rc1")
    assert yaml.safe_load((repository / "galaxy.yml").read_text())["version"] == "1.0.0-rc1"
    assert 'version = "1.0.0-rc1"' in (repository / "pyproject.toml").read_text()
    assert (repository / "awx/environment.yml").read_text() == f"# build -t {IMAGE}1.0.0-rc1 .\n"
    assert (repository / "tests/test_awx.py").read_text() == f'"{IMAGE}0.1.0"\n'
    assert not list((repository / "changelogs/fragments").iterdir())
    notes = notes_of((repository / "CHANGELOG.md").read_text(encoding="utf-8"), "1.0.0-rc1")
    assert "it counts what it says" in notes
    assert "## v" not in notes


def test_images_have_the_version_of_the_collection() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    named = {path: re.findall(rf"{IMAGE}([\w.-]+\w)", path.read_text(encoding="utf-8")) for path in tagged(ROOT)}
    assert len(named) >= 5
    assert {each for found in named.values() for each in found} == {version}, named


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-rc", "1.0.0+local", "; rm"])
def test_what_is_no_version_is_refused(repository: Path, version: str) -> None:
    with pytest.raises(ReleaseError, match="is no version"):
        prepare(repository, version)


def test_an_older_version_is_refused(repository: Path) -> None:
    with pytest.raises(ReleaseError, match=r"0\.0\.9 is not newer than 0\.1\.0"):
        prepare(repository, "0.0.9")


def test_the_same_version_is_not_released_twice(repository: Path) -> None:
    prepare(repository, "1.0.0-rc1")
    _git(repository, "add", "-A")
    _git(repository, "commit", "-qm", "release")
    with pytest.raises(ReleaseError, match="is not newer than"):
        prepare(repository, "1.0.0-rc1")


def test_work_that_is_not_committed_is_no_part_of_a_release(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("")
    with pytest.raises(ReleaseError, match=r"what is changed:\n M pyproject\.toml"):
        prepare(repository, "1.0.0")


def test_a_release_without_news_is_refused(repository: Path) -> None:
    _git(repository, "rm", "-rq", "changelogs/fragments")
    _git(repository, "commit", "-qm", "none")
    with pytest.raises(ReleaseError, match="nothing to say"):
        prepare(repository, "1.0.0")


def test_notes_are_those_of_one_version() -> None:
    assert notes_of(_CHANGELOG, "1.0.0-rc1") == "### Major\n\n* first\n"
    assert notes_of(_CHANGELOG, "1.1.0") == "- new\n"
    with pytest.raises(ValueError, match=r"does not have 1\.0\.0"):
        notes_of(_CHANGELOG, "1.0.0")
