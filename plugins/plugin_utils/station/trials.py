# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that are sent to stations, counted over a whole run: survey and workers look into the same files.

What is decided is in ``accounts.py``. I/O: files below the run's own folder, which Ansible deletes at its end.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ansible import constants

from ...module_utils.base.deadline import Deadline
from ...module_utils.base.files import write_atomically
from ...module_utils.base.locks import one_at_a_time
from .accounts import Account, Standing, account_of, given_up, is_login

__all__ = ["LONGEST", "PAUSE", "Trial", "stop"]

LONGEST: Final = 120.0
"""Seconds for which a turn is waited for."""
PAUSE: Final = 0.05
"""Seconds between two looks at whether it has come."""
_TERM: Final = 10.0
_UNAUTHORIZED: Final = 401
# What says that the password was right: an answer, or a fault. Another status may be of whatever stands before WinRM.
_LET_IN: Final = frozenset({*range(200, 300), 500})


class Trial:
    """The log-ins of one session with a station: what is sent waits for its turn, and what came of it is told."""

    def __init__(self, name: str, password: str, host: str, *, known: bool = False) -> None:
        """``ansible_user``, ``ansible_password``, ``ansible_host``; ``known``: it was let in there before."""
        self.account = account_of(name, password, host)
        self.let_in = known
        self._host = host
        self._under_way = ""  # the scheme

    def asks(self, authorization: str) -> bool:
        """Whether a request with this in Authorization is a log-in that is counted."""
        return not self.let_in and is_login(authorization)

    def turn(self, authorization: str, until: Deadline) -> Iterator[None]:
        """Yields as long as it has to wait, and ends when it may be sent. Raises StationError, OSError."""
        if self._under_way:
            return
        while not self._begun():
            try:
                until.remaining()
            except TimeoutError as exc:
                raise given_up(self.account) from exc
            yield
        self._under_way = authorization.partition(" ")[0].lower()

    def answered(self, status: int, offers: str) -> None:
        """What was sent has been answered. ``offers``: the header WWW-Authenticate."""
        if status in _LET_IN:
            self.let_in = True
        elif status == _UNAUTHORIZED and self._under_way == "credssp" and "credssp " in offers.lower():
            # The next part of it, or why it is refused, which only the client can read.
            return
        self._end(refused=status == _UNAUTHORIZED)

    def unanswered(self) -> None:
        """What was sent was not answered, or by nobody who may be believed."""
        self._end(refused=False)

    def over(self) -> None:
        """The session ends. A log-in that was never concluded was refused, as far as anybody knows."""
        if self._under_way:
            self._end(refused=True)

    def _begun(self) -> bool:
        account, path = self.account, _path(self.account)
        known = _read(path)
        if not account.domain or known.accepted or known.stopped:
            # Nobody has to wait for anybody.
            return known.may_try(account, self._host, time.monotonic())
        with _changed(path) as standing:
            may = standing.may_try(account, self._host, moment := time.monotonic())
            if may and not standing.accepted:
                standing.trying[self._host] = moment
        return may

    def _end(self, *, refused: bool) -> None:
        self._under_way = ""
        if not self.account.domain and not refused:
            return
        path = _path(self.account)
        if _read(path).accepted:
            # What is refused now is one station's.
            return
        with _changed(path) as standing:
            standing.trying.pop(self._host, None)
            standing.accepted = standing.accepted or self.let_in
            if refused and self._host not in standing.refused:
                standing.refused.append(self._host)


def stop(name: str, password: str) -> None:
    """The domain itself has refused this password: it is sent to no station. Raises OSError."""
    account = account_of(name, password, "")
    if account.domain:
        with _changed(_path(account)) as standing:
            standing.stopped = True


def _path(account: Account) -> Path:
    """Its name tells nothing, in no other run either."""
    folder = Path(vars(constants)["DEFAULT_LOCAL_TMP"])
    key = (str(folder), account.user.lower(), account.domain.lower(), account.password)
    digest = hashlib.sha256(repr(key).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return folder / f"account-{digest}"


def _read(path: Path) -> Standing:
    try:
        return Standing(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Standing()


@contextmanager
def _changed(path: Path) -> Iterator[Standing]:
    """What is known of an account, to be changed by one process at a time."""
    with one_at_a_time(path.with_suffix(".lock"), term=_TERM):
        standing = _read(path)
        before = asdict(standing)
        yield standing
        if asdict(standing) != before:
            write_atomically(path, json.dumps(asdict(standing)).encode(), mode=0o600)
