# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the installers of releases, and fetch them. The download page is read at most once, and only when needed.

I/O: files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ...module_utils.base.message import Message
from ...module_utils.product.release import Release
from ..depot.lock import InstallerRecord
from ..depot.publish import depot_files
from .download import (
    DownloadOptions,
    cached,
    fetch_file,
    fetch_page,
)
from .sources import (
    Offer,
    choose_offer,
    is_url,
    no_page,
    parse_installer_name,
    read_page,
    url_file_name,
)

__all__ = ["SETUP", "InstallerFile", "Search"]

SETUP = "setup.exe"
"""Name of the installer in the depot."""


@dataclass(frozen=True, kw_only=True)
class InstallerFile:
    """An installer: where it is on this machine (None: check mode would fetch it), and what is known of it."""

    offer: Offer
    path: Path | None
    verified: bool = False  # by an earlier run, which the depot or the lock file remembers
    fetched: bool = False
    received: int = 0


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where installers are looked for. ``fetch``: False in check mode. ``tell`` gets lines for people."""

    product: str
    # Named by hand: addresses, or paths of this controller.
    installers: Sequence[str]
    page: str
    download: DownloadOptions
    fetch: bool
    tell: Callable[[str], None]

    @cached_property
    def _given(self) -> list[tuple[Offer, Path | None]]:
        """Installers named by hand: a path of this controller, or an address."""
        given: list[tuple[Offer, Path | None]] = []
        for text in self.installers:
            if is_url(text):
                offer = parse_installer_name(self.product, url_file_name(text))
                given.append((replace(offer, url=text), None))
            else:
                path = Path(text).expanduser()
                given.append((parse_installer_name(self.product, path.name), path))
        return given

    def given_for(self, release: Release, arch: str) -> tuple[Offer, Path | None] | None:
        """The installer of this release that is named by hand, and its path when it is a file."""
        return next((g for g in self._given if g[0].release == release and g[0].arch == arch), None)

    def _offers(self) -> list[Offer]:
        """What the download page has. Raises ValueError."""
        if isinstance(self._page, ValueError):
            raise self._page
        return self._page

    @cached_property
    def _page(self) -> list[Offer] | ValueError:
        """Read once for all releases, and only when it is needed: a page that cannot be read is not asked for again."""
        url = self.page
        if not url:
            return no_page(self.product)
        try:
            return read_page(self.product, fetch_page(url, options=self.download), url=url)
        except ValueError as exc:
            return exc

    def refuse_strays(self, wanted: Sequence[tuple[Release, str]]) -> None:
        """Raise ValueError for an installer named by hand that is none of what is wanted."""
        asked = ", ".join(f"{release} {arch}" for release, arch in wanted)
        for offer, _path in self._given:
            if (offer.release, offer.arch) not in wanted:
                raise ValueError(
                    Message(
                        "{name} is {release} {arch}, and what was asked for is {asked}: check "
                        "pronote_prepare_releases and pronote_prepare_archs",
                        name=offer.name,
                        release=offer.release,
                        arch=offer.arch,
                        asked=asked or Message("nothing"),
                    )
                )

    def find(self, release: Release, arch: str, *, folder: Path, record: InstallerRecord | None) -> InstallerFile:
        """The installer: named by hand, in the depot, kept from an earlier run, or fetched. Raises ValueError, OSError.

        ``folder``: the release's in the depot. ``record``: what the lock file knows of it.
        """
        given = self.given_for(release, arch)
        if given is not None and given[1] is not None:
            return InstallerFile(offer=given[0], path=given[1])
        locked = None
        if record is not None:
            locked = Offer(release=release, arch=arch, name=record.name, url=record.url)
            if depot_files(folder, (SETUP,)) == {SETUP: record.sha256}:
                return InstallerFile(offer=locked, path=folder / SETUP, verified=True)
            if kept := cached(record.name, options=self.download, sha256=record.sha256):
                return InstallerFile(offer=locked, path=kept.path)
        offer = given[0] if given else self._offer(release, arch, locked=locked)
        if record is None and (kept := cached(offer.name, options=self.download, url=offer.url)):
            return InstallerFile(offer=offer, path=kept.path, fetched=True)
        if not self.fetch:
            return InstallerFile(offer=offer, path=None)
        self.tell(Message("fetching {url}", url=offer.url))
        fetched = fetch_file(
            offer.url,
            offer.name,
            options=self.download,
            progress=self._progress(offer.name),
            size=record.size if record is not None and record.url == offer.url else 0,
        )
        return InstallerFile(offer=offer, path=fetched.path, fetched=True, received=fetched.received)

    def _offer(self, release: Release, arch: str, *, locked: Offer | None) -> Offer:
        # The lock file may have been edited by hand: file:// is an address for urllib.
        if locked is not None and locked.url and is_url(locked.url):
            return locked
        return choose_offer(self._offers(), release=release, arch=arch, url=self.page)

    def _progress(self, name: str) -> Callable[[int, int | None], None]:
        """Tells each tenth, or each 16 MiB of a file whose size is not known."""
        told = -1

        def progress(have: int, size: int | None) -> None:
            nonlocal told
            step = have * 10 // size if size else have >> 24
            if step != told:
                told = step
                told_now = Message("{name}: {received} MiB", name=name, received=step * 16)
                if size:
                    told_now = Message(
                        "{name}: {percent} % of {size} MiB", name=name, percent=step * 10, size=f"{size / 2**20:.1f}"
                    )
                self.tell(told_now)

        return progress
