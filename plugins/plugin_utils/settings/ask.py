# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a hosted server for the client's settings: one request per server and lifetime, shared by all workers.

As ``server/release.py`` for the release: failures are cached as well, since polling has had addresses banned for hours.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from ...module_utils.base.answers import entry_name, locked
from ...module_utils.base.files import write_atomically
from ...module_utils.server.description import HostedServerError, base_url
from ...module_utils.server.request import HostedOptions, ask_server
from .plan import Settings
from .server_file import (
    MAX_PAGE,
    SETTINGS_PATH,
    ByHand,
    ServerFile,
    combine,
    parse_settings_file,
)

__all__ = ["settings_of_school"]


def settings_of_school(uai: str, url: str, by_hand: ByHand, *, options: HostedOptions) -> Settings:
    """The settings for the stations of a school. The server is asked only for what is not given by hand.

    Raises HostedServerError, ValueError for what is given by hand, OSError for the cache.
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
            server, exc.fact, remedy=f"{exc.remedy} To go on without it, give {missing} by hand."
        ) from exc


def _read(server: str, options: HostedOptions) -> ServerFile:
    name, folder = entry_name("settings", server), Path(options.cache_dir).expanduser()
    # A fresh answer needs no lock: the file is replaced whole.
    known = _load(folder / f"{name}.json", server, options)
    if known is None:
        with locked(folder, name) as path:
            known = _load(path, server, options)
            if known is None:
                known = _ask(path, server, options)
    if isinstance(known, HostedServerError):
        raise known
    return known


def _load(path: Path, server: str, options: HostedOptions) -> ServerFile | HostedServerError | None:
    """What the cache knows while it is fresh, checked again; an unreadable or foreign file is as good as none."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        entry = json.loads(path.read_text(encoding="utf-8"))
        age = time.time() - float(entry["at"])
        # A clock that was set back makes ages below zero.
        if entry["fact"] and 0 <= age < options.failure_lifetime:
            return HostedServerError(server, str(entry["fact"]), remedy=str(entry["remedy"]))
        if not entry["fact"] and 0 <= age < options.lifetime:
            with contextlib.suppress(HostedServerError):
                return parse_settings_file(server, entry["file"].encode())
    return None


def _ask(path: Path, server: str, options: HostedOptions) -> ServerFile | HostedServerError:
    entry = {"at": time.time(), "fact": "", "remedy": "", "file": ""}
    known: ServerFile | HostedServerError
    try:
        body, _header = ask_server(server, SETTINGS_PATH, options=options, limit=MAX_PAGE)
        known = parse_settings_file(server, body)
        entry["file"] = body.decode()
    except HostedServerError as exc:
        known = exc
        entry |= {"fact": exc.fact, "remedy": exc.remedy}
    write_atomically(path, json.dumps(entry).encode(), mode=0o600)
    return known
