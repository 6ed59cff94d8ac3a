# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this file the installer that was asked for? Bytes, signature, and what the file says of itself. I/O: files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...module_utils.base.clock import utc_now
from ...module_utils.base.files import sha256_of
from ...module_utils.base.message import Message, enumerated, message_of
from ..depot.lock import InstallerRecord, check_same
from .authenticode import SignatureError, verify_signature
from .facts import contradictions, not_a_program
from .pe import promised_size, read_facts
from .sources import Offer

__all__ = ["Trust", "vet"]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Who may have signed. ``accepted``: digests that need no signature; given, no other file is taken."""

    signers: Sequence[str]
    authorities: Sequence[str]
    accepted: Sequence[str] = ()


def vet(
    path: Path,
    offer: Offer,
    *,
    product: str,
    trust: Trust,
    entry: Mapping[str, Any] | None,
    record: InstallerRecord | None,
) -> InstallerRecord:
    """What the lock file will say of this installer, or says already when it knows it.

    Raises ValueError when it is not the installer that was asked for, OSError.
    """
    where = offer.url or str(path)
    with path.open("rb") as file:
        wrong = not_a_program(file.read(1024))
    sha256, size = sha256_of(path), path.stat().st_size
    if wrong:
        raise ValueError(
            Message.plural(
                "{where} is no installer: {wrong} ({n} byte)",
                "{where} is no installer: {wrong} ({n} bytes)",
                size,
                where=where,
                wrong=wrong,
            )
        )
    check_same(entry, record, name=offer.name, sha256=sha256, size=size, where=where)
    pins = {pin.lower() for pin in trust.accepted}
    if pins and sha256 not in pins:
        raise ValueError(
            Message(
                "{where} has the SHA-256 {digest}, which is not in pronote_prepare_sha256",
                where=where,
                digest=sha256,
            )
        )
    _whole(path, size, where=where)
    # A file without a signer in the lock file was accepted by its digest then, and has that digest now.
    accepted = sha256 in pins or (record is not None and not record.signer)
    signer = _signer(path, where=where, sha256=sha256, trust=trust, accepted=accepted)
    _agree(path, offer, product=product, where=where)
    today = utc_now().date().isoformat()
    return record or InstallerRecord(
        name=offer.name, url=offer.url, sha256=sha256, size=size, signer=signer, date=today
    )


def _whole(path: Path, size: int, *, where: str) -> None:
    try:
        promised = promised_size(path)
    except ValueError as exc:
        raise ValueError(Message("{where} was refused: {error}", where=where, error=message_of(exc))) from exc
    if promised > size:
        raise ValueError(
            Message.plural(
                "{where} is cut short: {n} byte, and its headers promise {promised}. Run again; if it stays so, "
                "download it with a browser and pass it with pronote_prepare_installer=<file>",
                "{where} is cut short: {n} bytes, and its headers promise {promised}. Run again; if it stays so, "
                "download it with a browser and pass it with pronote_prepare_installer=<file>",
                size,
                where=where,
                promised=promised,
            )
        )


def _signer(path: Path, *, where: str, sha256: str, trust: Trust, accepted: bool) -> str:
    try:
        return verify_signature(path, signers=trust.signers, authorities=trust.authorities).signer
    except SignatureError as exc:
        if accepted:
            return ""
        raise ValueError(
            Message(
                "{where} was refused: {error}. Look at its digital signature on a Windows PC "
                "(Properties). If you know by other means that it is right, pin it: "
                "pronote_prepare_sha256=[{digest}]",
                where=where,
                error=message_of(exc),
                digest=sha256,
            )
        ) from exc


def _agree(path: Path, offer: Offer, *, product: str, where: str) -> None:
    try:
        machine, strings = read_facts(path)
    except ValueError as exc:
        raise ValueError(Message("{where} was refused: {error}", where=where, error=message_of(exc))) from exc
    wrong = contradictions(machine, strings, product=product, release=offer.release, arch=offer.arch)
    if wrong:
        raise ValueError(
            Message(
                "{where} is not what its name says, {release} {arch}: {wrong}. Get the right file, and "
                "pass it with pronote_prepare_installer",
                where=where,
                release=offer.release,
                arch=offer.arch,
                wrong=enumerated(wrong),
            )
        )
