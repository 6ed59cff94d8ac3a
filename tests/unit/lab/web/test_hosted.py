"""The lab's hosted server against the shapes of docs/fidelity.md, H, asked by a client that is not ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.lab.journal import Journal
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.unit.lab.web.serve import Client, with_client

_UAI = "0310001A"
_CAS = "https://cas.mon-ent-occitanie.fr"
_INFO = "InfoMobileApp.json?id=0D264427-EEFC-4810-A9E9-346942A862A4"
_Answer = tuple[int, dict[str, str], bytes]


def _school(**changes: Any) -> HostedSchool:
    return HostedSchool(**{"uai": _UAI, "name": "Lycée d'Exemple", "release": "2026.2.7", "cas": _CAS, **changes})


def _get(school: HostedSchool, *paths: str, host: str = "", journal: Journal) -> list[_Answer]:
    async def use(client: Client) -> list[_Answer]:
        answers = []
        for path in paths:
            async with client.get(path, headers={"Host": host} if host else {}, allow_redirects=False) as answer:
                answers.append((answer.status, dict(answer.headers), await answer.read()))
        return answers

    return with_client(hosted_app({school.uai: school}, journal), use)


@pytest.mark.parametrize(
    ("host", "prefix", "status"),
    [
        ("", f"/{_UAI}", 200),
        ("", f"/{_UAI.lower()}", 200),
        ("", "/0310099Z", 404),
        ("", "", 404),
        (f"{_UAI}.index-education.net", "", 200),
        (f"{_UAI.lower()}.Index-Education.net:443", "", 200),
        ("0310099Z.index-education.net", "", 404),
        (f"{_UAI}.example.org", "", 404),
    ],
)
def test_a_school_by_path_or_by_host_name_and_every_request_journaled(host: str, prefix: str, status: int) -> None:
    journal = Journal()
    ((answered, _, content),) = _get(_school(), f"{prefix}/pronote/{_INFO}", host=host, journal=journal)
    assert answered == status
    assert ("La page demandée n'existe pas" in content.decode()) is (status == 404)
    assert [event.data["server"] for event in journal.select(kind="web")] == ["hosted"]


def test_the_description_has_the_shape_of_a_real_one() -> None:
    path = f"/{_UAI}/pronote/{_INFO}"
    first, second = (json.loads(content) for _, _, content in _get(_school(), path, path, journal=Journal()))
    assert set(first) == {"modeModif", "version", "date", "CAS", "espaces", "nomEtab"}
    assert first["version"] == [2026, 2, 7]
    assert (first["CAS"]["actif"], first["CAS"]["casURL"]) == (True, _CAS)
    # The token is another at each request.
    assert first["CAS"]["jetonCAS"] != second["CAS"]["jetonCAS"]


@pytest.mark.parametrize("path", ["InfoMobileApp.json", "InfoMobileApp.json?id=another"])
def test_the_description_wants_the_identifier(path: str) -> None:
    ((status, _, content),) = _get(_school(), f"/{_UAI}/pronote/{path}", journal=Journal())
    assert (status, b"jetonCAS" in content) == (404, False)


@pytest.mark.parametrize(
    ("release", "header"),
    [
        ("2024.3.9", "PRONOTE 2024.3.9 Microsoft-HTTPAPI/2.0"),
        ("2024.3.9.2", "PRONOTE 2024.3.9.2 Microsoft-HTTPAPI/2.0"),
        ("2023.0.2.7", "PRONOTE 2023.0.2.7 Microsoft-HTTPAPI/2.0"),
        ("2019.0.2.5", "PRONOTE 2019 - 0.2.5"),
    ],
)
def test_the_server_header(release: str, header: str) -> None:
    answers = _get(_school(release=release, cas=""), f"/{_UAI}/pronote/", f"/{_UAI}/pronote/{_INFO}", journal=Journal())
    assert [headers["Server"] for _, headers, _ in answers] == [header, header]


def test_with_cas_the_page_redirects_and_the_description_does_not() -> None:
    page, info = _get(_school(), f"/{_UAI}/pronote/", f"/{_UAI}/pronote/{_INFO}", journal=Journal())
    target = urlsplit(page[1]["Location"])
    assert (page[0], target.hostname, target.path) == (302, "cas.mon-ent-occitanie.fr", "/login")
    assert target.query.startswith("service=")
    assert info[0] == 200


def test_the_settings_of_the_client() -> None:
    ((_, _, content),) = _get(_school(), f"/{_UAI}/pronote/ParamClient.pcprn", journal=Journal())
    assert content.decode() == "Serveur=Lycée d'Exemple:0310001a.index-education.net:49300"
