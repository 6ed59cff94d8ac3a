"""Lists of revoked certificates: what they refuse, what they clear, and what is left in doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.authenticode import (
    SignatureError,
    verify_signature,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.revocation import read_lists
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.authenticode import Authority, Identity, sign_pe
from tests.lab.pe import make_pe

_NOW, _DAY = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
_ADDRESS = "http://crl.lab.example/code.crl"
_PROGRAM = make_pe(b"installer" * 1000, strings={})


class Firm:
    """The publisher, somebody else of the same authority, and another authority of the same name."""

    def __init__(self) -> None:
        self.authority, self.namesake = Authority(), Authority()
        self.publisher = self.authority.issue(crl=_ADDRESS)
        self.other = self.authority.issue("Autre Éditeur")
        self.stamp = self.authority.issue("Time", usage="time", valid=(_NOW - 600 * _DAY, _NOW + _DAY))


@pytest.fixture(scope="module")
def firm() -> Firm:
    return Firm()


Judge = Callable[..., Sequence[str]]


@pytest.fixture
def judge(firm: Firm, tmp_path: Path) -> Judge:
    """Verify a file that was signed so many days ago (None: without a time stamp) against lists; the doubts."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(firm.authority.pem())

    def check(*lists: x509.CertificateRevocationList, signed: int | None = 10) -> Sequence[str]:
        stamp = {} if signed is None else {"stamp": firm.stamp, "stamped_at": _NOW - signed * _DAY}
        path = tmp_path / "setup.exe"
        path.write_bytes(sign_pe(_PROGRAM, firm.publisher, **stamp))  # type: ignore[arg-type]  # a table
        trusted = {"signers": ["INDEX EDUCATION"], "authorities": [str(authority)]}
        return verify_signature(path, **trusted, lists=lists).doubts

    return check


def _list(firm: Firm, ago: Mapping[str, int], **what: Any) -> x509.CertificateRevocationList:
    revoked: dict[Identity, dt.datetime] = {getattr(firm, who): _NOW - days * _DAY for who, days in ago.items()}
    return firm.authority.revoke(revoked, **what)


def test_a_list_that_clears_the_publisher(firm: Firm, judge: Judge) -> None:
    assert judge(_list(firm, {"other": 20})) == []
    assert judge() == []  # no list: nobody asked


@pytest.mark.parametrize(
    ("revoked", "signed", "refused"),
    [
        (20, 10, True),
        (20, None, True),
        (5, None, True),  # nobody knows when it was signed
        (5, 10, False),  # signed while it was good, as Windows sees it too
    ],
)
def test_a_revoked_publisher(firm: Firm, judge: Judge, revoked: int, signed: int | None, refused: bool) -> None:
    revocation = _list(firm, {"publisher": revoked})
    if not refused:
        assert judge(revocation, signed=signed) == []
        return
    with pytest.raises(SignatureError, match=r"INDEX EDUCATION.* was revoked on \d{4}-\d\d-\d\d, and it"):
        judge(revocation, signed=signed)


def test_the_key_may_have_been_lost_before_it_was_revoked(firm: Firm, judge: Judge) -> None:
    revocation = _list(firm, {"publisher": 5}, invalid_since=_NOW - 15 * _DAY)
    with pytest.raises(SignatureError, match="was revoked on"):
        judge(revocation)


def test_an_old_list_refuses_but_does_not_clear(firm: Firm, judge: Judge) -> None:
    until = _NOW - 3 * _DAY
    (doubt,) = judge(_list(firm, {}, until=until))
    assert f"is known up to {until:%Y-%m-%d} only: get a newer list (it is at {_ADDRESS!r})" in doubt
    with pytest.raises(SignatureError, match="was revoked on"):
        judge(_list(firm, {"publisher": 20}, until=until))
    # With a newer one beside it there is no doubt.
    assert judge(_list(firm, {}, until=until), _list(firm, {})) == []


_PART: dict[str, Any] = {
    "full_name": None,
    "relative_name": None,
    "only_contains_user_certs": False,
    "only_contains_ca_certs": False,
    "only_some_reasons": None,
    "indirect_crl": False,
    "only_contains_attribute_certs": False,
}


@pytest.mark.parametrize(
    ("extension", "clears", "refuses"),
    [
        (x509.IssuingDistributionPoint(**{**_PART, "only_contains_user_certs": True}), True, True),
        (x509.IssuingDistributionPoint(**{**_PART, "only_contains_ca_certs": True}), False, True),
        (
            x509.IssuingDistributionPoint(
                **{**_PART, "only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}
            ),
            False,
            True,
        ),
        (x509.DeltaCRLIndicator(7), False, True),
        # Its entries may be of others.
        (x509.IssuingDistributionPoint(**{**_PART, "indirect_crl": True}), False, False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.7"), b"\x05\0"), False, False),
    ],
)
def test_a_list_of_a_part_refuses_but_does_not_clear(
    firm: Firm, judge: Judge, extension: x509.ExtensionType, clears: bool, refuses: bool
) -> None:
    assert (judge(_list(firm, {}, extensions=[extension])) == []) is clears
    listed = _list(firm, {"publisher": 20}, extensions=[extension])
    if refuses:
        with pytest.raises(SignatureError, match="was revoked on"):
            judge(listed)
    else:
        assert judge(listed) != []


def test_an_entry_that_takes_a_suspension_back(firm: Firm, judge: Judge) -> None:
    back = _list(firm, {"publisher": 20}, reason=x509.ReasonFlags.remove_from_crl)
    assert judge(back) == []
    with pytest.raises(SignatureError, match="was revoked on"):
        judge(_list(firm, {"publisher": 20}, reason=x509.ReasonFlags.cessation_of_operation))


def test_a_list_of_somebody_else_says_nothing(firm: Firm, judge: Judge) -> None:
    # The same name, another key: a forged list neither refuses nor clears.
    forged = firm.namesake.revoke({firm.publisher: _NOW - 20 * _DAY})
    foreign = Authority("Foreign").revoke({firm.publisher: _NOW - 20 * _DAY})
    (doubt,) = judge(forged, foreign)
    assert "is not known: no whole list of its issuer was given" in doubt
    assert _ADDRESS in doubt


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_lists_are_files(firm: Firm, tmp_path: Path, encoding: Encoding) -> None:
    path = tmp_path / "list.crl"
    path.write_bytes(_list(firm, {"publisher": 1}).public_bytes(encoding))
    (read,) = read_lists([str(path)])
    assert len(read) == 1


@pytest.mark.parametrize("content", [b"", b"<html>", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"])
def test_files_that_are_no_lists(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.crl"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"list\.crl is no list of revoked certificates"):
        read_lists([str(path)])
    with pytest.raises(OSError, match="none"):
        read_lists([str(tmp_path / "none.crl")])
