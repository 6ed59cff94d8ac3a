"""``check_cas`` against the lab's hosted server and the ENT's CAS server, faults included."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.checks.cas_ask import CasRequest, check_cas
from ansible_collections.rentree.pronote.plugins.module_utils.server import answers as _answers
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import HostedOptions

from tests.lab.journal import Journal
from tests.lab.web.cas import CAS_CERTIFICATES, CAS_MODES, CasServer, cas_app
from tests.lab.web.hosted import PAGE_MODES, HostedSchool, hosted_app
from tests.unit.french import french
from tests.unit.hosted_bench import moved_clock
from tests.unit.web_thread import serving

_UAI = "0310001A"
_ENT = "127.71.5.4"
_PRONOTE = "127.71.5.1"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A school's server and its ENT."""

    school: HostedSchool
    ent: CasServer
    journal: Journal
    cache: Path
    request: CasRequest
    since: int

    def check(self, *, timeout: float = 15, **changes: Any) -> dict[str, Any]:
        """One check; no token in what comes of it, nor on disk."""
        options = replace(self.request.options, timeout=timeout)
        result = french(check_cas(replace(self.request, options=options, **changes)))
        kept = "".join(path.read_text(encoding="utf-8") for path in self.cache.iterdir())
        for token in self.school.tokens:
            assert token not in json.dumps(result) + kept
        return result

    def asked(self, server: str) -> int:
        """Requests to ``hosted`` or ``cas``."""
        return sum(event.data["server"] == server for event in self.journal.select(kind="web", since=self.since))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HostedSchool, CasServer, Journal, str]]:
    journal = Journal()
    ent = CasServer(address=_ENT, folder=tmp_path_factory.mktemp("ent"))
    school = HostedSchool(uai=_UAI, name="Lycée d'Exemple", release="2026.2.7")
    with (
        serving(hosted_app({_UAI: school}, journal), address=_PRONOTE) as root,
        serving(cas_app(ent, journal), address=_ENT, tls=ent.context) as cas,
    ):
        school.cas = f"{cas}/cas"
        yield school, ent, journal, root


@pytest.fixture
def bench(servers: tuple[HostedSchool, CasServer, Journal, str], tmp_path: Path) -> Iterator[Bench]:
    school, ent, journal, root = servers
    cas = school.cas
    options = HostedOptions(cache_dir=str(tmp_path / "cache"))
    url = f"{root}/{_UAI}/pronote/"
    request = CasRequest(uai=_UAI, url=url, ent_host=_ENT, options=options, cas_ca_path=str(ent.authority))
    yield Bench(school=school, ent=ent, journal=journal, cache=tmp_path / "cache", request=request, since=len(journal))
    school.cas, school.mode, school.page, ent.mode = cas, "ok", "ok", "ok"
    ent.present("ok")
    school.tokens.clear()
    ent.services.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    return moved_clock(monkeypatch, _answers)


def _codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def test_connected(bench: Bench, clock: SimpleNamespace) -> None:
    result = bench.check()
    assert (result["operation"], result["state"], result["findings"]) == (5, "done", [])
    assert result["cas"] == {"active": True, "host": _ENT}
    when, server = "2026-09-21T14:13:20Z", bench.request.url
    assert result["evidence"] == [
        {"what": f"CAS activé vers {_ENT}", "date": when, "source": server},
        {"what": f"PRONOTE renvoie vers {_ENT}, avec retour à {_PRONOTE}", "date": when, "source": server},
        {
            "what": f"page de connexion de {_ENT}, certificat valide",
            "date": when,
            "source": f"{bench.school.cas}/login",
        },
    ]


def test_each_is_asked_once_and_the_ent_gets_the_service_without_its_token(bench: Bench) -> None:
    first, second = bench.check(), bench.check()
    assert (first["cached"], second["cached"]) == (False, True)
    assert {**first, "cached": True} == second
    assert (bench.asked("hosted"), bench.asked("cas")) == (2, 1)
    assert bench.ent.services == [bench.request.url]


# What is wrong with the page of PRONOTE: the finding and the state.
_PAGE_FINDINGS = {
    "no_redirect": ("redirect_absent", "to_do"),
    "to_itself": ("redirect_loop", "to_do"),
    "to_its_own_page": ("redirect_absent", "to_do"),
    "to_another": ("redirect_other_host", "to_do"),
    "plain_http": ("redirect_plain_http", "to_do"),
    "malformed": ("redirect_malformed", "to_do"),
    "no_service": ("redirect_no_service", "to_do"),
    "another_service": ("redirect_other_service", "to_do"),
    "bad_service": ("redirect_no_service", "to_do"),
    **dict.fromkeys(("hang", "close"), ("redirect_refused", "not_observable")),
    **dict.fromkeys(("suspended_fr", "suspended_en", "unavailable"), ("redirect_refused", "not_observable")),
    **dict.fromkeys(("momentarily_unavailable", "not_found", "http_500"), ("redirect_refused", "not_observable")),
    **dict.fromkeys(("html", "nonsense", "no_version", "list"), ("redirect_absent", "to_do")),
}


def test_every_fault_of_the_lab_is_tried() -> None:
    assert set(PAGE_MODES) - set(_PAGE_FINDINGS) == {"ok"}
    assert set(CAS_MODES) - set(_LOGIN_FINDINGS) == {"ok", "cookie"}
    assert set(CAS_CERTIFICATES) - set(_TLS_FINDINGS) == {"ok"}


@pytest.mark.parametrize("mode", _PAGE_FINDINGS)
def test_what_the_page_of_pronote_does_wrong(bench: Bench, mode: str) -> None:
    bench.school.page = mode
    code, state = _PAGE_FINDINGS[mode]
    result = bench.check(timeout=0.5 if mode == "hang" else 15)
    assert (_codes(result), result["state"]) == ([code], state)
    # A page that refuses is not asked again, and the ENT only where the page leads to it.
    bench.check()
    assert (bench.asked("hosted"), bench.asked("cas")) == (2, int("service" in mode))


_LOGIN_FINDINGS = {
    "elsewhere": ("login_elsewhere", "done"),
    "loop": ("login_loop", "in_doubt"),
    "back": ("login_loop", "in_doubt"),
    "plain_http": ("login_plain_http", "in_doubt"),
    "http_500": ("login_http", "in_doubt"),
    "refused_en": ("login_service_refused", "to_do"),
    "refused_fr": ("login_service_refused", "to_do"),
    "not_page": ("login_not_page", "in_doubt"),
    **dict.fromkeys(("hang", "slow", "close"), ("login_down", "not_observable")),
}


@pytest.mark.parametrize("mode", _LOGIN_FINDINGS)
def test_what_the_login_page_does_wrong(bench: Bench, mode: str) -> None:
    bench.ent.mode = mode
    code, state = _LOGIN_FINDINGS[mode]
    result = bench.check(timeout=0.5 if mode in {"hang", "slow"} else 15)
    assert (_codes(result), result["state"]) == ([code], state)
    asked = bench.asked("cas")
    assert asked == (5 if mode == "loop" else 1)
    assert _codes(bench.check()) == [code]
    assert bench.asked("cas") == asked


def test_a_login_page_that_tests_for_cookies_is_sound(bench: Bench) -> None:
    bench.ent.mode = "cookie"
    assert bench.check()["state"] == "done"
    assert bench.asked("cas") == 2


_TLS_FINDINGS = {"expired": "login_tls_expired", "other_name": "login_tls_name", "untrusted": "login_tls_untrusted"}


@pytest.mark.parametrize("certificate", _TLS_FINDINGS)
def test_each_bad_certificate_has_its_own_message(bench: Bench, certificate: str) -> None:
    bench.ent.present(certificate)
    result = bench.check()
    assert (_codes(result), result["state"]) == ([_TLS_FINDINGS[certificate]], "in_doubt")
    assert _ENT in result["findings"][0]["text"]
    # Nothing was sent over the connection.
    assert bench.asked("cas") == 0


def test_the_systems_authorities_do_not_know_the_lab(bench: Bench) -> None:
    assert _codes(bench.check(cas_ca_path=None)) == ["login_tls_untrusted"]


def test_an_ent_that_does_not_listen(bench: Bench) -> None:
    with socket.socket() as taken:  # bound, never listening
        taken.bind((_ENT, 0))
        bench.school.cas = f"https://{_ENT}:{taken.getsockname()[1]}/cas"
        result = bench.check()
    assert (_codes(result), result["state"]) == (["login_down"], "not_observable")
    assert "refused" in result["findings"][0]["text"]


def test_an_ent_that_speaks_no_tls(bench: Bench) -> None:
    bench.school.cas = bench.request.url.replace("http://", "https://").replace(f"/{_UAI}/pronote/", "/cas")
    result = bench.check(ent_host=_PRONOTE)
    # On PRONOTE's own host this is no redirect to an ENT at all.
    assert _codes(result) == ["redirect_absent"]


def test_cas_is_off(bench: Bench) -> None:
    bench.school.cas = ""
    result = bench.check()
    assert (_codes(result), result["state"], result["evidence"]) == (["cas_off"], "to_do", [])
    assert (bench.asked("hosted"), bench.asked("cas")) == (1, 0)


def test_another_ent_than_the_configured_one_is_not_asked(bench: Bench) -> None:
    result = bench.check(ent_host="https://CAS.mon-ent.example.org/login")
    assert _codes(result) == ["cas_other_host", "redirect_other_host"]
    assert "et non vers l'ENT cas.mon-ent.example.org" in result["findings"][0]["text"]
    assert result["state"] == "to_do"
    assert bench.asked("cas") == 0


@pytest.mark.parametrize("spelling", [_ENT, f"https://{_ENT}/", f"{_ENT}:443", f" {_ENT}."])
def test_spellings_of_the_ents_host(bench: Bench, spelling: str) -> None:
    assert bench.check(ent_host=spelling.strip())["state"] == "done"


def test_without_a_configured_ent_there_is_a_doubt(bench: Bench) -> None:
    result = bench.check(ent_host="")
    assert (_codes(result), result["state"]) == (["cas_host_not_configured"], "in_doubt")
    assert len(result["evidence"]) == 3


@pytest.mark.parametrize("mode", ["suspended_fr", "html", "http_500", "redirect"])
def test_an_unreadable_server_is_not_observable(bench: Bench, mode: str) -> None:
    bench.school.mode = mode
    first, second = bench.check(), bench.check()
    assert (_codes(first), first["state"]) == (["pronote_unreadable"], "not_observable")
    assert first == second
    assert (bench.asked("hosted"), bench.asked("cas")) == (1, 0)


def test_what_somebody_will_correct_is_looked_at_again_sooner(bench: Bench, clock: SimpleNamespace) -> None:
    bench.ent.mode = "http_500"
    bench.check()
    bench.ent.mode = "ok"
    clock.now += 599
    assert _codes(bench.check()) == ["login_http"]
    clock.now += 1
    assert bench.check()["state"] == "done"
    clock.now += 2999
    bench.check()
    assert (bench.asked("hosted"), bench.asked("cas")) == (3, 2)
    clock.now -= 86_400  # set back
    bench.check()
    assert bench.asked("cas") == 3


_ENTRY = b'{"info": %s, "read_at": NOW, "failed_at": 0, "failure": {}}'


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000),
        _ENTRY % b'{"redirect": 1, "login": null}',
        _ENTRY % b'{"redirect": {"what": "redirect", "values": {}}, "login": null}',
        _ENTRY % b'{"redirect": {"what": "nonsense", "values": {}}, "login": null}',
        _ENTRY % b'{"redirect": {"what": "redirect_refused", "values": {}}, "login": null}',
    ],
)
def test_a_corrupted_cache_file_is_as_good_as_none(bench: Bench, content: bytes) -> None:
    bench.check()
    (entry,) = [path for path in bench.cache.glob("*.json") if b'"redirect"' in path.read_bytes()]
    # As if it had just been written.
    entry.write_bytes(content.replace(b"NOW", str(time.time()).encode()))
    assert bench.check()["state"] == "done"
    assert bench.asked("cas") == 2
    assert entry.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"ent_host": "https://["}, "is not a host name"), ({"cas_ca_path": "/nowhere/ca.pem"}, "is not a file")],
)
def test_what_the_admin_got_wrong_is_not_blamed_on_the_ent(bench: Bench, changes: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_cas(replace(bench.request, **changes))  # type: ignore[arg-type]  # texts only
    assert bench.asked("hosted") == 0


@pytest.mark.parametrize(("uai", "url"), [("garbage", ""), (_UAI, "notes example.org")])
def test_malformed_input_reaches_no_server(bench: Bench, uai: str, url: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        check_cas(replace(bench.request, uai=uai, url=url))
    assert not bench.cache.exists()
