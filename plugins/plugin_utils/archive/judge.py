# SPDX-License-Identifier: GPL-3.0-or-later
"""What an archive of EDT monoposte proves about operation 2. Pure; the reading is in ``plugin_utils/archive/read.py``.

EDT makes archives as ``.zip``, or encrypted as ``.archs`` (docs/fidelity.md, O1). What is inside either is not public:
a ``.zip`` is checked as a zip, and of an ``.archs`` no more can be said than that it looks encrypted.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.base.text import decoded
from ...module_utils.base.times import iso, moment
from ...module_utils.checks.findings import Report
from ..station.cmdline import join, quote

__all__ = [
    "Archive",
    "WantedArchive",
    "judge_archive",
    "judge_edt",
    "kind_of",
    "newest_command",
    "newest_names",
    "not_encrypted",
    "station_path",
    "wmi_date",
]

_KINDS = ("zip", "archs")

# Bits per byte of 64 KB: noise has 7.99, programs of this project's Debian at most 6.5, text about 5. Compressed data
# (7.9) is above it too: nothing here tells it from encrypted.
_ENTROPY = 7.5
_SMALLEST_SAMPLE = 4096
_STATION_PATH = re.compile(r"[A-Za-z]:\\[^\"%*?<>|\x00-\x1f\x7f]+")
# DMTF: 20260825143015.123456+120, the offset in minutes.
_DMTF = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What was seen of the file. ``problem``: the finding about its content and its values, when there is one."""

    path: str
    source: str  # where it was seen: the path, or the station and the path
    size: int
    modified: dt.datetime | None
    content_read: bool
    entries: int = 0
    problem: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    digest_error: str = ""

    @property
    def date(self) -> str:
        """When it was last changed, as reports have it; empty when nobody knows."""
        return iso(self.modified) if self.modified else ""


@dataclass(frozen=True, kw_only=True)
class WantedArchive:
    """What it should be; 0 or empty for what is not checked. Sizes are bytes."""

    newer_than: dt.datetime | None = None
    previous_size: int = 0
    smallest_ratio: float = 0.5
    largest_ratio: float = 3.0
    min_size: int = 1024
    sha256: str = ""


def newest_command(folder: str) -> str:
    """The command line that lists the archives of a station's folder, newest first of each kind. Raises ValueError."""
    # Of cmd itself, so in UTF-8 as the shell asked; and nothing when there is none.
    patterns = (quote(folder + r"\*." + kind) for kind in _KINDS)
    return join([f"dir /b /a-d /o-d {pattern} 2>nul" for pattern in patterns])


def newest_names(output: bytes) -> list[str]:
    """The first name of each kind in that command's output."""
    names = decoded(output, "cp850").splitlines()
    # *.zip also lists what has another long name and a short one that ends so (.zipx).
    first = {kind_of(name): name for name in reversed(names) if kind_of(name)}
    return [first[kind] for kind in _KINDS if kind in first]


def kind_of(path: str) -> str:
    """``zip``, ``archs`` or nothing, by the name."""
    stem, _mark, ending = path.lower().rpartition(".")
    return ending if stem and ending in _KINDS else ""


def station_path(path: str) -> str:
    """A full path on a drive of the station. Raises ValueError for what WMI and cmd cannot be given."""
    if not _STATION_PATH.fullmatch(path):
        raise ValueError(
            Message(
                "{path} is not the full path of a file on a drive of the station, as in "
                "C:\\EDT\\archive.zip. A share is read from the controller (where: controller), and "
                "quotes and percent signs cannot be passed on",
                path=repr(path),
            )
        )
    return path


def wmi_date(value: object) -> dt.datetime | None:
    """A date of WMI, as ISO 8601 (over WS-Man) or as DMTF writes it; None when it is neither."""
    text = str(value or "")
    match = _DMTF.fullmatch(text)
    try:
        if match:
            zone = dt.timezone(dt.timedelta(minutes=int(match[3] + match[4])))
            # Brought to UTC here, where a date at the end of time is still no date rather than an error.
            return dt.datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=zone).astimezone(dt.UTC)
        return moment(text)
    except (ValueError, OverflowError):
        return None


def not_encrypted(samples: Iterable[bytes]) -> str:
    """What speaks against a content being encrypted, in figures; empty when nothing does."""
    large = [sample for sample in samples if len(sample) >= _SMALLEST_SAMPLE]
    entropies = [-sum(n / len(s) * math.log2(n / len(s)) for n in Counter(s).values()) for s in large]
    return next((f"{bits:.1f} bits/8" for bits in entropies if bits < _ENTROPY), "")


def judge_archive(report: Report, archive: Archive, wanted: WantedArchive, *, now: dt.datetime) -> None:
    """Add what this archive proves, and what stands against it."""
    report.prove("archive", date=archive.date, source=archive.source, size=archive.size)
    if not kind_of(archive.path):
        report.find("archive_unknown_kind", path=archive.path)
    _date(report, archive, wanted, now)
    if archive.size < wanted.min_size:
        report.find("archive_too_small", size=archive.size)
    # What speaks for it beyond a name, a date and a size.
    known = [_size(report, archive, wanted), _digest(report, archive, wanted), _content(report, archive)]
    if not archive.content_read and not any(known):
        report.find("archive_content_unread")


def _date(report: Report, archive: Archive, wanted: WantedArchive, now: dt.datetime) -> None:
    if archive.modified is None:
        report.find("archive_no_date")
    else:
        report.find_age(archive.modified, newer_than=wanted.newer_than, now=now)


def _size(report: Report, archive: Archive, wanted: WantedArchive) -> bool:
    if not wanted.previous_size:
        return False
    ratio = archive.size / wanted.previous_size
    if ratio < wanted.smallest_ratio:
        report.find("archive_shrunk", size=archive.size, previous=wanted.previous_size)
    elif ratio > wanted.largest_ratio:
        report.find("archive_grown", size=archive.size, previous=wanted.previous_size)
    return True


def _digest(report: Report, archive: Archive, wanted: WantedArchive) -> bool:
    if not wanted.sha256:
        return False
    if not archive.digest:
        report.find("archive_digest_unread", reason=archive.digest_error)
    elif archive.digest != wanted.sha256.lower():
        report.find("archive_other_digest")
    else:
        report.prove("archive_same_digest", date=archive.date, source=archive.source)
    return True


def _content(report: Report, archive: Archive) -> bool:
    if archive.problem:
        report.find(archive.problem, **archive.values)
    elif archive.content_read and kind_of(archive.path) == "zip":
        report.prove("archive_whole", date=archive.date, source=archive.source, n=archive.entries)
    if kind_of(archive.path) == "archs" and not archive.problem:
        report.find("archs_opaque")
    return archive.content_read


def judge_edt(report: Report, installed: list[dict[str, Any]] | None, year: int, *, source: str) -> None:
    """Add whether EDT monoposte of this year is installed. ``installed``: what ``client_info`` returns as clients."""
    if not year:
        return
    if installed is None:
        report.find("edt_not_looked_at")
        return
    # Half-removed ones are nothing to make an archive with.
    found = [each for each in installed if each.get("year") and each.get("condition", "ok") != "entry_without_exe"]
    if not found:
        report.find("edt_absent")
    elif year not in {int(each["year"]) for each in found}:
        report.find("edt_other_year", year=year, found=", ".join(sorted({str(each["year"]) for each in found})))
    else:
        report.prove("edt_year", date="", source=source, year=year)
