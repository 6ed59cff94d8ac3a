"""Whatever may answer at a station's address: a port of this machine, plain or with a certificate that is wrong."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

__all__ = ["Certificate", "answering", "http", "mute", "nobody"]

ADDRESS = "127.0.0.1"
Answer = Callable[[socket.socket], object]


def http(status: str, *headers: str, body: bytes = b"") -> Answer:
    """An answer of HTTP, which ends the connection."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(head).encode() + body)


def mute(connection: socket.socket) -> None:
    """Takes the connection and says nothing for longer than anybody waits."""
    time.sleep(4)


def nobody() -> int:
    """A port that nobody listens on."""
    with socket.create_server((ADDRESS, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Of a listener, with what is wrong with it; its own authority."""

    days: tuple[int, int] = (-1, 30)
    name: str = ADDRESS
    bits: int = 2048

    def write(self, folder: Path) -> Path:
        """Key and certificate in one file."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=self.bits)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pc-01")])
        now = dt.datetime.now(dt.UTC)
        other: x509.GeneralName = x509.DNSName(self.name)
        with suppress(ValueError):
            other = x509.IPAddress(ipaddress.ip_address(self.name))
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=self.days[0]))
            .not_valid_after(now + dt.timedelta(days=self.days[1]))
            .add_extension(x509.SubjectAlternativeName([other]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        path = folder / "listener.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path


@contextmanager
def answering(answer: Answer, *, pem: Path | None = None) -> Iterator[int]:
    """Give each connection to ``answer`` once something was asked; the port. ``pem``: speak TLS with this."""
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # A weak key is wanted.
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(pem)
    with socket.create_server((ADDRESS, 0)) as listener:

        def one(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.settimeout(5)
                spoken = context.wrap_socket(connection, server_side=True) if context else connection
                with spoken:
                    if spoken.recv(65536):
                        answer(spoken)
                    spoken.shutdown(socket.SHUT_WR)
                    # Unread bytes would make a reset of the close, which may overtake the answer.
                    while spoken.recv(65536):
                        pass

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
