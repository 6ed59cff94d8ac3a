# SPDX-License-Identifier: GPL-3.0-or-later
"""Was a certificate of a signature's chain revoked? Asked of lists (CRL) that an administrator gives as files.

Not of signify: its library looks at a list as of the time stamp, and so passes over every list that was issued since,
which is every list that matters. What a list says is judged as Windows does: a signature whose trusted time stamp is
older than the revocation stands.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from ansible.errors import AnsibleError

from .signify import Certificate

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key
    from cryptography.x509 import CertificateRevocationList
except ImportError as exc:
    raise AnsibleError("signatures cannot be checked here; pip install -r requirements.txt in the environment") from exc

__all__ = ["CertificateRevocationList", "RevokedError", "read_lists", "revocation_doubts"]


class RevokedError(ValueError):
    """A certificate was revoked before the file was signed: the fact alone."""


def read_lists(paths: Iterable[str]) -> list[CertificateRevocationList]:
    """Lists from files, PEM or DER. Raises ValueError naming the file, OSError."""
    lists = []
    for path in paths:
        data = Path(path).expanduser().read_bytes()
        load = x509.load_pem_x509_crl if b"-----BEGIN" in data[:100] else x509.load_der_x509_crl
        try:
            lists.append(load(data))
        except ValueError as exc:
            raise ValueError(f"{path} is no list of revoked certificates (CRL, PEM or DER)") from exc
    return lists


def revocation_doubts(
    chain: Sequence[Certificate], lists: Sequence[CertificateRevocationList], *, signed_at: dt.datetime | None
) -> list[str]:
    """What the lists leave open, in words; nothing for a chain that they clear. ``chain`` begins with the root.

    ``signed_at``: of a trusted time stamp; None without one. Raises RevokedError.
    """
    doubts = []
    for issuer, certificate in pairwise(chain):
        named, where = repr(certificate.subject.dn), _where(certificate)
        found = [each for each in lists if _is_of(each, issuer, certificate)]
        for each in found:
            _refuse_listed(each, certificate, named=named, signed_at=signed_at)
        whole = [each for each in found if _is_whole(each, certificate)]
        ends = [each.next_update_utc for each in whole if each.next_update_utc is not None]
        if not whole:
            doubts.append(
                f"whether the certificate of {named} was revoked is not known: no whole list of its issuer was given"
                f"{where}"
            )
        elif ends and max(ends) < dt.datetime.now(dt.UTC):
            doubts.append(
                f"whether the certificate of {named} was revoked is known up to {max(ends):%Y-%m-%d} only: get a newer "
                f"list{where}"
            )
    return doubts


def _is_of(each: CertificateRevocationList, issuer: Certificate, certificate: Certificate) -> bool:
    """Whether a list speaks of a certificate: of its issuer, signed by it, and nothing in it that is not understood."""
    if each.issuer.public_bytes() != certificate.asn1.issuer.dump():
        return False
    try:
        key = load_der_public_key(issuer.asn1.public_key.dump())
        # mypy: the library takes the types of keys that can sign, and raises TypeError for the others.
        if not each.is_signature_valid(key):  # type: ignore[arg-type]
            return False
        for extension in each.extensions:
            value = extension.value
            if extension.critical and isinstance(value, x509.UnrecognizedExtension):
                return False
            # Entries of an indirect list may be of other issuers.
            if isinstance(value, x509.IssuingDistributionPoint) and value.indirect_crl:
                return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _is_whole(each: CertificateRevocationList, certificate: Certificate) -> bool:
    """Whether not being in a list means anything: RFC 5280, 5.2.4 (changes since another list) and 5.2.5 (a part)."""
    for extension in each.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            return False
        if isinstance(value, x509.IssuingDistributionPoint):
            part = value.only_contains_user_certs if certificate.asn1.ca else value.only_contains_ca_certs
            if part or value.only_some_reasons or value.only_contains_attribute_certs:
                return False
    return True


def _refuse_listed(
    each: CertificateRevocationList, certificate: Certificate, *, named: str, signed_at: dt.datetime | None
) -> None:
    entry = each.get_revoked_certificate_by_serial_number(certificate.asn1.serial_number)
    if entry is None:
        return
    since = entry.revocation_date_utc
    for extension in entry.extensions:
        if extension.value == x509.CRLReason(x509.ReasonFlags.remove_from_crl):
            return
        # Since when the key may have been in other hands, which may be earlier (5.3.2).
        if isinstance(extension.value, x509.InvalidityDate):
            since = min(since, extension.value.invalidity_date_utc)
    if signed_at is None or signed_at >= since:
        stamped = f"it was signed on {signed_at:%Y-%m-%d}" if signed_at else "it has no time stamp"
        raise RevokedError(f"the certificate of {named} was revoked on {since:%Y-%m-%d}, and {stamped}")


def _where(certificate: Certificate) -> str:
    """Where its issuer says that the list is."""
    addresses: list[str] = []
    # Addresses relative to the issuer are a ValueError of the library.
    with contextlib.suppress(ValueError):
        addresses = [str(point.url) for point in certificate.asn1.crl_distribution_points if point.url]
    return f" (it is at {addresses[0]!r})" if addresses else ""
