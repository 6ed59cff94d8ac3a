"""What exceptions of Kerberos become, by their numbers, whichever library raised them."""

from __future__ import annotations

import pytest
import requests
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import (
    Way,
    from_preparation,
)
from spnego import exceptions as spnego
from winrm.exceptions import (
    InvalidCredentialsError,
)

from tests.unit.causes import error_of


class _NativeGssError(Exception):
    """As python-gssapi raises it."""

    maj_code, min_code = 851968, -1765328347


_NativeGssError.__module__ = "gssapi.raw.misc"


class _MutualError(requests.exceptions.RequestException):
    """As requests_kerberos raises it."""


_MutualError.__name__ = "MutualAuthenticationError"
_MutualError.__module__ = "winrm.vendor.requests_kerberos.exceptions"


def test_other_libraries_of_kerberos() -> None:
    assert "clocks" in error_of(_NativeGssError("x")).fact
    assert "did not prove its identity" in error_of(_MutualError("Unable to authenticate")).fact
    assert "did not authenticate" in error_of(spnego.BadMICError(), Way(doing="x", transport="kerberos")).fact
    assert error_of(spnego.ContextExpiredError(), Way(doing="x", transport="kerberos")).passing
    # A minor code that says nothing leaves the word to the major one.
    assert "no Kerberos ticket" in error_of(_gss(0, 7 << 16)).fact


def test_a_certificate_that_is_not_mapped() -> None:
    error = error_of(InvalidCredentialsError("rejected"), Way(doing="x", transport="certificate"))
    assert error.fact == "the station refuses the client certificate"


class _GssError(Exception):
    """As pykerberos raises it: pairs of text and number."""


_GssError.__module__ = "kerberos"


def _gss(minor: int, major: int = 851968) -> Exception:
    """What requests_kerberos makes of it: its text, with the real one as context."""
    error = _GssError(("Unspecified GSS failure", major), ("Some text", minor))
    shown = requests.exceptions.RequestException(f"authGSSClientStep() failed: {error.args}")
    shown.__context__ = error
    return shown


@pytest.mark.parametrize(
    ("number", "kind", "fact"),
    [
        (24, "refused", "refuses the password"),
        (6, "refused", "does not know the account"),
        (1, "refused", "account has expired"),
        (18, "refused", "locked"),
        (23, "refused", "must be changed"),
        (7, "refused", "no station of that name"),
        (37, "refused", "clocks"),
        (41, "refused", "made for another machine account"),
        (32, "unreachable", "ticket has expired"),
        (156, "controller", "no Kerberos server of the domain answers"),
        (154, "controller", "does not know where the domain's Kerberos servers are"),
        (68, "configuration", "not written as the domain writes it"),
        (195, "controller", "no Kerberos ticket"),
        (127, "refused", "Kerberos did not authenticate"),
    ],
)
@pytest.mark.parametrize("signed", [True, False])
def test_kerberos_is_told_by_number(number: int, kind: str, fact: str, *, signed: bool) -> None:
    minor = -1765328384 + number
    error = error_of(_gss(minor if signed else minor & 0xFFFFFFFF), Way(doing="x", transport="kerberos", opening=True))
    assert error.kind == kind
    assert fact in error.fact
    assert "powered off" not in error.fact


def test_a_ticket_that_has_expired_is_asked_for_again() -> None:
    assert error_of(_gss(-1765328352)).passing
    assert not error_of(_gss(-1765328360)).passing


def test_a_401_after_a_ticket_has_two_causes_and_both_are_named() -> None:
    way = Way(doing="x", transport="kerberos", opening=True)
    error = error_of(InvalidCredentialsError("the specified credentials were rejected by the server"), way)
    assert error.kind == "refused"
    assert "no right to use WinRM there" in error.fact
    assert "made for another machine account" in error.fact
    assert "group Administrators" in error.remedy
    assert "setspn -X" in error.remedy


_KINIT = {
    "Preauthentication failed": ("refused", "refuses the password"),
    "Password incorrect": ("refused", "refuses the password"),
    "Client 'x@LYCEE.EXAMPLE.ORG' not found in Kerberos database": ("refused", "does not know the account"),
    "Client's credentials have been revoked": ("refused", "locked"),
    "Client's entry in database has expired": ("refused", "account has expired"),
    "Password has expired": ("refused", "must be changed"),
    "Cannot read password": ("refused", "must be changed"),
    "Cannot contact any KDC for realm 'LYCEE.EXAMPLE.ORG'": ("controller", "no Kerberos server of the domain answers"),
    'Cannot find KDC for realm "lycee.example.org"': ("controller", "does not know where"),
    "KDC reply did not match expectations": ("configuration", "not written as the domain writes it"),
    "Clock skew too great": ("refused", "clocks"),
    "Something new": ("refused", "Kerberos did not authenticate: Kerberos auth failure"),
}


@pytest.mark.parametrize("said", _KINIT)
def test_kinit_is_told_by_its_words(said: str) -> None:
    kind, fact = _KINIT[said]
    text = f"Kerberos auth failure for principal x@R: kinit: {said} while getting initial credentials"
    error = from_preparation(AnsibleConnectionFailure(text))
    assert error.kind == kind
    assert fact in error.fact
    # Only where kinit says it: an account's name is no cause.
    other = from_preparation(AnsibleConnectionFailure(f"Kerberos auth failure for principal {said}: kinit: no"))
    assert other.fact.startswith("Kerberos did not authenticate")
