# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of a PostgreSQL database, as SQLAlchemy has it. Pure."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ...module_utils.base.message import Message
from .errors import AddressError

__all__ = ["server_url"]

_DRIVER: Final = "postgresql+psycopg"
_HERE: Final = ("", "localhost", "127.0.0.1", "::1")


def server_url(address: str) -> URL:
    """A server's address as SQLAlchemy has it, with what is safe where it says nothing. Raises AddressError.

    A server that is not this machine proves who it is (``sslmode=verify-full``, with the system's authorities unless
    ``sslrootcert`` names others): what libpq does by itself takes anybody's word (postgresql.org, libpq-ssl).
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as exc:
        # Without its cause, whose text is the address: a password may be in it.
        raise AddressError(Message("pronote_state is no address of a database")) from exc
    if url.drivername not in {"postgresql", _DRIVER}:
        raise AddressError(Message("pronote_state says {scheme}, and only postgresql is known", scheme=url.drivername))
    if url.password is not None or "password" in url.query:
        raise AddressError(
            Message(
                "pronote_state has a password in it, which logs and reports would show: put it into PGPASSWORD, a "
                "pgpass file or pronote_state_password"
            )
        )
    if not url.database:
        raise AddressError(Message("pronote_state names no database"))
    url = url.set(drivername=_DRIVER)
    host = str(url.query.get("host") or url.host or "")
    if host in _HERE or host.startswith("/") or "sslmode" in url.query:
        return url
    safe = {"sslmode": "verify-full"} | ({} if "sslrootcert" in url.query else {"sslrootcert": "system"})
    return url.update_query_dict(safe)
