# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring releases into the depot: find the installer, fetch it, verify it, publish it with its response file.

Each release and architecture is a transaction of its own: it is published and written to the lock file, or it failed
and depot and lock file are as they were. I/O: files.
"""

from __future__ import annotations

import errno
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...module_utils.base.files import sha256_of
from ...module_utils.base.message import Message, linked, message_of
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ...module_utils.product.technologies import TECHNOLOGIES
from ..depot.lock import (
    InstallerRecord,
    locked_entry,
    locked_installer,
)
from ..depot.package import Package
from ..depot.publish import depot_files, not_a_lock, preview, publish, read_lock
from ..responses.folder import ResponseStore, checked_responses
from ..responses.names import ResponseName, newest, parse_name
from ..responses.response import Mode, ResponseFile
from ..words.words import Words
from .download import DownloadOptions, forget
from .search import SETUP, InstallerFile, Search
from .sources import SOURCES
from .vet import Trust, vet
from .wanted import by_arch

__all__ = ["Preparation", "PreparationSettings", "ReleaseResult", "summary"]

_TECHNOLOGY = TECHNOLOGIES["installscript"]
_RESPONSE = "response.iss"
_UPDATE = "update.iss"
_MODES: dict[str, Mode] = {_RESPONSE: "install", _UPDATE: "update", "uninstall.iss": "uninstall"}


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
    check: bool = False
    # The command that records a response file, up to what it is told of the release.
    record: str = ""

    @classmethod
    def of(cls, args: Mapping[str, Any], *, check: bool, record: str = "") -> PreparationSettings:
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
            record=record,
        )

    @property
    def releases(self) -> Path:
        """The folder of the depot that has the releases of this product."""
        return self.depot / PRODUCTS[self.product].depot_folder

    @property
    def page(self) -> str:
        source = SOURCES[self.product]
        return self.page_url or (source.preview_page if self.preview else source.page)


@dataclass(frozen=True, kw_only=True)
class ReleaseResult:
    """What came of one release and architecture. ``received``: bytes fetched from the download site."""

    product: str
    release: str
    arch: str
    status: str  # published, unchanged, by_hand, rendered, failed; in check mode would_publish, would_render
    changed: bool = False
    url: str = ""
    sha256: str = ""
    size: int = 0
    signer: str = ""
    received: int = 0
    folder: str = ""
    # What a copy of it on a web server must hold: below the depot, SHA-256 by file name. Empty when it is not known.
    place: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    diff: Sequence[Mapping[str, str]] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "diff"}


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
            entry = locked_entry(lock, release, arch, product=PRODUCTS[self._settings.product])
            return entry, locked_installer(entry)
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
        responses = self._responses(release, arch, folder=folder, entry=entry, found=found, known=known)

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

    def _responses(
        self,
        release: Release,
        arch: str,
        *,
        folder: Path,
        entry: Mapping[str, Any] | None,
        found: InstallerFile,
        known: InstallerRecord | None,
    ) -> dict[str, Path]:
        """The response files by their name in the depot. Raises ValueError when there is none for installing."""
        settings = self._settings
        named_by_mode: dict[Mode, Mapping[str, str]] = {
            "install": settings.responses,
            "update": settings.update_responses,
            "uninstall": settings.uninstall_responses,
        }
        files: dict[str, Path] = {}
        recordings = ResponseStore(settings.response_dir).names()
        for name, mode in _MODES.items():
            chosen = newest(recordings, ResponseName(product=settings.product, release=release, arch=arch, mode=mode))
            if by_hand := named_by_mode[mode].get(arch):
                files[name] = Path(by_hand).expanduser()
            elif chosen is not None:
                files[name] = settings.response_dir / chosen.name
            elif entry is not None and depot_files(folder, (name,)) == {name: entry["files"].get(name)}:
                # Published before, with a response file that is not named this time.
                files[name] = folder / name
        if _RESPONSE not in files:
            raise ValueError(self._no_response(release, arch, found, known))
        return files

    def _no_response(self, release: Release, arch: str, found: InstallerFile, known: InstallerRecord | None) -> Message:
        """What is said where no response file is: of a verified installer with the command that records one, whole."""
        settings = self._settings
        exact = ResponseName(product=settings.product, release=release, arch=arch, mode="install").name
        at = Message(" The installer is there: {path}.", path=found.path) if found.path is not None else ""
        told = {"release": release, "arch": arch, "response_dir": settings.response_dir, "exact": exact}
        if settings.record and known is not None and found.offer.url and settings.product == PRONOTE_CLIENT.key:
            values = {"release": str(release), "arch": arch, "url": found.offer.url, "sha256": known.sha256}
            options = shlex.join(
                part for name, value in values.items() for part in ("-e", f"pronote_record_{name}={value}")
            )
            return Message(
                "there is no response file for {release} {arch}: {response_dir} has no {exact}, nor one of an earlier "
                "release of {year}.{at} Record one on a reference station, then run this again: {command}",
                **told,
                year=release.year,
                at=at,
                command=f"{settings.record} {options}",
            )
        return Message(
            "there is no response file for {release} {arch}: {response_dir} has no {exact}, nor "
            "one of an earlier release of {year}.{at} Record one on a reference station "
            "(playbooks/record_response.yml), put it there or name it in pronote_prepare_response, "
            "and run again",
            **told,
            year=release.year,
            at=at,
        )


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


def summary(outcomes: Sequence[ReleaseResult], problems: Sequence[str]) -> dict[str, Any]:
    """The task's result: what was done, and a failure that names each release and school that was left out.

    What was published by hand and is rendered anew is told once.
    """
    anew = {(o.product, o.release, o.arch) for o in outcomes if o.status in {"rendered", "would_render"}}
    outcomes = [o for o in outcomes if o.status != "by_hand" or (o.product, o.release, o.arch) not in anew]
    failures: list[str] = [
        Message("{release} {arch}: {fact}", release=o.release, arch=o.arch, fact=o.message)
        for o in outcomes
        if o.status == "failed"
    ]
    failures += problems
    result: dict[str, Any] = {
        "changed": any(o.changed for o in outcomes),
        "releases": [o.as_dict() for o in outcomes],
        "received": sum(o.received for o in outcomes),
        "diff": [dict(shown) for o in outcomes for shown in o.diff],
    }
    if failures:
        done = sum(o.status != "failed" for o in outcomes)
        each = linked(Message("{first} | {then}"), failures)
        told = Message("{done} prepared, {left} not. {failures}", done=done, left=len(failures), failures=each)
        result |= {"failed": True, "msg": told}
    return result
