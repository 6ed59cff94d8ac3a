"""certutil.exe: ``-hashfile``, ``-encode`` and ``-decode`` only."""

from __future__ import annotations

import base64
import binascii
import hashlib

from ..errors import Win32Error, error_text
from ..messages import text
from ..paths import absolute
from ..processes import Invocation

__all__ = ["run"]

_ALGORITHMS = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")
_NAMES = {
    2: "ERROR_FILE_NOT_FOUND",
    3: "ERROR_PATH_NOT_FOUND",
    5: "ERROR_ACCESS_DENIED",
    13: "ERROR_INVALID_DATA",
    32: "ERROR_SHARING_VIOLATION",
    80: "ERROR_FILE_EXISTS",
    1006: "ERROR_FILE_INVALID",
}


async def run(invocation: Invocation) -> int:
    """``certutil -hashfile file [algorithm]``, as Windows 10 prints it: three lines, the digest alone on the second;
    ``certutil [-f] -encode in out``: base64 in lines of 64 characters between the marks of a certificate.
    """
    words = [word for word in invocation.arguments if word.lower() not in ("-v", "/v")]
    verbs = [word for word in words if word.lower() not in ("-f", "/f")]
    if verbs and verbs[0].lower().lstrip("-/") in ("encode", "decode") and len(verbs) == 3:
        return _convert(invocation, verbs[0].lower().lstrip("-/"), verbs[1], verbs[2], force=verbs != words)
    if not words or words[0].lower().lstrip("-/") != "hashfile" or not 2 <= len(words) <= 3:
        invocation.out("CertUtil: Unknown arg: " + " ".join(words[:1]))
        return 0x80070057
    name = words[1]
    algorithm = words[2].upper() if len(words) == 3 else "SHA1"
    if algorithm not in _ALGORITHMS:
        return _failed(invocation, "0xd0000225 (-805305819 NTE_BAD_ALGID)", 0x80090008, algorithm)
    try:
        content = invocation.station.files.read(absolute(name, invocation.directory), token=invocation.token)
    except Win32Error as error:
        reason = f"0x{0x80070000 | error.code:08x} (WIN32: {error.code} {_NAMES.get(error.code, 'ERROR')})"
        return _failed(invocation, reason, 0x80070000 | error.code, error_text(error.code, invocation.language))
    if not content.size:
        # It maps the file, and an empty one cannot be mapped.
        return _failed(
            invocation,
            "0x800703ee (WIN32: 1006 ERROR_FILE_INVALID)",
            0x800703EE,
            "The volume for a file has been externally altered so that the opened file is no longer valid.",
        )
    if algorithm == "SHA256":
        value = content.sha256
    else:
        digest = hashlib.new(algorithm.lower())
        for chunk in content.chunks():
            digest.update(chunk)
        value = digest.hexdigest()
    invocation.out(text("hash_of", invocation.language, algorithm, name))
    invocation.out(value)
    invocation.out(text("certutil_done", invocation.language))
    return 0


def _encoded(data: bytes) -> bytes:
    text_ = base64.b64encode(data).decode()
    lines = [text_[at : at + 64] for at in range(0, len(text_), 64)]
    lines = ["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _decoded(data: bytes) -> bytes:
    """With the marks or without. Raises Win32Error 13 (ERROR_INVALID_DATA)."""
    lines = [line.strip() for line in data.splitlines() if not line.startswith(b"-----")]
    try:
        return base64.b64decode(b"".join(lines), validate=True)
    except binascii.Error as exc:
        raise Win32Error(13) from exc


def _convert(invocation: Invocation, verb: str, source: str, target: str, *, force: bool) -> int:
    """-f replaces a file that exists (ERROR_FILE_EXISTS without it)."""
    files = invocation.station.files
    try:
        content = files.read(absolute(source, invocation.directory), token=invocation.token)
        path = absolute(target, invocation.directory)
        made = _encoded(content.read()) if verb == "encode" else _decoded(content.read())
        if files.is_file(path) and not force:
            return _refused(invocation, 80, verb)
        files.write(path, made, token=invocation.token)
    except Win32Error as error:
        return _refused(invocation, error.code, verb)
    sizes = (
        ("Longueur d’entrée", "Longueur de sortie")
        if invocation.language == "fr"
        else ("Input Length", "Output Length")
    )
    invocation.out(f"{sizes[0]} = {content.size}")
    invocation.out(f"{sizes[1]} = {len(made)}")
    invocation.out(text("certutil_done", invocation.language).replace("-hashfile", f"-{verb}"))
    return 0


def _refused(invocation: Invocation, code: int, verb: str) -> int:
    reason = f"0x{0x80070000 | code:08x} (WIN32: {code} {_NAMES.get(code, 'ERROR')})"
    return _failed(invocation, reason, 0x80070000 | code, error_text(code, invocation.language), verb=f"-{verb}")


def _failed(invocation: Invocation, reason: str, code: int, detail: str, verb: str = "-hashfile") -> int:
    invocation.out(text("certutil_failed", invocation.language, reason).replace("-hashfile", verb))
    invocation.out(f"CertUtil: {detail}")
    return code
