"""The template prefix: what every station is cloned from."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .toolchain import CMD, STRIP, WINE, WINESERVER, ToolchainError, run_tool

__all__ = ["LAB_FOLDER", "LOCALES", "Template", "build_template", "wine_environment"]

LAB_FOLDER = Path("drive_c/windows/lab")
"""The lab's own files inside a prefix (programs/lab.h says the same); no part of the station's state."""

LOCALES = {"fr": "fr_FR.UTF-8", "en": "en_US.UTF-8"}

# Wine's programs that print nothing and return 0 whatever they are asked (docs/fidelity.md); those without a program of
# ours in their place get refuse.exe. cscript, wscript and mshta work, but scripts are what this project never starts.
_SILENT_STUBS = (
    *("WindowsPowerShell/v1.0/powershell", "cacls", "dism", "expand", "fsutil", "lodctr", "msinfo32", "netsh"),
    *("sdbinst", "secedit", "setx", "systeminfo", "unlodctr", "wevtutil", "where", "wusa"),
    *("cscript", "wscript", "mshta"),
)

# Each program that starts looks for the host's zone among those of the registry, in the order of their names: up to UTC
# they were fifty, a quarter of what it asks of wineserver. These are left: those of France and of machines on UTC.
_TIME_ZONES = frozenset({"GMT Standard Time", "Romance Standard Time", "UTC"})
_ZONE = re.compile(
    r"^\[Software\\\\(?:Wow6432Node\\\\)?Microsoft\\\\Windows NT\\\\CurrentVersion\\\\Time Zones\\\\([^\\\]]+)"
)
_MUI_NAME = re.compile(r'(?m)^"MUI_\w+"=.*\n')
_NO_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig></fontconfig>
"""


def wine_environment(prefix: Path, *, language: str, locale_folder: Path, home: Path) -> dict[str, str]:
    """The only variables Wine gets: everything of the host would be visible inside the station."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "WINEPREFIX": str(prefix),
        "WINESERVER": str(WINESERVER),
        "WINEDEBUG": "-all",
        "WINEARCH": "win64",
        "LOCPATH": str(locale_folder),
        "LC_ALL": LOCALES[language],
        # Nothing is drawn: no program has to read the host's list of fonts, nor the rules that the library looks for
        # beside it. A library that is not there at all is none of Wine's cases: explorer.exe starts itself for ever.
        "FONTCONFIG_SYSROOT": str(locale_folder.parent),
        "FONTCONFIG_FILE": "/fonts.conf",
    }


@dataclass(frozen=True, kw_only=True)
class Template:
    """A built template: ``prefix`` to clone, ``manifest`` (path to size, mtime in ns, SHA-256) to tell what changed."""

    folder: Path

    @property
    def prefix(self) -> Path:
        return self.folder / "prefix"

    @property
    def locales(self) -> Path:
        return self.folder / "locale"

    def manifest(self) -> Mapping[str, tuple[int, int, str]]:
        """Relative path to (size, mtime in nanoseconds, SHA-256)."""
        data = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return {path: (size, mtime, digest) for path, (size, mtime, digest) in data.items()}

    def damaged(self) -> list[str]:
        """Files that no longer are what was built: a station wrote into a hard-linked file in place."""
        bad = []
        for path, (size, mtime, _digest) in self.manifest().items():
            try:
                stat = (self.prefix / path).lstat()
            except FileNotFoundError:
                bad.append(path)
                continue
            if (stat.st_size, stat.st_mtime_ns) != (size, mtime):
                bad.append(path)
        return bad


def _files(prefix: Path) -> Iterator[Path]:
    for folder, _folders, names in os.walk(prefix / "drive_c"):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def build_template(folder: Path, programs: Path) -> Template:
    """Build into ``folder`` (which must not exist) with the compiled ``programs``. Raises ToolchainError."""
    template = Template(folder=folder)
    template.prefix.mkdir(parents=True)
    template.locales.mkdir()
    for name in LOCALES.values():
        run_tool("localedef", "-i", name.partition(".")[0], "-f", "UTF-8", template.locales / name)
    (folder / "fonts.conf").write_text(_NO_FONTS, encoding="ascii")
    home = folder / "home"
    home.mkdir()
    environment = wine_environment(template.prefix, language="en", locale_folder=template.locales, home=home)
    # Without these the first start offers to download the engines and waits for an answer.
    environment["WINEDLLOVERRIDES"] = "mscoree,mshtml="
    try:
        _wine(environment, "wineboot.exe", "-i")
        _wine(environment, "winecfg.exe", "-v", "win10")
        registry = template.prefix / "drive_c/template.reg"
        text = Path(__file__).with_name("template.reg").read_text(encoding="ascii")
        registry.write_text(text + "".join(_overrides(programs)), encoding="ascii")
        _wine(environment, "reg.exe", "import", "C:\\template.reg")
        registry.unlink()
    finally:
        _stop(environment)
    (template.prefix / "dosdevices/z:").unlink(missing_ok=True)
    (template.prefix / "wineserver").unlink(missing_ok=True)
    _leave_zones(template.prefix / "system.reg")
    _confine_profile(template.prefix)
    _replace_cmd(template.prefix)
    _strip(template.prefix)
    _add_programs(template.prefix, programs)
    manifest = {}
    for path in _files(template.prefix):
        stat = path.stat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest[path.relative_to(template.prefix).as_posix()] = (stat.st_size, stat.st_mtime_ns, digest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return template


def _overrides(programs: Path) -> Iterator[str]:
    """Values for the key that ends template.reg: otherwise Wine takes its own program of the same name."""
    names = {path.stem for path in programs.glob("*.exe")} | {stub.rpartition("/")[2] for stub in _SILENT_STUBS}
    for name in sorted(names | {"cmd"}):
        yield f'"{name}.exe"="native"\n'


def _wine(environment: Mapping[str, str], *command: str) -> None:
    # Descriptors on /dev/null: services inherit them and would keep a pipe open.
    done = subprocess.run(
        [str(WINE), *command],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=180,
        check=False,
    )
    if done.returncode:
        raise ToolchainError(f"wine {' '.join(command)} ended with {done.returncode}")


def _stop(environment: Mapping[str, str]) -> None:
    for option in ("-k", "-w"):
        subprocess.run([str(WINESERVER), option], env=dict(environment), timeout=60, check=False, capture_output=True)


def _leave_zones(registry: Path) -> None:
    """Take the other time zones out of a registry file of Wine. Raises ToolchainError when none is left."""
    head, *sections = re.split(r"\n(?=\[)", registry.read_text(encoding="utf-8", errors="surrogateescape"))
    zones = [_ZONE.match(section) for section in sections]
    if not any(zone and zone[1] in _TIME_ZONES for zone in zones):
        raise ToolchainError(f"{registry} has none of the time zones {', '.join(sorted(_TIME_ZONES))}")
    left = [
        # A name of the zone in the language of Windows has each program load the library of such names, twice.
        _MUI_NAME.sub("", each) if zone else each
        for each, zone in zip(sections, zones, strict=True)
        if zone is None or zone[1] in _TIME_ZONES
    ]
    registry.write_text("\n".join([head, *left]), encoding="utf-8", errors="surrogateescape")


def _confine_profile(prefix: Path) -> None:
    """Replace links out of the profile (Desktop, Documents… of the host's user) by folders."""
    for folder, folders, _names in os.walk(prefix / "drive_c/users"):
        for name in folders:
            path = Path(folder, name)
            if path.is_symlink():
                path.unlink()
                path.mkdir()


def _replace_cmd(prefix: Path) -> None:
    """Put Wine 10's cmd.exe in, as a program of its own: without the mark that has Wine take its builtin instead."""
    image = bytearray(CMD.read_bytes())
    mark = b"Wine builtin DLL"
    if image[0x40 : 0x40 + len(mark)] != mark:
        raise ToolchainError(f"{CMD} is not Wine's cmd.exe")
    image[0x40:0x60] = bytes(0x20)
    (prefix / "drive_c/windows/system32/cmd.exe").write_bytes(image)


def _strip(prefix: Path) -> None:
    """Drop debug information: 695 MB become 213 MB, and prefixes are read faster."""
    images = [
        path for path in _files(prefix) if path.suffix.lower() in {".dll", ".exe", ".drv", ".ocx", ".cpl", ".acm"}
    ]

    def strip(batch: list[Path]) -> None:
        # Wine's placeholders for 16-bit modules are no PE files; strip refuses those and leaves them alone.
        subprocess.run([STRIP, "-g", *map(str, batch)], check=False, capture_output=True, timeout=600)

    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        list(pool.map(strip, [images[start : start + 40] for start in range(0, len(images), 40)]))


def _add_programs(prefix: Path, programs: Path) -> None:
    system = prefix / "drive_c/windows/system32"
    hosts = prefix / LAB_FOLDER / "bin"
    hosts.mkdir(parents=True)
    for program in programs.glob("*.exe"):
        if program.stem in {"agent", "console", "idle"}:
            shutil.copyfile(program, hosts / program.name)
        elif program.stem != "refuse":
            shutil.copyfile(program, system / program.name)
    for stub in _SILENT_STUBS:
        target = system / f"{stub}.exe"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(programs / "refuse.exe", target)
