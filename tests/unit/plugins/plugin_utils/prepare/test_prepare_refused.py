"""Installers that are none, not the right one, or not by who should have signed them: nothing changes."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.base.files import sha256_of

from tests.lab.pe import make_pe
from tests.unit.prepare_bench import DAY, NAME, NOW, Bench, program


def _bad(bench: Bench, what: str) -> None:
    """Put something bad on the site."""
    firm, good = bench.firm, bench.sign(program())
    bench.offer(
        {
            "html": b"<!DOCTYPE html><html><body>Connectez-vous</body></html>",
            "empty": b"",
            "zip": b"PK\x03\x04" + bytes(100),
            "truncated": good[: len(good) // 2],
            "no signature left": good[: len(program())],
            "unsigned": program(),
            "other firm": bench.sign(program(), "other", stamp=firm.stamp),
            "expired": bench.sign(program(), "expired"),
            "expired, stamped too late": bench.sign(program(), "expired", stamp=firm.stamp, stamped_at=NOW - 50 * DAY),
            "changed": good.replace(b"2026.2.7" * 20000, b"2026.2.8" * 20000),
            "32-bit under the 64-bit name": bench.sign(program("x86")),
            "another year under the name": bench.sign(program(release="2025.2.7")),
            "another release inside": bench.sign(program(strings={"ProductVersion": "2026.2.5.0"})),
            "arm64": bench.sign(make_pe(b"x", arch="arm64", strings={})),
        }[what]
    )


_BAD = [
    ("html", "it is an HTML page"),
    ("empty", "it is empty"),
    ("zip", "it is not a Windows program"),
    ("truncated", "is cut short"),
    ("no signature left", "is cut short"),
    ("unsigned", "was refused: it is not signed"),
    ("other firm", "it is signed by 'Autre Éditeur', not by INDEX EDUCATION"),
    ("expired", "certificate expired"),
    ("expired, stamped too late", "certificate expired"),
    ("changed", "does not match"),
    ("32-bit under the 64-bit name", "is not what its name says, 2026.2.7 x64: its ProductName is"),
    ("another year under the name", "its ProductName is 'Client PRONOTE 2025 - 64bit'"),
    ("another release inside", "its ProductVersion is 2026.2.5"),
    ("arm64", "machine 0xaa64"),
]


@pytest.mark.parametrize(("what", "says"), _BAD)
def test_a_bad_installer_changes_nothing(bench: Bench, what: str, says: str) -> None:
    _bad(bench, what)
    before = bench.state()
    failed = bench.one()
    assert (failed.status, failed.changed) == ("failed", False)
    assert says in failed.message
    assert bench.state() == before
    # It is not kept either: the next run gets the good one.
    bench.offer(bench.sign(program()))
    assert bench.one().status == "published"


@pytest.mark.parametrize(("what", "says"), _BAD)
def test_a_bad_installer_leaves_a_published_release_alone(bench: Bench, what: str, says: str) -> None:
    bench.offer(bench.sign(program()))
    assert bench.one().status == "published"
    # Another controller, whose depot is empty.
    shutil.rmtree(bench.settings.depot / "2026.2.7")
    shutil.rmtree(bench.settings.download.folder)
    _bad(bench, what)
    before = bench.state()
    failed = bench.one()
    assert failed.status == "failed"
    assert "ALARM" in failed.message or says in failed.message
    assert bench.state() == before


def test_expired_but_stamped_in_time(bench: Bench) -> None:
    bench.offer(bench.sign(program(), "expired", stamp=bench.firm.stamp, stamped_at=NOW - 200 * DAY))
    assert bench.one().status == "published"


@pytest.mark.parametrize(("what", "code"), [("unsigned", "published"), ("other firm", "published"), ("html", "failed")])
def test_a_pinned_digest_needs_no_signature(bench: Bench, what: str, code: str) -> None:
    _bad(bench, what)
    digest = sha256_of(bench.folder / "files/2026.2.7-x64.exe")
    trust = replace(bench.settings.trust, accepted=[digest.upper()])
    done = bench.one(trust=trust)
    assert (done.status, done.signer) == (code, "")
    if code == "published":
        # What was accepted by its digest once is fetched by it again.
        shutil.rmtree(bench.settings.depot / "2026.2.7")
        assert bench.one().status == "published"


def test_a_pin_excludes_everything_else(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    failed = bench.one(trust=replace(bench.settings.trust, accepted=["0" * 64]))
    assert "which is not in pronote_prepare_sha256" in failed.message


def test_other_bytes_under_the_same_name_are_an_alarm(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    bench.one()
    shutil.rmtree(bench.settings.depot / "2026.2.7")
    shutil.rmtree(bench.settings.download.folder)
    # Signed by the publisher too, and right in every other way.
    bench.offer(bench.sign(program(version=(1, 2, 3, 4))))
    before = bench.state()
    failed = bench.one()
    assert failed.message.startswith("ALARM: ")
    assert "Nothing was changed" in failed.message
    assert bench.state() == before


def test_other_bytes_named_by_hand_are_an_alarm(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    bench.one()
    path = bench.folder / NAME
    path.write_bytes(bench.sign(program(version=(1, 2, 3, 4))))
    before = bench.state()
    assert bench.one(installers=[str(path)]).message.startswith(f"ALARM: {NAME} from {path}")
    assert bench.state() == before
    # It is the administrator's file: it stays.
    assert path.exists()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://user:secret@host/x.exe"])
def test_an_address_of_the_lock_file_that_must_not_be_used(bench: Bench, url: str) -> None:
    bench.offer(bench.sign(program()))
    bench.one()
    lock = bench.lock()
    lock["pronote_releases"]["2026.2.7"]["x64"]["installer"]["url"] = url
    bench.settings.lock_file.write_text(yaml.safe_dump(lock))
    shutil.rmtree(bench.settings.depot / "2026.2.7")
    shutil.rmtree(bench.settings.download.folder)
    assert "address" in bench.one().message
    assert not bench.settings.download.folder.exists()
