# SPDX-License-Identifier: GPL-3.0-or-later
"""Which program belongs to which uninstall entry: the best match, whatever order a station lists them in. Pure.

An entry may say it itself (``DisplayIcon``, ``InstallLocation``); the real one does not always, and then the program's
place and version tell. A copy that somebody keeps beside the client has the same name, and is none of the entry's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from .job_name import Arch
from .overview import Entry, Overview

__all__ = ["entry_arch", "entry_year", "paired", "path_arch", "path_year", "stated_exe"]

_NAME_ARCH = re.compile(r"\b(64|32)\s*bit", re.IGNORECASE)
_ICON_NUMBER = re.compile(r",\s*-?\d{1,6}\s*$")
_VARIABLE = re.compile(r"%([A-Za-z()_0-9]{1,40})%")
# A short name of DOS, which may be that of a file that is listed by its own.
_SHORT = re.compile(r"~\d")
# How people call the folder of a copy.
_COPY = re.compile(
    r"(?<![a-z])(copie|copy|backup|back|bak|old|ancien\w{0,3}|sauv\w{0,12}|save|orig\w{0,4}|archive\w?|te?mp|test|essai|avant)"
    r"(?![a-z])",
    re.IGNORECASE,
)


def _plain(path: str, overview: Overview) -> str:
    """A path of the registry as a path of the disk: without quotes, with the station's own folders in its variables."""

    def value(match: re.Match[str]) -> str:
        return overview.environment.get(match[1].upper(), match[0])

    return _VARIABLE.sub(value, path.strip().strip('"').strip()).replace("/", "\\").rstrip("\\")


def stated_exe(entry: Entry, product: Product, overview: Overview) -> str | None:
    """The exe that an entry names by itself, if it does (the real one may not: then the folders tell)."""
    icon = _plain(_ICON_NUMBER.sub("", entry.values.get("DisplayIcon", "")), overview)
    return icon if icon.lower().endswith("\\" + product.exe.lower()) and not _SHORT.search(icon) else None


def entry_year(entry: Entry, product: Product) -> int | None:
    """The year in the name of an entry."""
    match = product.display_name.search(entry.display_name)
    return int(match[1]) if match else None


def entry_arch(entry: Entry) -> Arch | None:
    """The architecture in the name of an entry. Its view says nothing: InstallScript's setup.exe is of 32 bits."""
    match = _NAME_ARCH.search(entry.display_name)
    return {"64": "x64", "32": "x86"}[match[1]] if match else None  # type: ignore[return-value]


def path_year(path: str, product: Product) -> int | None:
    """The year in the folder of a program."""
    match = product.year_folder.search(path)
    return int(match[1]) if match else None


def path_arch(path: str, overview: Overview) -> Arch | None:
    """The architecture that goes with the folder of a program."""
    wide = overview.environment.get("PROGRAMFILES", "")
    narrow = overview.environment.get("PROGRAMFILES(X86)", "")
    if narrow and path.lower().startswith(narrow.lower() + "\\"):
        return "x86"
    if wide and path.lower().startswith(wide.lower() + "\\"):
        return "x64" if narrow else "x86"
    return None


def paired(
    entries: Sequence[Entry], exes: Mapping[str, Release | None], product: Product, overview: Overview
) -> dict[int, str]:
    """Number of an entry → the path of its exe; entries and exes without one are left out.

    ``exes``: paths of those that are there, with the release that each says to be. The best of all pairs first.
    """
    pairs = [
        (fit, -number, path)
        for number, entry in enumerate(entries)
        for path, release in exes.items()
        if (fit := _fit(entry, path, release, product, overview)) is not None
    ]
    found: dict[int, str] = {}
    for _fit_of, number, path in sorted(pairs, key=lambda each: (each[0], each[2], each[1]), reverse=True):
        if -number not in found and path not in found.values():
            found[-number] = path
    return found


_Fit = tuple[bool, bool, bool, bool, bool, bool, bool, int, tuple[int, ...]]


def _fit(entry: Entry, path: str, release: Release | None, product: Product, overview: Overview) -> _Fit | None:
    """How well a program fits an entry, to be compared; None when it is not the entry's."""
    stated = stated_exe(entry, product, overview)
    if stated is not None and stated.lower() != path.lower():
        return None
    location = _plain(entry.values.get("InstallLocation", ""), overview)
    inside = bool(location) and path.lower().startswith(location.lower() + "\\")
    year, arch = entry_year(entry, product), entry_arch(entry)
    folder, its = path_year(path, product), path_arch(path, overview)
    if stated is None and not inside:
        own = release.year if release is not None else folder
        if year not in {own, folder} or (arch is not None and its not in {arch, None}):
            return None
    version = Release.from_file_version(entry.values.get("DisplayVersion", ""))
    below = path.lower().partition(f"\\{product.vendor_folder.lower()}\\")[2] or path
    return (
        stated is not None,
        inside,
        version is not None and release is not None and release == version,
        product.usual_place.search(path) is not None,
        _COPY.search(below) is None,
        release is not None and release.year == year,
        folder == year,
        -below.count("\\"),
        release.client.parts if release is not None else (),
    )
