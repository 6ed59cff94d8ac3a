"""A download site, a depot, a lock file and response files: what a preparation is tried on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.download import DownloadOptions
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.outcome import ReleaseResult
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.prepare import (
    Preparation,
    PreparationSettings,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.vet import Trust
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.lab.authenticode import Authority, sign_pe
from tests.lab.journal import Journal
from tests.lab.pe import make_pe
from tests.lab.simulated.installer.package import build_iss
from tests.lab.web.download import DownloadSite, Installer

__all__ = ["DAY", "EDT", "EDT_NAME", "NAME", "NOW", "PAGE", "RELEASE", "Bench", "Firm", "program"]

RELEASE = Release.parse("2026.2.7")
NAME = "Install_PRNclient_FR_2026.2.7_win64.exe"
EDT_NAME = "Install_EDTmonoposte_FR_2026.2.7_win64.exe"
EDT = {"ProductName": "EDT Monoposte 2026 - 64bit"}
PAGE = "/fr/telecharger-pronote.php"
NOW, DAY = dt.datetime.now(dt.UTC), dt.timedelta(days=1)


class Firm:
    """The publisher, and others who sign."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.publisher = self.authority.issue()
        self.other = self.authority.issue("Autre Éditeur")
        self.expired = self.authority.issue(valid=(NOW - 500 * DAY, NOW - 100 * DAY))
        self.stamp = self.authority.issue("Time", usage="time", valid=(NOW - 600 * DAY, NOW + DAY))


def program(arch: str = "x64", release: str = "2026.2.7", **changes: Any) -> bytes:
    """An unsigned installer."""
    bits = "64" if arch == "x64" else "32"
    strings = {"ProductName": f"Client PRONOTE {release[:4]} - {bits}bit", "ProductVersion": "25.0.0.764"}
    return make_pe(release.encode() * 20000, **{"strings": strings, **changes})


class Bench:
    """A site, a depot, an inventory's lock file and its response files."""

    def __init__(self, folder: Path, firm: Firm, base: str, site: DownloadSite, journal: Journal) -> None:
        self.folder, self.firm, self.base, self.site, self.journal = folder, firm, base, site, journal
        self.told: list[str] = []
        (folder / "authority.pem").write_bytes(firm.authority.pem())
        (folder / "files").mkdir()
        (folder / "responses").mkdir()
        (folder / "depot").mkdir()
        (folder / "vars").mkdir()
        for arch in ("x64", "x86"):
            text = build_iss(release="2026.2.4", arch=arch)
            (folder / f"responses/pronote_client-2026.2.4-{arch}.iss").write_bytes(text.encode("cp1252"))
        self.settings = PreparationSettings(
            product="pronote_client",
            depot=folder / "depot",
            lock_file=folder / "vars/pronote_releases.lock.yml",
            response_dir=folder / "responses",
            download=DownloadOptions(folder=folder / "downloads", timeout=10, tries=6, pause=0),
            trust=Trust(signers=["INDEX EDUCATION"], authorities=[str(folder / "authority.pem")]),
            page_url=f"{base}{PAGE}",
            responses={},
            uninstall_responses={},
            product_codes={},
        )

    def sign(self, content: bytes, who: str = "publisher", **stamp: Any) -> bytes:
        return sign_pe(content, getattr(self.firm, who), **stamp)

    def offer(self, content: bytes, *, release: str = "2026.2.7", arch: str = "x64", **what: Any) -> Path:
        """Put a file on the site."""
        file = self.folder / "files" / f"{what.get('product', '')}{release}-{arch}.exe"
        file.write_bytes(content)
        self.site.installers = [i for i in self.site.installers if i.file != file]
        self.site.installers.append(Installer(release=release, arch=arch, file=file, **what))
        return file

    def offer_edt(self, content: bytes) -> str:
        """Put an installer of EDT on the site, and a recording into the store; returns its address."""
        self.offer(content, product="edt_monoposte")
        recording = build_iss(release="2026.2.4", product="EDT Monoposte")
        (self.folder / "responses/edt_monoposte-2026.2.4-x64.iss").write_bytes(recording.encode("cp1252"))
        return f"{self.base}/telechargement/edt/v2026.0/exe/{EDT_NAME}"

    def edt(self, *installers: str, **changes: Any) -> ReleaseResult:
        """Prepare EDT, as an admin does who knows of no page."""
        return self.one(**{"product": "edt_monoposte", "page_url": "", "installers": installers, **changes})

    def run(self, *wanted: tuple[str, str], **changes: Any) -> list[ReleaseResult]:
        settings = replace(self.settings, **changes)
        asked = [(Release.parse(release), arch) for release, arch in wanted or [("2026.2.7", "x64")]]
        return Preparation(settings, words=catalogue("en"), tell=self.told.append).run(asked)

    def one(self, **changes: Any) -> ReleaseResult:
        (outcome,) = self.run(**changes)
        return outcome

    def requests(self) -> list[str]:
        return [e.data["path"].rpartition("/")[2] for e in self.journal.select(kind="web")]

    def state(self) -> dict[str, bytes | None]:
        """Depot and lock file: folders too."""
        roots = (self.settings.depot, self.settings.lock_file.parent)
        return {str(p): p.read_bytes() if p.is_file() else None for root in roots for p in root.rglob("*")}

    def lock(self) -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load(self.settings.lock_file.read_text())
        return data
