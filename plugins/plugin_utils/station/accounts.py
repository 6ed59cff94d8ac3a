# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose password is sent to a station, and whether it may be sent to one more. Pure.

A domain counts the wrong passwords of an account over all its machines, and locks it after a few: so one of a domain is
tried on a single station until somebody accepts it, and on no other after three refusals. A station's own accounts are
counted by that station alone.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

from ...module_utils.base.message import Message
from .errors import Cause, CredentialsRefusedError, StationError
from .plain_causes import PASSWORD

__all__ = ["MOST", "Account", "Standing", "account_of", "given_up", "is_login"]

MOST: Final = 3
"""Refusals of an account of a domain that nobody has accepted; most domains lock it after five or ten."""
_PATIENCE: Final = 5.0
"""Seconds after which a station that has not answered keeps the next one waiting no more."""
_LOST: Final = 60.0
"""Seconds after which it is taken for one that never looked at the password."""
# Every message of NTLM, the third of which holds the proof of a password ([MS-NLMP] 2.2.1).
_PROOF: Final = b"NTLMSSP\0\x03\0\0\0"
# NetBIOS names end here, and this is what stands before the backslash.
_NETBIOS: Final = 15

_STOP = Message(
    "Correct ansible_user or ansible_password (vault) before you run again: the domain counts each refusal, and locks "
    "the account after a few. If both are right, look at these stations: time, domain, ansible_winrm_transport; a run "
    "with --limit to one that is known to be sound shows which it is."
)
_OF_DOMAIN: Final = Cause(
    kind=CredentialsRefusedError,
    fact=Message(
        "the account {account} was refused by the domain, and accepted by none: it is not tried on this station"
    ),
    remedy=_STOP,
)
_OF_STATIONS: Final = Cause(
    kind=CredentialsRefusedError,
    fact=Message(
        "the account {account} was refused by {number} stations ({named}), and accepted by none: it is not tried on "
        "this station"
    ),
    remedy=_STOP,
)
_UNANSWERED: Final = Cause(
    kind=CredentialsRefusedError,
    fact=Message(
        "the account {account} was accepted by no station yet, and those that it was sent to before do not answer: it "
        "is not tried on this one"
    ),
    remedy=Message(
        "Run again with --limit to stations that are known to be sound, then with all: one password is tried on few "
        "stations at a time until one of them accepts it, so that the domain does not lock the account."
    ),
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who logs in. ``domain``: empty for a station's own account; ``name``: as the inventory writes it."""

    name: str
    user: str
    domain: str
    password: str = field(repr=False)


def account_of(name: str, password: str, host: str) -> Account:
    """The account of ``ansible_user`` and ``ansible_password`` on a station. ``host``: its ``ansible_host``.

    Of a domain: ``DOMAIN\\name`` and ``name@domain``. The station's own: ``name``, ``.\\name``, and its own name before
    the backslash.
    """
    before, backslash, user = name.partition("\\")
    domain = before
    if not backslash:
        user, _mark, domain = name.partition("@")
    own = {"", ".", host.partition(".")[0][:_NETBIOS].lower()}
    return Account(name=name, user=user, domain="" if domain.lower() in own else domain, password=password)


def is_login(authorization: str) -> bool:
    """Whether a request with this in Authorization makes the station look at a password.

    The first message of NTLM does not, nor does a ticket of Kerberos; of CredSSP it cannot be seen which one does.
    """
    scheme, _mark, value = authorization.partition(" ")
    if scheme.lower() in {"basic", "credssp"}:
        return True
    try:
        return _PROOF in base64.b64decode(value)
    except (binascii.Error, ValueError):
        return False


@dataclass(kw_only=True)
class Standing:
    """What became of an account so far in this run. ``refused``: stations; ``trying``: since when, by station;
    ``stopped``: the domain itself has refused it.
    """

    accepted: bool = False
    stopped: bool = False
    refused: list[str] = field(default_factory=list)
    trying: dict[str, float] = field(default_factory=dict)

    def may_try(self, account: Account, station: str, moment: float) -> bool:
        """Whether it may be sent to this station now; if not, later. Raises StationError when it may never be."""
        if self.accepted:
            return True
        if self.stopped:
            raise _OF_DOMAIN.error(account=account.name)
        if station in self.refused:
            # A second time would be a second failed login.
            raise PASSWORD.error()
        if not account.domain:
            return True
        if len(self.refused) >= MOST:
            named = ", ".join(self.refused)
            raise _OF_STATIONS.error(account=account.name, number=len(self.refused), named=named)
        waiting = [since for since in self.trying.values() if 0 <= moment - since < _LOST]
        return len(self.refused) + len(waiting) < MOST and all(moment - since >= _PATIENCE for since in waiting)


def given_up(account: Account) -> StationError:
    """Nobody has accepted it for longer than anybody waits."""
    return _UNANSWERED.error(account=account.name)
