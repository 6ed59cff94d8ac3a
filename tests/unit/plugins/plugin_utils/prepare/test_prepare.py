"""Preparation against a real download site: what goes right, and the list of what goes wrong."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.base.files import sha256_of
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import publish as _depot
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.download import DownloadOptions
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.prepare import (
    Outcome,
    Preparation,
    Settings,
    exclusively,
    summary,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.vet import Trust
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.plan import recorded_for
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.authenticode import Authority, Identity, sign_pe
from tests.lab.journal import Journal
from tests.lab.pe import make_pe
from tests.lab.simulated.installer.package import build_iss
from tests.lab.web.download import DownloadSite, Installer, download_app
from tests.unit.web_thread import serving

_RELEASE = Release.parse("2026.2.7")
_NAME = "Install_PRNclient_FR_2026.2.7_win64.exe"
_EDT_NAME = "Install_EDTmonoposte_FR_2026.2.7_win64.exe"
_EDT = {"ProductName": "EDT Monoposte 2026 - 64bit"}
_PAGE = "/fr/telecharger-pronote.php"
_NOW, _DAY = dt.datetime.now(dt.UTC), dt.timedelta(days=1)


class Firm:
    """The publisher, and others who sign."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.publisher = self.authority.issue()
        self.other = self.authority.issue("Autre Éditeur")
        self.expired = self.authority.issue(valid=(_NOW - 500 * _DAY, _NOW - 100 * _DAY))
        self.stamp = self.authority.issue("Time", usage="time", valid=(_NOW - 600 * _DAY, _NOW + _DAY))


@pytest.fixture(scope="module")
def firm() -> Firm:
    return Firm()


def program(arch: str = "x64", release: str = "2026.2.7", **changes: Any) -> bytes:
    """An unsigned installer."""
    bits = "64" if arch == "x64" else "32"
    strings = {"ProductName": f"Client PRONOTE {release[:4]} - {bits}bit", "ProductVersion": "25.0.0.764"}
    return make_pe(release.encode() * 20000, **{"strings": strings, **changes})


class Bench:
    """A site, a depot, an inventory's lock file and its response files."""

    def __init__(self, folder: Path, firm: Firm, base: str, site: DownloadSite, journal: Journal) -> None:
        self.folder, self.firm, self.base, self.site, self.journal = folder, firm, base, site, journal
        self.told: list[str] = []
        (folder / "authority.pem").write_bytes(firm.authority.pem())
        (folder / "files").mkdir()
        (folder / "responses").mkdir()
        (folder / "depot").mkdir()
        (folder / "vars").mkdir()
        for arch in ("x64", "x86"):
            text = build_iss(release="2026.2.4", arch=arch)
            (folder / f"responses/pronote_client-2026.2.4-{arch}.iss").write_bytes(text.encode("cp1252"))
        self.settings = Settings(
            product="pronote_client",
            depot=folder / "depot",
            lock_file=folder / "vars/pronote_releases.lock.yml",
            response_dir=folder / "responses",
            download=DownloadOptions(folder=folder / "downloads", timeout=10, tries=6, pause=0),
            trust=Trust(signers=["INDEX EDUCATION"], authorities=[str(folder / "authority.pem")]),
            page_url=f"{base}{_PAGE}",
            responses={},
            uninstall_responses={},
            product_codes={},
        )

    def sign(self, content: bytes, who: str = "publisher", **stamp: Any) -> bytes:
        return sign_pe(content, getattr(self.firm, who), **stamp)

    def offer(self, content: bytes, *, release: str = "2026.2.7", arch: str = "x64", **what: Any) -> Path:
        """Put a file on the site."""
        file = self.folder / "files" / f"{what.get('product', '')}{release}-{arch}.exe"
        file.write_bytes(content)
        self.site.installers = [i for i in self.site.installers if i.file != file]
        self.site.installers.append(Installer(release=release, arch=arch, file=file, **what))
        return file

    def offer_edt(self, content: bytes) -> str:
        """Put an installer of EDT on the site, and a recording into the store; returns its address."""
        self.offer(content, product="edt_monoposte")
        recording = build_iss(release="2026.2.4", product="EDT Monoposte")
        (self.folder / "responses/edt_monoposte-2026.2.4-x64.iss").write_bytes(recording.encode("cp1252"))
        return f"{self.base}/telechargement/edt/v2026.0/exe/{_EDT_NAME}"

    def edt(self, *installers: str, **changes: Any) -> Outcome:
        """Prepare EDT, as an admin does who knows of no page."""
        return self.one(**{"product": "edt_monoposte", "page_url": "", "installers": installers, **changes})

    def run(self, *wanted: tuple[str, str], **changes: Any) -> list[Outcome]:
        settings = replace(self.settings, **changes)
        asked = [(Release.parse(release), arch) for release, arch in wanted or [("2026.2.7", "x64")]]
        return Preparation(settings, tell=self.told.append).run(asked)

    def one(self, **changes: Any) -> Outcome:
        (outcome,) = self.run(**changes)
        return outcome

    def requests(self) -> list[str]:
        return [e.data["path"].rpartition("/")[2] for e in self.journal.select(kind="web")]

    def state(self) -> dict[str, bytes | None]:
        """Depot and lock file: folders too."""
        roots = (self.settings.depot, self.settings.lock_file.parent)
        return {str(p): p.read_bytes() if p.is_file() else None for root in roots for p in root.rglob("*")}

    def lock(self) -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load(self.settings.lock_file.read_text())
        return data


@pytest.fixture
def bench(tmp_path: Path, firm: Firm) -> Iterator[Bench]:
    site, journal = DownloadSite(), Journal()
    with serving(download_app(site, journal), address="127.0.0.1") as base:
        yield Bench(tmp_path, firm, base, site, journal)


def test_published_from_nothing_and_not_asked_for_again(bench: Bench) -> None:
    file = bench.offer(bench.sign(program(), stamp=bench.firm.stamp))
    before = bench.state()
    check = bench.one(check=True)
    assert (check.status, check.changed) == ("would_publish", True)
    assert bench.state() == before
    assert not bench.settings.download.folder.exists()
    assert bench.requests() == ["telecharger-pronote.php"]
    done = bench.one()
    assert (done.status, done.signer, done.received) == ("published", "INDEX EDUCATION", file.stat().st_size)
    folder = bench.settings.depot / "2026.2.7/x64"
    assert (folder / "setup.exe").read_bytes() == file.read_bytes()
    entry = bench.lock()["pronote_releases"]["2026.2.7"]["x64"]
    assert entry["installer"] == {
        "name": _NAME,
        "url": f"{bench.base}/telechargement/pn/v2026.0/exe/{_NAME}",
        "sha256": done.sha256,
        "size": file.stat().st_size,
        "signer": "INDEX EDUCATION",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
    }
    assert entry["files"]["setup.exe"] == done.sha256
    published, asked = bench.state(), bench.requests()
    for check_mode in (True, False):
        assert bench.one(check=check_mode).status == "unchanged"
    assert bench.state() == published
    assert bench.requests() == asked == ["telecharger-pronote.php", "telecharger-pronote.php", _NAME]
    assert [text for text in bench.told if text.endswith(" MiB")][-1].startswith(f"{_NAME}: 100 % of ")
    assert len(bench.told) <= 13


def test_one_page_for_all(bench: Bench) -> None:
    for release, arch in (("2026.2.7", "x64"), ("2026.2.7", "x86"), ("2026.2.9", "x64")):
        bench.offer(bench.sign(program(arch, release)), release=release, arch=arch)
    outcomes = bench.run(("2026.2.7", "x64"), ("2026.2.7", "x86"), ("2026.2.9", "x64"), ("2026.3.1", "x64"))
    assert [o.status for o in outcomes] == ["published", "published", "published", "failed"]
    assert bench.requests().count("telecharger-pronote.php") == 1
    result = summary(outcomes, ["0310001A: unreadable"])
    assert result["failed"]
    assert result["msg"].startswith("3 prepared, 2 not. 2026.3.1 x64: ")
    assert "0310001A: unreadable" in result["msg"]


def test_the_lock_says_which_release_the_response_file_was_recorded_for(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    assert bench.one().status == "published"
    entry = bench.lock()["pronote_releases"]["2026.2.7"]["x64"]
    assert entry["response_release"] == "2026.2.4"
    assert recorded_for(bench.lock()["pronote_releases"], "2026.2.7") == "2026.2.4"
    # Without the recording, what was published stays, and so does what is known of it.
    for recording in bench.settings.response_dir.iterdir():
        recording.unlink()
    assert bench.one().status == "unchanged"
    assert bench.lock()["pronote_releases"]["2026.2.7"]["x64"] == entry


@pytest.mark.parametrize("page", [_PAGE, "/fr/telecharger-pronote-pre-version.php", "/fr/gone.php"])
def test_a_page_that_is_of_no_use_is_asked_for_once(bench: Bench, page: str) -> None:
    bench.site.pages = {} if page != _PAGE else {_PAGE: "<html><body>Refonte du site</body></html>"}
    wanted = [("2026.2.7", "x64"), ("2026.2.7", "x86"), ("2026.2.9", "x64")]
    outcomes = bench.run(*wanted, page_url=f"{bench.base}{page}")
    assert [o.status for o in outcomes] == ["failed"] * 3
    assert all("pronote_prepare_installer" in o.message for o in outcomes)
    assert len(bench.requests()) == (0 if "gone" in page else 1)  # the site notes no request for what is not there


def test_a_dry_run_deletes_nothing_either(bench: Bench) -> None:
    bench.offer(bench.sign(program(), "other"))
    trust = replace(bench.settings.trust, signers=["Autre Éditeur"])
    response = bench.settings.response_dir / "pronote_client-2026.2.4-x64.iss"
    response.rename(bench.folder / "later.iss")
    assert "no response file" in bench.one(trust=trust).message
    (bench.folder / "later.iss").rename(response)
    kept = sorted(bench.settings.download.folder.iterdir())
    assert "not by INDEX EDUCATION" in bench.one(check=True).message
    assert sorted(bench.settings.download.folder.iterdir()) == kept != []


def test_the_page_of_pre_releases_on_request(bench: Bench) -> None:
    bench.offer(bench.sign(program()), preview=True)
    # A preview is the page's business only; the release is asked for by name.
    assert "links no installer" in bench.one().message
    page = f"{bench.base}/fr/telecharger-pronote-pre-version.php"
    assert bench.one(page_url=page).status == "published"
    assert replace(bench.settings, page_url="", preview=True).page.endswith("telecharger-pronote-pre-version.php")
    assert replace(bench.settings, page_url="").page == "https://www.index-education.com/fr/telecharger-pronote.php"


@pytest.mark.parametrize("by", ["file", "address"])
def test_named_by_hand(bench: Bench, by: str) -> None:
    file = bench.offer(bench.sign(program()))
    path = bench.folder / _NAME
    shutil.copy(file, path)
    url = f"{bench.base}/telechargement/pn/v2026.0/exe/{_NAME}"
    done = bench.one(installers=[str(path) if by == "file" else url])
    assert (done.status, done.url) == ("published", "" if by == "file" else url)
    assert bench.requests() == ([] if by == "file" else [_NAME])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Install_PRNclient_FR_2026.2.5_win64.exe", r"is 2026\.2\.5 x64, and what was asked for is 2026\.2\.7 x64"),
        ("Install_PRNclient_FR_2025.2.7_win64.exe", r"is 2025\.2\.7 x64, and"),
        ("Install_PRNclient_FR_2026.2.7_win32.exe", r"is 2026\.2\.7 x86, and"),
        ("setup.exe", "is not the name of an installer"),
        ("ftp://host/Install_PRNclient_FR_2026.2.7_win64.exe", "is not an http"),
    ],
)
def test_a_name_that_does_not_agree(bench: Bench, name: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        bench.one(installers=[name if "://" in name else str(bench.folder / name)])


def test_a_download_that_breaks_off_is_taken_up(bench: Bench) -> None:
    file = bench.offer(bench.sign(program()))
    bench.site.modes = {_NAME: "cut"}
    before = bench.state()
    failed = bench.one(download=replace(bench.settings.download, tries=2))
    assert "broke off 2 times" in failed.message
    assert bench.state() == before
    done = bench.one(download=replace(bench.settings.download, tries=20))
    assert done.status == "published"
    # Three quarters of it were there already.
    assert done.received == (file.stat().st_size + 3) // 4
    assert (bench.settings.depot / "2026.2.7/x64/setup.exe").read_bytes() == file.read_bytes()


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
            "expired, stamped too late": bench.sign(
                program(), "expired", stamp=firm.stamp, stamped_at=_NOW - 50 * _DAY
            ),
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
    bench.offer(bench.sign(program(), "expired", stamp=bench.firm.stamp, stamped_at=_NOW - 200 * _DAY))
    assert bench.one().status == "published"


def _crl(bench: Bench, *revoked: Identity) -> list[str]:
    path = bench.folder / "code.crl"
    content = bench.firm.authority.revoke(dict.fromkeys(revoked, _NOW - 20 * _DAY))
    path.write_bytes(content.public_bytes(Encoding.DER))
    return [str(path)]


def test_a_revoked_publisher_is_refused_and_one_in_doubt_is_a_warning(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    before = bench.state()
    trust = replace(bench.settings.trust, crls=_crl(bench, bench.firm.publisher))
    failed = bench.one(trust=trust)
    assert "was revoked on" in failed.message
    assert bench.state() == before
    # A list of somebody else: the file is taken, and people are told.
    other = bench.folder / "other.crl"
    other.write_bytes(Authority("Foreign").revoke({}).public_bytes(Encoding.PEM))
    done = bench.one(trust=replace(trust, crls=[str(other)]))
    (warning,) = summary([done], [])["warnings"]
    assert done.status == "published"
    assert f"{_NAME}: whether the certificate of" in warning
    # What is published was verified; a second run has nothing to ask.
    assert summary([bench.one(trust=trust)], [])["warnings"] == []


def test_a_list_that_clears_the_publisher_says_nothing(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    done = bench.one(trust=replace(bench.settings.trust, crls=_crl(bench, bench.firm.other)))
    assert (done.status, summary([done], [])["warnings"]) == ("published", [])


def test_a_list_that_is_none_is_told_and_the_installer_kept(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    page = bench.folder / "page.crl"
    page.write_bytes(b"<html>")
    before = bench.state()
    failed = bench.one(trust=replace(bench.settings.trust, crls=[str(page)]))
    assert "page.crl is no list of revoked certificates" in failed.message
    assert bench.state() == before
    assert bench.one().received == 0


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
    path = bench.folder / _NAME
    path.write_bytes(bench.sign(program(version=(1, 2, 3, 4))))
    before = bench.state()
    assert bench.one(installers=[str(path)]).message.startswith(f"ALARM: {_NAME} from {path}")
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


def test_a_depot_that_was_tampered_with_is_put_right(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    bench.one()
    published, asked = bench.state(), bench.requests()
    (bench.settings.depot / "2026.2.7/x64/setup.exe").write_bytes(b"MZ evil")
    assert bench.one().status == "published"
    assert bench.state() == published
    # The copy of this controller was enough.
    assert bench.requests() == asked


def test_published_by_hand_is_left_as_it_is(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    bench.one()
    lock = bench.lock()
    del lock["pronote_releases"]["2026.2.7"]["x64"]["installer"]
    bench.settings.lock_file.write_text(yaml.safe_dump(lock))
    before, asked = bench.state(), bench.requests()
    assert bench.one().status == "by_hand"
    assert (bench.state(), bench.requests()) == (before, asked)
    # And its digest counts.
    shutil.rmtree(bench.settings.depot / "2026.2.7")
    shutil.rmtree(bench.settings.download.folder)
    bench.offer(bench.sign(program(version=(1, 2, 3, 4))))
    assert "published by hand" in bench.one().message


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("<<<<<<< HEAD\nx: 1\n=======\nx: 2\n>>>>>>> other\n", "line 1 is a conflict marker"),
        ("pronote_releases:\n  2026.2.7: {x64: {digest: a}}\n", "digest and files are not SHA-256 digests"),
        ("pronote_releases: [1]\n", "is not a mapping"),
        ("[", "is not a lock file"),
    ],
)
def test_a_lock_file_that_cannot_be_used(bench: Bench, damage: str, says: str) -> None:
    bench.offer(bench.sign(program()))
    bench.settings.lock_file.write_text(damage)
    before = bench.state()
    for check in (True, False):
        outcome = bench.one(check=check)
        assert outcome.status == "failed"
        assert says in outcome.message
        assert "put it right or delete it" in outcome.message
        assert bench.state() == before
        assert bench.requests() == []


def test_without_a_response_file_the_installer_is_kept(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    (bench.settings.response_dir / "pronote_client-2026.2.4-x64.iss").rename(bench.folder / "later.iss")
    before = bench.state()
    failed = bench.one()
    assert "has no pronote_client-2026.2.7-x64.iss, nor one of an earlier release of 2026" in failed.message
    assert f"The installer is there: {bench.settings.download.folder / _NAME}" in failed.message
    assert bench.state() == before
    assert "has no pronote_client" in bench.one(check=True).message
    done = bench.one(responses={"x64": str(bench.folder / "later.iss")})
    assert (done.status, done.received) == ("published", 0)
    # Published once, the depot's own serves.
    assert bench.one().status == "unchanged"


def test_a_new_recording_is_published(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    bench.one()
    newer = build_iss(release="2026.2.6", dialogs=("SdWelcome-0", "SdFinish-0")).encode()
    (bench.settings.response_dir / "pronote_client-2026.2.6-x64.iss").write_bytes(newer)
    (bench.settings.response_dir / "pronote_client-2026.3.1-x64.iss").write_bytes(b"too new")
    asked = bench.requests()
    assert bench.one(check=True).status == "would_publish"
    assert bench.one().status == "published"
    assert (bench.settings.depot / "2026.2.7/x64/response.iss").read_bytes() == newer
    assert bench.requests() == asked


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("when", ["copy", "script", "lock"])
def test_a_depot_that_cannot_be_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int, published: bool, when: str
) -> None:
    bench.offer(bench.sign(program()))
    if published:
        bench.one()
        (bench.settings.response_dir / "pronote_client-2026.2.6-x64.iss").write_bytes(
            build_iss(release="2026.2.6", dialogs=("SdWelcome-0", "SdFinish-0")).encode()
        )
    before = bench.state()
    real = _depot._stage_bytes

    def refuse(*arguments: Any) -> None:
        part = arguments[1]
        if when == "copy" or when in part.name or (when == "script" and part.name == ".install.cmd.part"):
            part.write_bytes(b"half")
            raise OSError(number, os.strerror(number), str(part))
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(_depot, "_stage_bytes", refuse)
        if when == "copy":
            patch.setattr(shutil, "copyfile", refuse)
        failed = bench.one()
    assert failed.status == "failed"
    assert "depot and lock file are as they were" in failed.message
    assert bench.state() == before
    assert bench.one().status == "published"


@pytest.mark.parametrize("by", ["file", "address"])
def test_edt_has_a_place_of_its_own(bench: Bench, by: str) -> None:
    bench.offer(bench.sign(program()))
    assert bench.one().status == "published"
    client = bench.state()
    url = bench.offer_edt(bench.sign(program(strings=_EDT)))
    path = bench.folder / _EDT_NAME
    shutil.copy(bench.folder / "files/edt_monoposte2026.2.7-x64.exe", path)
    named, asked = str(path) if by == "file" else url, bench.requests()
    check = bench.edt(named, check=True)
    assert check.status == "would_publish"
    assert "pronote_product_releases.edt_monoposte:" in check.diff[1]["after"]
    assert bench.state() == client
    done = bench.edt(named)
    assert (done.status, done.place) == ("published", "edt_monoposte/2026.2.7/x64")
    assert bench.requests()[len(asked) :] == ([] if by == "file" else [_EDT_NAME])
    entry = bench.lock()["pronote_product_releases"]["edt_monoposte"]["2026.2.7"]["x64"]
    assert (entry["installer"]["name"], entry["response_release"]) == (_EDT_NAME, "2026.2.4")
    folder = bench.settings.depot / "edt_monoposte/2026.2.7/x64"
    assert (folder / "setup.exe").read_bytes() == path.read_bytes()
    assert b"EDT monoposte" in (folder / "install.cmd").read_bytes()
    # The client is as it was; what the lock file knows now needs no page and no name.
    lock = str(bench.settings.lock_file)
    published = bench.state()
    assert {name: published[name] for name in client if name != lock} == {n: c for n, c in client.items() if n != lock}
    for check_mode in (True, False):
        assert bench.edt(check=check_mode).status == "unchanged"
        assert bench.one(check=check_mode).status == "unchanged"
    assert bench.state() == published
    # Another controller: an address is asked again, a file has to be named again.
    shutil.rmtree(bench.settings.depot / "edt_monoposte")
    shutil.rmtree(bench.settings.download.folder)
    again = bench.edt()
    assert again.status == ("failed" if by == "file" else "published")
    if by == "file":
        assert "no download page of EDT monoposte is known" in again.message
        assert bench.edt(named).status == "published"
    assert bench.state() == published


def test_no_page_of_edt_is_known(bench: Bench) -> None:
    bench.offer_edt(bench.sign(program(strings=_EDT)))
    before = bench.state()
    failed = bench.edt()
    assert failed.message.startswith("no download page of EDT monoposte is known: download its installer")
    assert "pronote_prepare_installer=" in failed.message
    assert (bench.state(), bench.requests()) == (before, [])
    # One that an administrator has found is read for EDT.
    bench.site.pages = {_PAGE: f'<a href="{bench.base}/telechargement/edt/v2026.0/exe/{_EDT_NAME}">EDT</a>'}
    assert bench.edt(page_url=f"{bench.base}{_PAGE}").status == "published"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (_NAME, "is not the name of an installer of EDT monoposte"),
        (_EDT_NAME.replace("2026.2.7", "2025.2.7"), r"is 2025\.2\.7 x64, and what was asked for is 2026\.2\.7 x64"),
        (_EDT_NAME.replace("win64", "win32"), r"is 2026\.2\.7 x86, and"),
        ("Install_EDTclient_FR_2026.2.7_win64.exe", "is not the name of an installer of EDT monoposte"),
    ],
)
def test_a_name_that_does_not_agree_with_edt(bench: Bench, name: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        bench.edt(str(bench.folder / name))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("client", "is not what its name says, 2026.2.7 x64: its ProductName is 'Client PRONOTE 2026 - 64bit'"),
        ("other year", "its ProductName is 'EDT Monoposte 2025 - 64bit'"),
        ("other firm", "not by INDEX EDUCATION"),
        ("unsigned", "it is not signed"),
    ],
)
def test_what_is_not_edt_changes_nothing(bench: Bench, content: str, says: str) -> None:
    edt = program(strings=_EDT)
    url = bench.offer_edt(
        {
            "client": bench.sign(program()),
            "other year": bench.sign(program(strings={"ProductName": "EDT Monoposte 2025 - 64bit"})),
            "other firm": bench.sign(edt, "other"),
            "unsigned": edt,
        }[content]
    )
    before = bench.state()
    assert says in bench.edt(url).message
    assert bench.state() == before


def test_other_bytes_of_edt_are_an_alarm(bench: Bench) -> None:
    url = bench.offer_edt(bench.sign(program(strings=_EDT)))
    assert bench.edt(url).status == "published"
    shutil.rmtree(bench.settings.depot / "edt_monoposte")
    shutil.rmtree(bench.settings.download.folder)
    bench.offer_edt(bench.sign(program(strings=_EDT, version=(1, 2, 3, 4))))
    before = bench.state()
    assert bench.edt().message.startswith(f"ALARM: {_EDT_NAME}")
    assert bench.state() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here ({mounted.stderr.strip()}); since 25 November 2026")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_depot_on_a_full_disk(bench: Bench, small_disk: Path) -> None:
    bench.offer(bench.sign(program()))
    (small_disk / "other").write_bytes(b"x")
    failed = bench.one(depot=small_disk)
    assert "the disk is full: make room; depot and lock file are as they were" in failed.message
    assert [path.name for path in small_disk.rglob("*")] == ["other"]
    assert not bench.settings.lock_file.exists()
    assert bench.one().status == "published"


def test_two_at_once(tmp_path: Path) -> None:
    folder, other = tmp_path / "depot", tmp_path / "vars"
    folder.mkdir()
    other.mkdir()
    before = sorted(tmp_path.rglob("*"))
    with exclusively(folder, other, tmp_path / "none"):
        for folders in ((folder,), (other, folder), (tmp_path / "depot/../depot",)):
            with pytest.raises(ValueError, match="another preparation is under way"), exclusively(*folders):
                pass
        assert sorted(tmp_path.rglob("*")) == before
    with exclusively(folder, other):
        pass
    # A refused one leaves nothing held.
    handle = os.open(other, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)
