# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kerberos refuses, and why: tables of codes, and the texts of ``kinit``, which gives no code. Pure.

Codes are those of MIT's com_err table "krb5" (-1765328384 and up: the number of the protocol, RFC 4120 7.5.9, or from
128 the library's own). A GSS error carries one of them as its minor code; ``kinit`` prints its text alone.
"""

from __future__ import annotations

import re
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from .errors import (
    Cause,
    CredentialsRefusedError,
    InventoryError,
    PasswordRefusedError,
    StationError,
    UnreachableError,
)

__all__ = [
    "KINIT",
    "KRB5",
    "LIBRARY_MISSING",
    "MAJOR",
    "from_gss",
    "from_kinit",
    "not_proven",
    "ticket_over",
    "ticket_refused",
    "unanswered",
]

_BASE: Final = -1765328384


def _refused(fact: Message, remedy: Message) -> Cause:
    return Cause(kind=CredentialsRefusedError, fact=fact, remedy=remedy)


def _counted(fact: Message, remedy: Message) -> Cause:
    return Cause(kind=PasswordRefusedError, fact=fact, remedy=remedy)


_PASSWORD = _counted(
    Message("the domain refuses the password of the account"),
    Message(
        "Correct ansible_password (vault) before you run again: each run with a wrong one is a failed login, and the "
        "domain locks the account after a few."
    ),
)
_ACCOUNT = _refused(
    Message("the domain does not know the account"),
    Message("Check ansible_user: name@REALM, with the realm of the account's own domain in capitals."),
)
_LOCKED = _counted(
    Message("the domain says that the account is locked, disabled or not allowed to log on now"),
    Message("Unlock it in the domain (and look why: a wrong password in a vault locks it), or enable it."),
)
_EXPIRED = _counted(
    Message("the account has expired in the domain"),
    Message("Set a later expiry date for it in the domain, or use another account."),
)
_CHANGE = _counted(
    Message("the password of the account has expired or must be changed"),
    Message("Change it (log on once with it, or in the domain's console), then put the new one into the vault."),
)
_SERVICE = _refused(
    Message("the domain has no station of that name"),
    Message(
        "Use the station's full DNS name in ansible_host instead of an address or an alias (or "
        "ansible_winrm_kerberos_hostname_override); setspn -L on the station's account shows its names."
    ),
)
_DUPLICATE = _refused(
    Message("the station cannot read the Kerberos ticket: it was made for another machine account"),
    Message(
        "Look for a name declared twice (setspn -X, setspn -Q HTTP/<name>) and for DNS that leads to another machine; "
        "a station that was installed anew under its old name joins the domain again."
    ),
)
_NOT_LET_IN = _refused(
    Message(
        "the station refuses the account although the domain gave it a Kerberos ticket: the account has no right to "
        "use WinRM there, or the ticket was made for another machine account"
    ),
    Message(
        "Check that the account is in the station's group Administrators. If it is, look for a name declared twice "
        "(setspn -X, setspn -Q HTTP/<name>) and for DNS that leads to another machine; a station that was installed "
        "anew under its old name joins the domain again."
    ),
)
_CLOCK = _refused(
    Message("the clocks of the controller, the station and the domain differ by more than Kerberos allows"),
    Message("Set them by NTP: five minutes at most."),
)
_CIPHER = _refused(
    Message("the domain and the controller have no encryption type in common for Kerberos"),
    Message(
        "Allow AES for the account in the domain (msDS-SupportedEncryptionTypes), and look at permitted_enctypes in "
        "krb5.conf; a password that is older than the domain's AES has to be set again."
    ),
)
_TICKET = Cause(
    kind=UnreachableError,
    fact=Message("the Kerberos ticket has expired"),
    remedy=Message("Run again: a new one is asked for; what was under way is found and followed."),
)
_NO_MORE = Cause(
    kind=UnreachableError,
    fact=Message("the station takes no more the Kerberos ticket with which the connection was opened"),
    remedy=Message(
        "Run again: it has expired, or the station has just started and cannot ask its domain yet. What was under "
        "way is found and followed."
    ),
)
_POLICY = _refused(
    Message("the domain's policy forbids this log-on"),
    Message("Look at the account's log-on hours and workstations, and at authentication policies of the domain."),
)
_REALM = Cause(
    kind=InventoryError,
    fact=Message("the realm of the account is not written as the domain writes it"),
    remedy=Message("Write ansible_user with the realm in capitals (deploy@LYCEE.EXAMPLE.ORG)."),
)
_NO_REALM = Cause.ours(
    Message("the controller does not know where the domain's Kerberos servers are"),
    Message(
        "Write the realm in capitals in ansible_user, and check that the controller's DNS is the domain's, or name the "
        "realm and its kdc in /etc/krb5.conf."
    ),
)
_KDC = Cause.ours(
    Message("no Kerberos server of the domain answers the controller"),
    Message("Check the domain controllers, and port 88 (TCP and UDP) between them and the controller."),
)
_CONFIGURATION = Cause.ours(
    Message("the controller's Kerberos configuration cannot be used"),
    Message("Look at /etc/krb5.conf, or at the file that KRB5_CONFIG names."),
)
_NO_TICKET = Cause.ours(
    Message("the controller has no Kerberos ticket for the account"),
    Message("Run kinit first (klist shows what is there), or give ansible_password."),
)
_NAME = Cause(
    kind=InventoryError,
    fact=Message("ansible_user is not a name of Kerberos"),
    remedy=Message("Write it as name@REALM, the realm in capitals."),
)
_NOT_PROVEN = _refused(
    Message("the station did not prove its identity by Kerberos"),
    Message("Something else may answer at its address: check DNS and ansible_host."),
)
_UNKNOWN = _refused(
    Message("Kerberos did not authenticate: {text}"),
    Message(
        "Run kinit by hand with the same account, then klist; use the station's full DNS name, and compare the clocks."
    ),
)

LIBRARY_MISSING: Final = Cause.ours(
    Message("the controller has no Kerberos library or no kinit: {text}"),
    Message("Run make kerberos; before it, as root on Debian, apt install krb5-user libkrb5-dev gcc python3-dev."),
)

KRB5: Final[dict[int, Cause]] = {
    **dict.fromkeys((1,), _EXPIRED),
    **dict.fromkeys((2, 7, 22, 157, 167, 218), _SERVICE),
    6: _ACCOUNT,
    12: _POLICY,
    **dict.fromkeys((14, 17, 150, 200, 236, 237), _CIPHER),
    18: _LOCKED,
    21: _LOCKED,
    **dict.fromkeys((23, 130), _CHANGE),
    24: _PASSWORD,
    **dict.fromkeys((31, 35, 36, 41, 44, 45, 144), _DUPLICATE),
    **dict.fromkeys((20, 32, 34), _TICKET),
    **dict.fromkeys((33, 37, 148), _CLOCK),
    **dict.fromkeys((46, 158, 63), _NOT_PROVEN),
    **dict.fromkeys((68, 147, 149), _REALM),
    **dict.fromkeys((154, 217, 220, 241, 243), _NO_REALM),
    **dict.fromkeys((29, 156), _KDC),
    **dict.fromkeys((135, 136, 224), _CONFIGURATION),
    **dict.fromkeys((133, 134), _NAME),
    **dict.fromkeys((141, 142, 194, 195, 199, 212), _NO_TICKET),
}
"""By the code's distance from the table's base: 0 to 127 are the protocol's numbers."""

MAJOR: Final[dict[int, Cause]] = {
    # GSS_S_BAD_NAME, GSS_S_BAD_BINDINGS, GSS_S_NO_CRED, GSS_S_CREDENTIALS_EXPIRED, GSS_S_CONTEXT_EXPIRED
    2: _NAME,
    4: _DUPLICATE,
    7: _NO_TICKET,
    11: _TICKET,
    12: _TICKET,
}
"""By the routine error in a GSS major code (bits 16 to 23, RFC 2744 3.9.1), when the minor code says nothing."""

# Texts of the same codes, which kinit prints between its name and what it was doing. MIT names the account or the realm
# in some; Heimdal (krb5_get_init_creds: …) has the same texts for these.
KINIT: Final[tuple[tuple[str, Cause], ...]] = (
    ("Preauthentication failed", _PASSWORD),
    ("Password incorrect", _PASSWORD),
    ("Decrypt integrity check failed", _PASSWORD),
    ("Client(?: '.*')? not found in Kerberos database", _ACCOUNT),
    ("Client's credentials have been revoked", _LOCKED),
    ("Clients credentials have been revoked", _LOCKED),
    ("Client's entry in database has expired", _EXPIRED),
    ("Password has expired", _CHANGE),
    ("Cannot read password", _CHANGE),
    ("Password change failed", _CHANGE),
    ("KDC policy rejects request", _POLICY),
    ("KDC has no support for encryption type", _CIPHER),
    ("Clock skew too great(?: in KDC reply)?", _CLOCK),
    ("KDC reply did not match expectations", _REALM),
    ("Realm not local to KDC", _REALM),
    ("Cannot find KDC for (?:requested )?realm.*", _NO_REALM),
    ("unable to reach any KDC in realm.*", _KDC),
    ("Cannot contact any KDC for (?:requested )?realm.*", _KDC),
    ("Cannot resolve network address for KDC in (?:requested )?realm.*", _NO_REALM),
    ("A service is not available that is required to process the request", _KDC),
    ("Configuration file does not specify default realm", _CONFIGURATION),
    ("Improper format of Kerberos configuration file", _CONFIGURATION),
    ("Can't open/find Kerberos configuration file", _CONFIGURATION),
    ("Malformed representation of principal", _NAME),
)
_KINIT_TEXTS = tuple((re.compile(text), cause) for text, cause in KINIT)
_KINIT_NAMED = "kinit: "
_KINIT_DOING = re.compile(r" while getting initial credentials$| when parsing name | while (?:parsing|initializing) ")


def from_gss(major: int, minor: int, text: str) -> StationError:
    """The error of a GSS major and minor code, signed or not. ``text``: what the library says of them."""
    cause = KRB5.get(((minor - _BASE) & 0xFFFFFFFF) if minor else -1) or MAJOR.get((major >> 16) & 0xFF, _UNKNOWN)
    return cause.error(text=one_line(text, longest=300))


def from_kinit(said: str) -> StationError:
    """The error of what ``kinit`` printed on its standard error."""
    # It asks for a new password, and says so, before it says that it cannot read one.
    for line in said[:2000].splitlines():
        before, named, rest = line.strip().rpartition(_KINIT_NAMED)
        if not named or not (before or ": ").endswith(": "):
            continue
        text = _KINIT_DOING.split(rest.removeprefix("krb5_get_init_creds: "), maxsplit=1)[0]
        for pattern, cause in _KINIT_TEXTS:
            if pattern.fullmatch(text):
                return cause.error(text=one_line(text))
    return _UNKNOWN.error(text=one_line(said, longest=300))


def ticket_refused() -> StationError:
    """HTTP 401 although the domain gave a ticket for that name: Windows answers the same to one that it cannot read and
    to an account without rights (docs/fidelity.md, W29).
    """
    return _NOT_LET_IN.error(text="")


def ticket_over() -> StationError:
    """The same on a connection that was let in before: pywinrm opens it again by itself, with the ticket that it has,
    and keeps to itself what the library says of one that has expired.
    """
    return _NO_MORE.error(text="")


def unanswered() -> StationError:
    """The domain has not answered in the time that there is for it."""
    return _KDC.error(text="")


def not_proven() -> StationError:
    """The station's answer holds no proof that it could read the ticket."""
    return _NOT_PROVEN.error(text="")
