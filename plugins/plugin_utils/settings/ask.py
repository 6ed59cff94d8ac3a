# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Ask a hosted server for the client's settings: one request per server and lifetime, shared by all workers."""

from __future__ import annotations

from ...module_utils.base.message import Message
from ...module_utils.server.answers import ask_once
from ...module_utils.server.description import HostedServerError, base_url
from ...module_utils.server.request import HostedOptions, ask_server
from .plan import ConnectionSettings
from .server_file import (
    MAX_PAGE,
    SETTINGS_PATH,
    ServerSettings,
    combine,
    parse_settings_file,
)

__all__ = ["settings_of_school"]


def settings_of_school(uai: str, url: str, by_hand: ServerSettings, *, options: HostedOptions) -> ConnectionSettings:
    """The settings for the stations of a school. The server is asked only for what is not given by hand.

    Raises HostedServerError, ValueError for what is given by hand.
    """
    by_hand.check()
    server = base_url(uai, url)
    if by_hand.complete:
        return combine(uai, by_hand, server=server, file=None)
    try:
        return combine(uai, by_hand, server=server, file=_read(server, options))
    except HostedServerError as exc:
        missing = " and ".join(
            f"pronote_client_settings_{name}" for name in ("label", "address") if not getattr(by_hand, name)
        )
        if missing in exc.remedy:
            raise
        raise HostedServerError(
            server,
            exc.fact,
            remedy=Message("{remedy} To go on without it, give {missing} by hand.", remedy=exc.remedy, missing=missing),
        ) from exc


def _read(server: str, options: HostedOptions) -> ServerSettings:
    def ask() -> str:
        # As text, whatever the bytes are.
        return ask_server(server, SETTINGS_PATH, options=options, limit=MAX_PAGE)[0].decode("latin-1")

    def load(text: str) -> ServerSettings:
        return parse_settings_file(server, text.encode("latin-1"))

    return ask_once(server, ["settings", server], ask, load, options=options).value
