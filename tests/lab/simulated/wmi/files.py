"""CIM_DataFile and Win32_Directory: one file at a time."""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from ...station import WmiValue
from ..errors import Win32Error
from ..images import parse_image
from ..paths import absolute

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["file_properties"]


def file_properties(station: SimulatedStation, path: str, *, directory: bool) -> dict[str, WmiValue] | None:
    """The properties of a file or folder by its full path; None when there is none of that kind."""
    if not ntpath.isabs(path) or not ntpath.splitdrive(path)[0]:
        return None
    try:
        full = absolute(path, "C:\\")
    except Win32Error:
        return None
    node = station.files.find(full)
    if node is None or node.directory is not directory:
        return None
    drive, rest = ntpath.splitdrive(full)
    folder, name = ntpath.split(rest)
    stem, extension = ntpath.splitext(name)
    # WMI gives names in lower case, whatever the disk says.
    lower = full.lower()
    common: dict[str, WmiValue] = {
        "Archive": "A" in node.attributes,
        "Caption": lower,
        "CreationClassName": "Win32_Directory" if directory else "CIM_LogicalFile",
        "CreationDate": node.created,
        "CSName": station.computer_name,
        "Description": lower,
        "Drive": drive.lower(),
        "Extension": extension[1:].lower(),
        "FileName": stem.lower(),
        "FileType": "File Folder" if directory else "Application" if extension.lower() == ".exe" else "File",
        "Hidden": "H" in node.attributes,
        "InstallDate": node.created,
        "LastModified": node.modified,
        "Name": lower,
        "Path": folder.lower().rstrip("\\") + "\\",
        "Readable": True,
        "Status": "OK",
        "System": "S" in node.attributes,
        "Writeable": "R" not in node.attributes,
    }
    if directory:
        return {**common, "FileSize": None}
    image = parse_image(node.content)
    return {
        **common,
        "FileSize": node.size,
        "Manufacturer": (image.company or None) if image else None,
        "Version": image.version if image else None,
    }
