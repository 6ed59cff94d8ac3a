"""Sign PE files as a publisher does (Authenticode), with throw-away authorities: code signing and time stamps.

Written from Microsoft's "Windows Authenticode Portable Executable Signature Format" and RFC 3161, in DER by hand, so
that it shares no code with what the product verifies with. ``tests/unit/lab/test_authenticode.py`` has osslsigncode
judge it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["PUBLISHER", "Authority", "Identity", "sign_pe"]

PUBLISHER = "INDEX EDUCATION"
_USAGES = {"code": ExtendedKeyUsageOID.CODE_SIGNING, "time": ExtendedKeyUsageOID.TIME_STAMPING}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A certificate with its key, and the certificates above it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    issuer: x509.Certificate

    def pem(self) -> bytes:
        """The certificate, for tools."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        """The key, for tools. It opens nothing but the lab."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


class Authority:
    """A root authority of the lab; valid for thirty years around now."""

    def __init__(self, name: str = "Lab Code Authority") -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = dt.datetime.now(dt.UTC)
        self.certificate = self._make(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
            self._key.public_key(),
            issuer=None,
            valid=(now - dt.timedelta(days=20 * 365), now + dt.timedelta(days=10 * 365)),
            usage=None,
        )

    def pem(self) -> bytes:
        """The authority's certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        name: str = PUBLISHER,
        *,
        organization: str | None = None,
        usage: str = "code",
        valid: tuple[dt.datetime, dt.datetime] | None = None,
    ) -> Identity:
        """A certificate for signing programs (``code``) or time stamps (``time``); by default valid around now."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = dt.datetime.now(dt.UTC)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, name if organization is None else organization),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        certificate = self._make(
            subject,
            key.public_key(),
            issuer=self.certificate,
            valid=valid or (now - dt.timedelta(days=30), now + dt.timedelta(days=365)),
            usage=usage,
        )
        return Identity(certificate=certificate, key=key, issuer=self.certificate)

    def _make(
        self,
        subject: x509.Name,
        key: rsa.RSAPublicKey,
        *,
        issuer: x509.Certificate | None,
        valid: tuple[dt.datetime, dt.datetime],
        usage: str | None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
            .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        signs, certifies = usage is not None, usage is None
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=signs,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=certifies,
                crl_sign=certifies,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([_USAGES[usage]]), critical=True)
        return builder.sign(self._key, hashes.SHA256())


def _tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = bytes([40 * first + second])
    for arc in rest:
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.insert(0, 0x80 | (arc & 0x7F))
        body += bytes(septets)
    return _tlv(0x06, body)


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, *parts)


def _set(*parts: bytes) -> bytes:
    return _tlv(0x31, *sorted(parts))


_SHA256 = _sequence(_oid("2.16.840.1.101.3.4.2.1"), _tlv(0x05))
_RSA = _sequence(_oid("1.2.840.113549.1.1.1"), _tlv(0x05))
_SIGNED_DATA = _oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE, _MESSAGE_DIGEST = _oid("1.2.840.113549.1.9.3"), _oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = _oid("1.2.840.113549.1.9.16.2.47")
_TST_INFO = _oid("1.2.840.113549.1.9.16.1.4")
_SPC_INDIRECT_DATA = _oid("1.3.6.1.4.1.311.2.1.4")
_SPC_RFC3161 = _oid("1.3.6.1.4.1.311.3.3.1")
# SpcPeImageData with no flags and the "obsolete" file link, as every signing tool writes it.
_SPC_PE_IMAGE_DATA = _sequence(
    _oid("1.3.6.1.4.1.311.2.1.15"),
    _sequence(_tlv(0x03, b"\0"), _tlv(0xA0, _tlv(0xA2, _tlv(0x80)))),
)


def _attribute(kind: bytes, *values: bytes) -> bytes:
    return _sequence(kind, _set(*values))


def _signed(identity: Identity, *, kind: bytes, digested: bytes, extra: tuple[bytes, ...] = ()) -> tuple[bytes, bytes]:
    """The signed attributes of a SignerInfo (RFC 5652), and the signature over them."""
    digest = _tlv(0x04, hashlib.sha256(digested).digest())
    attributes = sorted((_attribute(_CONTENT_TYPE, kind), _attribute(_MESSAGE_DIGEST, digest), *extra))
    # Signed as a SET OF, stored under a tag of its own (5.4).
    signature = identity.key.sign(_tlv(0x31, *attributes), padding.PKCS1v15(), hashes.SHA256())
    return b"".join(attributes), signature


def _wrap(
    identity: Identity,
    *,
    kind: bytes,
    content: bytes,
    version: int,
    attributes: bytes,
    signature: bytes,
    unsigned: bytes,
) -> bytes:
    certificate = identity.certificate
    signer = _sequence(
        _integer(1),
        _sequence(certificate.issuer.public_bytes(), _integer(certificate.serial_number)),
        _SHA256,
        _tlv(0xA0, attributes),
        _RSA,
        _tlv(0x04, signature),
        _tlv(0xA1, unsigned) if unsigned else b"",
    )
    chain = [c.public_bytes(serialization.Encoding.DER) for c in (certificate, identity.issuer)]
    signed = _sequence(
        _integer(version),
        _set(_SHA256),
        _sequence(kind, _tlv(0xA0, content)),
        _tlv(0xA0, *chain),
        _set(signer),
    )
    return _sequence(_SIGNED_DATA, _tlv(0xA0, signed))


def _time_stamp(identity: Identity, signature: bytes, at: dt.datetime) -> bytes:
    """A time stamp token (RFC 3161) for a signature."""
    info = _sequence(
        _integer(1),
        _oid("1.3.6.1.4.1.99999.1"),
        _sequence(_SHA256, _tlv(0x04, hashlib.sha256(signature).digest())),
        _integer(1),
        _tlv(0x18, at.astimezone(dt.UTC).strftime("%Y%m%d%H%M%SZ").encode()),
    )
    certificate = identity.certificate.public_bytes(serialization.Encoding.DER)
    essence = _sequence(_sequence(_sequence(_tlv(0x04, hashlib.sha256(certificate).digest()))))
    extra = (_attribute(_SIGNING_CERTIFICATE_V2, essence),)
    attributes, stamp = _signed(identity, kind=_TST_INFO, digested=info, extra=extra)
    return _wrap(
        identity,
        kind=_TST_INFO,
        content=_tlv(0x04, info),
        version=3,
        attributes=attributes,
        signature=stamp,
        unsigned=b"",
    )


def _image_digest(content: bytes) -> tuple[bytes, int]:
    """The digest of a PE image without its checksum and the address of its signatures, and where that address is."""
    (pe,) = struct.unpack_from("<I", content, 60)
    optional = pe + 24
    (magic,) = struct.unpack_from("<H", content, optional)
    checksum, directory = optional + 64, optional + (144 if magic == 0x20B else 128)
    if struct.unpack_from("<II", content, directory) != (0, 0):
        raise ValueError("the file is signed already")
    digest = hashlib.sha256(content[:checksum] + content[checksum + 4 : directory] + content[directory + 8 :])
    return digest.digest(), directory


def sign_pe(
    content: bytes, identity: Identity, *, stamp: Identity | None = None, stamped_at: dt.datetime | None = None
) -> bytes:
    """The PE file with a signature; with a time stamp when somebody (``stamp``) is named who gives one."""
    content += bytes(-len(content) % 8)
    digest, directory = _image_digest(content)
    indirect = _SPC_PE_IMAGE_DATA + _sequence(_SHA256, _tlv(0x04, digest))
    attributes, signature = _signed(identity, kind=_SPC_INDIRECT_DATA, digested=indirect)
    unsigned = b""
    if stamp is not None:
        token = _time_stamp(stamp, signature, stamped_at or dt.datetime.now(dt.UTC))
        unsigned = _attribute(_SPC_RFC3161, token)
    signed = _wrap(
        identity,
        kind=_SPC_INDIRECT_DATA,
        content=_sequence(indirect),
        version=1,
        attributes=attributes,
        signature=signature,
        unsigned=unsigned,
    )
    table = struct.pack("<IHH", 8 + len(signed) + -len(signed) % 8, 0x200, 2) + signed + bytes(-len(signed) % 8)
    head = bytearray(content)
    struct.pack_into("<II", head, directory, len(content), len(table))
    return bytes(head) + table
