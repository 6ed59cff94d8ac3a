from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.identifiers import host_of
from ansible_collections.rentree.pronote.plugins.module_utils.checks.cas import parse_redirect, refuses_service

_ASKED = "https://0310001a.index-education.net/pronote/"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("cas.mon-ent.fr", "cas.mon-ent.fr"),
        ("CAS.mon-ent.fr.", "cas.mon-ent.fr"),
        ("cas.mon-ent.fr:8443", "cas.mon-ent.fr"),
        ("https://cas.mon-ent.fr/login?x=1", "cas.mon-ent.fr"),
        ("https://user:pw@cas.mon-ent.fr/", "cas.mon-ent.fr"),
        ("https://[::1]:8443/", "::1"),
        ("", ""),
        ("https://[cas/", ""),
        ("https:///login", ""),
    ],
)
def test_hosts(text: str, host: str) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize(
    ("location", "login"),
    [
        (
            "https://cas.ent.fr/login?service=https%3A%2F%2F0310001A.index-education.net%2Fpronote%2F",
            "https://cas.ent.fr/login?service=https%3A%2F%2F0310001a.index-education.net%2Fpronote%2F",
        ),
        # What the facts show: not encoded.
        (
            f"https://cas.ent.fr:8443/cas/login?service={_ASKED}",
            "https://cas.ent.fr:8443/cas/login?service=https%3A%2F%2F0310001a.index-education.net%2Fpronote%2F",
        ),
        # Tokens, users and fragments are dropped, in the service too.
        (
            "https://u:p@cas.ent.fr/login?jetonCAS=SECRET&service=https%3A%2F%2Fx.fr%2F%3FjetonCAS%3DSECRET#SECRET",
            "https://cas.ent.fr/login?service=https%3A%2F%2Fx.fr%2F",
        ),
        ("https://cas.ent.fr/login?service=", "https://cas.ent.fr/login"),
        ("https://cas.ent.fr/login?service=pronote", "https://cas.ent.fr/login"),
        ("https://cas.ent.fr/login?service=a%0d%0ab://c", "https://cas.ent.fr/login"),
        ("/login", "https://0310001a.index-education.net/login"),
        ("https://[::1]:8443/login", "https://[::1]:8443/login"),
    ],
)
def test_redirects(location: str, login: str) -> None:
    redirect = parse_redirect(location, _ASKED)
    assert redirect.login == login
    assert "SECRET" not in repr(redirect)


@pytest.mark.parametrize(
    "location",
    ["https://[cas/", "javascript:alert(1)", "file:///etc/passwd", "https://a\r\nb/", "https://a:x/"],
)
def test_redirects_that_cannot_be_followed(location: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_redirect(location, _ASKED)


@pytest.mark.parametrize(
    ("page", "refused"),
    [
        ("The application you attempted to authenticate to is not authorized to use CAS.", True),
        ("L'application que vous avez tenté d'authentifier n'est pas autorisée à utiliser CAS.", True),
        ("Service non autorisé", True),
        ("<form><input name='username'></form>", False),
    ],
)
def test_refused_services(page: str, refused: bool) -> None:
    assert refuses_service(page) is refused
