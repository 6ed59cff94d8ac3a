# SPDX-License-Identifier: GPL-3.0-or-later
"""What numbers of the system, of name resolution, of TLS and of HTTP mean on the way to a station: tables. Pure."""

from __future__ import annotations

import errno
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from .errors import (
    AnswerError,
    Cause,
    CredentialsRefusedError,
    InventoryError,
    UnknownNameError,
    UnreachableError,
    UntrustedError,
)
from .soap import described

__all__ = [
    "BROKEN_OFF",
    "CUT",
    "CUT_OFF",
    "ERRNO",
    "GAI",
    "HTTP",
    "MUTE",
    "NO_ADDRESS",
    "NO_ANSWER",
    "NO_HTTP",
    "OUR_FILES",
    "PROXY",
    "REFUSED",
    "SILENT",
    "TLS",
    "TLS_FAILED",
    "UNTRUSTED",
    "VERIFY",
    "http_cause",
    "told",
]

_AGAIN = Message("Run again once the station answers: what was under way is found and followed.")
_SWITCH_ON = Message(
    "Switch the station on, and check that WinRM listens (winrm enumerate winrm/config/listener), that "
    "the network profile is not public, and ansible_host and ansible_port."
)
REFUSED: Final = Cause(
    kind=UnreachableError,
    fact=Message("the station refuses the connection (WinRM is off, or a firewall rejects it)"),
    remedy=_SWITCH_ON,
)
NO_ANSWER: Final = Cause(
    kind=UnreachableError,
    fact=Message("the station does not answer (powered off, unplugged, or behind a firewall)"),
    remedy=_SWITCH_ON,
)
SILENT: Final = Cause(
    kind=UnreachableError,
    fact=Message("the station stopped answering while {doing}"),
    remedy=_AGAIN,
)
_LISTENER = Message(
    "Check ansible_port and ansible_winrm_scheme (port 5985 is HTTP, 5986 HTTPS), then the station's WinRM service and "
    "what filters on the way; a station that is starting does the same: run again."
)
CUT_OFF: Final = Cause(
    kind=AnswerError,
    fact=Message("what answers at the station's address takes the connection and cuts it while {doing}"),
    remedy=_LISTENER,
)
MUTE: Final = Cause(
    kind=AnswerError,
    fact=Message("what answers at the station's address takes the connection and says nothing while {doing}"),
    remedy=_LISTENER,
)
CUT: Final = Cause(
    kind=UnreachableError,
    fact=Message("the connection was cut while {doing}"),
    remedy=_AGAIN,
)
BROKEN_OFF: Final = Cause(
    kind=UnreachableError,
    fact=Message("the connection broke while {doing}: {text}"),
    remedy=_AGAIN,
)
NO_ADDRESS: Final = Cause(
    kind=UnknownNameError,
    fact=Message("the station's name has no address"),
    remedy=Message("Check ansible_host, and that the controller's DNS knows the stations' names."),
)
_NO_ROUTE: Final = Cause.ours(
    Message("the controller has no route to the station's network"),
    Message("Look at the controller's network, gateway and VPN to that school, and at ansible_host."),
)
_NO_WAY: Final = Cause(
    kind=UnreachableError,
    fact=Message("nobody takes what is sent to the station's address (no route to host)"),
    remedy=Message(
        "In the controller's own network the station is off or has another address (ansible_host); beyond a router, "
        "that router or a firewall says so: look at routes and VPN to that school."
    ),
)


_DESCRIPTORS = Cause.ours(
    Message("the controller may open no more files or connections ({text})"),
    Message("Raise its limit (ulimit -n, LimitNOFILE), or run with fewer forks."),
)
_MEMORY = Cause.ours(
    Message("the controller has no memory left ({text})"),
    Message("Run with fewer forks, or give it more."),
)
_PORTS = Cause.ours(
    Message("the controller has no local port left for a connection ({text})"),
    Message("Run with fewer forks, or widen net.ipv4.ip_local_port_range."),
)
_FORBIDDEN = Cause.ours(
    Message("the controller forbids the connection ({text})"),
    Message("Look at its own firewall (OUTPUT), SELinux or container: the station was not asked."),
)
_DISK = Cause.ours(
    Message("the controller's disk or a file of it cannot be used ({text})"),
    Message("Look at the file and at the free space on the controller."),
)
_RESOLVER = Cause.ours(
    Message("the controller's name resolution does not work ({text})"),
    Message("Look at /etc/resolv.conf and the DNS server of the controller: the station was not asked."),
)
OUR_FILES: Final = Cause.ours(
    Message("a file that the connection needs cannot be used on the controller: {text}"),
    Message(
        "Check ansible_winrm_ca_trust_path, ansible_winrm_cert_pem, ansible_winrm_cert_key_pem and REQUESTS_CA_BUNDLE: "
        "full paths of PEM files that the user of this run may read."
    ),
)
PROXY: Final = Cause.ours(
    Message("the controller asks a proxy for the station, and it does not help: {text}"),
    Message("Set ansible_winrm_proxy to nothing, or NO_PROXY for the stations' names and addresses."),
)

ERRNO: Final[dict[int, Cause]] = {
    errno.ECONNREFUSED: REFUSED,
    errno.ETIMEDOUT: NO_ANSWER,
    **dict.fromkeys((errno.EHOSTUNREACH, errno.EHOSTDOWN), _NO_WAY),
    **dict.fromkeys((errno.ENETUNREACH, errno.ENETDOWN), _NO_ROUTE),
    **dict.fromkeys((errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENETRESET, errno.ENOTCONN), CUT),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _DESCRIPTORS),
    **dict.fromkeys((errno.ENOMEM, errno.ENOBUFS), _MEMORY),
    **dict.fromkeys((errno.EADDRNOTAVAIL, errno.EADDRINUSE), _PORTS),
    **dict.fromkeys((errno.EACCES, errno.EPERM), _FORBIDDEN),
    **dict.fromkeys((errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT), _DISK),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP), OUR_FILES),
}
"""OSError.errno. A file's name in the exception makes it OUR_FILES whatever the number."""

# Numbers of netdb.h, which Python's socket module has as EAI_NONAME, EAI_AGAIN, …
GAI: Final[dict[int, Cause]] = {
    **dict.fromkeys((-2, -5, -9), NO_ADDRESS),  # EAI_NONAME, EAI_NODATA, EAI_ADDRFAMILY
    **dict.fromkeys((-3, -4), _RESOLVER),  # EAI_AGAIN, EAI_FAIL
    -10: _MEMORY,  # EAI_MEMORY
    -11: _RESOLVER,  # EAI_SYSTEM
}
"""socket.gaierror.errno."""


_UNTRUSTED = Message("the station's TLS certificate is not trusted by the controller ({why})")


def _untrusted(why: Message, remedy: Message) -> Cause:
    return Cause(
        kind=UntrustedError,
        fact=_UNTRUSTED.given(why=why),
        remedy=remedy,
    )


_GIVE_AUTHORITY = Message("Give ansible_winrm_ca_trust_path the authority that signed it; do not ignore certificates.")
_AUTHORITY = _untrusted(Message("signed by an authority that it does not know"), _GIVE_AUTHORITY)
_NAME = _untrusted(
    Message("made for another name"), Message("Put the certificate's own name into ansible_host, or renew it.")
)
UNTRUSTED: Final = Cause(
    kind=UntrustedError,
    fact=Message("the station's TLS certificate is not trusted by the controller ({text})"),
    remedy=_GIVE_AUTHORITY,
)
_ANEW = Message("Give the station another one (docs/winrm.md, HTTPS listener).")
_UNSURE = Cause(
    kind=UntrustedError,
    fact=Message("whether the station's TLS certificate was revoked cannot be checked ({text})"),
    remedy=Message("Give the controller its authority's list of revocations, or look at the controller's clock."),
)
_UNFIT = Cause(
    kind=UntrustedError,
    fact=Message("the station's TLS certificate, or its authority's, breaks a rule for certificates ({text})"),
    remedy=_ANEW,
)
_WEAK = Cause(
    kind=UntrustedError,
    fact=Message("the station's TLS certificate, or its authority's, is too weak for the controller ({text})"),
    remedy=Message("Give the station one with an RSA key of 2048 bits and SHA-256 (docs/winrm.md, HTTPS listener)."),
)
VERIFY: Final[dict[int, Cause]] = {
    **dict.fromkeys((3, 11, 12, 33), _UNSURE),
    9: _untrusted(Message("not valid yet"), Message("Compare the clocks of the controller and the station.")),
    10: _untrusted(
        Message("expired"),
        Message(
            "Renew it on the station (docs/winrm.md, HTTPS listener); if its dates are right, set the controller's "
            "clock."
        ),
    ),
    **dict.fromkeys((18, 19, 2, 20, 21), _AUTHORITY),
    23: _untrusted(Message("revoked"), _ANEW),
    # X509_V_ERR_INVALID_CA (79, and 24 before OpenSSL 3), _PATH_LENGTH_EXCEEDED, _INVALID_PURPOSE,
    # _KEYUSAGE_NO_CERTSIGN, _INVALID_NON_CA, _INVALID_EXTENSION, and what strict verification asks for, as Python does
    # since 3.13 (_CA_BCONS_NOT_CRITICAL, _MISSING_AUTHORITY_KEY_IDENTIFIER…).
    **dict.fromkeys((24, 25, 26, 32, 37, 41, *range(79, 95)), _UNFIT),
    **dict.fromkeys((62, 63, 64), _NAME),
    # X509_V_ERR_EE_KEY_TOO_SMALL, _CA_KEY_TOO_SMALL, _CA_MD_TOO_WEAK
    **dict.fromkeys((66, 67, 68), _WEAK),
}
"""ssl.SSLCertVerificationError.verify_code (X509_V_ERR_… of OpenSSL)."""

_NO_TLS = Cause(
    kind=InventoryError,
    fact=Message("the station does not speak TLS on this port"),
    remedy=Message("Port 5985 is HTTP and 5986 HTTPS: check ansible_port and ansible_winrm_scheme."),
)
_NO_VERSION = Cause(
    kind=AnswerError,
    fact=Message("the station and the controller have no TLS version or cipher in common ({text})"),
    remedy=Message("Allow TLS 1.2 on the station (SCHANNEL, IIS Crypto), or use port 5985 with NTLM or Kerberos."),
)
TLS_FAILED: Final = Cause(
    kind=AnswerError,
    fact=Message("TLS with the station failed while {doing} ({text})"),
    remedy=Message(
        "Look at the certificate of its HTTPS listener (winrm enumerate winrm/config/listener) and at the event log of "
        "the station (Schannel); check ansible_port and ansible_winrm_scheme."
    ),
)
_OUR_CERTIFICATE = Cause(
    kind=CredentialsRefusedError,
    fact=Message("the station refuses the client certificate ({text})"),
    remedy=Message(
        "Check its authority in the station's Root store, its mapping (winrm enumerate "
        "winrm/config/service/certmapping) and its dates."
    ),
)
TLS: Final[dict[str, Cause]] = {
    **dict.fromkeys(
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"), _NO_TLS
    ),
    **dict.fromkeys(
        (
            *("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"),
            *("SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "DH_KEY_TOO_SMALL", "BAD_SIGNATURE_ALGORITHM"),
            *("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "TLSV1_ALERT_INSUFFICIENT_SECURITY", "EE_KEY_TOO_SMALL"),
        ),
        _NO_VERSION,
    ),
    **dict.fromkeys(
        (
            *("TLSV13_ALERT_CERTIFICATE_REQUIRED", "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE"),
            *("SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED", "SSLV3_ALERT_CERTIFICATE_UNKNOWN"),
            *("TLSV1_ALERT_ACCESS_DENIED", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"),
        ),
        _OUR_CERTIFICATE,
    ),
    **dict.fromkeys(("KEY_VALUES_MISMATCH", "PEM_LIB", "NO_START_LINE", "BAD_DECRYPT", "CA_MD_TOO_WEAK"), OUR_FILES),
    "UNEXPECTED_EOF_WHILE_READING": CUT,
}
"""ssl.SSLError.reason."""


def _answered(fact: Message, remedy: Message) -> Cause:
    return Cause(kind=AnswerError, fact=fact, remedy=remedy)


_ELSE = Message(
    "Look at what runs there: ansible_host or ansible_port may name another machine, or a proxy stands between."
)
NO_HTTP: Final = _answered(
    Message("what answers at the station's address does not speak HTTP while {doing}"),
    _ELSE,
)
_PAGE = _answered(
    Message("the station's address answered HTTP {code} while {doing}: {text}"),
    _ELSE,
)
_BROKEN = _answered(
    Message("the station answered HTTP {code} while {doing}: {text}"),
    Message(
        "Its WinRM service is broken, starting or stopping: look at its event log (Windows Remote Management), restart "
        "the service, then run again. What was under way is found and followed."
    ),
)
HTTP: Final[dict[int, Cause]] = {
    400: _answered(
        Message("the station answered HTTP 400 while {doing}: it could not read the request ({text})"),
        Message(
            "Run again: a message on a connection that was renewed is refused so. If it lasts, look at "
            "ansible_winrm_message_encryption, and for a proxy."
        ),
    ),
    403: _answered(
        Message("the station's address answered HTTP 403 while {doing}: {text}"),
        Message(
            "A client certificate, a filter of addresses (IPv4Filter, winrm get winrm/config/service) or a proxy "
            "refuses."
        ),
    ),
    407: PROXY,
    **dict.fromkeys((500, 502, 503, 504), _BROKEN),
}
"""Status of an answer without a fault in it; any other: another thing than WinRM answers."""


def http_cause(status: int) -> Cause:
    """What an answer with this status and no fault means."""
    return HTTP.get(status, _PAGE)


def told(body: bytes, server: str) -> str:
    """What an answer is, in one line: the server's name, and a page's title or the beginning of its text."""
    said = described(body)
    shown = repr(said) if said else Message("an empty answer")
    return Message("server {name}, {text}", name=repr(one_line(server, longest=60)), text=shown) if server else shown
