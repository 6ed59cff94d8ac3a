"""An installed client on the disk and in the registry: written by the setup, or put there by a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..baseline import UNINSTALL
from ..content import Content
from ..images import build_image
from ..paths import parent_of
from ..registry import View
from ..services import Service
from .package import Manifest
from .products import (
    CLIENT,
    UNINSTALL_STRING,
    UPDATER_NAME,
    Arch,
    display_name,
    engine_path,
    exe_name,
    file_version,
    folder,
    product_code,
    program_files,
    uninstall_string,
    updater_code,
    year_of,
)

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = [
    "client_image",
    "client_path",
    "has_entry",
    "install_client",
    "remove_entry",
    "view_for",
    "write_entry",
    "write_file_type",
    "write_maintenance",
    "write_updater",
]

UPDATER_SERVICE = "IndexEducationMiseAJour"


def _wide(station: SimulatedStation) -> bool:
    return station.options.arch != "x86"


def client_path(station: SimulatedStation, *, release: str, arch: str = "x64", product: str = CLIENT) -> str:
    """Where the exe of a release goes."""
    home = folder(year_of(release), arch, x64_windows=_wide(station), product=product)
    return f"{home}\\{exe_name(product)}"


def client_image(release: str, arch: str, size: int = 40 << 20, product: str = CLIENT) -> Content:
    """The exe, with its version resource."""
    return build_image(
        kind="client",
        name=product,
        arch=arch,
        version=file_version(release),
        company="Index Education",
        size=size,
    )


_VIEWS: tuple[View, ...] = (32, 64)


def view_for(station: SimulatedStation) -> View:
    """The registry view of the entry: the engine is a 32-bit program, whatever it installs ([E], S13)."""
    return 32 if _wide(station) else 64


def write_entry(
    station: SimulatedStation,
    manifest: Manifest,
    *,
    display_version: str = "1.0.0",
    name: str | None = None,
) -> None:
    """The uninstall entry."""
    path = client_path(station, release=manifest.release, arch=manifest.arch, product=manifest.product)
    key = f"{UNINSTALL}\\{manifest.code}"
    values: dict[str, str | int] = {
        "DisplayName": name or display_name(manifest.year, manifest.arch, manifest.product),
        "Publisher": "Index Education",
        "DisplayVersion": display_version,
        "DisplayIcon": path,
        "InstallLocation": parent_of(path),
        "InstallDate": f"{station.clock.now():%Y%m%d}",
        "UninstallString": uninstall_string(manifest.code, x64_windows=_wide(station), form=manifest.uninstall_string),
        "EstimatedSize": manifest.exe_size // 1024,
        "NoModify": 1,
        "Language": 0x40C,
    }
    for each, data in values.items():
        station.registry.set(key, each, data, view=view_for(station))


def _entry_views(station: SimulatedStation, manifest: Manifest) -> list[View]:
    """Where the entry is. In both: an earlier lab wrote an x64 client's into the 64-bit view (tests/upgrade)."""
    keys = {view: station.registry.resolve(f"{UNINSTALL}\\{manifest.code}", view=view) for view in _VIEWS}
    return [
        view
        for view, key in keys.items()
        if station.registry.exists(key) and "uninstallstring" in station.registry.key(key).values
    ]


def has_entry(station: SimulatedStation, manifest: Manifest) -> bool:
    """Whether the engine takes the product for installed."""
    return bool(_entry_views(station, manifest))


def remove_entry(station: SimulatedStation, manifest: Manifest, *, traces: bool = False) -> None:
    """Take it away; ``traces``: the key stays, with nothing but DisplayVersion, as a removal leaves it ([E])."""
    key = f"{UNINSTALL}\\{manifest.code}"
    for view in _entry_views(station, manifest):
        station.registry.remove(key, view=view)
    if traces:
        station.registry.set(key, "DisplayVersion", "1.0.0", view=view_for(station))


def write_maintenance(station: SimulatedStation, manifest: Manifest) -> str:
    """The copy of setup.exe that the entry's UninstallString starts; its path. Raises Win32Error."""
    path = engine_path(manifest.code, x64_windows=_wide(station))
    station.files.make_directories(parent_of(path), token=station.system)
    kept = replace(manifest, maintenance=True)
    station.files.write(path, kept.image(900 << 10), token=station.system)
    return path


def write_file_type(station: SimulatedStation, path: str) -> None:
    """``.pcprn`` opens with the client."""
    station.registry.set("HKCR\\.pcprn", "", "IndexEducation.pcprn")
    station.registry.set("HKCR\\IndexEducation.pcprn\\shell\\open\\command", "", f'"{path}" "%1"')


def write_updater(station: SimulatedStation, manifest: Manifest) -> None:
    """The updater: a second entry, its program and its service. Raises Win32Error."""
    home = f"{program_files('x86', x64_windows=_wide(station))}\\Index Education\\Mise a jour automatique"
    path = f"{home}\\IEMiseAJour.exe"
    if station.services.get(UPDATER_SERVICE) is not None and station.files.is_file(path):
        return
    station.files.make_directories(home, token=station.system)
    if not station.files.is_file(path):
        image = build_image(kind="idle", name="IEMiseAJour", arch="x86", version="3.0.0.0", size=3 << 20)
        station.files.write(path, image, token=station.system)
    key = f"{UNINSTALL}\\{updater_code()}"
    view = view_for(station)
    for name, data in (
        ("DisplayName", UPDATER_NAME),
        ("Publisher", "Index Education"),
        ("DisplayVersion", "1.0.0"),
        ("UninstallString", uninstall_string(updater_code(), x64_windows=_wide(station))),
    ):
        station.registry.set(key, name, data, view=view)
    station.services.put(
        Service(name=UPDATER_SERVICE, display_name="Mise à jour automatique Index Education", path=f'"{path}"')
    )
    if not station.processes.named("IEMiseAJour.exe"):
        station.processes.add_resident(path, token=station.system, session=0, host=True)


def install_client(
    station: SimulatedStation,
    *,
    release: str,
    arch: Arch = "x64",
    entry: bool = True,
    exe: bool = True,
    updater: bool = True,
    display_version: str = "1.0.0",
    display_name: str | None = None,
    product: str = CLIENT,
    uninstaller: bool = True,
    uninstall_string: str = UNINSTALL_STRING,
) -> str:
    """Put a client on the station, as a past installation left it; without ``entry`` or ``exe``, a half-removed one.

    Returns the exe's path. Raises Win32Error.
    """
    code = product_code(year_of(release), arch, product)
    manifest = Manifest(
        product=product, release=release, arch=arch, code=code, updater=updater, uninstall_string=uninstall_string
    )
    path = client_path(station, release=release, arch=arch, product=product)
    if exe:
        station.files.make_directories(parent_of(path), token=station.system)
        station.files.write(path, client_image(release, arch, manifest.exe_size, product), token=station.system)
        if product == CLIENT:
            write_file_type(station, path)
    if entry:
        write_entry(station, manifest, display_version=display_version, name=display_name)
        if uninstaller:
            write_maintenance(station, manifest)
    if updater and (entry or exe):
        write_updater(station, manifest)
    return path
