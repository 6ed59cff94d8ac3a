# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station's curl says of a download that failed: the cause in words, and the remedy. Pure.

Its exit code is the kind; behind one code Windows' TLS (schannel) has several causes, which only the Win32 code in
curl's message tells apart. The sentence after that code is localized, and never read.
"""

from __future__ import annotations

import re

from ...module_utils.base.message import Message

__all__ = ["CURL_CODES", "curl_cause", "curl_said"]

CURL_CODES: dict[int, str] = {
    2: Message("the station's curl does not know one of our options"),
    3: Message("the address is malformed"),
    5: Message("the name of a proxy does not resolve on the station"),
    6: Message("the depot's name does not resolve on the station"),
    7: Message("the depot refuses the connection"),
    18: Message("the download broke off before its end"),
    22: Message("the depot answered an HTTP error (the file is missing, or access to it is denied)"),
    23: Message("the disk of the station is full or read-only"),
    28: Message("the download timed out"),
    33: Message("the depot cannot resume a download"),
    35: Message("TLS could not be set up with the depot"),
    36: Message("what the station has of the file is not its beginning"),
    52: Message("the depot answered nothing"),
    56: Message("the connection to the depot was cut"),
    60: Message("the station does not trust the depot's certificate"),
}
"""Exit codes of curl (curl manual, EXIT CODES) that a station meets."""

_SERVED = Message("Check that the depot serves this file to the station, then run again.")
_HTTP = Message("give the depot an http:// address (the digests protect what is fetched)")

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
            "it; or set pronote_client_depot_revocation to best_effort (skip where curl is older "
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
_TLS_TEXTS = tuple((re.compile(text), words, remedy) for text, words, remedy in _TLS)
_OTHER_TRUST = Message("Put the authority into the station's root store, or {http}.", http=_HTTP)
_TOO_OLD = re.compile(r"option --ssl-revoke-best-effort: is unknown")
_MESSAGE = re.compile(r"^curl: (?:\((\d{1,3})\) )?.*", re.MULTILINE)


def curl_said(text: str) -> tuple[int, str]:
    """The exit code in the last message of a text that curl wrote, and that message; (-1, "") when there is none."""
    found = [match for match in _MESSAGE.finditer(text) if match[1]]
    return (int(found[-1][1]), found[-1][0].strip()) if found else (-1, "")


def curl_cause(code: int, text: str) -> tuple[str, str]:
    """The cause in words, and the remedy, of a download that ended with this code.

    ``text``: what curl wrote, of earlier tries too; only its last message counts.
    """
    if code == 2 and _TOO_OLD.search(text):
        return (
            Message("the station's curl is older than 7.70 and knows no best effort"),
            Message("Set pronote_client_depot_revocation to skip for this station, or bring its Windows up to date."),
        )
    told, message = curl_said(text)
    if code in {35, 60} and told == code:
        for pattern, words, remedy in _TLS_TEXTS:
            if pattern.search(message):
                return words, remedy
    words = CURL_CODES.get(code, Message("curl failed"))
    return words, _OTHER_TRUST if code in {35, 60} else _SERVED
