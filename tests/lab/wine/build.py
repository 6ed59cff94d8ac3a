"""Build what Wine stations need: ``python -m tests.lab.wine.build`` (``make wine``, after ``setup.sh``).

Everything lands in the cache, under a key of its inputs; nothing is rebuilt while they stay the same.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .template import Template, build_template
from .toolchain import PROGRAMS, ToolchainError, cache_root, compile_c, inputs_key, locked, missing_tools

__all__ = ["ensure_template", "main"]

# Program: its sources besides NAME.c and lab.c, and the libraries.
_PROGRAMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "agent": (
        ("commands", "wmi", "tasks", "native", "processes"),
        ("ole32", "oleaut32", "wbemuuid", "uuid", "version", "psapi", "ntdll"),
    ),
    "certutil": ((), ("bcrypt", "crypt32")),
    "console": ((), ()),
    "curl": ((), ("winhttp",)),
    "findstr": ((), ()),
    "icacls": ((), ("advapi32",)),
    "idle": ((), ()),
    "msg": (("processes",), ("psapi", "ntdll")),
    "refuse": ((), ()),
    "schtasks": ((), ("ole32", "oleaut32", "uuid")),
    "shutdown": ((), ()),
    "start": ((), ()),
    "taskkill": (("processes",), ("psapi", "ntdll")),
    "tasklist": (("processes",), ("psapi", "ntdll")),
    "timeout": ((), ()),
    "fc": ((), ()),
    "robocopy": ((), ()),
}


def _compile_programs(folder: Path) -> None:
    def build(name: str) -> None:
        others, libraries = _PROGRAMS[name]
        sources = [PROGRAMS / f"{source}.c" for source in (name, "lab", *others)]
        compile_c(folder / f"{name}.exe", sources, libraries=libraries)

    folder.mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(build, _PROGRAMS))


def ensure_template() -> Template:
    """The template for the present inputs, built if need be. Safe from several processes. Raises ToolchainError."""
    missing = missing_tools()
    if missing:
        raise ToolchainError(f"missing: {', '.join(missing)}; run `make wine` as root on Debian 12")
    root = cache_root()
    folder = root / inputs_key()
    template = Template(folder=folder)
    with locked(root / "build.lock"):
        if (folder / "manifest.json").exists():
            damaged = template.damaged()
            if not damaged:
                folder.touch()
                return template
            print(f"wine template: rebuilt, stations wrote into {damaged[:3]}", file=sys.stderr)
        if folder.exists():
            shutil.rmtree(folder)
        root.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="building-", dir=root))
        try:
            _compile_programs(work / "programs")
            build_template(work / "template", work / "programs")
            (work / "template").rename(folder)
            _forget_old(root, folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return template


def _forget_old(root: Path, current: Path) -> None:
    """Remove templates of other inputs that nobody has used for a day."""
    limit = time.time() - 86400
    for manifest in root.glob("*/manifest.json"):
        if manifest.parent != current and manifest.parent.stat().st_mtime < limit:
            shutil.rmtree(manifest.parent, ignore_errors=True)


def main() -> int:
    """Build; prints the template's folder and the seconds it took as JSON."""
    began = time.monotonic()
    try:
        template = ensure_template()
    except ToolchainError as exc:
        print(f"wine: {exc}", file=sys.stderr)
        return 1
    print(json.dumps({"template": str(template.folder), "seconds": round(time.monotonic() - began, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
