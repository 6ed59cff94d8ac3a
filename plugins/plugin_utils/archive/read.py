# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at an archive of EDT: on a station, by what Windows says of the file, or on the controller, by reading it whole.

On a station nothing but the file's size and date is read (one WMI request; a folder is listed first), and its
digest when there is one to compare with (certutil). Its content would have to cross WinRM, at a few MB/s, or be read
there by a program that parses hostile files as an administrator. The way to check content is a copy on a share: its
digest then stands for the original. I/O: files and the clock; who asks the station is another's affair.
"""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ...module_utils.base.clock import utc_now
from ...module_utils.base.files import sha256_of_file
from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ...module_utils.checks.findings import CheckError, Report
from ...module_utils.checks.local_file import local_file, unreadable
from ...module_utils.product.products import EDT_MONOPOSTE
from ..station.cmdline import quote
from ..station.errors import StationError
from ..station.probe import probing
from ..station.questions import Get, Reading, Run
from ..station.sections import digest_command, digest_in
from ..station.wmi import Row
from .judge import (
    Archive,
    WantedArchive,
    judge_archive,
    judge_edt,
    kind_of,
    newest_command,
    newest_names,
    not_encrypted,
    station_path,
    wmi_date,
)
from .zip_check import ZipLimits, check_zip

__all__ = ["archive_on_controller", "archive_on_station"]

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_DIGEST_TIMEOUT = 900.0
_NO_DATE = dt.datetime.min.replace(tzinfo=dt.UTC)


def archive_on_station(
    path: str,
    *,
    name: str,
    wanted: WantedArchive,
    year: int,
    installed: list[dict[str, Any]] | None,
) -> Reading[dict[str, Any]]:
    """What is asked of a station to know everything about an archive there; ``name`` is the station's.

    What goes wrong at the station is a finding. Raises ValueError for the path, before anything is asked.
    """
    path = station_path(path).rstrip("\\")
    return _judged(path, name=name, wanted=wanted, year=year, installed=installed)


def _judged(
    path: str,
    *,
    name: str,
    wanted: WantedArchive,
    year: int,
    installed: list[dict[str, Any]] | None,
) -> Reading[dict[str, Any]]:
    report = Report(operation=2)
    archive = None
    try:
        archive = yield from _on_station(path, name=name, digest=bool(wanted.sha256))
        judge_archive(report, archive, wanted, now=utc_now())
        if year and installed is None:
            installed = (yield from probing(EDT_MONOPOSTE)).as_dict()["clients"]
        judge_edt(report, installed, year, source=name)
    except StationError as exc:
        report.find("station_unreadable", fact=exc.fact)
    except CheckError as exc:
        report.find(exc.code, **exc.values)
    return _result(report, archive)


def _on_station(path: str, *, name: str, digest: bool) -> Reading[Archive]:
    row = yield _file(path)
    if row is None:
        if (yield Get(class_name="Win32_Directory", selectors={"Name": path})) is None:
            raise CheckError("file_absent", path=path)
        path, row = yield from _newest_there(path)
    size = natural(row.get("FileSize")) or 0
    if not size:
        raise CheckError("file_empty", path=path)
    found, error = (yield from _digest_there(path)) if digest else ("", "")
    return Archive(
        path=path,
        source=f"{name}: {path}",
        size=size,
        modified=wmi_date(row.get("LastModified")),
        content_read=False,
        digest=found,
        digest_error=error,
    )


def _file(path: str) -> Get:
    return Get(class_name="CIM_DataFile", selectors={"Name": path})


def _newest_there(folder: str) -> Reading[tuple[str, Row]]:
    """The newest archive of a folder, by the dates that Windows keeps."""
    listed = yield Run(line=newest_command(folder), doing=Message("listing the archives"))
    found: list[tuple[str, Row]] = []
    for name in newest_names(listed.stdout):
        path = f"{folder}\\{name}"
        row = yield _file(path)
        if row is not None:
            found.append((path, row))
    if not found:
        raise CheckError("archive_none_in_folder", path=folder)
    return max(found, key=lambda each: wmi_date(each[1].get("LastModified")) or _NO_DATE)


def _digest_there(path: str) -> Reading[tuple[str, str]]:
    """The digest, or why there is none: what was read of the file so far is worth keeping."""
    try:
        command = digest_command(quote(path))
    except ValueError:
        # A name of the folder with a percent sign: nobody's to pass on to cmd.
        return "", "%"
    try:
        result = yield Run(line=command, timeout=_DIGEST_TIMEOUT, doing=Message("computing the archive's digest"))
    except StationError as exc:
        return "", exc.fact
    found = digest_in(result.stdout) if not result.code else ""
    return found, "" if found else f"certutil {result.code}"


def archive_on_controller(
    path: str,
    *,
    wanted: WantedArchive,
    year: int,
    installed: list[dict[str, Any]] | None,
    max_size: int,
    limits: ZipLimits,
) -> dict[str, Any]:
    """Everything about an archive on a disk or share of the controller; of a folder, its newest archive."""
    report = Report(operation=2)
    archive = None
    try:
        archive = _on_controller(path, max_size=max_size, limits=limits)
        judge_archive(report, archive, wanted, now=utc_now())
        judge_edt(report, installed, year, source=archive.source)
    except CheckError as exc:
        report.find(exc.code, **exc.values)
    return _result(report, archive)


def _newest(path: str) -> str:
    """The newest archive of a folder, or the path itself."""
    folder = Path(path)
    try:
        if not folder.is_dir():
            return path
        found = (_dated(each) for each in folder.iterdir() if kind_of(each.name))
        archives = [each for each in found if each is not None]
    except (OSError, ValueError) as exc:
        raise unreadable(path, exc) from exc
    if not archives:
        raise CheckError("archive_none_in_folder", path=path)
    return max(archives)[1]


def _dated(file: Path) -> tuple[float, str] | None:
    """A file with its date; None for a folder of such a name, a link to nowhere, what EDT has just renamed."""
    try:
        facts = file.stat()
    except FileNotFoundError:
        return None
    return (facts.st_mtime, str(file)) if stat.S_ISREG(facts.st_mode) else None


def _on_controller(path: str, *, max_size: int, limits: ZipLimits) -> Archive:
    path = _newest(path)
    with local_file(path, max_size=max_size) as file:
        entries, problem, values = 0, "", {}
        try:
            if kind_of(path) == "zip":
                entries = check_zip(file.content, path=path, size=file.size, limits=limits)
            elif kind_of(path) == "archs":
                _check_archs(file.content, path=path, size=file.size)
        except CheckError as exc:
            problem, values = exc.code, exc.values
        return Archive(
            path=path,
            source=path,
            size=file.size,
            modified=file.modified,
            content_read=True,
            entries=entries,
            problem=problem,
            values=values,
            digest=sha256_of_file(file.content),
        )


def _check_archs(file: IO[bytes], *, path: str, size: int) -> None:
    samples = list(_samples(file, size))
    if reason := "zip" if samples[0].startswith(b"PK\x03\x04") else not_encrypted(samples):
        raise CheckError("archs_not_encrypted", path=path, reason=reason)


def _samples(file: IO[bytes], size: int) -> Iterator[bytes]:
    """Its beginning, middle and end."""
    for at in (0, size // 2, size - _SAMPLE):
        file.seek(max(0, at))
        yield file.read(_SAMPLE)


def _result(report: Report, archive: Archive | None) -> dict[str, Any]:
    described = None
    if archive is not None:
        described = {
            "path": archive.path,
            "kind": kind_of(archive.path),
            "size": archive.size,
            "modified": archive.modified.astimezone(dt.UTC).isoformat() if archive.modified else None,
            "sha256": archive.digest,
        }
    return {**report.as_dict(), "archive": described}
