"""Archives on a disk of the controller: each thing that can be wrong with one has its own finding."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import random
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import printable_line
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import moment
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.judge import WantedArchive
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.read import archive_on_controller
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.zip_check import ZipLimits

from tests.unit.french import french

_NOISE = random.Random(7).randbytes(300_000)
_MADE = dt.datetime(2026, 8, 25, 12, 0, tzinfo=dt.UTC)
_LIMITS = ZipLimits(unpacked=40 << 20, free=1 << 20, entries=50)


def _zip(build: Callable[[zipfile.ZipFile], None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        build(archive)
    return packed.getvalue()


def _base(archive: zipfile.ZipFile) -> None:
    archive.writestr("base.edt", _NOISE)
    archive.writestr("Photos/salle.txt", "salle 101")


def _link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("base.edt")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, _NOISE)


def _many(archive: zipfile.ZipFile) -> None:
    for number in range(60):
        archive.writestr(str(number), _NOISE[:100])


def _flagged(content: bytes) -> bytes:
    """The same zip, marked as encrypted in both headers of each entry."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = content.find(signature, at + 1)
    return bytes(changed)


def _patched(content: bytes, at: int, value: bytes) -> bytes:
    at %= len(content)
    return content[:at] + value + content[at + len(value) :]


_GOOD = _zip(_base)
_CORRUPT = _patched(_GOOD, 10_000, b"\0" * 50)


def _file(folder: Path, content: bytes, name: str = "rentree.zip", made: dt.datetime = _MADE) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (made.timestamp(), made.timestamp()))
    return path


def _check(path: Path, **changes: Any) -> dict[str, Any]:
    wanted = WantedArchive(
        newer_than=moment("2026-08-20"), **{k: v for k, v in changes.items() if k in WantedArchive.__annotations__}
    )
    other = {k: v for k, v in changes.items() if k not in WantedArchive.__annotations__}
    options: dict[str, Any] = {"year": 0, "installed": None, "max_size": 1 << 30, **other}
    return french(archive_on_controller(str(path), wanted=wanted, limits=_LIMITS, **options))


def _codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def test_a_whole_zip_is_done(tmp_path: Path) -> None:
    path = _file(tmp_path, _GOOD)
    result = _check(path)
    assert (result["operation"], result["state"], result["findings"]) == (2, "done", [])
    when = {"date": "2026-08-25T12:00:00Z", "source": str(path)}
    assert result["evidence"] == [
        {"what": f"archive EDT de {len(_GOOD)} octets", **when},
        {"what": "archive .zip entière et relue\u00a0: 2 fichiers", **when},
    ]
    assert result["archive"]["sha256"] == hashlib.sha256(_GOOD).hexdigest()
    assert (result["archive"]["kind"], result["archive"]["size"]) == ("zip", len(_GOOD))


def test_an_encrypted_archive_is_recognised_and_its_opacity_said(tmp_path: Path) -> None:
    result = _check(_file(tmp_path, _NOISE, "Rentree.ARCHS"))
    assert (result["state"], _codes(result)) == ("done", ["archs_opaque"])


def _unsafe(name: str) -> bytes:
    return _zip(lambda archive: archive.writestr(name, _NOISE))


# Name of the file, content, finding, state. What takes long to make is made by its test: every worker reads this.
_BAD: dict[str, tuple[str, bytes | Callable[[], bytes], str, str]] = {
    "cut off": ("a.zip", _GOOD[:200_000], "archive_truncated", "to_do"),
    "last byte missing": ("a.zip", _GOOD[:-1], "archive_truncated", "to_do"),
    "text": ("a.zip", b"Bonjour" * 500, "archive_not_zip", "to_do"),
    "one file damaged": ("a.zip", _CORRUPT, "archive_corrupt", "to_do"),
    "checksum": (*("a.zip", _patched(_zip(_base, zipfile.ZIP_STORED), 5000, b"\0"), "archive_corrupt", "to_do"),),
    "directory damaged": ("a.zip", _GOOD.replace(b"PK\x01\x02", b"PK\x09\x09"), "archive_no_directory", "to_do"),
    "no file": ("a.zip", _zip(lambda archive: archive.mkdir("vide")) + b"", "archive_no_entry", "to_do"),
    "password": ("a.zip", _flagged(_GOOD), "archive_encrypted", "in_doubt"),
    "parent folder": ("a.zip", _unsafe("../../base.edt"), "archive_unsafe_names", "in_doubt"),
    "parent folder of Windows": ("a.zip", _unsafe("..\\base.edt"), "archive_unsafe_names", "in_doubt"),
    "root": ("a.zip", _unsafe("/etc/passwd"), "archive_unsafe_names", "in_doubt"),
    "drive": ("a.zip", _unsafe("C:base.edt"), "archive_unsafe_names", "in_doubt"),
    "share": ("a.zip", _unsafe("\\\\server\\base.edt"), "archive_unsafe_names", "in_doubt"),
    "escape": ("a.zip", _unsafe("\x1b[2Jbase.edt"), "archive_unsafe_names", "in_doubt"),
    "link": ("a.zip", _zip(_link), "archive_unsafe_names", "in_doubt"),
    "zeros": (
        *("a.zip", lambda: _zip(lambda archive: archive.writestr("x", bytes(8 << 20))), "archive_bomb", "in_doubt"),
    ),
    "large": (
        "a.zip",
        lambda: _zip(lambda archive: archive.writestr("x", _NOISE * 150), zipfile.ZIP_STORED),
        *("archive_bomb", "in_doubt"),
    ),
    "many": (
        "a.zip",
        _zip(_many),
        *("archive_bomb", "in_doubt"),
    ),
    "directory announced too large": (
        "a.zip",
        _patched(_GOOD, -10, struct.pack("<L", 1 << 31)),
        "archive_bomb",
        "in_doubt",
    ),
    "zip64": ("a.zip", _GOOD[:-22] + b"PK\x06\x07" + bytes(16) + _GOOD[-22:], "archive_bomb", "in_doubt"),
    "lzma": ("a.zip", lambda: _zip(_base, zipfile.ZIP_LZMA), "archive_method", "in_doubt"),
    "archs that is a zip": ("a.archs", _GOOD, "archs_not_encrypted", "in_doubt"),
    "archs that is text": ("a.archs", b"emploi du temps " * 5000, "archs_not_encrypted", "in_doubt"),
    "archs that ends in zeros": ("a.archs", _NOISE + bytes(200_000), "archs_not_encrypted", "in_doubt"),
    "other name": ("a.edt", _NOISE, "archive_unknown_kind", "in_doubt"),
    "small": ("a.archs", _NOISE[:500], "archive_too_small", "to_do"),
    "empty": ("a.zip", b"", "file_empty", "to_do"),
}


@pytest.mark.parametrize("name", _BAD)
def test_each_bad_archive_has_its_own_finding(tmp_path: Path, name: str) -> None:
    file, content, code, state = _BAD[name]
    result = _check(_file(tmp_path, content if isinstance(content, bytes) else content(), file))
    assert code in _codes(result)
    assert result["state"] == state
    assert [
        f["text"] for f in result["findings"] if f["text"] != printable_line(f["text"]) or "passwd" in f["text"]
    ] == []
    assert "archive .zip entière" not in str(result["evidence"])


def test_reading_a_bomb_costs_little_memory(tmp_path: Path) -> None:
    path = _file(tmp_path, _zip(lambda archive: archive.writestr("x", bytes(200 << 20))))
    tracemalloc.start()
    result = _check(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert _codes(result) == ["archive_bomb"]
    assert peak < 5 << 20


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        ({"previous_size": len(_GOOD)}, "", "done"),
        ({"previous_size": len(_GOOD) * 2 + 2}, "archive_shrunk", "in_doubt"),
        ({"previous_size": len(_GOOD) // 4}, "archive_grown", "in_doubt"),
        ({"previous_size": len(_GOOD) // 4, "largest_ratio": 5.0}, "", "done"),
        ({"sha256": hashlib.sha256(_GOOD).hexdigest().upper()}, "", "done"),
        ({"sha256": "0" * 64}, "archive_other_digest", "in_doubt"),
        ({"max_size": 1000}, "file_too_large", "in_doubt"),
        ({"year": 2026}, "edt_not_looked_at", "done"),
        ({"year": 2026, "installed": []}, "edt_absent", "in_doubt"),
        ({"year": 2026, "installed": [{"year": 2025, "condition": "ok"}]}, "edt_other_year", "to_do"),
        ({"year": 2026, "installed": [{"year": 2025}, {"year": 2026}]}, "", "done"),
        (
            {"year": 2026, "installed": [{"year": 2026, "condition": "entry_without_exe"}, {"year": None}]},
            *("edt_absent", "in_doubt"),
        ),
    ],
)
def test_what_it_is_compared_with(tmp_path: Path, changes: dict[str, Any], code: str, state: str) -> None:
    result = _check(_file(tmp_path, _GOOD), **changes)
    assert (_codes(result), result["state"]) == ([code] if code else [], state)


@pytest.mark.parametrize(
    ("made", "code", "state"),
    [
        (dt.datetime(2026, 8, 1, tzinfo=dt.UTC), "file_old", "to_do"),
        (dt.datetime.now(dt.UTC) + dt.timedelta(days=3), "file_from_future", "in_doubt"),
    ],
)
def test_its_date(tmp_path: Path, made: dt.datetime, code: str, state: str) -> None:
    result = _check(_file(tmp_path, _GOOD, made=made))
    assert (_codes(result), result["state"]) == ([code], state)


def test_a_folder_means_its_newest_archive(tmp_path: Path) -> None:
    assert _codes(_check(tmp_path)) == ["archive_none_in_folder"]
    _file(tmp_path, _GOOD, "juillet.zip", made=_MADE - dt.timedelta(days=50))
    newest = _file(tmp_path, _NOISE, "août.archs")
    _file(tmp_path, _GOOD, "autre.doc", made=_MADE + dt.timedelta(days=1))
    assert _check(tmp_path)["archive"]["path"] == str(newest)


def test_what_only_has_the_name_of_an_archive_hides_none(tmp_path: Path) -> None:
    """A folder, a link to nowhere and a pipe, all newer: a folder of EDT's is somebody's working folder."""
    archive = _file(tmp_path, _GOOD, "base.zip")
    (tmp_path / "anciennes.zip").mkdir()
    (tmp_path / "lien.zip").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.archs")
    assert _check(tmp_path)["archive"]["path"] == str(archive)
    archive.unlink()
    assert _codes(_check(tmp_path)) == ["archive_none_in_folder"]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for name, code in {"absent.zip": "file_absent", "pipe.zip": "file_not_regular", "a\0.zip": "file_absent"}.items():
        result = _check(Path(f"{tmp_path}/{name}"))
        assert (_codes(result), result["archive"]) == ([code], None)


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        result = _check(tmp_path / "closed")
    finally:
        if root:
            os.seteuid(0)
    assert (_codes(result), result["state"]) == (["file_no_permission"], "not_observable")
