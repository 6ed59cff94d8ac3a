"""Whose password it is, and to how many stations it may go."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.accounts import (
    MOST,
    Account,
    Standing,
    account_of,
    is_login,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError

_DOMAIN = account_of(r"LYCEE\deploy", "Lab-only-1!", "s101-01.lycee.example.org")
_LOCAL = account_of("deploy", "Lab-only-1!", "s101-01.lycee.example.org")


@pytest.mark.parametrize(
    ("name", "user", "domain"),
    [
        (r"LYCEE\deploy", "deploy", "LYCEE"),
        ("deploy@LYCEE.EXAMPLE.ORG", "deploy", "LYCEE.EXAMPLE.ORG"),
        ("deploy", "deploy", ""),
        (r".\deploy", "deploy", ""),
        (r"S101-01\deploy", "deploy", ""),
        (r"S101\deploy", "deploy", "S101"),
        ("", "", ""),
        (r"LYCEE\deploy@else", "deploy@else", "LYCEE"),
    ],
)
def test_whose_account_it_is(name: str, user: str, domain: str) -> None:
    account = account_of(name, "Lab-only-1!", "s101-01.lycee.example.org")
    assert (account.name, account.user, account.domain) == (name, user, domain)
    assert "Lab-only" not in repr(account)


def test_a_computer_s_name_ends_after_fifteen_characters() -> None:
    assert account_of(r"SALLE-101-POSTE\x", "", "salle-101-poste-01.example.org").domain == ""


def _ntlm(kind: int, before: bytes = b"") -> str:
    return base64.b64encode(before + b"NTLMSSP\0" + bytes([kind, 0, 0, 0]) + b"rest").decode()


@pytest.mark.parametrize(
    ("authorization", "login"),
    [
        ("", False),
        ("Basic ZGVwbG95OnA=", True),
        (f"Negotiate {_ntlm(1)}", False),
        (f"Negotiate {_ntlm(3)}", True),
        (f"NTLM {_ntlm(3)}", True),
        (f"Negotiate {_ntlm(3, b'wrapped in SPNEGO: ')}", True),
        ("Negotiate YIIFpw==", False),
        ("Kerberos YIIFpw==", False),
        ("CredSSP FgMB", True),
        ("http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual", False),
        ("Negotiate é", False),
        ("Negotiate A", False),
    ],
)
def test_which_request_sends_a_password(authorization: str, login: bool) -> None:
    assert is_login(authorization) is login


def _standing(refused: int = 0, **more: object) -> Standing:
    return Standing(refused=[f"pc{number}" for number in range(refused)], **more)  # type: ignore[arg-type]


def _fact(account: Account, standing: Standing, station: str = "new") -> str:
    with pytest.raises(StationError) as caught:
        standing.may_try(account, station, 100.0)
    assert caught.value.kind == "refused"
    return caught.value.fact


@pytest.mark.parametrize("refused", range(MOST))
def test_an_account_of_a_domain_is_tried_until_so_many_have_refused_it(refused: int) -> None:
    assert _standing(refused).may_try(_DOMAIN, "new", 100.0)


def test_then_it_is_tried_no_more() -> None:
    fact = _fact(_DOMAIN, _standing(MOST))
    assert fact == (
        r"the account LYCEE\deploy was refused by 3 stations (pc0, pc1, pc2), and accepted by none: it is not tried on "
        "this station"
    )
    assert _fact(_DOMAIN, Standing(stopped=True)).startswith(r"the account LYCEE\deploy was refused by the domain, and")


def test_what_was_refused_is_not_sent_to_the_same_station_again() -> None:
    for account in (_DOMAIN, _LOCAL):
        assert _fact(account, _standing(1), "pc0") == "the station refuses the user name or the password"


def test_who_was_accepted_once_goes_everywhere() -> None:
    standing = _standing(MOST, accepted=True, trying={"a": 99.0})
    assert standing.may_try(_DOMAIN, "pc0", 100.0)


def test_a_station_s_own_account_is_never_stopped() -> None:
    assert _standing(20, trying={"a": 99.9}).may_try(_LOCAL, "new", 100.0)


@pytest.mark.parametrize(
    ("refused", "trying", "may"),
    [
        (0, [99.0], False),
        (0, [96.0], False),
        # It keeps others waiting for a while, not for ever.
        (0, [94.9], True),
        (0, [94.9, 99.0], False),
        # All that are under way may yet refuse it.
        (0, [80.0, 85.0, 94.0], False),
        (2, [80.0], False),
        (1, [80.0], True),
        # Whoever says nothing for so long never will; nor will one of before the machine started.
        (2, [39.0], True),
        (2, [200.0], True),
    ],
)
def test_one_station_at_a_time(refused: int, trying: list[float], may: bool) -> None:
    standing = _standing(refused, trying={f"t{number}": since for number, since in enumerate(trying)})
    assert standing.may_try(_DOMAIN, "new", 100.0) is may
