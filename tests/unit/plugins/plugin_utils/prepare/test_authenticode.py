from __future__ import annotations

import datetime as dt
import re
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare import signify as _signify
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.authenticode import (
    SignatureError,
    verify_signature,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.pe import read_facts

from tests.lab.authenticode import Authority, Identity, sign_pe
from tests.lab.pe import make_pe
from tests.tools import require_tool

_DAY = dt.timedelta(days=1)
_NOW = dt.datetime.now(dt.UTC)
_PAST = (_NOW - 500 * _DAY, _NOW - 100 * _DAY)
_PROGRAM = make_pe(b"installer" * 1000, strings={"ProductName": "Client PRONOTE 2026 - 64bit"})


class Firm:
    """An authority with those that it certified, and what they sign."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.publisher = self.authority.issue()
        self.expired = self.authority.issue(valid=_PAST)
        self.other = self.authority.issue("Autre Éditeur")
        self.near = self.authority.issue("INDEX EDUCATION EVIL")
        self.cyrillic = self.authority.issue("INDEX EDUCATІON")
        self.accents = self.authority.issue("Index  Éducation", organization="IE")
        self.organization = self.authority.issue("Signature de code", organization="INDEX EDUCATION")
        self.tls = self.authority.issue(usage="time")
        self.stamp = self.authority.issue("Time", usage="time", valid=(_NOW - 600 * _DAY, _NOW + _DAY))
        self.old_stamp = self.authority.issue("Old Time", usage="time", valid=(_NOW - 600 * _DAY, _NOW - 150 * _DAY))
        self.foreign_stamp = Authority("Foreign").issue("Foreign Time", usage="time")
        self.self_made = Authority("Self-made").issue()


@pytest.fixture(scope="module")
def firm() -> Firm:
    return Firm()


@pytest.fixture
def verify(firm: Firm, tmp_path: Path) -> Callable[[bytes], tuple[str, dt.datetime | None]]:
    authority = tmp_path / "authority.pem"
    authority.write_bytes(firm.authority.pem())

    def check(content: bytes) -> tuple[str, dt.datetime | None]:
        path = tmp_path / "setup.exe"
        path.write_bytes(content)
        found = verify_signature(path, signers=["INDEX EDUCATION"], authorities=[str(authority)])
        return found.signer, found.signed_at

    return check


Verify = Callable[[bytes], tuple[str, dt.datetime | None]]


def _sign(firm: Firm, who: str, stamp: str = "", days_ago: int = 0) -> bytes:
    signer: Identity = getattr(firm, who)
    return sign_pe(
        _PROGRAM,
        signer,
        stamp=getattr(firm, stamp) if stamp else None,
        stamped_at=(_NOW - days_ago * _DAY).replace(microsecond=0),
    )


@pytest.mark.parametrize(
    ("who", "stamp", "days_ago", "signer"),
    [
        ("publisher", "", 0, "INDEX EDUCATION"),
        ("publisher", "stamp", 1, "INDEX EDUCATION"),
        # Expired since, but signed while it was valid; the stamp's own certificate may have expired too.
        ("expired", "stamp", 200, "INDEX EDUCATION"),
        ("expired", "old_stamp", 200, "INDEX EDUCATION"),
        ("accents", "", 0, "Index  Éducation"),
        ("organization", "", 0, "INDEX EDUCATION"),
    ],
)
def test_good_signatures(firm: Firm, verify: Verify, *, who: str, stamp: str, days_ago: int, signer: str) -> None:
    found, signed_at = verify(_sign(firm, who, stamp, days_ago))
    assert found == signer
    assert signed_at == ((_NOW - days_ago * _DAY).replace(microsecond=0) if stamp else None)


@pytest.mark.parametrize(
    ("who", "stamp", "days_ago", "says"),
    [
        ("expired", "", 0, "expired"),
        ("expired", "stamp", 50, "expired"),  # stamped when it had expired
        ("expired", "old_stamp", 120, "expired"),  # a stamp of a certificate that had expired
        ("publisher", "foreign_stamp", 0, "countersignature"),
        ("self_made", "", 0, "Unable to build a validation path"),
        ("tls", "", 0, "not valid for"),
        ("other", "stamp", 0, "it is signed by 'Autre Éditeur', not by INDEX EDUCATION"),
        ("near", "", 0, "it is signed by 'INDEX EDUCATION EVIL', not by INDEX EDUCATION"),
        ("cyrillic", "", 0, "not by INDEX EDUCATION"),
    ],
)
def test_refused_signatures(firm: Firm, verify: Verify, *, who: str, stamp: str, days_ago: int, says: str) -> None:
    with pytest.raises(SignatureError, match=re.escape(says)):
        verify(_sign(firm, who, stamp, days_ago))


def _flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize("where", ["program", "appended", "signature", "stamp", "stolen"])
def test_changed_files(firm: Firm, verify: Verify, where: str) -> None:
    good, plain = _sign(firm, "publisher", "stamp"), _sign(firm, "publisher")
    # What was signed last comes last, RSA's 256 bytes.
    changed = {
        "program": _flip(good, good.index(b"installer")),
        "appended": good + b"more",
        "signature": _flip(plain, len(plain) - 100),
        "stamp": _flip(good, len(good) - 100),
        # The signature of one program on another.
        "stolen": good.replace(b"installer" * 1000, b"something" * 1000),
    }[where]
    assert changed not in (good, plain)
    with pytest.raises(SignatureError, match="signature"):
        verify(changed)


def _with_table(table: bytes, size: int | None = None) -> bytes:
    """The unsigned program with something else where signatures belong."""
    (pe,) = struct.unpack_from("<I", _PROGRAM, 60)
    content = bytearray(_PROGRAM + bytes(-len(_PROGRAM) % 8))
    struct.pack_into("<II", content, pe + 24 + 128, len(content), len(table) if size is None else size)
    return bytes(content) + table


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_PROGRAM, "it is not signed"),
        (_with_table(b"", 1 << 20), "it is not signed"),
        (_with_table(struct.pack("<IHH", 4, 0x200, 2) + bytes(8)), "it is not signed"),
        (_with_table(struct.pack("<IHH", 16, 0x200, 2) + b"\x30\x80" * 4), "cannot be read"),
        (_with_table(struct.pack("<IHH", 24, 0x200, 2) + b"\x30\x84\x7f\xff\xff\xff" + bytes(10)), "cannot be read"),
        (b"MZ", "it is not signed"),
        (b"<html>", "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_files_without_a_signature_that_can_be_read(verify: Verify, content: bytes, says: str) -> None:
    with pytest.raises(SignatureError, match=says):
        verify(content)


def test_the_roots_of_windows_do_not_know_the_lab(firm: Firm, tmp_path: Path) -> None:
    path = tmp_path / "setup.exe"
    path.write_bytes(_sign(firm, "publisher"))
    with pytest.raises(SignatureError, match="Unable to build a validation path"):
        verify_signature(path, signers=["INDEX EDUCATION"], authorities=["microsoft"])
    assert len(_signify.roots) > 300


def test_authorities_add_up(firm: Firm, tmp_path: Path) -> None:
    path, own = tmp_path / "setup.exe", tmp_path / "own.pem"
    path.write_bytes(_sign(firm, "publisher"))
    own.write_bytes(Authority("Another").pem() + firm.authority.pem())
    verify_signature(path, signers=["Somebody", "index education"], authorities=["microsoft", str(own)])
    with pytest.raises(SignatureError, match="no authority is trusted"):
        verify_signature(path, signers=["INDEX EDUCATION"], authorities=[])
    own.write_text("not a certificate")
    with pytest.raises(SignatureError, match=r"own\.pem holds no PEM certificate"):
        verify_signature(path, signers=["INDEX EDUCATION"], authorities=[str(own)])
    with pytest.raises(FileNotFoundError):
        verify_signature(path, signers=["INDEX EDUCATION"], authorities=[str(tmp_path / "none.pem")])


def test_what_osslsigncode_signs(firm: Firm, tmp_path: Path) -> None:
    osslsigncode = require_tool("osslsigncode")
    files = {"in.exe": _PROGRAM, "cert.pem": firm.publisher.pem(), "key.pem": firm.publisher.key_pem()}
    files["ca.pem"] = firm.authority.pem()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for digest, says in (("sha256", ""), ("sha1", "it is signed with sha1")):
        signed = tmp_path / f"{digest}.exe"
        options = ["-h", digest, "-certs", "cert.pem", "-key", "key.pem", "-in", "in.exe", "-out", signed.name]
        subprocess.run([osslsigncode, "sign", *options], cwd=tmp_path, check=True, capture_output=True, timeout=60)
        if says:
            with pytest.raises(SignatureError, match=says):
                verify_signature(signed, signers=["INDEX EDUCATION"], authorities=[str(tmp_path / "ca.pem")])
        else:
            found = verify_signature(signed, signers=["INDEX EDUCATION"], authorities=[str(tmp_path / "ca.pem")])
            assert found.signer == "INDEX EDUCATION"


def test_a_program_that_a_compiler_made(firm: Firm, verify: Verify, tmp_path: Path) -> None:
    compiler = require_tool("x86_64-w64-mingw32-gcc")
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    subprocess.run([compiler, "-s", "-o", "main.exe", "main.c"], cwd=tmp_path, check=True, timeout=120)
    content = (tmp_path / "main.exe").read_bytes()
    assert verify(sign_pe(content, firm.publisher, stamp=firm.stamp))[0] == "INDEX EDUCATION"
    assert read_facts(tmp_path / "main.exe") == (0x8664, {})
    # Data after the last section, as self-extracting setups have, is signed too.
    signed = sign_pe(content + b"overlay!" * 10, firm.publisher)
    assert verify(signed)[0] == "INDEX EDUCATION"
    with pytest.raises(SignatureError, match="does not match"):
        verify(signed.replace(b"overlay!" * 10, b"changed!" * 10))


def test_the_mended_import_leaves_re_as_it_was() -> None:
    assert re.search.__module__ == "re"
    assert re.search(r"\b(\d\.\d\.\d[a-z]*)\b", "OpenSSL 3.0.19") is None
