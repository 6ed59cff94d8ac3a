# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. One request to a hosted server, and its refusals in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..base.http import MAX_BYTES, REDIRECTS, Bounds, RequestError, ask, trust
from ..base.message import Message, message_of
from ..base.text import one_line
from .between import intercepted, redirected, refused, tunnel_status
from .description import HostedServerError, known_refusal

__all__ = ["DEFAULT_CACHE", "HOSTED_ARGUMENTS", "HostedOptions", "ask_server", "check_trust"]

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
    "none": (Message("no answer ({reason})"), Message("Check the address and the controller's way to the Internet.")),
    "broken_off": (Message("its answer broke off ({reason})"), Message("Try again later.")),
    "too_long": _NOT_TAKEN,
    "refused": _NOT_TAKEN,
}


def check_trust(server: str, options: HostedOptions) -> None:
    """Raises HostedServerError for a file of authorities that cannot be used: no server's fault, and never kept."""
    try:
        options.ca_path and trust(options.validate_certs, options.ca_path)
    except (OSError, ValueError) as exc:
        raise HostedServerError(
            server,
            Message(
                "the file of authorities {path} cannot be used on the controller ({reason})",
                path=options.ca_path,
                reason=getattr(exc, "strerror", None) or one_line(exc),
            ),
            remedy=Message("Correct ca_path: the full path of a PEM file that the user of this run may read."),
        ) from exc


def ask_server(server: str, path: str, *, options: HostedOptions, limit: int = MAX_BYTES) -> tuple[bytes, str]:
    """One request: the body, of ``limit`` bytes at most, and the ``Server`` header. Raises HostedServerError."""
    try:
        reply = ask(server + path, bounds=options.bounds(limit))
    except RequestError as exc:
        if exc.tls is not None:
            raise intercepted(server, exc.tls, message_of(exc)) from exc
        if (status := tunnel_status(exc.__cause__)) is not None:
            raise refused(server, status, {}) from exc
        fact, remedy = _FACTS[exc.kind]
        raise HostedServerError(server, fact.given(reason=message_of(exc)), remedy=remedy) from exc
    if reply.ok:
        return reply.body, reply.headers.get("Server", "")
    if reply.status in REDIRECTS:
        raise redirected(server, reply.headers.get("Location", ""))
    # A refusal page says more than its status.
    raise known_refusal(server, reply.body) or refused(server, reply.status, reply.headers)
