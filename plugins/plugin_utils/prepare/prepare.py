# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring releases into the depot: find the installer, fetch it, verify it, publish it with its response file.

Each release and architecture is a transaction of its own: it is published and written to the lock file, or it failed
and depot and lock file are as they were. I/O: files.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...module_utils.base.files import sha256_of
from ...module_utils.base.message import Message, message_of
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ...module_utils.product.technologies import TECHNOLOGIES
from ..depot.lock import (
    InstallerRecord,
    locked_entry,
    locked_installer,
)
from ..depot.package import Package
from ..depot.publish import depot_files, keep_installer, not_a_lock, preview, publish, read_lock
from ..depot.waiting import waiting_installer
from ..responses.folder import ResponseStore, checked_responses
from ..responses.names import ResponseName, newest, parse_name
from ..responses.response import Mode, ResponseFile
from ..words.words import Words
from .download import DownloadOptions, forget
from .outcome import ReleaseResult
from .search import SETUP, InstallerFile, Search
from .sources import SOURCES
from .vet import Trust, vet
from .wanted import by_arch

__all__ = ["Preparation", "PreparationSettings"]

_TECHNOLOGY = TECHNOLOGIES["installscript"]
_RESPONSE = "response.iss"
_UPDATE = "update.iss"
_KEPT = Message(
    "{why}. The installer is verified and in the depot. Next, record the answers to its dialogs: {command}",
    why="",
    command="",
)
_FIRST = Message(
    "{why}. Once the installer is in the depot, record the answers to its dialogs: {command}", why="", command=""
)
_RECORD_OR_NAME = Message(
    "Record one on a reference station (playbooks/record_response.yml), put it there or name it in "
    "pronote_responses, and run again"
)
_MODES: dict[str, Mode] = {_RESPONSE: "install", _UPDATE: "update", "uninstall.iss": "uninstall"}


class _NoResponseError(ValueError):
    """The installer would show its dialogs to nobody."""


@dataclass(frozen=True, kw_only=True)
class PreparationSettings:
    """What an administrator decides."""

    product: str
    depot: Path
    lock_file: Path
    response_dir: Path
    download: DownloadOptions
    trust: Trust
    installers: Sequence[str] = ()
    page_url: str = ""
    preview: bool = False
    # By architecture; a response file named here beats the folder's.
    responses: Mapping[str, str]
    update_responses: Mapping[str, str] = field(default_factory=dict)
    uninstall_responses: Mapping[str, str]
    product_codes: Mapping[str, str]
    log_timeout: int = 1800
    # The command that records on a reference station, but for the release; empty: none is named.
    record_command: str = ""
    check: bool = False

    @classmethod
    def of(cls, args: Mapping[str, Any], *, check: bool, record_command: str = "") -> PreparationSettings:
        """From the arguments of the action. Raises ValueError for an option that must be by architecture."""
        archs = args["archs"]
        downloads = ("timeout", "tries", "pause", "validate_certs", "ca_path")
        plain: dict[str, Any] = {name: args[name] for name in ("product", "page_url", "preview", "log_timeout")}
        paths: dict[str, Any] = {name: Path(args[name]) for name in ("depot", "lock_file", "response_dir")}
        return cls(
            **plain,
            **paths,
            download=DownloadOptions(folder=Path(args["download_dir"]), **{name: args[name] for name in downloads}),
            trust=Trust(signers=args["signers"], authorities=args["authorities"], accepted=args["sha256"]),
            # Plain text: ansible-core tags strings with their origin, and YAML does not write tagged ones.
            installers=[str(text) for text in args["installer"]],
            responses=by_arch(args["response"], archs, option="response"),
            update_responses=by_arch(args["update_response"], archs, option="update_response"),
            uninstall_responses=by_arch(args["uninstall_response"], archs, option="uninstall_response"),
            product_codes=by_arch(args["product_code"], archs, option="product_code"),
            check=check,
            record_command=record_command,
        )

    @property
    def releases(self) -> Path:
        """The folder of the depot that has the releases of this product."""
        return self.depot / PRODUCTS[self.product].depot_folder

    @property
    def page(self) -> str:
        source = SOURCES[self.product]
        return self.page_url or (source.preview_page if self.preview else source.page)


class Preparation:
    """One run, for all releases."""

    def __init__(self, settings: PreparationSettings, *, words: Words, tell: Callable[[str], None]) -> None:
        self._settings, self._words = settings, words
        self._search = Search(
            product=settings.product,
            installers=settings.installers,
            page=settings.page,
            download=settings.download,
            fetch=not settings.check,
            tell=lambda text: tell(words.of(text)),
        )

    def run(self, wanted: Sequence[tuple[Release, str]]) -> list[ReleaseResult]:
        """Prepare each; one that fails does not stop the others. Raises ValueError for what concerns them all."""
        self._search.refuse_strays(wanted)
        return [self._outcome(release, arch) for release, arch in wanted]

    def _outcome(self, release: Release, arch: str) -> ReleaseResult:
        try:
            return self._prepare(release, arch)
        except (ValueError, OSError) as exc:
            message = _os_words(exc) if isinstance(exc, OSError) else message_of(exc)
            product = self._settings.product
            return ReleaseResult(product=product, release=str(release), arch=arch, status="failed", message=message)

    def _prepare(self, release: Release, arch: str) -> ReleaseResult:
        settings = self._settings
        entry, record = self._locked(release, arch)
        folder = settings.releases / str(release) / arch
        if entry is not None and record is None and self._search.given_for(release, arch) is None:
            by_hand = entry["files"].get(SETUP)
            if by_hand and depot_files(folder, (SETUP,)) == {SETUP: by_hand}:
                return ReleaseResult(
                    product=settings.product,
                    release=str(release),
                    arch=arch,
                    status="by_hand",
                    message=Message("published by hand with publish.yml: left as it is"),
                    sha256=by_hand,
                    folder=str(folder),
                )
        found = self._search.find(release, arch, folder=folder, record=record)
        if found.path is not None and not found.verified:
            try:
                product, trust = settings.product, settings.trust
                record = vet(found.path, found.offer, product=product, trust=trust, entry=entry, record=record)
            except ValueError:
                if found.fetched and not settings.check:
                    # Kept, it would be taken for the right one by the next run.
                    forget(found.offer.name, options=settings.download)
                raise
        return self._publish(found, record, release, arch, folder=folder, entry=entry)

    def _locked(self, release: Release, arch: str) -> tuple[Mapping[str, Any] | None, InstallerRecord | None]:
        lock = read_lock(self._settings.lock_file) or {}
        try:
            product = PRODUCTS[self._settings.product]
            entry = locked_entry(lock, release, arch, product=product)
            return entry, locked_installer(entry) or waiting_installer(lock, product, release, arch)
        except ValueError as exc:
            raise not_a_lock(self._settings.lock_file, message_of(exc)) from exc

    def _publish(
        self,
        found: InstallerFile,
        known: InstallerRecord | None,
        release: Release,
        arch: str,
        *,
        folder: Path,
        entry: Mapping[str, Any] | None,
    ) -> ReleaseResult:
        settings = self._settings
        product = PRODUCTS[settings.product]
        try:
            responses = self._responses(release, arch, folder=folder, entry=entry)
        except _NoResponseError as exc:
            return self._keep(found, known, release, arch, locked=entry is not None, why=message_of(exc))
        result = ReleaseResult(
            product=product.key,
            release=str(release),
            arch=arch,
            status="",
            url=found.offer.url,
            received=found.received,
            folder=str(folder),
        )
        code = settings.product_codes.get(arch, "")
        with checked_responses(responses, _MODES, product_code=code, year=release.year) as checked:
            digests = {name: sha256_of(path) for name, path in checked.items()}
            if known is None:
                # Check mode, and the file is not here: what its digest will be, nobody knows.
                lock_file, origin = settings.lock_file, found.offer.url
                shown = preview(
                    folder,
                    digests,
                    product=product,
                    lock_file=lock_file,
                    missing=SETUP,
                    origin=origin,
                    words=self._words,
                )
                return replace(result, status="would_publish", changed=True, diff=shown)
            package = Package(
                product=product,
                release=str(release),
                arch=arch,
                technology=_TECHNOLOGY,
                digests={**digests, SETUP: known.sha256},
                product_code=code or ResponseFile.parse(checked[_RESPONSE].read_bytes()).product_code,
                log_timeout=settings.log_timeout,
                processes=product.processes,
                response_release=_recorded_for(responses[_RESPONSE], entry, "response_release"),
                update_release=_recorded_for(responses.get(_UPDATE), entry, "update_release"),
            )
            sources = {**checked, **({SETUP: found.path} if found.path is not None else {})}
            done = publish(
                package,
                sources,
                depot=settings.depot,
                lock_file=settings.lock_file,
                check=settings.check,
                installer=known,
            )
        return replace(
            result,
            status="unchanged" if not done["changed"] else "would_publish" if settings.check else "published",
            sha256=known.sha256,
            size=known.size,
            signer=known.signer,
            **{name: done[name] for name in ("changed", "place", "files", "diff")},
        )

    def _keep(
        self,
        found: InstallerFile,
        known: InstallerRecord | None,
        release: Release,
        arch: str,
        *,
        locked: bool,
        why: str,
    ) -> ReleaseResult:
        """What was fetched and verified waits in the depot, where a reference station takes it from."""
        settings = self._settings
        product = PRODUCTS[settings.product]
        done: dict[str, Any] = {}
        told = Message("{why}. {next}", why=why, next=_RECORD_OR_NAME)
        if known is not None and found.path is not None:
            done = keep_installer(
                found.path,
                known,
                product=product,
                release=release,
                arch=arch,
                depot=settings.depot,
                lock_file=settings.lock_file,
                check=settings.check,
                locked=locked,
            )
        if settings.record_command and product is PRONOTE_CLIENT:
            of_arch = f" -e pronote_arch={arch}" if arch != "x64" else ""
            command = f"{settings.record_command} -e pronote_release={release.client}{of_arch}"
            told = _KEPT.given(why=why, command=command) if done else _FIRST.given(why=why, command=command)
        return ReleaseResult(
            product=product.key,
            release=str(release),
            arch=arch,
            status="failed",
            message=told,
            url=found.offer.url,
            received=found.received,
            sha256=known.sha256 if known else "",
            folder=str(settings.releases / str(release) / arch),
            **done,
        )

    def _responses(
        self, release: Release, arch: str, *, folder: Path, entry: Mapping[str, Any] | None
    ) -> dict[str, Path]:
        """The response files by their name in the depot. Raises ValueError when there is none for installing."""
        settings = self._settings
        named_by_mode: dict[Mode, Mapping[str, str]] = {
            "install": settings.responses,
            "update": settings.update_responses,
            "uninstall": settings.uninstall_responses,
        }
        found: dict[str, Path] = {}
        recordings = ResponseStore(settings.response_dir).names()
        for name, mode in _MODES.items():
            chosen = newest(recordings, ResponseName(product=settings.product, release=release, arch=arch, mode=mode))
            if by_hand := named_by_mode[mode].get(arch):
                found[name] = Path(by_hand).expanduser()
            elif chosen is not None:
                found[name] = settings.response_dir / chosen.name
            elif entry is not None and depot_files(folder, (name,)) == {name: entry["files"].get(name)}:
                # Published before, with a response file that is not named this time.
                found[name] = folder / name
        if _RESPONSE not in found:
            exact = ResponseName(product=settings.product, release=release, arch=arch, mode="install").name
            raise _NoResponseError(
                Message(
                    "there is no response file for {release} {arch}: {response_dir} has no {exact}, nor "
                    "one of an earlier release of {year}",
                    release=release,
                    arch=arch,
                    response_dir=settings.response_dir,
                    exact=exact,
                    year=release.year,
                )
            )
        return found


def _recorded_for(response: Path | None, entry: Mapping[str, Any] | None, key: str) -> str:
    """The release a response file was recorded for: as its name says, else as the lock file knew it."""
    if response is None:
        return ""
    recorded = parse_name(response.name)
    return str(recorded.release.client if recorded else (entry or {}).get(key) or "")


def _os_words(exc: OSError) -> str:
    remedies = {
        errno.ENOSPC: Message("the disk is full: make room"),
        errno.EDQUOT: Message("the disk quota is used up: make room"),
        errno.EROFS: Message("the disk is read-only"),
        errno.EACCES: Message("this account may not do that: check owner and rights"),
    }
    remedy = remedies.get(exc.errno or 0)
    if remedy is None:
        return message_of(exc)
    return Message("{error} ({remedy}; depot and lock file are as they were)", error=exc, remedy=remedy)
