"""A mesh as AWX has it: receptor between a control node and execution nodes, each a machine of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

__all__ = ["missing", "receptor", "require_mesh"]

_SOURCES = Path(__file__).parent / "receptor"


def receptor() -> Path:
    """The program that setup.sh builds: kept by what it is built from."""
    built_from = b"".join((_SOURCES / name).read_bytes() for name in ("go.mod", "go.sum"))
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "rentree-pronote/receptor" / sha256(built_from).hexdigest()[:16] / "receptor"


@cache
def missing() -> list[str]:
    """What a mesh lacks here."""
    lacking = [] if receptor().exists() else ["receptor"]
    if shutil.which("bwrap") is None:
        return [*lacking, "bubblewrap"]
    # A container may forbid namespaces.
    tried = subprocess.run(["bwrap", "--bind", "/", "/", "--unshare-pid", "true"], capture_output=True, check=False)
    return lacking if tried.returncode == 0 else [*lacking, "the right to make namespaces"]


def require_mesh() -> None:
    """Go on where a mesh can be started; else skip, or fail when it is required."""
    if not missing():
        return
    said = f"missing: {', '.join(missing())} (sh tests/mesh/setup.sh)"
    if os.environ.get("RENTREE_REQUIRE_MESH"):
        pytest.fail(said)
    pytest.skip(f"{said}; 30 November 2026")
