# SPDX-License-Identifier: GPL-3.0-or-later
"""What many stations share: authorities, hashes of passwords, tickets of Kerberos. Made once for a survey.

I/O: files, and ``kinit``.
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import spnego
from ansible.errors import AnsibleConnectionFailure
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ..station import kerberos
from ..station.accounts import Account
from ..station.causes import from_preparation
from ..station.tickets import Login, Ticket, cache_of, ticket
from ..station.tls import context
from .access import Approach

__all__ = ["Trust"]


class Trust:
    """Contexts of TLS, hashes and tickets, by what decides them. Belongs to one event loop."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[bool | str, tuple[str, str] | None, str], ssl.SSLContext] = {}
        self._hashes: dict[tuple[str, str], spnego.NTLMHash] = {}
        self._tickets: dict[Login, asyncio.Task[Ticket]] = {}
        self._turns: defaultdict[Account, asyncio.Lock] = defaultdict(asyncio.Lock)

    def hashes(self, approach: Approach) -> spnego.NTLMHash:
        """What NTLM makes of a password: DES in plain Python, a millisecond, so it is done once for an account."""
        key = (approach.user, approach.password)
        if key not in self._hashes:
            context: Any = spnego.client(*key, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
            made = context._credential
            self._hashes[key] = spnego.NTLMHash(approach.user, made.lm_hash.hex(), made.nt_hash.hex())
        return self._hashes[key]

    def turn(self, account: Account) -> asyncio.Lock:
        """Held by the one station that asks whether this account may be sent to it; the others of it wait."""
        return self._turns[account]

    def context(self, approach: Approach) -> ssl.SSLContext:
        """How TLS is spoken with a station. Raises OSError, ssl.SSLError for files that cannot be used."""
        key = (approach.trusted, approach.certificate, approach.transport)
        if key not in self._contexts:
            self._contexts[key] = _context(approach)
        return self._contexts[key]

    async def cache(self, login: Login, host: str, seconds: float) -> tuple[Path, float]:
        """A file of the station's own with the account's ticket; and until when it serves for a new connection
        (time.time).

        Within so many seconds. Raises StationError.
        """
        task = self._tickets.get(login)
        if task is None or (task.done() and (task.exception() or task.result().until <= time.time())):
            task = self._tickets[login] = asyncio.create_task(asyncio.to_thread(ticket, login))
        try:
            # Others wait for it too.
            brought = await asyncio.wait_for(asyncio.shield(task), seconds)
        except TimeoutError as exc:
            raise kerberos.unanswered() from exc
        except AnsibleConnectionFailure as exc:
            raise from_preparation(exc) from exc
        return cache_of(login, brought, host), brought.until


def _context(approach: Approach) -> ssl.SSLContext:
    made = context(client_certificate=approach.transport == "certificate")
    if approach.trusted is False:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    else:
        authorities = DEFAULT_CA_BUNDLE_PATH if approach.trusted is True else str(approach.trusted)
        if not Path(authorities).exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), authorities)
        if Path(authorities).is_dir():
            made.load_verify_locations(capath=authorities)
        else:
            made.load_verify_locations(cafile=authorities)
    if approach.certificate is not None:
        made.load_cert_chain(*approach.certificate)
    return made
