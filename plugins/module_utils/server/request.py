# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. One request to a hosted server, and its refusals in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..base.http import MAX_BYTES, REDIRECTS, Bounds, RequestError, ask
from ..base.message import Message, message_of
from .description import HostedServerError, known_refusal
from .refusals import certificate_remedy, redirected, refusal

__all__ = ["DEFAULT_CACHE", "HOSTED_ARGUMENTS", "HostedOptions", "ask_server"]

DEFAULT_CACHE = "~/.cache/rentree-pronote/hosted"


@dataclass(frozen=True, kw_only=True)
class HostedOptions:
    """How to ask. Lifetimes and the timeout are in seconds.

    ``failure_lifetime``: of the first failure; of those that follow see ``answers.py``. ``ask_again``: whatever is kept
    is asked again at once, once in each ``run`` that has a name.
    """

    cache_dir: str = DEFAULT_CACHE
    lifetime: float = 3600.0
    failure_lifetime: float = 3600.0
    timeout: float = 15.0
    validate_certs: bool = True
    ca_path: str | None = None
    ask_again: bool = False
    run: str = ""

    def bounds(self, limit: int = MAX_BYTES) -> Bounds:
        """Of one request."""
        return Bounds(
            timeout=self.timeout, limit=limit, validate_certs=self.validate_certs, ca_path=self.ca_path or None
        )


HOSTED_ARGUMENTS: dict[str, dict[str, Any]] = {
    "cache_dir": {"type": "str", "default": DEFAULT_CACHE},
    "lifetime": {"type": "float", "default": 3600},
    "failure_lifetime": {"type": "float", "default": 3600},
    "timeout": {"type": "float", "default": 15},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "str"},
    "ask_again": {"type": "bool", "default": False},
}
"""The same as options of a plugin (``doc_fragments/attributes.py``), by the names of HostedOptions."""


_NOT_TAKEN = (Message("its answer was not taken ({reason})"), Message("Open the address in a browser and look."))
_FACTS = {
    "none": (
        Message("no answer ({reason})"),
        Message("Check the address and the controller's way to the Internet (name resolution, proxy, filter)."),
    ),
    "broken_off": (Message("its answer broke off ({reason})"), Message("Try again later.")),
    "too_long": _NOT_TAKEN,
    "refused": _NOT_TAKEN,
    "ours": (
        Message("it was not asked: {reason}"),
        Message("Put that right on the controller: it is no fault of the server."),
    ),
    "proxy": (
        Message("a proxy stands in the way: {reason}"),
        Message(
            "Look at what https_proxy of the controller names. It may want a name and a password "
            "(https_proxy=http://name:password@proxy:port), or to be told to let this server pass; no_proxy goes "
            "without it."
        ),
    ),
}


def ask_server(server: str, path: str, *, options: HostedOptions, limit: int = MAX_BYTES) -> tuple[bytes, str]:
    """One request: the body, of ``limit`` bytes at most, and the ``Server`` header. Raises HostedServerError."""
    try:
        reply = ask(server + path, bounds=options.bounds(limit))
    except RequestError as exc:
        fact, remedy = _FACTS[exc.kind]
        if exc.tls is not None:
            remedy = certificate_remedy(exc.tls)
        fact = fact.given(reason=message_of(exc))
        raise HostedServerError(server, fact, remedy=remedy, ours=exc.kind == "ours") from exc
    if reply.ok:
        return reply.body, reply.headers.get("Server", "")
    if reply.status in REDIRECTS:
        raise redirected(server, reply.headers.get("Location", ""))
    # A refusal page says more than its status.
    raise known_refusal(server, reply.body) or refusal(server, reply.status, reply.headers)
