# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. What a school's server runs, for whoever wants to know: pinned, else what it says, else its last word.

In ``module_utils`` because the module ``hosted_release_info`` runs from AnsiballZ, which can carry nothing else, and
lookup, actions and module must share one code path and one cache.
"""

from __future__ import annotations

from typing import Any

from ..base.message import message_of
from ..product.release import Release
from .answers import ask_once
from .description import INFO_PATH, HostedServerError, ServedRelease, base_url, parse_info
from .request import DEFAULT_CACHE, HostedOptions, ask_server, check_trust

__all__ = ["DEFAULT_CACHE", "HostedOptions", "read_hosted_release", "served_release", "servers_read"]


def served_release(
    uai: str, url: str = "", *, options: HostedOptions, pinned: str = "", allow_stale: bool = True
) -> ServedRelease:
    """What the server of a school runs; ``pinned`` beats it, and nobody is asked. Raises nothing: see ``error``."""
    try:
        if pinned:
            return ServedRelease(release=Release.parse(pinned), pinned=True)
        return read_hosted_release(uai, url, options=options, allow_stale=allow_stale)
    except (HostedServerError, ValueError) as exc:
        return ServedRelease(server=url, error=message_of(exc), fact=getattr(exc, "fact", message_of(exc)))


def read_hosted_release(uai: str, url: str = "", *, options: HostedOptions, allow_stale: bool = False) -> ServedRelease:
    """The server's answer, from the cache while it is fresh; with ``allow_stale`` its last word if it cannot be read.

    Raises HostedServerError, ValueError for a malformed UAI or address.
    """
    server = base_url(uai, url)
    check_trust(server, options)

    def ask() -> dict[str, Any]:
        body, header = ask_server(server, INFO_PATH, options=options)
        return parse_info(server, body, server_header=header).as_dict()

    answer = ask_once(server, [server], ask, _description, options=options, allow_stale=allow_stale)
    served = ServedRelease(
        server=server,
        release=Release.parse(answer.value["release"]),
        info=answer.value,
        read_at=answer.read_at,
        cached=answer.cached,
        error=answer.error,
    )
    if not (served.cached and server in _read):
        # Whoever asks after the first in this process gets what that one was told.
        _read[server] = served
    return served


def servers_read() -> list[ServedRelease]:
    """What each server said in this process since this was asked last: templates have its release alone."""
    told = list(_read.values())
    _read.clear()
    return told


_read: dict[str, ServedRelease] = {}


def _description(info: dict[str, Any]) -> dict[str, Any]:
    """What readers rely on. Raises ValueError, TypeError, KeyError for what is none."""
    Release.parse(info["client_release"])
    Release.parse(info["release"])
    if not ({"active", "host"} <= info["cas"].keys() and isinstance(info["disagreements"], list)):
        raise ValueError("no description")
    return info
