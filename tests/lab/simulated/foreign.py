"""Uninstall entries that have nothing to do with PRONOTE, some of them close to it on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from .registry import Data, View

__all__ = ["ForeignEntry", "foreign_entries"]


@dataclass(frozen=True)
class ForeignEntry:
    """One uninstall key."""

    key: str
    view: View
    values: dict[str, Data] = field(default_factory=dict)


# (key, 32-bit view, display name, publisher, version)
_KNOWN: tuple[tuple[str, bool, str, str, str], ...] = (
    (
        "{90160000-007E-0000-1000-0000000FF1CE}",
        False,
        "Office 16 Click-to-Run Licensing Component",
        "Microsoft Corporation",
        "16.0.17628.20144",
    ),
    ("7-Zip", False, "7-Zip 23.01 (x64)", "Igor Pavlov", "23.01"),
    ("Mozilla Firefox 115.11.0 ESR (x64 fr)", False, "Mozilla Firefox ESR (x64 fr)", "Mozilla", "115.11.0"),
    ("VLC media player", True, "VLC media player", "VideoLAN", "3.0.20"),
    (
        "{D5C69738-B486-402E-85AC-2456D98A64E4}",
        True,
        "Assistant Mise à niveau Windows 10",
        "Microsoft Corporation",
        "1.4.9200.23367",
    ),
    ("GeoGebra Classic", True, "GeoGebra Classic", "International GeoGebra Institute", "6.0.832"),
    (
        "{AC76BA86-7AD7-1036-7B44-AC0F074E4100}",
        True,
        "Adobe Acrobat Reader - Français",
        "Adobe Systems Incorporated",
        "23.008.20470",
    ),
    ("LibreOffice 7.6", False, "LibreOffice 7.6.7.2", "The Document Foundation", "7.6.7.2"),
    ("AddressBook", False, "", "", ""),
    (
        "{3A5F2396-12B5-4D6B-8B3F-8C5E3B2A7E10}",
        False,
        "Guide d'utilisation du client Pronote (établissement)",
        "Collège Jean-Moulin",
        "2.1",
    ),
)


@lru_cache(maxsize=8)
def foreign_entries(count: int, *, x64: bool = True) -> tuple[ForeignEntry, ...]:
    """That many entries; the first ten are well-known programs, the rest numbered ones."""
    entries: list[ForeignEntry] = []
    for index in range(count):
        if index < len(_KNOWN):
            key, narrow, display, publisher, version = _KNOWN[index]
        else:
            key, narrow = f"{{00000000-0000-4000-8000-{index:012X}}}", index % 2 == 1
            display, publisher, version = f"Logiciel pédagogique n° {index}", "Éditeur d'exemple", f"{index}.0"
        values: dict[str, Data] = {}
        if display:
            values = {
                "DisplayName": display,
                "Publisher": publisher,
                "DisplayVersion": version,
                "UninstallString": f'"C:\\Program Files\\{publisher}\\uninstall.exe"',
                "EstimatedSize": 1024 * (index + 1),
                "NoModify": 1,
            }
        entries.append(ForeignEntry(key, 32 if narrow and x64 else 64, values))
    return tuple(entries)
