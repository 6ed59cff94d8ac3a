# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station's curl says of a download that failed: the cause in words, and the remedy. Pure.

Its exit code is the kind; behind one code Windows' TLS (schannel) has several causes, which only the Win32 code in
curl's message tells apart. The sentence after that code is localized, and never read.
"""

from __future__ import annotations

import re

from ...module_utils.base.message import Message
from ..station.exit_codes import exit_cause

__all__ = ["CURL_CODES", "curl_cause", "curl_said"]

CURL_CODES: dict[int, str] = {
    1: Message("the depot's address is neither http nor https"),
    2: Message("the station's curl does not know one of our options"),
    3: Message("the address is malformed"),
    4: Message("the station's curl was built without something that it needs"),
    5: Message("the name of a proxy does not resolve on the station"),
    6: Message("the depot's name does not resolve on the station"),
    7: Message("the depot refuses the connection"),
    8: Message("what answers at the depot's address makes no sense"),
    16: Message("the depot's HTTP/2 makes no sense to the station"),
    18: Message("the download broke off before its end"),
    22: Message("the depot answered an HTTP error (the file is missing, or access to it is denied)"),
    23: Message("the disk of the station is full or read-only"),
    26: Message("the station's curl cannot read a file of its own"),
    27: Message("the station has no memory left for curl"),
    28: Message("the download timed out"),
    33: Message("the depot cannot resume a download"),
    35: Message("TLS could not be set up with the depot"),
    36: Message("what the station has of the file is not its beginning"),
    43: Message("the station's curl is not as it was built"),
    47: Message("the depot's address redirects without end"),
    48: Message("the station's curl does not know one of our options"),
    51: Message("the depot's certificate is not the one that the station expects"),
    52: Message("the depot answered nothing"),
    53: Message("the station's curl has no such way to speak TLS"),
    54: Message("the station's curl cannot use its way to speak TLS"),
    55: Message("what the station sends does not reach the depot"),
    56: Message("the connection to the depot was cut"),
    58: Message("the station's own certificate cannot be used"),
    59: Message("the depot and the station have no cipher in common"),
    60: Message("the station does not trust the depot's certificate"),
    61: Message("what the depot sends is packed in a way that was not asked for"),
    63: Message("the file is larger than it may be"),
    66: Message("the station's curl cannot use its way to speak TLS"),
    77: Message("the station's curl cannot read its file of authorities"),
    80: Message("the TLS connection to the depot could not be closed"),
    82: Message("a list of revoked certificates cannot be read on the station"),
    83: Message("the depot's certificate was issued by another authority than it should be"),
    90: Message("the depot's certificate is not the one that the station expects"),
    91: Message("the depot's certificate does not prove that it was not revoked"),
    92: Message("the depot's HTTP/2 makes no sense to the station"),
    95: Message("the depot's HTTP/3 makes no sense to the station"),
    97: Message("a proxy refuses the station"),
}
"""Exit codes of curl (curl manual, EXIT CODES) that a station meets."""

_SERVED = Message("Check that the depot serves this file to the station, then run again.")
_HTTP = Message("give the depot an http:// address (the digests protect what is fetched)")
_PROXY = Message(
    "Look for a proxy in the station's variables and in a .curlrc (http_proxy, all_proxy), then run again."
)
_TRUST = Message("Bring the station's Windows up to date, or {http}.", http=_HTTP)
_ADDRESS = Message("Correct pronote_depot_url (http or https, name, port), then run again.")
_AGAIN = Message("Run again; if it lasts, look at the network between the station and the depot.")
_NAMES = Message("Check that the station's name server knows the depot, or give pronote_depot_url an address.")
_CURL = Message("Bring the station's Windows up to date: its curl is too old, or another one stands before it.")
_DISK = Message("Make room on the station's disk, and see whether it can be written, then run again.")
_REMEDIES: dict[int, str] = {
    **dict.fromkeys((1, 3, 8, 47), _ADDRESS),
    **dict.fromkeys((2, 4, 26, 43, 48), _CURL),
    **dict.fromkeys((5, 97), _PROXY),
    6: _NAMES,
    7: Message("Look whether the depot's server runs, and at firewalls between it and the station, then run again."),
    **dict.fromkeys((16, 18, 28, 52, 55, 56, 80, 92, 95), _AGAIN),
    **dict.fromkeys((23, 63), _DISK),
    27: Message("Restart the station to free its memory, then run again."),
    **dict.fromkeys((33, 36), Message("Run again: what the station has of the file is thrown away and fetched anew.")),
    **dict.fromkeys((53, 54, 58, 59, 66, 77, 82), _TRUST),
    61: _PROXY,
}

# wincrypt.h and winerror.h; the names are those of curl 8, which older ones call "Unknown error". Which exit code goes
# with them differs between versions of curl (35 or 60).
_TLS: tuple[tuple[str, str, str], ...] = (
    (
        r"0x80092012|0x80092013|CRYPT_E_NO_REVOCATION_CHECK|CRYPT_E_REVOCATION_OFFLINE"
        r"|CERT_TRUST_REVOCATION_STATUS_UNKNOWN|CERT_TRUST_IS_OFFLINE_REVOCATION",
        Message(
            "Windows cannot check whether the depot's certificate was revoked, as its authority has "
            "no revocation list that the station reaches"
        ),
        Message(
            "One of three: {http}; let the authority publish a revocation list where stations reach "
            "it; or set pronote_depot_revocation to best_effort (skip where curl is older "
            "than 7.70).",
            http=_HTTP,
        ),
    ),
    (
        r"0x80092010|CRYPT_E_REVOKED",
        Message("the depot's certificate was revoked by its authority"),
        Message("Give the depot another certificate, then run again."),
    ),
    (
        r"0x80090322|0x800B010F|SEC_E_WRONG_PRINCIPAL|CERT_E_CN_NO_MATCH",
        Message("the depot's certificate is for another name than the address has"),
        Message("Let pronote_depot_url have the name that stands in the certificate, then run again."),
    ),
    (
        r"0x80090328|0x800B0101|SEC_E_CERT_EXPIRED|CERT_E_EXPIRED",
        Message("the depot's certificate has expired, or the station's clock is wrong"),
        Message("Look at the clock of the station and at the certificate's dates, then run again."),
    ),
    (
        r"0x80090325|0x800B0109|0x800B010A|SEC_E_UNTRUSTED_ROOT|CERT_E_UNTRUSTEDROOT|CERT_E_CHAINING",
        CURL_CODES[60],
        Message(
            "Put the authority into the station's root store (a group policy does it for all), or {http}.", http=_HTTP
        ),
    ),
    (
        r"0x80090308|0x80090326|0x80090331|SEC_E_INVALID_TOKEN|SEC_E_ILLEGAL_MESSAGE|SEC_E_ALGORITHM_MISMATCH",
        Message("the depot and the station have no version of TLS in common, or the depot speaks plain HTTP there"),
        Message("Check the address (http or https, port) and that the depot offers TLS 1.2, then run again."),
    ),
)
_TRUSTING = frozenset({35, 51, 60, 83, 90, 91})
_TLS_TEXTS = tuple((re.compile(text), words, remedy) for text, words, remedy in _TLS)
_OTHER_TRUST = Message("Put the authority into the station's root store, or {http}.", http=_HTTP)
_TOO_OLD = re.compile(r"option --ssl-revoke-best-effort: is unknown")
_MESSAGE = re.compile(r"^curl: (?:\((\d{1,3})\) )?.*", re.MULTILINE)


def curl_said(text: str) -> tuple[int, str]:
    """The exit code in the last message of a text that curl wrote, and that message; (-1, "") when there is none."""
    found = [match for match in _MESSAGE.finditer(text) if match[1]]
    return (int(found[-1][1]), found[-1][0].strip()) if found else (-1, "")


def _unnamed(code: int) -> str:
    """curl itself did not end by itself, or says a number that its manual does not have."""
    cause = exit_cause(code)
    return Message("curl failed") if cause is None else Message("curl did not run: {words}", words=cause.words)


def curl_cause(code: int, text: str) -> tuple[str, str]:
    """The cause in words, and the remedy, of a download that ended with this code.

    ``text``: what curl wrote, of earlier tries too; only its last message counts.
    """
    if code == 2 and _TOO_OLD.search(text):
        return (
            Message("the station's curl is older than 7.70 and knows no best effort"),
            Message("Set pronote_depot_revocation to skip for this station, or bring its Windows up to date."),
        )
    told, message = curl_said(text)
    if code in {35, 56, 60} and told == code:
        for pattern, words, remedy in _TLS_TEXTS:
            if pattern.search(message):
                return words, remedy
    words = CURL_CODES.get(code) or _unnamed(code)
    return words, _OTHER_TRUST if code in _TRUSTING else _REMEDIES.get(code, _SERVED)
