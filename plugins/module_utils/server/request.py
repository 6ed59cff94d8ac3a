# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. One request to a hosted server, and its refusals in words."""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead
from typing import Any
from urllib.error import HTTPError, URLError

from ..base.http import MAX_BYTES, open_once, read_body, unpacked
from ..base.text import reason_of
from .description import HostedServerError, known_refusal

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


def ask_server(server: str, path: str, *, options: HostedOptions, limit: int = MAX_BYTES) -> tuple[bytes, str]:
    """One request: the body, ``limit`` bytes of it at most, and the ``Server`` header. Raises HostedServerError."""
    try:
        with open_once(
            server + path,
            timeout=options.timeout,
            validate_certs=options.validate_certs,
            ca_path=options.ca_path,
        ) as response:
            body = read_body(response, timeout=options.timeout, limit=limit)
            # A read with a limit is silent about an answer that stops early; `length` is what is still promised.
            if response.length and len(body) < limit:
                raise IncompleteRead(body, response.length)
            return unpacked(response, body), response.headers.get("Server", "")
    except HTTPError as exc:
        raise _http_error(server, exc, timeout=options.timeout) from exc
    except (HTTPException, zlib.error) as exc:
        raise HostedServerError(server, f"its answer broke off ({exc!r})", remedy="Try again later.") from exc
    except (URLError, OSError, ValueError) as exc:
        raise HostedServerError(
            server,
            f"no answer ({reason_of(exc)})",
            remedy="Check the address and the controller's way to the Internet.",
        ) from exc


def _http_error(server: str, error: HTTPError, *, timeout: float) -> HostedServerError:
    if error.code in {301, 302, 303, 307, 308}:
        return HostedServerError(
            server,
            "it redirects instead of answering",
            remedy="Check pronote_server_url: the address of the server itself, not of the ENT or a portal.",
        )
    # A refusal page says more than its status, when it arrives whole.
    with contextlib.suppress(OSError, HTTPException, zlib.error):
        if refusal := known_refusal(server, unpacked(error, read_body(error, timeout=timeout))):
            return refusal
    return HostedServerError(
        server, f"it answered HTTP {error.code}", remedy="Try again later; check the hosting console."
    )
