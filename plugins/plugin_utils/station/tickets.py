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
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.text.converters import to_bytes, to_native
from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils.base.files import write_atomically
from ...module_utils.base.locks import one_at_a_time
from .causes import from_preparation

__all__ = ["Login", "login_of", "share_tickets", "ticket"]

LIFETIME = 600.0
"""Seconds for which a ticket is copied: a domain gives them for ten hours, and a connection that finds its own expired
is opened again."""
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Login:
    """Everything that decides which ticket ``kinit`` brings."""

    principal: str
    password: str = field(repr=False)
    command: str
    arguments: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """A name for it that tells nothing."""
        asked = (self.principal, self.password, self.command, self.arguments, self.variables)
        return hashlib.sha256(repr(asked).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def share_tickets(connection: Any) -> None:
    """Let a connection of the stock plugin log in as others of this run with the same account have."""
    if isinstance(connection._kerb_auth, partial):
        return
    connection._kerb_auth = partial(_log_in_once, connection, connection._kerb_auth)


def login_of(connection: Any, principal: str, password: str) -> Login:
    """What the plugin would ask kinit for."""
    delegation = connection.get_option("_extras").get("ansible_winrm_kerberos_delegation")
    arguments = connection.get_option("kinit_args")
    variables = {name: os.environ[name] for name in connection.get_option("kinit_env_vars") if name in os.environ}
    return Login(
        principal=principal,
        password=password or "",
        command=connection._kinit_cmd,
        arguments=tuple(shlex.split(arguments)) if arguments else ("-f",) if boolean(delegation or False) else (),
        variables=tuple(variables.items()),
    )


def ticket(login: Login) -> bytes:
    """A cache that holds the account's ticket: the one of this run. Raises AnsibleConnectionFailure."""
    try:
        return _once(login, lambda: _fetched(login))
    except OSError:
        return _fetched(login)


def _fetched(login: Login) -> bytes:
    """As the plugin does (``_kerb_auth``), with its texts; but the environment of this process stays as it is."""
    with tempfile.NamedTemporaryFile() as cache:
        name = f"FILE:{cache.name}"
        try:
            done = subprocess.run(  # noqa: S603  (the administrator's own command: ansible_winrm_kinit_cmd)
                [login.command, *login.arguments, login.principal],
                input=to_bytes(f"{login.password}\n", errors="surrogate_or_strict"),
                capture_output=True,
                check=False,
                start_new_session=True,
                env={**dict(login.variables), "PATH": os.environ["PATH"], "KRB5CCNAME": name},
            )
        except OSError as exc:
            raise AnsibleConnectionFailure(
                f"Kerberos auth failure when calling kinit cmd '{login.command}': {exc}"
            ) from exc
        if done.returncode:
            said = to_native(done.stderr.strip()).replace(login.password or "\0", "<redacted>")
            raise AnsibleConnectionFailure(f"Kerberos auth failure for principal {login.principal}: {said}")
        return Path(cache.name).read_bytes()


def _log_in_once(connection: Any, log_in: Callable[[str, str], None], principal: str, password: str) -> None:
    """In the place of the plugin's ``_kerb_auth``, with its result: KRB5CCNAME names a file with a ticket.

    Raises AnsibleConnectionFailure, as it does.
    """
    own: list[str] = []

    def fetched() -> bytes:
        log_in(principal, password)
        own.append(connection._kerb_ccache.name)
        return Path(own[0]).read_bytes()

    try:
        brought = _once(login_of(connection, principal, password), fetched)
    except OSError:
        # Nowhere to keep anything: each connection for itself.
        if not own:
            log_in(principal, password)
        return
    if not own:
        # A file of its own, as the plugin makes one: what is asked for at each station is added to it.
        connection._kerb_ccache = tempfile.NamedTemporaryFile()  # noqa: SIM115  (it lives as long as the connection)
        Path(connection._kerb_ccache.name).write_bytes(brought)
        os.environ.update(KRB5CCNAME=f"FILE:{connection._kerb_ccache.name}")


def _once(login: Login, fetch: Callable[[], bytes]) -> bytes:
    """What one ``fetch`` has brought in this run, or brings now. Raises AnsibleConnectionFailure, OSError."""
    kept = _folder() / f"krb5-{login.digest}"
    refused = kept.with_suffix(".refused")
    with one_at_a_time(kept.with_suffix(".lock"), term=_PATIENCE):
        if refused.exists():
            raise AnsibleConnectionFailure(refused.read_text(encoding="utf-8"))
        if kept.exists() and 0 <= time.time() - kept.stat().st_mtime < LIFETIME:
            return kept.read_bytes()
        try:
            brought = fetch()
        except AnsibleConnectionFailure as exc:
            if from_preparation(exc).kind == "refused":
                write_atomically(refused, str(exc).encode("utf-8", "replace"), mode=0o600)
            raise
        write_atomically(kept, brought, mode=0o600)
        return brought


def _folder() -> Path:
    return Path(vars(constants)["DEFAULT_LOCAL_TMP"])
