"""Compile the stand-in's installers."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...simulated.installer.package import Manifest, build_iss
from ...simulated.installer.products import (
    UPDATER_NAME,
    display_name,
    engine_path,
    exe_name,
    file_version,
    folder,
    product_code,
    uninstall_string,
    updater_code,
    year_of,
)
from ...simulated.options import InstallerFault
from ..toolchain import INSTALLERS, PROGRAMS, WINDRES, cache_root, compile_c, key_of, locked, run_tool

__all__ = ["build_client", "build_iss", "build_msi", "build_nsis", "build_setup"]

_NAMESPACE = uuid.UUID("8a1b3d52-6f0c-4b3e-8f2e-0c9d1a4e7b66")


def _cached(name: str, parts: Sequence[str | Path], make: Callable[[Path], None]) -> Path:
    """The file ``name`` for these inputs, made once. ``make`` writes it."""
    root = cache_root() / "installers"
    target = root / key_of(*parts, Path(__file__)) / name
    if target.exists():
        return target
    # A lock each: what goes into a setup is built within the building of it.
    with locked(root / f"{target.parent.name}.lock"):
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent) as work:
                made = Path(work, name)
                make(made)
                made.rename(target)
    return target


def _object(source: Path) -> Path:
    """A source compiled once for all releases: windows.h alone takes longer than linking a setup."""
    headers = [PROGRAMS / "lab.h", INSTALLERS / "setup.h"]

    def make(target: Path) -> None:
        compile_c(target, [source], options=("-c",))

    return _cached(f"{source.stem}.o", ["object", source, *headers], make)


def _check(release: str, arch: str) -> None:
    if arch != "x64":
        raise ValueError(f"Wine stations run 64-bit programs only, not {arch}")
    if not all(part.isdecimal() and int(part) < 65536 for part in file_version(release).split(".")):
        raise ValueError(f"{release!r} is not a release")


def _version_rc(version: str, description: str, product: str, original: str) -> str:
    commas = version.replace(".", ",")
    values = {
        "CompanyName": "Index Education",
        "FileDescription": description,
        "FileVersion": version,
        "InternalName": original.removesuffix(".exe"),
        "OriginalFilename": original,
        "ProductName": product,
        "ProductVersion": version,
    }
    body = "\n".join(f'      VALUE "{name}", "{value}"' for name, value in values.items())
    return (
        f"1 VERSIONINFO\nFILEVERSION {commas}\nPRODUCTVERSION {commas}\nFILEOS 0x40004\nFILETYPE 1\nBEGIN\n"
        f'  BLOCK "StringFileInfo"\n  BEGIN\n    BLOCK "040c04b0"\n    BEGIN\n{body}\n    END\n  END\n'
        '  BLOCK "VarFileInfo"\n  BEGIN\n    VALUE "Translation", 0x40c, 1200\n  END\nEND\n'
    )


def _resources(work: Path, text: str) -> Path:
    source, compiled = work / "resources.rc", work / "resources.o"
    source.write_text(text, encoding="utf-8")
    run_tool(WINDRES, "-c", "65001", "-O", "coff", "-i", source, "-o", compiled, cwd=work)
    return compiled


def build_client(release: str, *, size: int = 0, product: str = "Client PRONOTE") -> Path:
    """``Client PRONOTE.exe`` of a release, with its version resource; ``size``: bytes at least."""
    _check(release, "x64")
    compiled = _object(INSTALLERS / "client.c")

    def make(target: Path) -> None:
        version = _version_rc(file_version(release), product, f"PRONOTE {year_of(release)}", f"{product}.exe")
        compile_c(target, [compiled, _resources(target.parent, version)], options=("-mwindows",))
        if target.stat().st_size < size:
            # Bytes after the last section are no part of the image; Windows and Wine load it all the same.
            os.truncate(target, size)

    return _cached(f"{product}.exe", ["client", release, product, str(size), compiled], make)


def _build_updater() -> Path:
    compiled = _object(INSTALLERS / "updater.c")

    def make(target: Path) -> None:
        version = _version_rc("3.0.0.0", "Mise à jour automatique", "Mise à jour automatique", "IEMiseAJour.exe")
        compile_c(target, [compiled, _resources(target.parent, version)])

    return _cached("IEMiseAJour.exe", ["updater", compiled], make)


def _manifest_value(value: Any) -> str:
    """A field of ``Manifest`` as the programs in C read it."""
    if isinstance(value, bool):
        return str(int(value))
    return "|".join(value) if isinstance(value, tuple | list) else "" if value is None else str(value)


def build_setup(
    release: str,
    *,
    arch: str = "x64",
    product: str = "Client PRONOTE",
    fault: InstallerFault | None = None,
    seconds: float = 0.3,
    exe_size: int = 0,
    **behaviour: Any,
) -> Path:
    """``setup.exe`` as InstallShield InstallScript makes it: ``/s /f1"abs.iss" /f2"abs.log"``, ``/r /f1"abs.iss"``.

    ``fault``: goes wrong on every station (a station's own ``installer_fault`` comes first). ``seconds``: how long it
    works. ``behaviour`` are fields of ``Manifest``; durations are real ones here. Raises ValueError for an architecture
    or a release that cannot be built, TypeError for an unknown field.
    """
    _check(release, arch)
    year, code = year_of(release), product_code(year_of(release), arch, product)
    wanted = Manifest(product=product, release=release, arch=arch, code=code, seconds=seconds, **behaviour)
    manifest = {name: _manifest_value(value) for name, value in asdict(wanted).items()} | {
        "fault": f"{fault.kind} {fault.code} {fault.seconds} 0 {fault.when} {int(fault.orphan)}" if fault else "",
        "display_name": display_name(year, arch, product),
        "folder": folder(year, arch, x64_windows=True, product=product),
        "exe": exe_name(product),
        "engine": engine_path(code, x64_windows=True),
        "uninstall_string": uninstall_string(code, x64_windows=True, form=wanted.uninstall_string),
        "updater_code": updater_code(),
        "updater_name": UPDATER_NAME,
        "updater_uninstall_string": uninstall_string(updater_code(), x64_windows=True),
    }
    text = "\n".join(f"{name}={value}" for name, value in manifest.items())
    client, helper = build_client(release, size=exe_size, product=product), _build_updater()
    objects = [_object(INSTALLERS / f"{name}.c") for name in ("setup", "engine", "response", "install")]
    objects.append(_object(PROGRAMS / "lab.c"))

    def make(target: Path) -> None:
        work = target.parent
        (work / "manifest.bin").write_bytes(text.encode("utf-16-le"))
        rc = _version_rc("25.0.0.764", "Setup Launcher Unicode", f"{product} {year}", "setup.exe")
        rc += f'1 RCDATA "manifest.bin"\n2 RCDATA "{client}"\n3 RCDATA "{helper}"\n'
        compile_c(target, [*objects, _resources(work, rc)], libraries=("advapi32", "version"))

    return _cached("setup.exe", ["setup", text, client, helper, *objects], make)


def _filled(template: str, **values: str) -> str:
    text = (INSTALLERS / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def build_msi(release: str, *, name: str | None = None, code: str | None = None) -> Path:
    """The same client as an MSI. ``code``: the product code, which is also the uninstall entry's key."""
    _check(release, "x64")
    year = year_of(release)
    _first, *rest = file_version(release).split(".")
    client = build_client(release)
    text = _filled(
        "client.wxs.in",
        NAME=name or f"Client PRONOTE {year} - MSI",
        CODE=code or product_code(year, "x64", f"MSI {release}"),
        UPGRADE=product_code(year, "x64", "MSI upgrade"),
        COMPONENT=str(uuid.uuid5(_NAMESPACE, f"msi {year}")).upper(),
        VERSION=f"{year - 2000}.{rest[0]}.{rest[1]}",
        YEAR=str(year),
    )

    def make(target: Path) -> None:
        source = target.with_suffix(".wxs")
        source.write_text(text, encoding="utf-8")
        # wixl 0.101 fails on absolute sources.
        shutil.copyfile(client, target.with_name(client.name))
        run_tool("wixl", "--arch", "x64", "-o", target, source, cwd=target.parent)

    return _cached("setup.msi", ["msi", text, client], make)


def build_nsis(release: str, *, name: str | None = None, code: str | None = None) -> Path:
    """The same client as a 64-bit NSIS installer (``/S``)."""
    _check(release, "x64")
    year = year_of(release)
    client = build_client(release)
    fields = {
        "NAME": name or f"Client PRONOTE {year} - NSIS",
        "CODE": code or product_code(year, "x64", "NSIS"),
        "FOLDER": folder(year, "x64", x64_windows=True),
        "CLIENT": str(client),
    }
    text = _filled("client.nsi.in", **fields)

    def make(target: Path) -> None:
        source = target.with_suffix(".nsi")
        source.write_text(text.replace("@OUTPUT@", str(target)), encoding="utf-8")
        run_tool("makensis", "-V1", "-INPUTCHARSET", "UTF8", source)

    return _cached("setup.exe", ["nsis", text], make)
