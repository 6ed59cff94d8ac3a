# SPDX-License-Identifier: GPL-3.0-or-later
"""The store of recorded response files: names, what is remembered of each, and which one serves a release. Pure.

``<product>-<release>-<arch>.iss``, ``…-update.iss`` and ``…-uninstall.iss``, each with a ``.yml`` beside it. The names
alone say which serves what: a store copied without its ``.yml`` files still works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...module_utils.product.release import Release
from .response import Mode

__all__ = ["ResponseName", "newest", "parse_name"]

_NAME = re.compile(
    r"(?P<product>[a-z][a-z0-9_]*)-(?P<release>20\d\d(?:\.\d{1,5}){2,3})-(?P<arch>x64|x86)(?:-(?P<mode>update|uninstall))?\.iss",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class ResponseName:
    """One recorded file, by its name."""

    product: str
    release: Release
    arch: str
    mode: Mode

    @property
    def stem(self) -> str:
        """Its name without ``.iss``."""
        tail = "" if self.mode == "install" else f"-{self.mode}"
        return f"{self.product}-{self.release.client}-{self.arch}{tail}"

    @property
    def name(self) -> str:
        return f"{self.stem}.iss"

    @property
    def metadata_name(self) -> str:
        return f"{self.stem}.yml"

    def metadata(
        self, *, product_code: str, language: int | None, station: str, at: str, sha256: str, findings: list[str]
    ) -> dict[str, Any]:
        """What is kept beside it; ``at`` is an ISO time, ``station`` its inventory name, ``findings`` codes."""
        return {
            "product": self.product,
            "release": str(self.release.client),
            "arch": self.arch,
            "mode": self.mode,
            "language": None if language is None else f"0x{language:04x}",
            "product_code": product_code,
            "recorded_on": station,
            "recorded_at": at,
            "sha256": sha256,
            "findings": findings,
        }


def parse_name(name: str) -> ResponseName | None:
    """What a file's name says; None for any other file. A release that is none is no recording either."""
    match = _NAME.fullmatch(name)
    if match is None or (release := Release.read(match["release"])) is None:
        return None
    mode: Mode = match["mode"] or "install"  # type: ignore[assignment]  # one of the three, by the pattern
    return ResponseName(product=match["product"], release=release, arch=match["arch"], mode=mode)


def newest(names: Iterable[str], wanted: ResponseName) -> ResponseName | None:
    """The newest recording of the same product, architecture, mode and year that is not newer than the release.

    A later release may ask other dialogs than an earlier one, so one recorded later serves nothing before it.
    """
    found = [
        recorded
        for name in names
        if (recorded := parse_name(name)) is not None
        and (recorded.product, recorded.arch, recorded.mode) == (wanted.product, wanted.arch, wanted.mode)
        and recorded.release.year == wanted.release.year
        and recorded.release <= wanted.release
    ]
    return max(found, key=lambda recorded: recorded.release, default=None)
