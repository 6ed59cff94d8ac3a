"""Simulated stations and stand-in releases from a scenario's data."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ..journal import Journal
from ..station import Account
from .clock import Clock
from .installer.package import build_installer, build_responses
from .installer.products import NAMES, product_code, year_of
from .options import ClientOptions, FileOptions, InstallerFault, RegistryWrite, SimulatedOptions
from .registry import ValueType
from .station import SimulatedStation

if TYPE_CHECKING:
    from ..scenario import ReleaseSpec, StationSpec

__all__ = ["build_release", "build_station", "options_from_data"]


def _client(data: dict[str, Any]) -> ClientOptions:
    return ClientOptions(**{**data, "release": str(data["release"])})


def _write(data: dict[str, Any]) -> RegistryWrite:
    return RegistryWrite(**{**data, **({"type": ValueType[data["type"]]} if "type" in data else {})})


def _file(data: dict[str, Any]) -> FileOptions:
    return FileOptions(**data)


def options_from_data(data: dict[str, Any]) -> SimulatedOptions:
    """Options from plain data (YAML). Unknown keys raise TypeError."""
    options = dict(data)
    for name, convert in (("clients", _client), ("registry", _write), ("files", _file)):
        if name in options:
            options[name] = tuple(convert(each) for each in options[name])
    for name in ("users", "pending_reboot", "denied_keys", "hosts", "scanner_holds", "contradicts"):
        if name in options:
            options[name] = tuple(tuple(each) if isinstance(each, list) else each for each in options[name])
    if "installer_fault" in options:
        options["installer_fault"] = InstallerFault(**options["installer_fault"])
    if "running_client" in options:
        options["running_client"] = str(options["running_client"])
    return SimulatedOptions(**options)


def build_station(
    spec: StationSpec,
    *,
    address: str,
    accounts: tuple[Account, ...],
    clock: float,
    journal: Journal,
    start: dt.datetime | None = None,
) -> SimulatedStation:
    """The station of a scenario; ``clock`` is station seconds in one real second, for curl's limits too.

    ``start``: what the world's clock shows, when it is not the machine's.
    """
    known = {"name": spec.name, "accounts": accounts, "address": address, "network_scale": clock}
    options = options_from_data({**known, **spec.options})
    own = Clock(scale=clock, start=start)
    own.jump(60 * options.clock_ahead)
    return SimulatedStation(options, clock=own, journal=journal)


def build_release(spec: ReleaseSpec) -> tuple[dict[str, bytes], str]:
    """The files of a release by name (setup.exe, response.iss, uninstall.iss) and its product code.

    ``spec.options`` are those of ``build_installer``; ``iss``, ``update_iss`` and ``uninstall_iss`` among them are
    those of ``build_iss``, for a response file that does not fit. With ``update_iss`` there is an update.iss too.
    Raises TypeError for unknown ones.
    """
    options = dict(spec.options)
    arch: Any = spec.arch  # "x64" or "x86"; data is not typed
    product = NAMES[spec.product]
    responses = build_responses(options, product=product, release=spec.release, arch=spec.arch)
    setup = build_installer(product=product, release=spec.release, arch=arch, **options)
    files = {"setup.exe": setup, **responses}
    return files, product_code(year_of(spec.release), arch, product)
