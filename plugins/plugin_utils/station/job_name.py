# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a job: of its folder and its task on the station, and of its attempts in the store. Pure."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ...module_utils.product.products import Product
from ...module_utils.product.release import Release

__all__ = ["Arch", "JobName", "Verb", "job_names"]

Arch = Literal["x64", "x86"]
Verb = Literal["install", "update", "remove", "stage", "staged"]
"""``update`` is an installation over an earlier release of the year, with answers of its own.

``staged`` is a folder at rest: its files were fetched and checked, and no task belongs to it.
"""

# Nothing that cmd.exe, WQL or a path would read: the name is written into all of them.
_NAME = re.compile(
    r"([a-z0-9][a-z0-9-]{0,40})-(20\d\d(?:\.\d{1,5}){2,3})-(x64|x86)-([0-9a-f]{12})-(install|update|remove|stage|staged)",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class JobName:
    """The same work always has the same name, so that it is found again and never started twice."""

    product: str  # its key
    release: Release
    arch: Arch
    digest: str  # the first twelve digits of install.cmd's
    verb: Verb

    @classmethod
    def of(cls, product: Product, verb: Verb, release: Release, arch: Arch, digest: str) -> JobName:
        """The name of a piece of work; ``digest`` is the whole one."""
        return cls(product=product.key, release=release.client, arch=arch, digest=digest[:12].lower(), verb=verb)

    @classmethod
    def parse(cls, text: str) -> JobName:
        """Read a folder's name. Raises ValueError for one that is none of ours."""
        match = _NAME.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a job name")
        product, release, arch, digest, verb = match.groups()
        found = cls(
            product=product.replace("-", "_"),
            release=Release.parse(release),
            arch="x64" if arch == "x64" else "x86",
            digest=digest,
            verb=verb,  # type: ignore[arg-type]  # one of the five, by the pattern
        )
        if str(found) != text:
            raise ValueError(f"{text!r} is not a job name as we write it")
        return found

    def __str__(self) -> str:
        return f"{self.product.replace('_', '-')}-{self.release}-{self.arch}-{self.digest}-{self.verb}"

    def same_work(self, other: JobName) -> bool:
        """Whether it is the same piece of work, by whichever publication: a script rendered anew has another digest."""
        return replace(self, digest=other.digest) == other

    @property
    def sets_up(self) -> bool:
        """Whether it brings the release to the station."""
        return self.verb in {"install", "update"}

    @property
    def runs_setup(self) -> bool:
        """Whether its script runs a setup, to install or to remove; stagings only fetch."""
        return self.sets_up or self.verb == "remove"

    @property
    def at_rest(self) -> JobName:
        """The name of its files once they are staged."""
        return replace(self, verb="staged")


def job_names(folders: Iterable[str]) -> list[JobName]:
    """The jobs among the folders of a station; any other folder is not ours."""
    found = []
    for folder in folders:
        with contextlib.suppress(ValueError):
            found.append(JobName.parse(folder))
    return found
