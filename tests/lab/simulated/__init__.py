"""Simulated Windows stations: registry, files, processes, tasks, ``cmd``, tools and installers, all in memory."""

from __future__ import annotations

from .clock import Clock
from .installer.client import client_path, install_client
from .installer.package import build_installer, build_iss
from .options import ClientOptions, InstallerFault, RegistryWrite, SimulatedOptions
from .station import SimulatedStation

__all__ = [
    "ClientOptions",
    "Clock",
    "InstallerFault",
    "RegistryWrite",
    "SimulatedOptions",
    "SimulatedStation",
    "build_installer",
    "build_iss",
    "client_path",
    "install_client",
]
