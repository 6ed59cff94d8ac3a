"""Preparation against a real download site: what goes right, and what is told when it cannot."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.lock import recorded_for
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.publish import depot_files
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.outcome import summary

from tests.lab.simulated.installer.package import build_iss
from tests.unit.prepare_bench import NAME, PAGE, Bench, program


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
        "name": NAME,
        "url": f"{bench.base}/telechargement/pn/v2026.0/exe/{NAME}",
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
    assert bench.requests() == asked == ["telecharger-pronote.php", "telecharger-pronote.php", NAME]
    assert [text for text in bench.told if text.endswith(" MiB")][-1].startswith(f"{NAME}: 100 % of ")
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


def test_answers_of_an_update_come_from_the_store_or_by_hand(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    assert bench.one().status == "published"
    text = build_iss(release="2026.2.7", mode="update", dialogs=["SdUpdate-0"]).encode("cp1252")
    recording = bench.settings.response_dir / "pronote_client-2026.2.5-x64-update.iss"
    recording.write_bytes(text)
    assert bench.one().status == "published"
    entry = bench.lock()["pronote_releases"]["2026.2.7"]["x64"]
    assert (entry["update_release"], "update.iss" in entry["files"]) == ("2026.2.5", True)
    assert recorded_for({"2026.2.7": {"x64": {**entry, "response_release": "2026.2.7"}}}, "2026.2.7") == "2026.2.5"
    # What was published stays without its recording, and a file named by hand goes before it.
    recording.unlink()
    assert bench.one().status == "unchanged"
    by_hand = bench.folder / "update.iss"
    by_hand.write_bytes(text.replace(b"SdUpdate-0", b"SdUpdate-1"))
    assert bench.one(update_responses={"x64": str(by_hand)}).status == "published"
    assert bench.lock()["pronote_releases"]["2026.2.7"]["x64"]["files"] != entry["files"]


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


@pytest.mark.parametrize("page", [PAGE, "/fr/telecharger-pronote-pre-version.php", "/fr/gone.php"])
def test_a_page_that_is_of_no_use_is_asked_for_once(bench: Bench, page: str) -> None:
    bench.site.pages = {} if page != PAGE else {PAGE: "<html><body>Refonte du site</body></html>"}
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
    # As an earlier version left it: fetched, and nowhere known as good.
    shutil.rmtree(bench.settings.depot / "2026.2.7")
    bench.settings.lock_file.unlink()
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
    path = bench.folder / NAME
    shutil.copy(file, path)
    url = f"{bench.base}/telechargement/pn/v2026.0/exe/{NAME}"
    done = bench.one(installers=[str(path) if by == "file" else url])
    assert (done.status, done.url) == ("published", "" if by == "file" else url)
    assert bench.requests() == ([] if by == "file" else [NAME])


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
    bench.site.modes = {NAME: "cut"}
    before = bench.state()
    failed = bench.one(download=replace(bench.settings.download, tries=2))
    assert "broke off 2 times" in failed.message
    assert bench.state() == before
    done = bench.one(download=replace(bench.settings.download, tries=20))
    assert done.status == "published"
    # Three quarters of it were there already.
    assert done.received == (file.stat().st_size + 3) // 4
    assert (bench.settings.depot / "2026.2.7/x64/setup.exe").read_bytes() == file.read_bytes()


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
    # Kept in the depot, where a reference station takes it from, with what the lock file knows of it: not published.
    depot, lock = bench.settings.depot, yaml.safe_load(bench.settings.lock_file.read_text(encoding="utf-8"))
    names = sorted(str(path.relative_to(depot)) for path in depot.rglob("*") if path.is_file())
    assert names == ["2026.2.7/x64/SHA256SUMS", "2026.2.7/x64/setup.exe"]
    waits = lock["pronote_installers"]["pronote_client"]["2026.2.7"]["x64"]
    assert (waits["sha256"], lock["pronote_releases"]) == (failed.sha256, {})
    assert (failed.changed, failed.place, failed.files) == (
        True,
        "2026.2.7/x64",
        depot_files(depot / failed.place, ("setup.exe", "SHA256SUMS")),
    )
    kept = bench.state()
    assert kept != before
    # A second run changes nothing, and neither asks nor verifies again.
    asked = bench.requests()
    again = bench.one()
    assert (again.changed, again.message, bench.state(), bench.requests()) == (False, failed.message, kept, asked)
    assert "has no pronote_client" in bench.one(check=True).message
    done = bench.one(responses={"x64": str(bench.folder / "later.iss")})
    assert (done.status, done.received) == ("published", 0)
    assert "pronote_installers" not in yaml.safe_load(bench.settings.lock_file.read_text(encoding="utf-8"))
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


def test_the_one_next_command_is_told(bench: Bench) -> None:
    bench.offer(bench.sign(program()))
    for each in bench.settings.response_dir.iterdir():
        each.unlink()
    command = "ansible-playbook playbooks/record_response.yml -i inventories/ours"
    before = bench.state()
    foreseen = bench.one(record_command=command, check=True)
    assert foreseen.message.endswith(
        "nor one of an earlier release of 2026. Once the installer is in the depot, record the answers to its dialogs: "
        f"{command} -e pronote_release=2026.2.7"
    )
    assert bench.state() == before
    kept = bench.one(record_command=command)
    assert kept.message.endswith(
        "The installer is verified and in the depot. Next, record the answers to its dialogs: "
        f"{command} -e pronote_release=2026.2.7"
    )


def test_what_waits_is_an_alarm_when_it_changes(bench: Bench) -> None:
    """It is pinned from the first time, recorded or not."""
    bench.offer(bench.sign(program()))
    recorded = next(bench.settings.response_dir.glob("*-x64.iss"))
    content = recorded.read_bytes()
    recorded.unlink()
    bench.one()
    (bench.settings.depot / "2026.2.7/x64/setup.exe").unlink()
    shutil.rmtree(bench.settings.download.folder)
    bench.offer(
        bench.sign(program(release="2026.2.7", strings={"ProductName": "Client PRONOTE 2026 - 64bit", "Comments": "x"}))
    )
    recorded.write_bytes(content)
    assert "ALARM" in bench.one().message


def test_a_script_of_somebody_elses_keeps_what_it_pins(bench: Bench) -> None:
    """Published without a lock file: another setup beside it would be refused by every station."""
    bench.offer(bench.sign(program()))
    for each in bench.settings.response_dir.iterdir():
        each.unlink()
    folder = bench.settings.depot / "2026.2.7/x64"
    folder.mkdir(parents=True)
    for name in ("install.cmd", "setup.exe"):
        (folder / name).write_bytes(b"by hand")
    bench.one()
    assert (folder / "setup.exe").read_bytes() == b"by hand"
