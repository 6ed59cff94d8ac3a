# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a job's download is, for whoever watches a live view.

The job fetches its installer as ``<name>.part`` and then gives it its name (``templates/fetch.cmd.j2``).
Its size is asked over WMI at each look at the job, one request more, and no more once the installer is whole.

A Get, which reads every property, and no query for ``FileSize`` alone: NTFS writes the size of a file that is still
being written into its folder only when one of the file's handles is closed
(devblogs.microsoft.com/oldnewthing/20111226-00), and it is for properties such as ``Version`` that WMI opens the file.
What is shown may so be one look old (docs/fidelity.md, W22). I/O: the station and Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...module_utils.base.numbers import natural
from ..station.errors import StationError
from ..station.events import watched
from ..station.telling import telling
from ..station.winrm import WinrmStation
from .commands import Job

__all__ = ["Download", "Installers", "watched_download"]


Installers = Mapping[tuple[str, str], tuple[str, int]]
"""Release and architecture: the installer's name in the depot, and its size (depot/lock.py)."""


def watched_download(job: Job, installers: Installers) -> Download | None:
    """The download of a job, which a removal has none of; None when nobody watches, so that nothing is asked for it."""
    if job.name.verb == "remove" or not watched():
        return None
    file, size = installers.get((str(job.name.release), job.name.arch), ("setup.exe", 0))
    return Download(f"{job.folder}\\{file}", total=size)


class Download:
    """The installer of one job, on its way to the station. Nothing here raises: it is a comfort."""

    def __init__(self, path: str, *, total: int) -> None:
        """``path`` of the whole file on the station; ``total`` bytes, 0 when nobody knows."""
        self._path = path
        self._total = total
        self._over = False

    def look(self, station: WinrmStation) -> None:
        """Tell how many bytes are there."""
        if self._over:
            return
        try:
            part = station.get("CIM_DataFile", Name=f"{self._path}.part")
            self._over = part is None and station.get("CIM_DataFile", Name=self._path) is not None
        except StationError as exc:
            telling.vv(f"the size of the download cannot be read ({exc.fact}): not asked for any more")
            self._over = True
            # What the connection is worth now is for the next look at the job to find out, from a new one.
            station.close()
        if self._over:
            station.events.stage("installing")
            return
        fetched = natural((part or {}).get("FileSize")) or 0
        station.events.stage("fetching", bytes=fetched, total=self._total)
