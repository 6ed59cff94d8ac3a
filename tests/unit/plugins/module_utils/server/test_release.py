from __future__ import annotations

import gzip
import json
import multiprocessing
import socket
import ssl
import stat
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.server import answers as _answers
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import (
    HostedServerError,
    ServedRelease,
)
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import (
    HostedOptions,
    read_hosted_release,
    servers_read,
)

from tests.lab.journal import Journal
from tests.lab.web.hosted import MODES, HostedSchool, hosted_app
from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench, moved_clock
from tests.unit.web_thread import serving

_WORKERS = 20


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.61.0.1") as running:
        yield running


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The reader's clock; ``now`` is moved by hand."""
    return moved_clock(monkeypatch, _answers)


def _read(bench: HostedBench, *, allow_stale: bool = False, **times: float) -> ServedRelease:
    return read_hosted_release(UAI, bench.url, options=bench.options(**times), allow_stale=allow_stale)


def _error(bench: HostedBench, **times: float) -> HostedServerError:
    with pytest.raises(HostedServerError) as caught:
        _read(bench, allow_stale=False, **times)
    return caught.value


def test_a_good_answer_then_the_cache(bench: HostedBench) -> None:
    first, second = _read(bench), _read(bench)
    assert str(first.client) == "2026.2.7"
    assert first.info["name"] == "Lycée d'Exemple"
    assert first.info["cas"] == {"active": True, "host": "cas.mon-ent-occitanie.fr"}
    assert (first.cached, second.cached) == (False, True)
    assert (second.info, second.read_at) == (first.info, first.read_at)
    assert bench.requests == 1


def test_what_a_process_was_told_of_each_server_is_the_first_of_it(bench: HostedBench) -> None:
    """The stations after the first of a school have their release from the cache, which that one has just filled."""
    servers_read()
    first = _read(bench)
    _read(bench)
    assert servers_read() == [first]
    assert servers_read() == []
    kept = _read(bench)
    assert (kept.cached, servers_read()) == (True, [kept])


def test_the_answer_says_when_it_was_given(bench: HostedBench, clock: SimpleNamespace) -> None:
    _read(bench)
    clock.now += 60
    assert _read(bench).as_dict()["read_at"] == "2026-09-21T14:13:20Z"


# Mode of the lab's server: what the error says.
_FACTS = {
    "redirect": "it redirects to ent.example.org instead of answering",
    "truncated": "its answer broke off",
    "hang": "no answer (timed out)",
    "slow": "no answer (still not complete after 0.5 s)",
    "close": "its answer broke off",
    "suspended_fr": "it has suspended the controller's address",
    "suspended_en": "it has suspended the controller's address",
    "unavailable": "the site is not available",
    "momentarily_unavailable": "the site is momentarily unavailable (maintenance)",
    "not_found": "the page does not exist",
    "html": "it answered an HTML page instead of its description",
    "nonsense": "it answered something that is not JSON instead of its description",
    "no_version": "its description has no version (None)",
    "list": "it answered JSON that is not a description of itself",
    "http_500": "it answered HTTP 500",
}


def test_every_mode_of_the_lab_is_tried() -> None:
    assert set(MODES) - set(_FACTS) == {"ok", "sparse", "header_mismatch"}


@pytest.mark.parametrize("mode", _FACTS)
def test_an_unreadable_server_is_an_error_of_its_own(bench: HostedBench, mode: str) -> None:
    bench.school.mode = mode
    error = _error(bench, timeout=0.5 if mode in {"hang", "slow"} else 15)
    assert error.fact.startswith(_FACTS[mode])
    assert error.server == bench.url
    assert error.remedy
    assert str(error) == f"the hosted server {bench.url} could not be read: {error.fact}. {error.remedy}"
    assert not [token for token in bench.school.tokens if token in str(error) + bench.cached_text()]
    assert bench.requests == 1


@pytest.mark.parametrize("mode", ["sparse", "header_mismatch"])
def test_odd_but_readable(bench: HostedBench, mode: str) -> None:
    bench.school.mode = mode
    info = _read(bench).info
    assert info["client_release"] == "2026.2.7"
    assert bool(info["disagreements"]) is (mode == "header_mismatch")


@pytest.mark.parametrize("damage", ["none", "cut", "garbled"])
def test_a_compressed_answer(bench: HostedBench, damage: str) -> None:
    # Small enough to grow when compressed: its Content-Length is then more than what is read.
    packed = gzip.compress(b'{"version": [2026, 2, 7]}')
    body = {"none": packed, "cut": packed[:20], "garbled": packed[:12] + b"\xff" * 12}[damage]

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    app = web.Application()
    app.add_routes([web.get("/pronote/InfoMobileApp.json", answer)])
    with serving(app, address="127.61.0.1") as root:
        if damage == "none":
            answered = read_hosted_release(UAI, f"{root}/pronote/", options=bench.options())
            assert str(answered.client) == "2026.2.7"
        else:
            with pytest.raises(HostedServerError, match="its answer broke off"):
                read_hosted_release(UAI, f"{root}/pronote/", options=bench.options())


def test_an_answer_both_compressed_and_in_chunks(bench: HostedBench) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_compression(web.ContentCoding.gzip)
        response.enable_chunked_encoding()
        await response.prepare(request)
        for piece in (b'{"version": ', b"[2026, 2, 7]}"):
            await response.write(piece)
        return response

    app = web.Application()
    app.add_routes([web.get("/pronote/InfoMobileApp.json", answer)])
    with serving(app, address="127.61.0.1") as root:
        answered = read_hosted_release(UAI, f"{root}/pronote/", options=bench.options())
    assert str(answered.client) == "2026.2.7"


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, never listening: nothing else can answer there
        taken.bind(("127.61.0.1", 0))
        url = f"http://127.61.0.1:{taken.getsockname()[1]}/pronote/"
        with pytest.raises(HostedServerError, match=r"no answer \(.*refused"):
            read_hosted_release(UAI, url, options=HostedOptions(cache_dir=str(tmp_path)))


def test_an_unknown_school(bench: HostedBench) -> None:
    with pytest.raises(HostedServerError, match="the page does not exist"):
        read_hosted_release("0310099Z", f"{bench.root}/0310099Z/pronote/", options=bench.options())


def _worker(bench: HostedBench, everybody: Barrier, results: Any) -> None:
    everybody.wait()
    try:
        results.put(str(_read(bench).client))
    except HostedServerError as exc:
        results.put(exc.fact)


@pytest.mark.parametrize(("mode", "expected"), [("ok", "2026.2.7"), ("html", _FACTS["html"])])
def test_twenty_workers_ask_once(bench: HostedBench, mode: str, expected: str) -> None:
    bench.school.mode = mode
    # fork, as Ansible's workers. Nobody asks before all are there: the server's thread is idle at every fork.
    context = multiprocessing.get_context("fork")
    everybody = context.Barrier(_WORKERS)
    results: Any = context.Queue()
    workers = [context.Process(target=_worker, args=(bench, everybody, results)) for _ in range(_WORKERS)]
    for worker in workers:
        worker.start()
    assert [results.get(timeout=60) for _ in workers] == [expected] * _WORKERS
    for worker in workers:
        worker.join()
    assert bench.requests == 1


def test_answers_and_failures_live_as_long_as_told(bench: HostedBench, clock: SimpleNamespace) -> None:
    _read(bench, lifetime=100)
    clock.now += 99
    assert _read(bench, lifetime=100).cached
    bench.school.release = "2026.2.8"
    clock.now += 1
    assert str(_read(bench, lifetime=100).client) == "2026.2.8"
    assert bench.requests == 2
    bench.school.mode = "html"
    clock.now += 100
    for wait in (0, 49):
        clock.now += wait
        _error(bench, lifetime=100, failure_lifetime=50)
    assert bench.requests == 3
    bench.school.mode = "ok"
    clock.now += 1
    assert str(_read(bench, lifetime=100, failure_lifetime=50).client) == "2026.2.8"
    assert bench.requests == 4


def test_a_failure_is_not_hidden_by_an_answer_that_is_still_young_for_others(
    bench: HostedBench, clock: SimpleNamespace
) -> None:
    _read(bench, lifetime=10)
    bench.school.mode = "html"
    clock.now += 11
    _error(bench, lifetime=10)
    _error(bench, lifetime=3600)
    assert bench.requests == 2


def test_a_failure_is_told_again_word_for_word(bench: HostedBench) -> None:
    bench.school.mode = "suspended_fr"
    assert str(_error(bench)) == str(_error(bench))
    assert bench.requests == 1


def test_the_last_known_release_for_audits(bench: HostedBench, clock: SimpleNamespace) -> None:
    before = _read(bench)
    bench.school.mode = "suspended_fr"
    clock.now += 4000
    answer = _read(bench, allow_stale=True)
    assert (str(answer.client), answer.stale, answer.read_at) == ("2026.2.7", True, before.read_at)
    assert "suspended" in answer.error
    # A deployment is told the truth, from the same failure, without another request.
    assert "suspended" in _error(bench).fact
    assert _read(bench, allow_stale=True).stale
    assert bench.requests == 2


def test_without_a_last_known_release_an_audit_gets_the_error(bench: HostedBench) -> None:
    bench.school.mode = "html"
    with pytest.raises(HostedServerError):
        _read(bench, allow_stale=True)


_ENTRY: dict[str, Any] = {"read_at": 1_790_000_000.0, "failed_at": 0.0, "failure": {}}
_WRONG: list[dict[str, Any]] = [
    {"info": "text"},
    {"info": []},
    {"info": {}},
    {"info": {"release": "2026.1.1"}},
    {"info": {"release": None, "client_release": None, "cas": {}, "disagreements": []}},
    {"info": {"release": "2026.1.1", "client_release": "latest", "cas": {}, "disagreements": []}},
    {"info": {"release": "2026.1.1", "client_release": "2026.1.1", "cas": {}, "disagreements": []}},
    {"info": {"release": "2026.1.1", "client_release": "2026.1.1", "cas": "no", "disagreements": []}},
    {"info": {"release": "2026.1.1", "client_release": "2026.1.1"}, "read_at": "now"},
    {"info": None, "failed_at": "now", "failure": {"fact": "x", "remedy": "y"}},
    {"info": None, "failed_at": 1_790_000_000.0, "failure": {"fact": "x"}},
    {"info": None, "failed_at": 1_790_000_000.0, "failure": "text"},
    {"info": None, "failed_at": None, "failure": []},
]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b'{"unknown": 1}',
        b"[" * 100_000,
        *(json.dumps({**_ENTRY, **wrong}).encode() for wrong in _WRONG),
    ],
)
def test_a_corrupted_cache_file_is_as_good_as_none(bench: HostedBench, clock: SimpleNamespace, content: bytes) -> None:
    _read(bench)
    bench.entry.write_bytes(content)
    assert _read(bench).cached is False
    assert _read(bench).cached is True
    assert bench.requests == 2


def test_the_cache_is_its_owners_and_leaves_nothing_behind(bench: HostedBench) -> None:
    _read(bench)
    assert stat.S_IMODE(bench.cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(bench.entry.stat().st_mode) == 0o600
    assert sorted(path.suffix for path in bench.cache.iterdir()) == [".json", ".lock"]


def test_no_token_is_kept(bench: HostedBench) -> None:
    answer = _read(bench)
    (token,) = bench.school.tokens
    assert token not in repr(answer)
    assert token not in bench.cached_text()


@pytest.mark.parametrize("mode", ["ok", "html"])
def test_a_clock_set_back_asks_again_instead_of_believing_the_future(
    bench: HostedBench, clock: SimpleNamespace, mode: str
) -> None:
    _read(bench)
    clock.now -= 86_400
    bench.school.mode = mode
    bench.school.release = "2026.2.8"
    if mode == "ok":
        assert str(_read(bench).client) == "2026.2.8"
    else:
        _error(bench)
        # The failure is cached all the same, and the answer of the "future" stays the last known one.
        assert _read(bench, allow_stale=True).stale
    assert bench.requests == 2


def test_a_failure_from_the_future_is_not_believed_for_ever(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "html"
    _error(bench)
    clock.now -= 86_400
    bench.school.mode = "ok"
    assert str(_read(bench).client) == "2026.2.7"


def test_an_answer_that_nobody_vouches_for_is_for_those_alone_who_want_none(tmp_path: Path) -> None:
    """A look with validate_certs: false, of one admin, must not choose what everybody's deployment installs."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.61.0.2").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    school = HostedSchool(uai=UAI, name="Lycée", release="2026.2.7", cas="")
    with serving(hosted_app({UAI: school}, Journal()), address="127.61.0.2", tls=tls) as root:
        url = f"{root}/{UAI}/pronote/"

        def read(**more: Any) -> bool:
            return read_hosted_release(UAI, url, options=HostedOptions(cache_dir=str(tmp_path / "c"), **more)).cached

        assert [read(validate_certs=False) for _ in range(2)] == [False, True]
        with pytest.raises(HostedServerError, match="certificate"):
            read()
        assert [read(ca_path=str(tmp_path / "ca.pem")) for _ in range(2)] == [False, True]
        with pytest.raises(HostedServerError, match="certificate"):
            read()


def test_spellings_of_one_school_share_a_cache_entry(bench: HostedBench) -> None:
    _read(bench)
    again = read_hosted_release(UAI.lower(), bench.url.rstrip("/"), options=bench.options())
    assert again.cached
    assert bench.requests == 1


@pytest.mark.parametrize(("uai", "url"), [("garbage", ""), (UAI, "notes example.org")])
def test_malformed_input_reaches_no_server(bench: HostedBench, uai: str, url: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        read_hosted_release(uai, url, options=bench.options())
    assert not bench.cache.exists()
