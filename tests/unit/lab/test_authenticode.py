"""The lab's PE files and signatures, judged by programs that are not ours."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pefile
import pytest

from tests.lab.authenticode import Authority, Identity, sign_pe
from tests.lab.pe import find_section, make_pe
from tests.lab.simulated.content import Content
from tests.lab.simulated.images import LAB_SECTION, parse_image
from tests.lab.simulated.installer.package import build_installer
from tests.tools import require_tool

_STRINGS = {"ProductName": "Client PRONOTE 2026 – 64bit", "ProductVersion": "2026.2.7.0"}


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def publisher(authority: Authority) -> Identity:
    return authority.issue()


@pytest.mark.parametrize("arch", ["x86", "x64", "arm64"])
def test_a_pe_file_as_pefile_reads_it(arch: str) -> None:
    inside = bytes(range(256)) * 40  # pefile warns of a file that is mostly one byte
    content = make_pe(inside, arch=arch, strings=_STRINGS, version=(2026, 2, 7, 0))
    program = pefile.PE(data=content)
    assert [s.Name.rstrip(b"\0") for s in program.sections] == [b".text", b".rsrc", b".lab"]
    assert {"x86": 0x14C, "x64": 0x8664, "arm64": 0xAA64}[arch] == program.FILE_HEADER.Machine
    (info,) = program.FileInfo
    entries = {k.decode(): v.decode() for k, v in info[0].StringTable[0].entries.items()}
    assert entries == _STRINGS
    assert program.VS_FIXEDFILEINFO[0].FileVersionMS == (2026 << 16) | 2
    assert program.get_warnings() == []
    at = find_section(content)
    assert at is not None
    assert content[at : at + len(inside)] == inside


@pytest.mark.parametrize("content", [b"", b"MZ", b"MZ" + bytes(200), b"PE\0\0", make_pe(b"", section=".other")])
def test_no_section(content: bytes) -> None:
    assert find_section(content) is None


def test_a_signed_setup_is_the_same_setup_for_a_station(publisher: Identity) -> None:
    plain = build_installer(release="2026.2.7", size=1 << 16)
    signed = sign_pe(plain, publisher)
    image = parse_image(Content.of(signed))
    assert image is not None
    assert image == parse_image(Content.of(plain))
    assert image.manifest["release"] == "2026.2.7"
    begin = find_section(plain, LAB_SECTION)
    assert begin is not None
    assert parse_image(Content.of(signed[: begin + image.size - 1])) is None


def test_a_file_is_signed_once(publisher: Identity) -> None:
    with pytest.raises(ValueError, match="signed already"):
        sign_pe(sign_pe(make_pe(b"x"), publisher), publisher)


def _judge(osslsigncode: str, path: Path, authority: Path) -> subprocess.CompletedProcess[str]:
    command = [osslsigncode, "verify", "-CAfile", str(authority), "-TSA-CAfile", str(authority), "-in", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("arch", ["x86", "x64"])
@pytest.mark.parametrize("stamped", [False, True])
def test_osslsigncode_accepts_the_signatures(
    authority: Authority, publisher: Identity, tmp_path: Path, arch: str, stamped: bool
) -> None:
    osslsigncode = require_tool("osslsigncode")
    (tmp_path / "ca.pem").write_bytes(authority.pem())
    stamp = authority.issue("Lab Time", usage="time") if stamped else None
    signed = sign_pe(make_pe(b"x" * 1001, arch=arch, strings=_STRINGS), publisher, stamp=stamp)
    path = tmp_path / "signed.exe"
    path.write_bytes(signed)
    judged = _judge(osslsigncode, path, tmp_path / "ca.pem")
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "Succeeded" in judged.stdout
    assert ("imestamp" in judged.stdout.replace("Timestamp is not available", "")) is stamped
    path.write_bytes(signed.replace(b"x" * 1001, b"y" * 1001))
    assert _judge(osslsigncode, path, tmp_path / "ca.pem").returncode != 0


def test_osslsigncode_takes_the_time_stamp_for_an_expired_certificate(authority: Authority, tmp_path: Path) -> None:
    osslsigncode = require_tool("osslsigncode")
    (tmp_path / "ca.pem").write_bytes(authority.pem())
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    old = authority.issue(valid=(now - 500 * day, now - 100 * day))
    stamp = authority.issue("Lab Time", usage="time", valid=(now - 600 * day, now + day))
    for at, code in ((now - 200 * day, 0), (now - 50 * day, 1)):
        path = tmp_path / "old.exe"
        path.write_bytes(sign_pe(make_pe(b"x"), old, stamp=stamp, stamped_at=at))
        assert _judge(osslsigncode, path, tmp_path / "ca.pem").returncode == code
