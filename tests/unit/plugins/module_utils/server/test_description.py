from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import (
    HostedServerError,
    base_url,
    parse_info,
    parse_server_header,
)

_SERVER = "https://0310001A.index-education.net/pronote/"
_TOKEN = "5f1c0e6d9a7b4c2e8f00112233445566"
# The shape of a real answer of 2021 (docs/fidelity.md, H), with line breaks in the name.
_ANSWER: dict[str, Any] = {
    "modeModif": True,
    "version": [2020, 0, 2, 5],
    "date": "2021-01-20T11:48:47.694Z",
    "CAS": {"actif": True, "casURL": "https://cas.mon-ent-occitanie.fr", "jetonCAS": _TOKEN},
    "espaces": [{"nom": "Espace Professeurs", "URL": "mobile.professeur.html"}, {"URL": "x"}, "nonsense"],
    "nomEtab": "LYCEE EXEMPLE\r\n31000 TOULOUSE",
}


def _body(**changes: Any) -> bytes:
    return json.dumps({**_ANSWER, **changes}).encode()


@pytest.mark.parametrize(
    ("uai", "url", "expected"),
    [
        ("0310001a", "", _SERVER),
        ("0310001A", "https://notes.example.org/pronote", "https://notes.example.org/pronote/"),
        ("0310001A", "http://127.0.0.1:8080/0310001A/pronote/", "http://127.0.0.1:8080/0310001A/pronote/"),
        # An address of one's own makes the UAI a mere label.
        ("", "https://notes.example.org/pronote///", "https://notes.example.org/pronote/"),
    ],
)
def test_base_url(uai: str, url: str, expected: str) -> None:
    assert base_url(uai, url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "notes.example.org",
        "ftp://notes.example.org/",
        "file:///etc/passwd",
        "https:///pronote/",
        "https://user:secret@notes.example.org/",
        "https://:secret@notes.example.org/",
        "https://[broken/",
        "https://notes.example.org:99999/",
        "https://notes.example.org:port/",
        "https://notes.example.org/a b",
        "https://notes.example.org/\r\nX: y",
    ],
)
def test_base_url_refuses(url: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a hosted server"):
        base_url("0310001A", url)


def test_a_real_answer() -> None:
    info = parse_info(_SERVER, _body(), server_header="PRONOTE 2020.0.2.5 Microsoft-HTTPAPI/2.0")
    assert info.as_dict() == {
        "release": "2020.0.2.5",
        "client_release": "2020.0.2.5",
        "year": 2020,
        "name": "LYCEE EXEMPLE 31000 TOULOUSE",
        "cas": {"active": True, "host": "cas.mon-ent-occitanie.fr"},
        "spaces": ["Espace Professeurs"],
        "disagreements": [],
        "header_release": "",
    }


def test_a_hot_fix_of_the_server() -> None:
    info = parse_info(_SERVER, _body(version=[2024, 3, 9, 2])).as_dict()
    assert (info["release"], info["client_release"], info["year"]) == ("2024.3.9.2", "2024.3.9", 2024)


def test_a_sparse_answer() -> None:
    info = parse_info(_SERVER, b'{"version": [2026, 2, 7]}').as_dict()
    assert info == {
        "release": "2026.2.7",
        "client_release": "2026.2.7",
        "year": 2026,
        "name": "",
        "cas": {"active": False, "host": ""},
        "spaces": [],
        "disagreements": [],
        "header_release": "",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"CAS": None},
        {"CAS": "yes"},
        {"CAS": {}},
        {"CAS": {"actif": True, "casURL": ""}},
        {"CAS": {"actif": True, "casURL": "https://[broken"}},
        {"CAS": {"actif": True, "casURL": 7}},
        {"espaces": None},
        {"espaces": True},
        {"espaces": {"nom": "x"}},
        {"nomEtab": None},
        {"nomEtab": 7},
    ],
)
def test_odd_optional_fields_do_not_hide_the_release(changes: dict[str, Any]) -> None:
    assert str(parse_info(_SERVER, _body(**changes)).release) == "2020.0.2.5"


def test_the_cas_token_is_never_kept() -> None:
    info = parse_info(_SERVER, _body())
    assert _TOKEN in _body().decode()
    assert _TOKEN not in repr(info)
    assert _TOKEN not in repr(info.as_dict())


@pytest.mark.parametrize("version", [None, "2020.0.2.5", [], ["2020", "0"], [2020.0, 0, 2, 5], {"a": 1}])
def test_no_version_is_unreadable_and_shows_no_token(version: Any) -> None:
    with pytest.raises(HostedServerError) as caught:
        parse_info(_SERVER, _body(version=version))
    assert _SERVER in str(caught.value)
    assert "Report it: the format may have changed" in caught.value.remedy
    assert _TOKEN not in str(caught.value)


@pytest.mark.parametrize("version", [[12, 1, 2], [2026], [2026, 2], [2026, -2, 7], [True, 2, 7], [2022, 1, 2]])
def test_a_version_that_is_no_release_is_unreadable(version: list[int]) -> None:
    with pytest.raises(HostedServerError, match="is not a release"):
        parse_info(_SERVER, _body(version=version))


@pytest.mark.parametrize(
    ("sentence", "fact", "remedy"),
    [
        ("Votre adresse IP est provisoirement suspendue", "has suspended the controller's address", "Wait some hours"),
        ("Your IP address is temporarily suspended!", "has suspended the controller's address", "Wait some hours"),
        ("Le site n'est pas disponible", "the site is not available", "hosting console"),
        ("Le site est momentanément indisponible", "momentarily unavailable", "Try again later"),
        ("La page demandée n'existe pas", "the page does not exist", "Check the UAI"),
        # The same as HTML pages write it.
        ("Le site n&#39;est pas disponible", "the site is not available", "hosting console"),
        ("Le site n\u2019est pas disponible", "the site is not available", "hosting console"),
        ("Le site est momentan&eacute;ment indisponible", "momentarily unavailable", "Try again later"),
        ("La page demand&eacute;e n&apos;existe pas", "the page does not exist", "Check the UAI"),
        ("Bonjour", "it answered an HTML page instead of its description", "Open the address in a browser"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_refusal_pages(sentence: str, fact: str, remedy: str, encoding: str) -> None:
    page = f"<!DOCTYPE html><html><body><h1>{sentence}</h1></body></html>".encode(encoding)
    with pytest.raises(HostedServerError) as caught:
        parse_info(_SERVER, page)
    assert fact in caught.value.fact
    assert remedy in caught.value.remedy
    assert str(caught.value) == f"the hosted server {_SERVER} could not be read: {caught.value.fact}. " + (
        caught.value.remedy
    )


@pytest.mark.parametrize(
    "body", [b"", b"{version: nonsense", b"\xff\xfe\x00", b"[" * 100_000, b'{"version": [2026, 2, 7]} trailing']
)
def test_nonsense_is_unreadable(body: bytes) -> None:
    with pytest.raises(HostedServerError, match="it answered something that is not JSON"):
        parse_info(_SERVER, body)


@pytest.mark.parametrize("body", [b"[1, 2, 3]", b'"text"', b"null", b"7"])
def test_json_of_another_kind_is_unreadable(body: bytes) -> None:
    with pytest.raises(HostedServerError, match="it answered JSON that is not a description of itself"):
        parse_info(_SERVER, body)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("PRONOTE 2024.3.9 Microsoft-HTTPAPI/2.0", "2024.3.9"),
        ("PRONOTE 2024.3.9.2 Microsoft-HTTPAPI/2.0", "2024.3.9.2"),
        ("PRONOTE 2019 - 0.2.5", "2019.0.2.5"),
        ("PRONOTE 2023.0.2.7", "2023.0.2.7"),
        ("PRONOTE", None),
        ("PRONOTE 2024", None),
        ("PRONOTE 2024..", None),
        ("nginx/1.24", None),
        ("Microsoft-HTTPAPI/2.0", None),
        ("", None),
    ],
)
def test_server_header(header: str, expected: str | None) -> None:
    found = parse_server_header(header)
    assert (str(found) if found else None) == expected


def test_a_header_that_disagrees_is_a_warning() -> None:
    info = parse_info(_SERVER, _body(), server_header="PRONOTE 2024.3.9 Microsoft-HTTPAPI/2.0")
    assert str(info.release) == "2020.0.2.5"
    (warning,) = info.as_dict()["disagreements"]
    assert "2020.0.2.5" in warning
    assert "2024.3.9" in warning


@pytest.mark.parametrize("header", ["", "nginx", "PRONOTE 2024.3.9.1 Microsoft-HTTPAPI/2.0"])
def test_a_header_that_says_nothing_else_is_no_warning(header: str) -> None:
    # A hot fix in one of the two only is the same client.
    assert parse_info(_SERVER, _body(version=[2024, 3, 9, 2]), server_header=header).header is None


def test_names_are_kept_for_every_station_and_so_are_names() -> None:
    info = parse_info(_SERVER, _body(nomEtab="L\ud800\x1b[31m" + "x" * 100_000, espaces=[{"nom": "y" * 9999}] * 60))
    assert info.name == "L\ufffd\ufffd[31m" + "x" * 193
    assert [len(space) for space in info.spaces] == [200] * 50
