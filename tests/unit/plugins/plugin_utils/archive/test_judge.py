from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import Report
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.judge import (
    Archive,
    WantedArchive,
    judge_archive,
    kind_of,
    not_encrypted,
    station_path,
    wmi_date,
)

_NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
_DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("a.zip", "zip"), (r"C:\x\A.ZIP", "zip"), ("a.archs", "archs"), ("zip", ""), ("a.zip.exe", ""), ("a", "")],
)
def test_kinds(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize("path", [r"C:\EDT\archive.zip", "d:\\É t é\\l'année & co.archs"])
def test_paths_of_a_station(path: str) -> None:
    assert station_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["archive.zip", r"\\serveur\edt\a.zip", "C:/EDT/a.zip", 'C:\\a".zip', "C:\\%TEMP%\\a.zip", "C:\\a\n.zip", "C:\\"],
)
def test_paths_that_a_station_cannot_be_given(path: str) -> None:
    with pytest.raises(ValueError, match="is not the full path"):
        station_path(path)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-08-25T14:30:15.1234+02:00", "2026-08-25T12:30:15.123400+00:00"),
        ("2026-08-25T12:30:15Z", "2026-08-25T12:30:15+00:00"),
        ("20260825143015.123456+120", "2026-08-25T12:30:15+00:00"),
        ("20260825143015.123456-240", "2026-08-25T18:30:15+00:00"),
        ("", None),
        (None, None),
        ("00000000000000.000000+000", None),
        ("00010101000000.000000+120", None),
        ("99991231235959.000000-120", None),
        ("hier", None),
    ],
)
def test_dates_of_wmi(text: str | None, date: str | None) -> None:
    found = wmi_date(text)
    assert (found.astimezone(dt.UTC).isoformat() if found else None) == date


@pytest.mark.parametrize(
    ("sample", "against"),
    [(bytes(range(256)) * 64, False), (bytes(65536), True), (b"emploi du temps" * 5000, True), (b"short", False)],
)
def test_what_speaks_against_encryption(sample: bytes, against: bool) -> None:
    assert bool(not_encrypted([sample])) is against


@pytest.mark.parametrize(
    ("wanted", "digest", "codes"),
    [
        (WantedArchive(), "", ["archive_content_unread"]),
        (WantedArchive(previous_size=90_000), "", []),
        (WantedArchive(sha256=_DIGEST), _DIGEST, []),
        (WantedArchive(sha256=_DIGEST), "0" * 64, ["archive_other_digest"]),
        (WantedArchive(sha256=_DIGEST), "", ["archive_digest_unread"]),
    ],
)
def test_an_archive_on_a_station_needs_more_than_a_date(wanted: WantedArchive, digest: str, codes: list[str]) -> None:
    report = Report(operation=2)
    archive = Archive(path="a.zip", source="pc: a.zip", size=100_000, modified=_NOW, content_read=False, digest=digest)
    judge_archive(report, archive, wanted, now=_NOW)
    assert report.codes == codes
