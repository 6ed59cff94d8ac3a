# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos log-ins: one for each account in a run, whatever the number of its stations and tasks.

Every task on every station is a process with a connection of its own, and the stock plugin runs ``kinit`` for each. A
password mistyped in a vault would be a failed log-in per station, and the domain locks an account after a few. So what
one ``kinit`` has brought is copied by the others, and what it was refused is said again without asking.

I/O: ``kinit``, Kerberos' library, and files below the run's own folder, which Ansible deletes at its end.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.text.converters import to_bytes, to_native
from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils.base.files import write_atomically
from ...module_utils.base.locks import one_at_a_time
from .causes import from_preparation
from .errors import PasswordRefusedError
from .trials import stop

__all__ = ["AGAIN", "LIFETIME", "Login", "Ticket", "cache_of", "login_of", "share_tickets", "ticket"]

LIFETIME = 600.0
"""Seconds for which a ticket is copied when nobody can tell its end; a domain gives them for ten hours."""
AGAIN = 60.0
"""Seconds for which a domain that did not answer, or a controller that could not ask it, is not tried again."""
_MARGIN = 600.0
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A cache with an account's ticket, as it lies in a file. ``until``: when to ask for a new one (time.time)."""

    cache: bytes = field(repr=False)
    until: float


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


def ticket(login: Login) -> Ticket:
    """The account's: the one of this run. Raises AnsibleConnectionFailure."""
    try:
        return _once(login, lambda: _fetched(login))
    except OSError:
        return Ticket(cache=_fetched(login), until=time.time() + LIFETIME)


def cache_of(login: Login, ticket: Ticket, host: str) -> Path:
    """A file of the station's own with the account's ticket. What is asked for at the station is added to it, and found
    there by every further task on it. Raises OSError.
    """
    name = hashlib.sha256(host.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    path = _folder() / f"krb5-{login.digest}-{ticket.until * 1000:.0f}-{name}"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(ticket.cache)
    return path


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
    login = login_of(connection, principal, password)

    def fetched() -> bytes:
        if not login.password:
            # From a keytab. The plugin strikes the password out of what kinit says: nothing, before every letter.
            return _fetched(login)
        log_in(principal, password)
        own.append(connection._kerb_ccache.name)
        return Path(own[0]).read_bytes()

    try:
        cache = cache_of(login, _once(login, fetched), connection._winrm_host)
    except OSError:
        # Nowhere to keep anything: each connection for itself.
        if not own:
            log_in(principal, password)
        return
    os.environ.update(KRB5CCNAME=f"FILE:{cache}")


def _once(login: Login, fetch: Callable[[], bytes]) -> Ticket:
    """What one ``fetch`` has brought in this run, or brings now. Raises AnsibleConnectionFailure, OSError."""
    kept = _folder() / f"krb5-{login.digest}"
    refused, failed = kept.with_suffix(".refused"), kept.with_suffix(".failed")
    with one_at_a_time(kept.with_suffix(".lock"), term=_PATIENCE):
        if refused.exists():
            raise AnsibleConnectionFailure(refused.read_text(encoding="utf-8"))
        if _until(failed) > time.time():
            raise AnsibleConnectionFailure(failed.read_text(encoding="utf-8"))
        if (until := _until(kept)) > time.time():
            return Ticket(cache=kept.read_bytes(), until=until)
        try:
            brought = fetch()
        except AnsibleConnectionFailure as exc:
            error = from_preparation(exc)
            if isinstance(error, PasswordRefusedError):
                stop(login.principal, login.password)
            text = str(exc).encode("utf-8", "replace")
            if error.kind == "refused":
                write_atomically(refused, text, mode=0o600)
            else:
                _write(failed, text, until=time.time() + AGAIN)
            raise
        _write(kept, brought, until=time.time() + LIFETIME)
        if (left := _lifetime(kept)) is not None:
            # Whoever takes it near its end still has some time with it.
            until = time.time() + max(left - _MARGIN, left / 2)
            os.utime(kept, (until, until))
        return Ticket(cache=brought, until=_until(kept))


def _lifetime(cache: Path) -> float | None:
    """Seconds that a ticket has; None where there is nobody to tell: pykerberos cannot, and is enough for a worker."""
    if find_spec("gssapi") is None:
        return None
    gssapi = import_module("gssapi")
    try:
        left = gssapi.Credentials(usage="initiate", store={"ccache": f"FILE:{cache}"}).lifetime
    except gssapi.exceptions.GSSError:
        return None
    return None if left is None else left + 0.0


def _write(path: Path, content: bytes, *, until: float) -> None:
    """A file that says by its date until when it counts."""
    write_atomically(path, content, mode=0o600)
    os.utime(path, (until, until))


def _until(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _folder() -> Path:
    return Path(vars(constants)["DEFAULT_LOCAL_TMP"])
