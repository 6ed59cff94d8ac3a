# SPDX-License-Identifier: GPL-3.0-or-later
"""How a station is reached, as the stock ``winrm`` plugin understands its variables. I/O: files' existence.

The plugin makes the client that a worker would use, and nothing is asked over it: so every ``ansible_winrm_…`` means
what it always did, and what is wrong with one is said in the same words.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
from requests.utils import get_environ_proxies, select_proxy

from ...module_utils.base.message import Message
from ..station.causes import Way, from_exception, from_preparation
from ..station.errors import ControllerError, StationError
from ..station.exchange import create
from ..station.kerberos import LIBRARY_MISSING
from ..station.refusals import worst
from ..station.settling import settle
from ..station.tickets import Login, login_of
from ..station.winrm import NO_SHELL_YET

__all__ = ["CONNECTING", "Access", "Approach", "ElsewhereError", "access_of"]

T = TypeVar("T")

CONNECTING: Final = 3.0
"""Seconds for a connection with its TLS: a station of a school's network answers in milliseconds, or is off."""
_KINDS: Final = {"plaintext": "basic", **{kind: kind for kind in ("basic", "ntlm", "kerberos", "certificate")}}


class ElsewhereError(Exception):
    """This station is for a worker. Its text says why, in one line."""


@dataclass(frozen=True, kw_only=True)
class Approach:
    """One transport of a station. ``kind``: basic, ntlm, kerberos or certificate."""

    transport: str
    kind: str
    host: str
    port: int
    path: str
    secure: bool
    user: str
    password: str = field(repr=False)
    encrypted: bool
    # True: the authorities that requests brings; False: no certificate is looked at; otherwise a file or a folder.
    trusted: bool | str
    certificate: tuple[str, str] | None
    bound: bool  # to the channel, on TLS
    service: str
    service_host: str
    delegated: bool
    login: Login | None  # Kerberos: whose ticket to fetch; None takes what is there
    answering: float  # seconds of a request
    operating: int  # seconds that the station has for it


@dataclass(frozen=True, kw_only=True)
class Access:
    """How one station is reached: its transports in turn, or what is wrong with one of them."""

    host: str  # as the stock plugin logs it
    approaches: tuple[Approach | StationError, ...]
    connecting: float = CONNECTING


def access_of(connection: Any, *, connecting: float = CONNECTING) -> Access:
    """The way to a station. ``connection``: the stock plugin's, with its options set; it may serve many stations.

    Raises StationError for options that cannot be used, ElsewhereError for a station that a worker has to read.
    """
    settle(connection)
    managed, transports = connection._kerb_managed, list(connection._winrm_transport)
    for transport in transports:
        if transport not in {*_KINDS, "ssl"}:
            raise ElsewhereError(Message("ansible_winrm_transport {transport} is not spoken here", transport=transport))
    approaches = tuple(_approach(connection, each, managed) for each in transports)
    ours = [each for each in approaches if isinstance(each, ControllerError)]
    if len(ours) == len(approaches):
        # The same for many stations, and told before any is asked (options.py).
        raise worst(ours)
    return Access(host=str(connection._winrm_host), approaches=approaches, connecting=connecting)


def _approach(connection: Any, transport: str, managed: bool) -> Approach | StationError:
    connection._winrm_transport, connection.shell_id = [transport], NO_SHELL_YET
    # Whose ticket is wanted is kept (login_of); the plugin would fetch it now, and say so in the environment.
    connection._kerb_managed = False
    try:
        made = connection._winrm_connect()
    except Exception as exc:  # noqa: BLE001  (told as what it is, when its turn comes)
        return from_preparation(exc)
    finally:
        connection.shell_id = None
    client = made.transport
    kind = _KINDS.get(transport) or ("certificate" if client.cert_pem or client.cert_key_pem else "basic")
    if client.message_encryption == "always" and kind not in {"ntlm", "kerberos"}:
        raise ElsewhereError(
            Message("ansible_winrm_message_encryption always with {transport} is not spoken here", transport=transport)
        )
    login = None
    if kind == "kerberos":
        if managed:
            login = login_of(connection, client.username, client.password)
            if shutil.which(login.command) is None:
                return LIBRARY_MISSING.error(text=Message("{command} is not there", command=login.command))
        if not _kerberos():
            raise ElsewhereError(Message("pyspnego has no Kerberos here (make kerberos)"))
    try:
        request = requests.PreparedRequest()
        request.prepare_url(client.endpoint, {})
        prepared = request.url or ""
    except (requests.RequestException, UnicodeError) as exc:
        return from_exception(exc, Way(doing=create().doing, transport=transport, opening=True))
    parts = urlsplit(prepared)
    _directly(prepared, client.proxy)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    return Approach(
        transport=transport,
        kind=kind,
        host=host,
        port=parts.port or (443 if secure else 80),
        path=f"{parts.path}?{parts.query}" if parts.query else parts.path,
        secure=secure,
        user=client.username or "",
        password=client.password or "",
        encrypted=client.message_encryption == "always"
        or (client.message_encryption == "auto" and not secure and kind in {"ntlm", "kerberos"}),
        trusted=_trusted(client),
        certificate=(client.cert_pem, client.cert_key_pem) if kind == "certificate" else None,
        bound=bool(client.send_cbt),
        service=client.service,
        service_host=client.kerberos_hostname_override or host,
        delegated=client.kerberos_delegation,
        login=login,
        answering=made.read_timeout_sec,
        operating=made.operation_timeout_sec,
    )


def _trusted(client: Any) -> bool | str:
    """Whom to believe, as pywinrm (transport.py, build_session) and requests (adapters.py, cert_verify) find it."""
    if client.server_cert_validation != "validate":
        return False
    if client.ca_trust_path == "legacy_requests":
        return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    return True if client.ca_trust_path is None else str(client.ca_trust_path)


def _directly(url: str, proxy: str | None) -> None:
    if proxy is None:
        return
    named: Mapping[str, str] = {"all": proxy} if proxy != "legacy_requests" else {}
    if not named and getproxies():
        named = get_environ_proxies(url, no_proxy=None)
    if named and select_proxy(url, dict(named)):
        raise ElsewhereError(Message("it is reached through a proxy"))


@functools.cache
def _kerberos() -> bool:
    return all(find_spec(module) is not None for module in ("gssapi", "krb5"))
