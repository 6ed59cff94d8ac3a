# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos log-ins: one for each account in a run, whatever the number of its stations and tasks.

Every task on every station is a process with a connection of its own, and the stock plugin runs ``kinit`` for each. A
password mistyped in a vault would be a failed log-in per station, and the domain locks an account after a few. So what
one ``kinit`` has brought is copied by the others, and what it was refused is said again without asking.

I/O: ``kinit``, and files below the run's own folder, which Ansible deletes at its end.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleConnectionFailure

from ...module_utils.base.files import write_atomically
from ...module_utils.base.locks import one_at_a_time
from .causes import from_preparation

__all__ = ["share_tickets"]

LIFETIME = 600.0
"""Seconds for which a ticket is copied: a domain gives them for ten hours, and a connection that finds its own expired
is opened again."""
_PATIENCE = 60.0


def share_tickets(connection: Any) -> None:
    """Let a connection of the stock plugin log in as others of this run with the same account have."""
    if isinstance(connection._kerb_auth, partial):
        return
    connection._kerb_auth = partial(_log_in_once, connection, connection._kerb_auth)


def _log_in_once(connection: Any, log_in: Callable[[str, str], None], principal: str, password: str) -> None:
    """In the place of the plugin's ``_kerb_auth``, with its result: KRB5CCNAME names a file with a ticket.

    Raises AnsibleConnectionFailure, as it does.
    """
    delegation = connection.get_option("_extras").get("ansible_winrm_kerberos_delegation")
    variables = [os.environ.get(name) for name in connection.get_option("kinit_env_vars")]
    asked = (connection._kinit_cmd, connection.get_option("kinit_args"), delegation, variables)
    name = hashlib.sha256(repr((principal, password, asked)).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    ticket = Path(vars(constants)["DEFAULT_LOCAL_TMP"]) / f"krb5-{name}"
    refused = ticket.with_suffix(".refused")
    try:
        with one_at_a_time(ticket.with_suffix(".lock"), term=_PATIENCE):
            if refused.exists():
                raise AnsibleConnectionFailure(refused.read_text(encoding="utf-8"))
            if not _copied(connection, ticket):
                _log_in(log_in, principal, password, refused)
                write_atomically(ticket, Path(connection._kerb_ccache.name).read_bytes(), mode=0o600)
    except OSError:
        # Nowhere to keep anything: each connection for itself.
        log_in(principal, password)


def _log_in(log_in: Callable[[str, str], None], principal: str, password: str, refused: Path) -> None:
    try:
        log_in(principal, password)
    except AnsibleConnectionFailure as exc:
        if from_preparation(exc).kind == "refused":
            write_atomically(refused, str(exc).encode("utf-8", "replace"), mode=0o600)
        raise


def _copied(connection: Any, ticket: Path) -> bool:
    if not ticket.exists() or not 0 <= time.time() - ticket.stat().st_mtime < LIFETIME:
        return False
    # A file of its own, as the plugin makes one: what is asked for at each station is added to it.
    connection._kerb_ccache = tempfile.NamedTemporaryFile()  # noqa: SIM115  (it lives as long as the connection)
    Path(connection._kerb_ccache.name).write_bytes(ticket.read_bytes())
    os.environ.update(KRB5CCNAME=f"FILE:{connection._kerb_ccache.name}")
    return True
