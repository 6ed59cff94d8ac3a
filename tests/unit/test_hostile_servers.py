"""Every server that the controller asks, in the place of an attacker: nothing of it holds a run, fills memory or disk.

One client asks them all (``module_utils/base/http.py``); here is that each of them uses it, and what each makes of it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.checks.cas_ask import CasRequest, check_cas
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import HostedOptions, read_hosted_release
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.send import (
    AlertError,
    MailServer,
    Webhook,
    post,
    send,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.download import (
    DownloadError,
    DownloadOptions,
    cached,
    fetch_file,
    fetch_page,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.ask import settings_of_school
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.server_file import ServerSettings

from tests.lab.journal import Journal
from tests.lab.web.cas import CasServer, cas_app
from tests.lab.web.download import DownloadSite, Installer, download_app
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.lab.web.hostile import HOSTILE_MODES, play
from tests.unit.web_thread import listening, serving

UAI, HOST, ENT = "0310001A", "127.61.0.14", "127.61.0.15"
CONTENT = os.urandom(200_000)
NAME = "Install_PRNclient_FR_2026.2.7_win64.exe"
_TIMEOUT = 0.4
# What a site does to a file that comes to an end, or that is longer than the lock file says.
_ENDING = {"no_length", "cut_no_length"}


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A school's server, its ENT, and the download site."""

    school: HostedSchool
    ent: CasServer
    site: DownloadSite
    hosted: str
    page: str
    folder: Path

    @property
    def options(self) -> HostedOptions:
        return HostedOptions(cache_dir=str(self.folder / "cache"), timeout=_TIMEOUT)

    @property
    def download(self) -> DownloadOptions:
        options = DownloadOptions(folder=self.folder / "downloads", timeout=_TIMEOUT, tries=2, pause=0)
        # As large as fits a test; the real ones are as good.
        return replace(options, max_size=1 << 20, keep_free=1 << 20)

    @property
    def file(self) -> str:
        return f"{self.page.rpartition('/fr/')[0]}{self.site.installers[0].path}"

    def fetch(self, **more: Any) -> bytes:
        url = more.pop("url", self.file)
        # Of one that ends by itself, on a machine that has other things to do.
        patient: dict[str, Any] = {"timeout": 60.0} if set(self.site.modes.values()) <= _ENDING else {}
        options = replace(self.download, **patient, **more.pop("options", {}))
        return fetch_file(url, NAME, options=options, progress=lambda *_: None, **more).path.read_bytes()

    @property
    def left(self) -> set[str]:
        folder = self.folder / "downloads"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    school = HostedSchool(uai=UAI, name="Lycée", release="2026.2.7")
    ent = CasServer(address=ENT, folder=tmp_path / "ent")
    (tmp_path / "setup.exe").write_bytes(CONTENT)
    site = DownloadSite(installers=[Installer(release="2026.2.7", arch="x64", file=tmp_path / "setup.exe")])
    with (
        serving(hosted_app({UAI: school}, Journal()), address=HOST) as hosted,
        serving(cas_app(ent, Journal()), address=ENT, tls=ent.context) as cas,
        serving(download_app(site, Journal()), address=HOST) as page,
    ):
        school.cas = f"{cas}/cas"
        yield Bench(
            school=school,
            ent=ent,
            site=site,
            hosted=f"{hosted}/{UAI}/pronote/",
            page=f"{page}/fr/telecharger-pronote.php",
            folder=tmp_path,
        )


@pytest.mark.parametrize("mode", HOSTILE_MODES)
def test_a_hosted_server_holds_no_worker_of_its_school(bench: Bench, mode: str) -> None:
    bench.school.mode = mode
    with pytest.raises(HostedServerError) as caught:
        read_hosted_release(UAI, bench.hosted, options=bench.options)
    assert caught.value.remedy
    # Known from now on: nobody else waits for it.
    with pytest.raises(HostedServerError) as again:
        read_hosted_release(UAI, bench.hosted, options=bench.options)
    assert str(again.value) == str(caught.value)


@pytest.mark.parametrize("mode", HOSTILE_MODES)
def test_the_clients_settings_hold_nobody(bench: Bench, mode: str) -> None:
    bench.school.settings = mode
    with pytest.raises(HostedServerError):
        settings_of_school(UAI, bench.hosted, ServerSettings(), options=bench.options)


@pytest.mark.parametrize("mode", HOSTILE_MODES)
@pytest.mark.parametrize("who", ["pronote", "ent"])
def test_the_way_to_the_ent_holds_nobody(bench: Bench, mode: str, who: str) -> None:
    bench.school.page, bench.ent.mode = (mode, "ok") if who == "pronote" else ("ok", mode)
    request = CasRequest(
        uai=UAI, url=bench.hosted, ent_host=ENT, options=bench.options, cas_ca_path=str(bench.ent.authority)
    )
    report = check_cas(request)
    assert report["state"] != "done"
    assert report["findings"]


@pytest.mark.parametrize("mode", HOSTILE_MODES)
def test_a_download_page_holds_nobody_and_leads_to_no_other_scheme(bench: Bench, mode: str) -> None:
    bench.site.pages = {"/fr/telecharger-pronote.php": mode}
    with pytest.raises(DownloadError, match=r"^the page http://.* could not be read: "):
        fetch_page(bench.page, options=bench.download)


@pytest.mark.parametrize("mode", HOSTILE_MODES)
def test_a_file_without_an_end_leaves_nothing_on_the_disk_and_the_next_try_is_good(bench: Bench, mode: str) -> None:
    """An answer without Content-Length filled the disk, and the part stayed."""
    bench.site.modes[NAME] = mode
    with pytest.raises(DownloadError, match=r"broke off|could not be fetched|comes packed"):
        bench.fetch()
    assert bench.left == set()
    bench.site.modes.clear()
    assert bench.fetch() == CONTENT


@pytest.mark.parametrize("scheme", ["ftp://127.0.0.1/setup.exe", "file:///etc/passwd", "data:,x"])
def test_a_file_of_another_scheme_is_not_asked_for(bench: Bench, scheme: str) -> None:
    with pytest.raises(DownloadError, match="it is no address of http or https"):
        bench.fetch(url=scheme)
    assert bench.left == set()


def test_a_file_without_a_length_comes_whole_and_one_that_is_cut_is_what_the_lock_file_says(bench: Bench) -> None:
    bench.site.modes[NAME] = "no_length"
    assert bench.fetch() == CONTENT
    assert bench.fetch(size=len(CONTENT)) == CONTENT
    bench.site.modes[NAME] = "cut_no_length"
    with pytest.raises(DownloadError, match=r"broke off 2 times \(100000 of 200000 bytes came\); nothing is kept"):
        bench.fetch(size=len(CONTENT))
    # Larger than the lock file says: its end is not waited for.
    bench.site.modes[NAME] = "endless_body"
    with pytest.raises(DownloadError, match=r"of 1000 bytes came"):
        bench.fetch(size=1000, options={"timeout": 60.0})
    assert bench.left == {NAME, f"{NAME}.json"}


def test_a_file_that_says_that_it_is_larger_than_installers_are_is_not_begun(bench: Bench) -> None:
    with pytest.raises(DownloadError, match="has 0 MiB, and an installer 0 MiB at most"):
        bench.fetch(options={"max_size": 100_000})
    assert bench.left == set()


def test_the_limit_is_of_the_file_and_not_of_each_try(bench: Bench) -> None:
    """A site that breaks off and goes on, again and again, without ever telling how much there is."""

    async def grow(request: web.Request) -> web.StreamResponse:
        start = request.http_range.start or 0
        part = {"Content-Range": f"bytes {start}-{start + 99_999}/*"} if start else {}
        response = web.StreamResponse(status=206 if start else 200, headers={"ETag": '"one"', **part})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(bytes(100_000))
        assert request.transport is not None
        request.transport.abort()
        return response

    app = web.Application()
    app.add_routes([web.get("/setup.exe", grow)])
    with serving(app, address=HOST) as root, pytest.raises(DownloadError, match="could not be fetched: it is longer"):
        bench.fetch(url=f"{root}/setup.exe", options={"max_size": 450_000, "tries": 20})
    assert bench.left == set()


def test_some_of_the_disk_stays_free_and_the_part_goes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that others fill meanwhile, and one whose file tells no size."""
    free = shutil.disk_usage(bench.folder).free
    with pytest.raises(DownloadError, match="stay free for the rest of the controller"):
        bench.fetch(options={"keep_free": free + (1 << 30)})
    assert bench.left == set()
    real, looks = os.statvfs(bench.folder), []

    def shrinking(_path: object) -> os.statvfs_result:
        looks.append(1)
        blocks = real.f_bavail if len(looks) < 3 else 10
        return os.statvfs_result((real.f_bsize, real.f_frsize, real.f_blocks, blocks, blocks, *list(real)[5:]))

    monkeypatch.setattr(os, "statvfs", shrinking)
    bench.site.modes[NAME] = "endless_chunks"
    with pytest.raises(DownloadError, match="make room"):
        bench.fetch(options={"max_size": 1 << 30})
    assert bench.left == set()


def test_what_nobody_vouched_for_is_no_download_of_those_who_verify(bench: Bench) -> None:
    """Not the file that is kept, and not the part of it."""
    loose = replace(bench.download, validate_certs=False)
    assert bench.fetch(options={"validate_certs": False}) == CONTENT
    kept = cached(NAME, options=loose, url=bench.file)
    assert kept is not None
    assert cached(NAME, options=bench.download, url=bench.file) is None
    # A digest says by itself which file it is.
    assert cached(NAME, options=bench.download, sha256=kept.sha256) is not None


@pytest.mark.parametrize("mode", HOSTILE_MODES)
def test_a_webhook_holds_no_audit(mode: str) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await play(request, mode)

    app = web.Application()
    app.add_routes([web.post("/s3cr3t-token", answer)])
    with serving(app, address=HOST) as root:
        try:
            post(b"{}", Webhook(url=f"{root}/s3cr3t-token", timeout=_TIMEOUT))
        except AlertError as exc:
            assert "s3cr3t" not in str(exc)  # noqa: PT017  (those whose status came in time have taken it)
        else:
            assert mode.endswith(("body", "chunks", "trailers")) or mode in {"gzip_bomb", "packed_twice"}


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ((b"2", b"2"), r"still not complete after 0\.4 s"),
        ((b"220-a\r\n", b"220-a\r\n"), r"still not complete after 0\.4 s"),
        ((b"220 mail\r\n250-", b"x"), r"still not complete after 0\.4 s"),
        ((b"", (b"220-" + b"x" * 60 + b"\r\n") * 2000), "more than 1048576 bytes came"),
    ],
)
def test_a_mail_server_holds_no_audit(says: tuple[bytes, bytes], words: str) -> None:
    """Its answers are read as those of web servers are."""

    def drip(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client.sendall(says[0])
            while True:
                client.sendall(says[1])
                time.sleep(0 if len(says[1]) > 100 else 0.02)

    message = EmailMessage()
    message["From"], message["To"] = "audit@example.org", "a@example.org"
    with listening(HOST, drip) as port, pytest.raises(AlertError, match=words):
        send(message, MailServer(host=HOST, port=port, encryption="none", timeout=_TIMEOUT))
