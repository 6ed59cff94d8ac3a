"""Programs, and the collection as it would be installed: built, and laid out anew from its tarball."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.collection import ROOT

__all__ = ["BUILD", "TOOLS", "Told", "build", "lay_out", "run"]

BUILD = ROOT / "build/publish"
TOOLS = ROOT / ".venv-publish/bin"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a program printed. ``failed``: it ended with an error."""

    failed: bool
    text: str


def run(command: list[str], *, folder: Path, tools: Path = TOOLS, environment: Mapping[str, str] | None = None) -> Told:
    """Run one of ``tools``, and nothing of our settings; what it says on both of its outputs, in order."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "GALAXY_IMPORTER_"))}
    done = subprocess.run(
        [str(tools / command[0]), *command[1:]],
        cwd=folder,
        env={**kept, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return Told(failed=done.returncode != 0, text=done.stdout)


def build(folder: Path = BUILD) -> Path:
    """The tarball. Raises RuntimeError when ansible-galaxy does not build it."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("rentree-pronote-*.tar.gz"):
        old.unlink()
    told = run(["ansible-galaxy", "collection", "build", "--output-path", str(folder)], folder=ROOT)
    if told.failed:
        raise RuntimeError(told.text)
    (built,) = folder.glob("rentree-pronote-*.tar.gz")
    return built


def lay_out(tarball: Path, top: Path) -> Path:
    """The collection's folder below ``top``, as ansible-test and ansible-galaxy want it."""
    folder = top / "ansible_collections/rentree/pronote"
    folder.mkdir(parents=True)
    with tarfile.open(tarball) as archive:
        archive.extractall(folder, filter="data")
    return folder
