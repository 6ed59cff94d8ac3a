from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from email.message import Message
from urllib.error import HTTPError

import pytest

from tests.lab.journal import Journal
from tests.lab.web.hosted import MODES, HostedSchool, hosted_app
from tests.unit.web_thread import serving

_UAI = "0310001A"
_INFO = f"/{_UAI}/pronote/InfoMobileApp.json?id=0D264427-EEFC-4810-A9E9-346942A862A4"
_PAGE = f"/{_UAI}/pronote/"


class _Server:
    """One school's server and what a plain HTTP client gets from it."""

    def __init__(self, root: str, school: HostedSchool, journal: Journal) -> None:
        self.root, self.school, self.journal = root, school, journal

    def get(self, path: str) -> tuple[int, Message, str]:
        # Redirections are answers here, not something to follow.
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(self.root + path, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except HTTPError as exc:
            with exc:
                return exc.code, exc.headers, exc.read().decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


@pytest.fixture
def server() -> Iterator[_Server]:
    school = HostedSchool(uai=_UAI, name="Lycée Exemple", release="2024.3.9")
    journal = Journal()
    with serving(hosted_app({_UAI: school}, journal), address="127.61.0.4") as root:
        yield _Server(root, school, journal)


def test_the_description(server: _Server) -> None:
    server.school.cas = "https://cas.mon-ent-occitanie.fr"
    status, headers, body = server.get(_INFO)
    answer = json.loads(body)
    assert status == 200
    assert headers["Server"] == "PRONOTE 2024.3.9 Microsoft-HTTPAPI/2.0"
    assert answer["version"] == [2024, 3, 9]
    assert answer["nomEtab"] == "Lycée Exemple\r\n"
    assert answer["CAS"] == {
        "actif": True,
        "casURL": "https://cas.mon-ent-occitanie.fr",
        "jetonCAS": server.school.tokens[0],
    }
    assert answer["espaces"] == [{"nom": "Espace Professeurs", "URL": "mobile.professeur.html"}]
    # The time of the request, not a date of release.
    assert answer["date"].endswith("Z")


def test_the_token_changes_at_each_request(server: _Server) -> None:
    given = [json.loads(server.get(_INFO)[2])["CAS"]["jetonCAS"] for _ in range(3)]
    assert given == server.school.tokens
    assert len(set(given)) == 3


def test_without_cas_there_is_no_address(server: _Server) -> None:
    assert set(json.loads(server.get(_INFO)[2])["CAS"]) == {"actif", "jetonCAS"}


@pytest.mark.parametrize("path", [_INFO.partition("?")[0], _INFO[:-1] + "0", "/0310099Z/pronote/InfoMobileApp.json"])
def test_another_id_or_school_is_not_found(server: _Server, path: str) -> None:
    status, headers, body = server.get(path)
    assert (status, headers.get_content_type()) == (404, "text/html")
    assert "La page demandée n'existe pas" in body


def test_the_letter_of_the_uai_may_be_small(server: _Server) -> None:
    assert server.get(_INFO.replace(_UAI, _UAI.lower()))[0] == 200
    assert [event.data["uai"] for event in server.journal.select(kind="web")] == [_UAI]


@pytest.mark.parametrize(
    ("release", "header"),
    [
        ("2026.2.7", "PRONOTE 2026.2.7 Microsoft-HTTPAPI/2.0"),
        ("2024.3.9.2", "PRONOTE 2024.3.9.2 Microsoft-HTTPAPI/2.0"),
        ("2019.0.2.5", "PRONOTE 2019 - 0.2.5"),
    ],
)
def test_the_server_header(server: _Server, release: str, header: str) -> None:
    server.school.release = release
    assert server.get(_PAGE)[1]["Server"] == header
    assert server.get(_INFO)[1]["Server"] == header


def test_the_page_redirects_to_cas_the_description_does_not(server: _Server) -> None:
    assert server.get(_PAGE)[0] == 200
    server.school.cas = "https://cas.ent.example.org"
    status, headers, _ = server.get(_PAGE)
    assert status == 302
    assert headers["Location"].startswith("https://cas.ent.example.org/login?service=http")
    assert server.get(_INFO)[0] == 200


def test_the_settings_of_the_client(server: _Server) -> None:
    status, _, body = server.get(f"/{_UAI}/pronote/ParamClient.pcprn")
    assert status == 200
    assert body == "Serveur=Lycée Exemple:0310001a.index-education.net:49300"


@pytest.mark.parametrize(
    ("mode", "status", "words"),
    [
        ("suspended_fr", 200, "Votre adresse IP est provisoirement suspendue"),
        ("suspended_en", 403, "Your IP address is temporarily suspended!"),
        ("unavailable", 200, "Le site n'est pas disponible"),
        ("momentarily_unavailable", 503, "Le site est momentanément indisponible"),
        ("not_found", 404, "La page demandée n'existe pas"),
        ("html", 200, "<!DOCTYPE html>"),
        ("http_500", 500, "Internal Server Error"),
        ("redirect", 302, ""),
    ],
)
def test_refusals_stand_for_every_page(server: _Server, mode: str, status: int, words: str) -> None:
    server.school.mode = mode
    assert mode in MODES
    for path in (_INFO, _PAGE):
        answered, _, body = server.get(path)
        assert answered == status
        assert words in body


def test_every_request_is_journaled_with_its_mode(server: _Server) -> None:
    server.get(_INFO)
    server.school.mode = "html"
    server.get(_PAGE)
    events = [event.data for event in server.journal.select(kind="web")]
    assert [(e["server"], e["path"], e["mode"]) for e in events] == [
        ("hosted", _INFO, "ok"),
        ("hosted", _PAGE, "html"),
    ]


def test_modes_take_effect_at_the_next_request(server: _Server) -> None:
    server.school.mode = "sparse"
    assert json.loads(server.get(_INFO)[2]) == {"version": [2024, 3, 9]}
    server.school.mode = "header_mismatch"
    assert server.get(_INFO)[1]["Server"] == "PRONOTE 2020.0.0.1 Microsoft-HTTPAPI/2.0"
