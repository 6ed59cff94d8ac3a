"""EDT monoposte, of which no download page is known."""

from __future__ import annotations

import shutil

import pytest

from tests.unit.prepare_bench import EDT, EDT_NAME, NAME, PAGE, Bench, program


@pytest.mark.parametrize("by", ["file", "address"])
def test_edt_has_a_place_of_its_own(bench: Bench, by: str) -> None:
    bench.offer(bench.sign(program()))
    assert bench.one().status == "published"
    client = bench.state()
    url = bench.offer_edt(bench.sign(program(strings=EDT)))
    path = bench.folder / EDT_NAME
    shutil.copy(bench.folder / "files/edt_monoposte2026.2.7-x64.exe", path)
    named, asked = str(path) if by == "file" else url, bench.requests()
    check = bench.edt(named, check=True)
    assert check.status == "would_publish"
    assert "pronote_product_releases.edt_monoposte:" in check.diff[1]["after"]
    assert bench.state() == client
    done = bench.edt(named)
    assert (done.status, done.place) == ("published", "edt_monoposte/2026.2.7/x64")
    assert bench.requests()[len(asked) :] == ([] if by == "file" else [EDT_NAME])
    entry = bench.lock()["pronote_product_releases"]["edt_monoposte"]["2026.2.7"]["x64"]
    assert (entry["installer"]["name"], entry["response_release"]) == (EDT_NAME, "2026.2.4")
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
    bench.offer_edt(bench.sign(program(strings=EDT)))
    before = bench.state()
    failed = bench.edt()
    assert failed.message.startswith("no download page of EDT monoposte is known: download its installer")
    assert "pronote_prepare_installer=" in failed.message
    assert (bench.state(), bench.requests()) == (before, [])
    # One that an administrator has found is read for EDT.
    bench.site.pages = {PAGE: f'<a href="{bench.base}/telechargement/edt/v2026.0/exe/{EDT_NAME}">EDT</a>'}
    assert bench.edt(page_url=f"{bench.base}{PAGE}").status == "published"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (NAME, "is not the name of an installer of EDT monoposte"),
        (EDT_NAME.replace("2026.2.7", "2025.2.7"), r"is 2025\.2\.7 x64, and what was asked for is 2026\.2\.7 x64"),
        (EDT_NAME.replace("win64", "win32"), r"is 2026\.2\.7 x86, and"),
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
    edt = program(strings=EDT)
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
    url = bench.offer_edt(bench.sign(program(strings=EDT)))
    assert bench.edt(url).status == "published"
    shutil.rmtree(bench.settings.depot / "edt_monoposte")
    shutil.rmtree(bench.settings.download.folder)
    bench.offer_edt(bench.sign(program(strings=EDT, version=(1, 2, 3, 4))))
    before = bench.state()
    assert bench.edt().message.startswith(f"ALARM: {EDT_NAME}")
    assert bench.state() == before
