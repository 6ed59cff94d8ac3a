"""The settings of a hosted server of the lab: every way in which it refuses, one request for all, the cache."""

from __future__ import annotations

import json
import multiprocessing
import ssl
import stat
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from ansible_collections.rentree.pronote.plugins.module_utils.server import answers as _answers
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.module_utils.server.request import HostedOptions
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.ask import settings_of_school
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.plan import ConnectionSettings
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.server_file import ServerSettings

from tests.lab.journal import Journal
from tests.lab.web.hosted import SETTINGS_MODES, HostedSchool, hosted_app
from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench, moved_clock
from tests.unit.web_thread import serving

_WORKERS = 20
_SERVEUR = "its ParamClient.pcprn is not Serveur=<label>:<address>:<port>"
_REFUSALS = {
    "redirect": "it redirects to ent.example.org instead of answering",
    "hang": "no answer (timed out)",
    "close": "its answer broke off",
    "truncated": "its answer broke off",
    "suspended_fr": "it has suspended the controller's address",
    "suspended_en": "it has suspended the controller's address",
    "unavailable": "the site is not available",
    "momentarily_unavailable": "the site is momentarily unavailable (maintenance)",
    "not_found": "the page does not exist",
    "html": "it answered an HTML page instead of the client's settings",
    "nonsense": _SERVEUR,
    "no_version": _SERVEUR,
    "list": _SERVEUR,
    "http_500": "it answered HTTP 500",
    "empty": "its ParamClient.pcprn has 0 lines",
    "two_lines": "its ParamClient.pcprn has 2 lines",
    "hidden_line": "its ParamClient.pcprn has 2 lines",
    "another_server": "its ParamClient.pcprn sends users to another server, 'evil.example.org'",
    "no_address": "in its ParamClient.pcprn, '' is not the name or address of a server",
    "command": "in its ParamClient.pcprn, 'x\" & calc & \"' is not the name or address of a server",
    "colon_in_label": _SERVEUR,
    "long_label": "in its ParamClient.pcprn, 'AAA",
    "turned_label": "in its ParamClient.pcprn, 'A\\u202eB' cannot be a server's label",
    "port_0": _SERVEUR,
    "port_70000": "in its ParamClient.pcprn, 70000 is not a TCP port",
    "other_key": _SERVEUR,
    "not_utf8": "its ParamClient.pcprn is not UTF-8",
    "utf16": "its ParamClient.pcprn is not UTF-8",
    "binary": "its ParamClient.pcprn is not UTF-8",
    "huge": "its answer was not taken (it is longer than 64 KiB)",
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.61.0.7") as running:
        yield running


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    return moved_clock(monkeypatch, _answers)


def _read(bench: HostedBench, *, by_hand: ServerSettings | None = None, **times: float) -> ConnectionSettings:
    return settings_of_school(UAI, bench.url, by_hand or ServerSettings(), options=bench.options(**times))


def test_every_mode_of_the_lab_is_tried() -> None:
    assert set(SETTINGS_MODES) - set(_REFUSALS) == {"ok", "mark"}


@pytest.mark.parametrize("mode", ["ok", "mark"])
def test_the_server_says_what_the_client_needs(bench: HostedBench, mode: str) -> None:
    bench.school.settings = mode
    for _ in range(2):
        assert _read(bench).text() == "Serveur=Lycée d'Exemple:0310001a.index-education.net:49300\r\n"
    assert bench.requests == 1
    assert stat.S_IMODE(bench.entry.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", _REFUSALS)
def test_a_refusal_names_server_fact_and_remedy_and_is_asked_once(bench: HostedBench, mode: str) -> None:
    bench.school.settings = mode
    for _ in range(2):
        with pytest.raises(HostedServerError) as caught:
            _read(bench, timeout=0.5 if mode == "hang" else 15)
        assert caught.value.fact.startswith(_REFUSALS[mode])
        assert caught.value.server == bench.url
        assert "pronote_client_settings_address" in caught.value.remedy
        assert str(caught.value).isprintable()
    assert bench.requests == 1
    # What is given by hand is enough, and what it is worth is known already.
    by_hand = ServerSettings(label="Lycée", address="10.1.2.3")
    assert _read(bench, by_hand=by_hand).text() == "Serveur=Lycée:10.1.2.3:49300\r\n"
    assert bench.requests == 1


def test_by_hand_asks_nobody(bench: HostedBench) -> None:
    _read(bench, by_hand=ServerSettings(label="Lycée", address="10.1.2.3", port=1))
    assert bench.requests == 0
    assert not bench.cache.exists()


def test_part_of_it_by_hand(bench: HostedBench) -> None:
    assert _read(bench, by_hand=ServerSettings(label="À nous")).label == "À nous"
    bench.school.settings = "http_500"
    with pytest.raises(HostedServerError) as caught:
        _read(bench, by_hand=ServerSettings(label="À nous"), lifetime=0)
    # Only what is missing.
    assert caught.value.remedy.endswith("To go on without it, give pronote_client_settings_address by hand.")


@pytest.mark.parametrize("by_hand", [{"label": "a:b"}, {"address": "a b"}, {"port": -1}])
def test_what_cannot_be_is_refused_before_the_server_is_asked(bench: HostedBench, by_hand: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"cannot be|is not"):
        _read(bench, by_hand=ServerSettings(**by_hand))  # type: ignore[arg-type]  # a table
    assert bench.requests == 0


def _ask_at_once(bench_url: str, cache: str, barrier: Barrier) -> None:
    barrier.wait()
    settings_of_school(UAI, bench_url, ServerSettings(), options=HostedOptions(cache_dir=cache))


def test_all_workers_of_a_school_ask_once(bench: HostedBench) -> None:
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(_WORKERS)
    workers = [fork.Process(target=_ask_at_once, args=(bench.url, str(bench.cache), barrier)) for _ in range(_WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * _WORKERS
    assert bench.requests == 1


def test_answers_and_failures_age(bench: HostedBench, clock: SimpleNamespace) -> None:
    _read(bench)
    clock.now += 3599
    bench.school.settings = "http_500"
    _read(bench)
    clock.now += 2
    for _ in range(2):
        with pytest.raises(HostedServerError):
            _read(bench)
    assert bench.requests == 2
    clock.now += 3601
    bench.school.settings = "ok"
    _read(bench)
    # A clock that was set back.
    clock.now -= 10_000
    _read(bench)
    assert bench.requests == 4


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{",
        '{"read_at": NOW, "failed_at": 0, "failure": {}}',
        '{"read_at": NOW, "failed_at": 0, "failure": {}, "info": 3}',
        '{"read_at": NOW, "failed_at": 0, "failure": {}, "info": "Serveur=A:x"}',
        '{"read_at": null, "failed_at": 0, "failure": {}, "info": "Serveur=A:0310001a.index-education.net:1"}',
        # As an earlier version kept it, whose key said nothing of trust.
        '{"at": NOW, "fact": "", "remedy": "", "file": "Serveur=A:0310001a.index-education.net:1"}',
    ],
)
def test_a_cache_file_that_is_none_is_asked_for_again(bench: HostedBench, damage: str) -> None:
    _read(bench)
    bench.entry.write_text(damage.replace("NOW", str(time.time())), encoding="utf-8")
    assert _read(bench).port == 49300
    assert bench.requests == 2


def test_what_somebody_put_into_the_cache_is_checked_again(bench: HostedBench) -> None:
    _read(bench)
    entry = json.loads(bench.entry.read_text(encoding="utf-8"))
    bench.entry.write_text(json.dumps(entry | {"info": "Serveur=A:x:1\nServeur=B:y:2"}), encoding="utf-8")
    assert _read(bench).label == "Lycée d'Exemple"
    assert bench.requests == 2


def test_an_answer_that_nobody_vouches_for_is_for_those_alone_who_want_none(tmp_path: Path) -> None:
    """Users type their passwords into the server that it names: what came over unchecked TLS must not choose it."""
    ours, others = trustme.CA(), trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("127.61.0.8").configure_cert(tls)
    ours.cert_pem.write_to_path(tmp_path / "ours.pem")
    others.cert_pem.write_to_path(tmp_path / "others.pem")
    journal, school = Journal(), HostedSchool(uai=UAI, name="Lycée d'Exemple", release="2026.2.7")
    with serving(hosted_app({UAI: school}, journal), address="127.61.0.8", tls=tls) as root:

        def label(**trust: Any) -> str:
            options = HostedOptions(cache_dir=str(tmp_path / "cache"), **trust)
            return settings_of_school(
                UAI, f"{root}/{UAI}/pronote/", ServerSettings(address="127.61.0.8"), options=options
            ).label

        assert [label(validate_certs=False) for _ in range(2)] == ["Lycée d'Exemple"] * 2
        assert len(list(journal.select(kind="web"))) == 1
        for trust in ({}, {"ca_path": str(tmp_path / "others.pem")}):
            with pytest.raises(HostedServerError, match="certificate"):
                label(**trust)
        assert [label(ca_path=str(tmp_path / "ours.pem")) for _ in range(2)] == ["Lycée d'Exemple"] * 2
        assert len(list(journal.select(kind="web"))) == 2
        # Nor is a refusal of theirs told to those who verify otherwise, or the other way round.
        for trust in ({}, {"ca_path": str(tmp_path / "others.pem")}):
            with pytest.raises(HostedServerError, match="certificate"):
                label(**trust)
