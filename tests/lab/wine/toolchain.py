"""Where the tools are, what the cache is keyed by, and the compiler's command lines."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

__all__ = [
    "CMD",
    "INSTALLERS",
    "PROGRAMS",
    "STRIP",
    "WINDRES",
    "WINE",
    "WINESERVER",
    "ToolchainError",
    "cache_root",
    "compile_c",
    "inputs_key",
    "key_of",
    "locked",
    "missing_tools",
    "run_tool",
]

# Debian's /usr/bin/wine is a shell script that warns about wine32 on every start; these are the programs themselves.
WINE = Path("/usr/lib/wine/wine64")
WINESERVER = Path("/usr/lib/wine/wineserver64")
# Wine 10's, put there by setup.sh: Wine 8's runs every command of "a && b || c".
CMD = Path("/usr/local/lib/rentree-pronote/cmd.exe")
_TARGET = "x86_64-w64-mingw32"
COMPILER, WINDRES, STRIP = f"{_TARGET}-gcc", f"{_TARGET}-windres", f"{_TARGET}-strip"
_TOOLS = (COMPILER, WINDRES, STRIP, "wixl", "makensis", "localedef", "setpriv", "taskset")

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
INSTALLERS = HERE / "installers"


class ToolchainError(Exception):
    """A tool is missing or failed; the message holds its output."""


def missing_tools() -> list[str]:
    """What is not installed, by the name of the program. Empty: Wine stations can run here."""
    missing = [str(path) for path in (WINE, WINESERVER, CMD) if not path.exists()]
    missing += [tool for tool in _TOOLS if shutil.which(tool) is None]
    if not Path("/usr/share/i18n/locales/fr_FR").exists():
        missing.append("/usr/share/i18n/locales/fr_FR (package locales)")
    return missing


def cache_root() -> Path:
    """The cache: ``RENTREE_WINE_CACHE``, else ``$XDG_CACHE_HOME/rentree-pronote/wine``."""
    configured = os.environ.get("RENTREE_WINE_CACHE")
    if configured:
        return Path(configured)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "rentree-pronote" / "wine"


def run_tool(*command: str | Path, cwd: Path | None = None, timeout: float = 300.0) -> str:
    """Run a build tool; returns its standard output. Raises ToolchainError."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, timeout=timeout, capture_output=True, text=True, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ToolchainError(f"{command[0]}: {exc}") from exc
    if done.returncode:
        raise ToolchainError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def compile_c(
    output: Path, sources: list[Path], *, libraries: tuple[str, ...] = (), options: tuple[str, ...] = ()
) -> None:
    """Compile and link a Unicode console program for 64-bit Windows; with ``-c`` an object. Raises ToolchainError."""
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-municode", "-O1", f"-I{PROGRAMS}"]
    flags += options if "-c" in options else ["-s", *options]
    run_tool(COMPILER, *flags, "-o", output, *sources, *(f"-l{name}" for name in libraries))


def key_of(*parts: bytes | str | Path) -> str:
    """A short digest of texts and of files' contents."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return digest.hexdigest()[:20]


@lru_cache(maxsize=1)
def tool_versions() -> str:
    """The versions that decide what is built."""
    return run_tool(WINE, "--version") + run_tool(COMPILER, "-dumpfullversion")


def inputs_key() -> str:
    """The key of the template: the tools' versions, the sources, the user (whose name Wine gives the profile)."""
    sources = [*sorted(PROGRAMS.glob("*.[ch]")), HERE / "template.py", HERE / "build.py", HERE / "template.reg"]
    return key_of(tool_versions(), str(os.getuid()), CMD, *sources)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on ``path``, waiting for it; whoever dies lets go of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
