# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes that no number tells, but the class of an exception or the place where it was raised. Pure."""

from __future__ import annotations

import re
from typing import Final

from ...module_utils.base.message import Message
from .errors import (
    AnswerError,
    Cause,
    ControllerError,
    CredentialsRefusedError,
    EndlessAnswerError,
    InventoryError,
    OversizeAnswerError,
    PackedAnswerError,
    RedirectedError,
    UnencryptedAnswerError,
)
from .network_codes import CUT, NO_ANSWER, NO_HTTP, PROXY, SILENT
from .rules import Breach

__all__ = [
    "ADDRESS",
    "BREACHES",
    "BUG",
    "BY_NAME",
    "CERTIFICATE",
    "CRYPTOGRAPHY",
    "ENDLESS",
    "IN_CLEAR",
    "LIBRARY",
    "METHOD",
    "NO_PASSWORD",
    "NO_USER",
    "OPTIONS",
    "OUT_OF_MEMORY",
    "OVERSIZE",
    "PACKED",
    "PASSWORD",
    "REDIRECT",
    "SECONDS",
    "SENSELESS",
    "TIME_OUTS",
    "TRANSPORT",
    "UNENCRYPTED",
    "is_cryptography",
]

PASSWORD: Final = Cause(
    kind=CredentialsRefusedError,
    fact=Message("the station refuses the user name or the password"),
    remedy=Message(
        "Check ansible_user and ansible_password for this station (vault), the account's lock-out, and "
        "that the listener offers the method of ansible_winrm_transport."
    ),
)
METHOD: Final = Cause(
    kind=CredentialsRefusedError,
    fact=Message("the station does not offer the way to authenticate that was asked for ({text})"),
    remedy=Message(
        "Set ansible_winrm_transport to one that it offers, or allow it on the station (winrm get "
        "winrm/config/service/auth; basic also needs AllowUnencrypted over HTTP)."
    ),
)
CERTIFICATE: Final = Cause(
    kind=CredentialsRefusedError,
    fact=Message("the station refuses the client certificate"),
    remedy=Message(
        "Check that it is mapped to an account (winrm enumerate winrm/config/service/certmapping), that its "
        "authority is in the station's Root store, and that Certificate is true in winrm/config/service/auth."
    ),
)
SENSELESS: Final = Cause(
    kind=AnswerError,
    fact=Message("the station answered {text} while {doing}"),
    remedy=Message(
        "Restart the WinRM service of the station; if it lasts, something else may answer there: a proxy, another "
        "machine."
    ),
)
UNENCRYPTED: Final = Cause(
    kind=AnswerError,
    fact=Message("the station's answer could not be decrypted while {doing} ({text})"),
    remedy=Message(
        "Run again. If it lasts, something between the controller and the station changes messages: look for a "
        "proxy or an antivirus that opens them."
    ),
)
_WHO = Message(
    "Nothing of it was believed. Look at what answers at the station's address (ansible_host): a portal, a proxy, "
    "another machine, or a station that is not in your hands any more."
)
REDIRECT: Final = Cause(
    kind=RedirectedError,
    fact=Message("the station's address redirects elsewhere while {doing}, which WinRM never does ({text})"),
    remedy=Message("Nothing was sent there. {who}", who=_WHO),
)
IN_CLEAR: Final = Cause(
    kind=UnencryptedAnswerError,
    fact=Message("the station answered in the clear while {doing}, although messages are encrypted ({text})"),
    remedy=_WHO,
)
PACKED: Final = Cause(
    kind=PackedAnswerError,
    fact=Message("the station's answer is packed while {doing}, which was not asked for ({text})"),
    remedy=_WHO,
)
OVERSIZE: Final = Cause(
    kind=OversizeAnswerError,
    fact=Message("the station answers more than any answer may hold while {doing} ({text})"),
    remedy=_WHO,
)
ENDLESS: Final = Cause(
    kind=EndlessAnswerError,
    fact=Message("the station began to answer while {doing}, and was not done in its time ({text})"),
    remedy=Message(
        "Where the network is that slow, raise ansible_winrm_read_timeout_sec (docs/winrm.md). {who}", who=_WHO
    ),
)
ADDRESS: Final = Cause(
    kind=InventoryError,
    fact=Message("the station's address cannot be one: {text}"),
    remedy=Message("Correct ansible_host, ansible_port and ansible_winrm_scheme in the inventory."),
)
OPTIONS: Final = Cause(
    kind=InventoryError,
    fact=Message("the connection's settings in the inventory cannot be used: {text}"),
    remedy=Message(
        "Correct the ansible_winrm_… variables, ansible_user and ansible_password of this station (docs/winrm.md)."
    ),
)
LIBRARY: Final = Cause(
    kind=ControllerError,
    fact=Message("the controller lacks what this connection needs: {text}"),
    remedy=Message("Install it in .venv (pip install 'pywinrm[credssp]'), or choose another ansible_winrm_transport."),
)
CRYPTOGRAPHY: Final = Cause(
    kind=ControllerError,
    fact=Message("the controller's cryptography refuses what this connection needs: {text}"),
    remedy=Message(
        "NTLM needs MD4, MD5 and RC4: set ansible_winrm_transport to kerberos, or run on a controller whose OpenSSL "
        "allows them (its legacy provider, without FIPS mode)."
    ),
)
TRANSPORT: Final = Cause(
    kind=InventoryError,
    fact=Message("ansible_winrm_transport names {text}, which is none of {known}"),
    remedy=Message("Correct ansible_winrm_transport in the inventory (docs/winrm.md)."),
)
NO_USER: Final = Cause(
    kind=InventoryError,
    fact=Message("the inventory gives no user name for this station (ansible_user), which {text} needs"),
    remedy=Message("Set ansible_user and ansible_password for all stations (vault, docs/winrm.md)."),
)
NO_PASSWORD: Final = Cause(
    kind=InventoryError,
    fact=Message("the inventory gives no password for this station (ansible_password), which {text} needs"),
    remedy=NO_USER.remedy,
)
SECONDS: Final = Cause(
    kind=InventoryError,
    fact=Message("{name} is {text}, which is no whole number of seconds from {least} to {most}"),
    remedy=Message("Correct it in the inventory, or leave it out (docs/winrm.md)."),
)
TIME_OUTS: Final = Cause(
    kind=InventoryError,
    fact=Message(
        "ansible_winrm_read_timeout_sec ({reading} s) is not above ansible_winrm_operation_timeout_sec ({operating} s)"
    ),
    remedy=Message("Give one of the two alone, which the other then follows, or correct the pair (docs/winrm.md)."),
)
OUT_OF_MEMORY: Final = Cause(
    kind=ControllerError,
    fact=Message("the controller has no memory left"),
    remedy=Message("Run with fewer forks, or give it more."),
)
BUG: Final = Cause.ours(
    Message("this program failed while it read the station ({text})"),
    Message("Report it, with the output of -vvv: it is a fault of the collection, and not the station's."),
)

BREACHES: Final[dict[Breach, Cause]] = {
    "redirect": REDIRECT,
    "unencrypted": IN_CLEAR,
    "packed": PACKED,
    "oversize": OVERSIZE,
    "endless": ENDLESS,
}
"""What an answer that may not be is called (``rules.py``)."""

BY_NAME: Final[dict[tuple[str, str], Cause]] = {
    # The client of the survey, which real modules and workers do not load.
    ("aiohttp", "ConnectionTimeoutError"): NO_ANSWER,
    ("aiohttp", "ServerTimeoutError"): SILENT,
    ("aiohttp", "ServerDisconnectedError"): CUT,
    ("aiohttp", "ClientPayloadError"): CUT,
    ("aiohttp", "ClientHttpProxyError"): PROXY,
    ("aiohttp", "ClientProxyConnectionError"): PROXY,
    ("aiohttp", "TooManyRedirects"): REDIRECT,
    ("aiohttp", "InvalidURL"): ADDRESS,
    ("aiohttp", "NonHttpUrlClientError"): ADDRESS,
    ("aiohttp", "ContentEncodingError"): SENSELESS,
    ("aiohttp", "HttpProcessingError"): NO_HTTP,
}
"""By package and name of the exception's class, or of one that it is derived from (the nearest counts)."""

# Classes that cannot be imported everywhere: without RC4 in OpenSSL, and where FIPS forbids MD5.
_FORBIDDEN: Final = frozenset({("cryptography", "UnsupportedAlgorithm"), ("_hashlib", "UnsupportedDigestmodError")})
# What hashlib and hmac say of MD4 and MD5, with no class of its own (Modules/_hashopenssl.c).
_SAYS_NO = re.compile(r"unsupported hash type|\[digital envelope routines")


def is_cryptography(exc: BaseException) -> bool:
    """Whether it is one of CRYPTOGRAPHY."""
    named = (type(exc).__module__.partition(".")[0], type(exc).__name__)
    return named in _FORBIDDEN or (isinstance(exc, ValueError) and _SAYS_NO.match(str(exc)) is not None)
