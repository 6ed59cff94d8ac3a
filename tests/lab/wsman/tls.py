"""A throw-away authority for the lab: a server certificate for its addresses, a client certificate per account."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["Tls", "make_tls"]


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Paths of the PEM files, and what the server needs to know of them."""

    authority: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    server_der: bytes
    client_thumbprint: str  # SHA-1, lower-case hexadecimal, as Windows maps client certificates

    def server_context(self) -> ssl.SSLContext:
        """Asks for a client certificate, does not require one: other methods work over HTTPS too.

        In the handshake of TLS 1.2. With TLS 1.3 it is not asked for there: Windows asks afterwards (auth.py).
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.server_key)
        context.load_verify_locations(self.authority)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.post_handshake_auth = True
        return context


_Key = ec.EllipticCurvePrivateKey


def _certificate(
    subject: str, key: _Key, issuer: str, issuer_key: _Key, extensions: list[tuple[x509.ExtensionType, bool]]
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _write(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    path.chmod(0o600)
    return path


def _pem(key: _Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def make_tls(folder: Path, *, addresses: list[str], user: str) -> Tls:
    """Make the authority and both certificates in ``folder``; ``user`` is the client certificate's name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority_key, server_key, client_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    name = "rentree.pronote lab authority"
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    authority = _certificate(
        name,
        authority_key,
        name,
        authority_key,
        [(x509.BasicConstraints(ca=True, path_length=0), True), (usage, True)],
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(a)) for a in addresses])
    server = _certificate(
        "stations",
        server_key,
        name,
        authority_key,
        [(names, False), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)],
    )
    client = _certificate(
        user, client_key, name, authority_key, [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]
    )
    encoding = serialization.Encoding
    return Tls(
        authority=_write(folder / "authority.pem", authority.public_bytes(encoding.PEM)),
        server=_write(folder / "server.pem", server.public_bytes(encoding.PEM)),
        server_key=_write(folder / "server-key.pem", _pem(server_key)),
        client=_write(folder / "client.pem", client.public_bytes(encoding.PEM)),
        client_key=_write(folder / "client-key.pem", _pem(client_key)),
        server_der=server.public_bytes(encoding.DER),
        client_thumbprint=hashlib.sha1(client.public_bytes(encoding.DER)).hexdigest(),
    )
