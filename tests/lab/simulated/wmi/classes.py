"""The Win32 classes: their instances as rows of properties (learn.microsoft.com/windows/win32/cimwin32prov)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...station import WmiValue
from ..services import Service

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["computer_system", "connection_profiles", "logical_disks", "operating_system", "processes", "services"]

Row = dict[str, WmiValue]


def _edition(station: SimulatedStation, *, french: bool) -> str:
    if station.options.edition == "home":
        return "Famille" if french else "Home"
    return "Professionnel" if french else "Pro"


def operating_system(station: SimulatedStation) -> list[Row]:
    """Win32_OperatingSystem."""
    french = station.options.language == "fr"
    wide = station.options.arch != "x86"
    now = station.clock.now()
    bits = ("64 bits" if french else "64-bit") if wide else ("32 bits" if french else "32-bit")
    if station.options.arch == "arm64":
        bits = "ARM 64 bits" if french else "ARM 64-bit Processor"
    offset = now.utcoffset()
    return [
        {
            "BootDevice": "\\Device\\HarddiskVolume1",
            "BuildNumber": str(station.windows.build),
            "BuildType": "Multiprocessor Free",
            "Caption": f"{station.windows.caption} {_edition(station, french=french)}",
            "CodeSet": str(station.options.ansi_codepage),
            "CountryCode": "33" if french else "1",
            "CSName": station.computer_name,
            "CurrentTimeZone": int(offset.total_seconds() // 60) if offset is not None else 0,
            "FreePhysicalMemory": 2_600_000,
            "InstallDate": station.switch.installed_at,
            "LastBootUpTime": station.switch.booted_at,
            "LocalDateTime": now,
            "Locale": "040c" if french else "0409",
            "MUILanguages": ["fr-FR" if french else "en-US"],
            "Name": f"{station.windows.caption} Pro|C:\\Windows|\\Device\\Harddisk0\\Partition3",
            "NumberOfProcesses": sum(1 for _ in station.processes),
            "OperatingSystemSKU": 48 if station.options.edition == "pro" else 101,
            "OSArchitecture": bits,
            "OSLanguage": 1036 if french else 1033,
            "ProductType": 1,
            "SerialNumber": "00330-80000-00000-AA123",
            "ServicePackMajorVersion": 0,
            "Status": "OK",
            "SystemDirectory": "C:\\Windows\\system32",
            "SystemDrive": "C:",
            "TotalVisibleMemorySize": 8_270_000,
            "Version": f"10.0.{station.windows.build}",
            "WindowsDirectory": "C:\\Windows",
        }
    ]


def computer_system(station: SimulatedStation) -> list[Row]:
    """Win32_ComputerSystem."""
    from ..provision import session_user  # noqa: PLC0415  (provision builds stations, this reads one)

    kinds = {"x64": "x64-based PC", "x86": "X86-based PC", "arm64": "ARM64-based PC"}
    domain = station.options.domain
    return [
        {
            "BootupState": "Normal boot",
            "Caption": station.computer_name,
            "DNSHostName": station.options.name.partition(".")[0],
            "Domain": domain or "WORKGROUP",
            "DomainRole": 1 if domain else 0,
            "Manufacturer": "Stand-in",
            "Model": "Lab",
            "Name": station.computer_name,
            "NumberOfLogicalProcessors": 4,
            "NumberOfProcessors": 1,
            "PartOfDomain": domain is not None,
            "PCSystemType": 1,
            "SystemType": kinds[station.options.arch],
            "TotalPhysicalMemory": 8_468_000_000,
            "UserName": session_user(station),
            "Workgroup": None if domain else "WORKGROUP",
        }
    ]


def logical_disks(station: SimulatedStation) -> list[Row]:
    """Win32_LogicalDisk."""
    drive = station.files.drive
    return [
        {
            "Caption": drive,
            "Compressed": False,
            "Description": "Disque fixe local" if station.options.language == "fr" else "Local Fixed Disk",
            "DeviceID": drive,
            "DriveType": 3,
            "FileSystem": "NTFS",
            "FreeSpace": station.files.free_space,
            "MediaType": 12,
            "Name": drive,
            "Size": station.files.capacity,
            "SystemName": station.computer_name,
            "VolumeName": "",
            "VolumeSerialNumber": "2C5A11F3",
        }
    ]


_CATEGORIES = ("public", "private", "domain")


def connection_profiles(station: SimulatedStation) -> list[Row]:
    """MSFT_NetConnectionProfile: the networks it is connected to, each with its category (0 to 2)."""
    profile = station.options.network_profile or ("domain" if station.options.domain else "private")
    return [
        {
            "Caption": None,
            "InstanceID": "{5B29BBA2-3F2B-4A5C-9D0E-7C1D2F4A8B11}",
            "InterfaceAlias": "Ethernet",
            "InterfaceIndex": 6,
            "IPv4Connectivity": 4,
            "IPv6Connectivity": 1,
            "Name": station.options.domain or "Réseau",
            "NetworkCategory": _CATEGORIES.index(profile),
        }
    ]


def processes(station: SimulatedStation) -> list[Row]:
    """Win32_Process."""
    quiet = "own_lines_only" in station.options.contradicts
    return [
        {
            "Caption": process.name,
            "CommandLine": None if quiet and not process.session else process.command_line or None,
            "CreationDate": process.started,
            "CSName": station.computer_name,
            "Description": process.name,
            "ExecutablePath": process.path or None,
            "Handle": str(process.pid),
            "Name": process.name,
            "ParentProcessId": process.parent,
            "ProcessId": process.pid,
            "SessionId": process.session,
            "WorkingSetSize": process.working_set,
        }
        for process in station.processes
    ]


def services(station: SimulatedStation) -> list[Row]:
    """Win32_Service."""
    hosts = {process.path.lower(): process.pid for process in station.processes if process.host and process.path}

    def pid(service: Service) -> int:
        path = service.path.split(".exe")[0].strip('"') + ".exe"
        return hosts.get(path.lower(), 0) if service.running else 0

    return [
        {
            "AcceptStop": service.running,
            "Caption": service.display_name,
            "Description": service.display_name,
            "DisplayName": service.display_name,
            "Name": service.name,
            "PathName": service.path,
            "ProcessId": pid(service),
            "ServiceType": "Own Process",
            "Started": service.running,
            "StartMode": service.start_mode,
            "StartName": service.account,
            "State": "Running" if service.running else "Stopped",
            "Status": "OK",
            "SystemName": station.computer_name,
        }
        for service in station.services.all()
    ]
