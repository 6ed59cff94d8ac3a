"""The locks: every package that is installed, of one version on each Python, with the digests of its files.

``python -m tests.locks`` writes them from the ``.in`` files (``make lock``); with ``--upgrade`` it takes the newest
version of everything, and with ``--outdated`` it only tells which those are (``make outdated``). uv does the work and
asks whatever index it is set to; no address of one is in the files.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.collection import ROOT

__all__ = ["LOCKS", "TOGETHER", "Locked", "outdated", "read_lock", "read_source", "write_locks"]

# In the order in which they are written: each is bound to what the one before it says.
TOGETHER = ("requirements", "requirements-dev", "requirements-kerberos")
# What judges the collection has an environment of its own (`make publish-check`).
LOCKS = (*TOGETHER, "requirements-publish")
_DIGEST = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One version of a package. ``digests``: of all its files; ``sources``: the files that ask for it by name."""

    requirement: Requirement
    digests: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """As the index spells it: lower case, hyphens."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The one version. Raises ValueError when the lock leaves a choice."""
        (only,) = self.requirement.specifier
        if only.operator != "==" or only.version.endswith(".*"):
            raise ValueError(f"{self.requirement}: not one version")
        return only.version


def read_lock(text: str) -> list[Locked]:
    """The packages of a lock. Raises ValueError for a line that is no requirement, no digest and no comment of uv's."""
    # One entry: the requirement, its digests on continued lines, then comments that say who asks for it.
    entries: list[tuple[str, list[str]]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.lstrip().startswith("#"):
            entries[-1][1].append(line.lstrip(" #").removeprefix("via").strip())
        else:
            entries.append((line, []))
    return [
        Locked(
            requirement=Requirement(line.split(" --hash=")[0].strip()),
            digests=tuple(_DIGEST.findall(line)),
            sources=tuple(word.removeprefix("-r ") for word in said if word.startswith("-r ")),
        )
        for line, said in entries
    ]


def read_source(text: str) -> Iterator[Requirement]:
    """What a ``.in`` file asks for by name."""
    for line in text.splitlines():
        if line and not line.startswith(("#", "-")):
            yield Requirement(line)


def _compile(folder: Path, *options: str) -> None:
    for name in LOCKS:
        subprocess.run(
            [
                *(str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal"),
                *("--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
                *("--custom-compile-command", "make lock", *options),
                *(f"{name}.in", "--output-file", f"{name}.txt"),
            ],
            cwd=folder,
            check=True,
        )


def write_locks(*, upgrade: bool = False) -> None:
    """Write the locks: what fits stays as it is, unless everything is to be the newest."""
    _compile(ROOT, *(["--upgrade"] if upgrade else []))


def outdated() -> list[str]:
    """A line for each package that has a newer version within the bounds of the ``.in`` files, in each lock."""
    with tempfile.TemporaryDirectory(prefix="locks-") as folder:
        for name in LOCKS:
            for suffix in (".in", ".txt"):
                shutil.copy(ROOT / f"{name}{suffix}", folder)
        _compile(Path(folder), "--upgrade")
        lines = set()
        for name in LOCKS:
            ours, newest = (_versions(read_lock(Path(top, f"{name}.txt").read_text())) for top in (ROOT, folder))
            for package in sorted(ours.keys() | newest.keys()):
                before, after = (", ".join(each.get(package, ["none"])) for each in (ours, newest))
                if before != after:
                    lines.add(f"{package}: {before} -> {after}")
    return sorted(lines)


def _versions(locked: list[Locked]) -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for each in locked:
        versions.setdefault(each.name, []).append(each.version)
    return versions


def main(arguments: list[str]) -> int:
    """Write the locks, or tell what is outdated."""
    if arguments == ["--outdated"]:
        print("\n".join(outdated()) or "everything is of its newest version")
        return 0
    if arguments not in ([], ["--upgrade"]):
        print(__doc__, file=sys.stderr)
        return 2
    write_locks(upgrade=arguments == ["--upgrade"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
