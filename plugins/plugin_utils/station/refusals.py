# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is not let in, and which of several refusals says most. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from . import kerberos
from .errors import StationError
from .plain_causes import CERTIFICATE, METHOD, OPTIONS, PASSWORD

__all__ = ["lacks", "not_let_in", "worst"]

# What each transport needs the listener to offer in WWW-Authenticate ([MS-WSMV] 3.1.4.5).
_SCHEMES: Final = {
    "basic": {"basic"},
    "plaintext": {"basic"},
    "ssl": {"basic"},
    "ntlm": {"negotiate", "ntlm"},
    "kerberos": {"negotiate", "kerberos"},
    "credssp": {"credssp"},
}
_KNOWN: Final = ("basic", "negotiate", "ntlm", "kerberos", "credssp")
_ORDER: Final = ("answer", "fault", "quota", "refused", "unreachable", "controller", "configuration")


def lacks(transport: str, offers: str) -> bool:
    """Whether a listener that offers this in WWW-Authenticate has nothing that the transport can use."""
    offered = {scheme for scheme in _KNOWN if scheme in offers.lower()}
    wanted = _SCHEMES.get(transport)
    return bool(wanted and offered and not wanted & offered)


def not_let_in(transport: str, offers: str) -> StationError:
    """The error of HTTP 401. ``offers``: what the listener says in WWW-Authenticate."""
    if lacks(transport, offers):
        return METHOD.error(
            text=Message("{wanted}; it offers {offered}", wanted=transport, offered=one_line(offers, longest=100))
        )
    if transport == "certificate":
        return CERTIFICATE.error()
    # The domain gave a ticket, or this would have ended before anything was sent.
    return kerberos.ticket_refused() if transport == "kerberos" else PASSWORD.error()


def worst(refused: Sequence[StationError]) -> StationError:
    """Of what came of several transports, the one that says most: what the station itself answered, if it did."""
    if not refused:
        return OPTIONS.error(text=Message("ansible_winrm_transport names no transport"))
    return min(refused, key=lambda exc: _ORDER.index(exc.kind) if exc.kind in _ORDER else 0)
