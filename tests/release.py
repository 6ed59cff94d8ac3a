"""A release, ready to be published, by one command: ``make release VERSION=1.0.0-rc1``.

Writes the version where it stands, turns the fragments into the changelog, builds the tarball, has it judged as
``make publish-check`` does, and puts it with its digest and its notes into build/release. It commits, tags and uploads
nothing: its last lines say how.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import yaml
from packaging.version import Version

from tests.collection import ROOT
from tests.publish.__main__ import judge
from tests.publish.workshop import build, run

__all__ = ["IMAGE", "ReleaseError", "notes_of", "prepare", "put_together", "tagged"]

# As Galaxy takes it: three numbers, and what comes before a release.
_VERSION = re.compile(r"\d+\.\d+\.\d+(-(alpha|beta|rc)\d+)?")
# Where it stands: a file, and the text before it.
_STANDS = {"galaxy.yml": "version: ", "pyproject.toml": 'version = "'}
IMAGE = "rentree-pronote:"
"""What the image of a release is called in commands and examples, before its version."""


class ReleaseError(Exception):
    """Why there is no release."""


def _git(root: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=True).stdout


def prepare(root: Path, version: str) -> None:
    """Version and changelog, in the working tree. Raises ReleaseError."""
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is no version, which looks like 1.0.0 or 1.0.0-rc1")
    before = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    released = (root / "changelogs/changelog.yaml").is_file()
    if Version(version) < Version(before) or (released and Version(version) == Version(before)):
        raise ReleaseError(f"{version} is not newer than {before}")
    if changed := _git(root, "status", "--porcelain"):
        raise ReleaseError(f"commit or put away first what is changed:\n{changed.rstrip()}")
    if not list((root / "changelogs/fragments").glob("*.yml")):
        raise ReleaseError("changelogs/fragments has nothing to say of a release")
    for file, lead in _STANDS.items():
        path = root / file
        pattern = re.compile(rf"(?m)^{re.escape(lead + before)}\b")
        text, times = pattern.subn(lead + version, path.read_text(encoding="utf-8"))
        if times != 1:
            raise ReleaseError(f"{file} has {lead}{before} {times} times")
        path.write_text(text, encoding="utf-8")
    for path in tagged(root):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"{IMAGE}{before}", f"{IMAGE}{version}"), encoding="utf-8")
    # It asks ansible-doc, of the same environment, which plugins are new.
    told = run(["antsibull-changelog", "release"], folder=root, tools=Path(sys.executable).parent)
    if told.failed:
        raise ReleaseError(told.text)


def tagged(root: Path) -> list[Path]:
    """Files that name an image with its version; what tests give is theirs, and what was said in a changelog stays."""
    named = ["git", "grep", "-lIF", IMAGE, "--", ".", ":!tests", ":!changelogs", ":!CHANGELOG.md"]
    found = subprocess.run(named, cwd=root, capture_output=True, text=True, check=False)
    if found.returncode > 1:
        raise ReleaseError(found.stderr)
    return [root / name for name in found.stdout.splitlines()]


def notes_of(changelog: str, version: str) -> str:
    """What the changelog says of one version. Raises ValueError when it does not have it."""
    # antsibull-changelog puts a backslash before what Markdown might take for its own, and an anchor before headings.
    heading = re.escape(re.sub(r"([.-])", r"\\\1", version))
    found = re.search(rf"(?ms)^## v{heading}$\n(.*?)(?=^## |\Z)", changelog)
    if not found:
        raise ValueError(f"the changelog does not have {version}")
    return re.sub(r'(?m)^<a id="[^"]*"></a>\n', "", found[1]).strip() + "\n"


def put_together(root: Path, version: str, folder: Path) -> Path:
    """The tarball with its digest and its notes in ``folder``; the tarball's path."""
    tarball = build(folder)
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    Path(f"{tarball}.sha256").write_text(f"{digest}  {tarball.name}\n", encoding="utf-8")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    (folder / f"notes-{version}.md").write_text(notes_of(changelog, version), encoding="utf-8")
    return tarball


def main(arguments: list[str]) -> int:
    """Make a release; 1 when it is refused, or judged to be wrong."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    (version,) = arguments
    try:
        prepare(ROOT, version)
    except ReleaseError as exc:
        print(exc, file=sys.stderr)
        return 1
    tarball = put_together(ROOT, version, ROOT / "build/release")
    if judge(tarball):
        print("not ready; to be as before: git checkout . && git clean -f changelogs", file=sys.stderr)
        return 1
    where, notes = tarball.relative_to(ROOT), f"build/release/notes-{version}.md"
    print(f"{where}, its digest and its notes are ready. To publish them:")
    print(f"  git add -A && git commit -m 'Release {version}' && git tag -a v{version} -F {notes}")
    print(f"  git push && git push origin v{version}")
    print(f"  ansible-galaxy collection publish {where}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
