# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a hosted server for its release: one request per server and lifetime, shared by all workers.

I/O in ``module_utils``, against the house's layers, because the module ``hosted_release_info`` runs from AnsiballZ,
which can carry ``module_utils`` only, and lookup, action and module must share one code path and one cache.

Failures are cached as well as answers: polling has had addresses banned for hours, and three hundred stations of one
school must not ask three hundred times. The last good answer is kept for audits.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..base.answers import entry_name, locked
from ..base.files import write_atomically
from ..base.times import iso_of
from ..product.release import Release
from .description import (
    INFO_PATH,
    HostedServerError,
    base_url,
    parse_info,
)
from .request import (
    DEFAULT_CACHE,
    HostedOptions,
    ask_server,
)

__all__ = ["DEFAULT_CACHE", "HostedAnswer", "HostedOptions", "read_hosted_release"]


@dataclass(frozen=True, kw_only=True)
class HostedAnswer:
    """What the server said, and when. ``stale``: it cannot be read now (``error`` says why), this is its last word."""

    server: str
    info: dict[str, Any]
    read_at: float
    cached: bool
    stale: bool = False
    error: str = ""

    @property
    def client_release(self) -> str:
        return str(self.info["client_release"])

    @property
    def warnings(self) -> list[str]:
        """What a person should be told although there is an answer."""
        of_stale = [f"{self.error} (its last known release is used)"] if self.stale else []
        return [*of_stale, *(f"the hosted server {self.server}: {d}" for d in self.info.get("disagreements", []))]

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.info,
            "server": self.server,
            "read_at": iso_of(self.read_at),
            "cached": self.cached,
            "stale": self.stale,
            "error": self.error,
        }


@dataclass
class _Entry:
    """One server's cache file."""

    info: dict[str, Any] | None = None
    read_at: float = 0.0
    failed_at: float = 0.0
    failure: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> _Entry:
        """An unreadable or foreign file is as good as none."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            entry = cls(**json.loads(path.read_text(encoding="utf-8")))
            if entry._is_sound():
                return entry
        return cls()

    def _is_sound(self) -> bool:
        answered = isinstance(self.info, dict) and _is_description(self.info)
        failed = isinstance(self.failure, dict) and {"fact", "remedy"} <= self.failure.keys()
        times = isinstance(self.read_at, int | float) and isinstance(self.failed_at, int | float)
        return times and (answered or self.info is None) and (failed or self.failure == {})

    def save(self, path: Path) -> None:
        write_atomically(path, json.dumps(self.__dict__).encode(), mode=0o600)


def _is_description(info: dict[str, Any]) -> bool:
    """What readers rely on. Raises ValueError, TypeError, KeyError for what is none."""
    Release.parse(info["release"])
    Release.parse(info["client_release"])
    return {"active", "host"} <= info["cas"].keys() and isinstance(info["disagreements"], list)


def read_hosted_release(uai: str, url: str = "", *, options: HostedOptions, allow_stale: bool = False) -> HostedAnswer:
    """Return the server's answer, from the cache while it is fresh.

    With ``allow_stale`` the last good answer is returned when the server cannot be read. Raises HostedServerError, and
    ValueError for a malformed UAI or address.
    """
    server = base_url(uai, url)
    name = entry_name(server, *_trust(options))
    folder = Path(options.cache_dir).expanduser()
    # Fresh answers need no lock: the file is replaced whole. This is the path of every worker but the first.
    answer = _fresh(_Entry.load(folder / f"{name}.json"), server, options)
    if answer is not None:
        return answer
    with locked(folder, name) as path:
        entry = _Entry.load(path)
        answer = _fresh(entry, server, options)
        if answer is not None:
            return answer
        error = _recent_failure(entry, server, options)
        if error is None:
            error = _ask(entry, server, options)
            entry.save(path)
    if error is None:
        return HostedAnswer(server=server, info=entry.info or {}, read_at=entry.read_at, cached=False)
    if allow_stale and entry.info is not None:
        return HostedAnswer(
            server=server, info=entry.info, read_at=entry.read_at, cached=True, stale=True, error=str(error)
        )
    raise error


def _trust(options: HostedOptions) -> list[str]:
    """What else an answer stands for: one that nobody vouched for must not answer those who want a certificate."""
    if options.validate_certs and not options.ca_path:
        return []
    return [f"validate_certs={options.validate_certs}", options.ca_path or ""]


def _fresh(entry: _Entry, server: str, options: HostedOptions) -> HostedAnswer | None:
    age = time.time() - entry.read_at
    # A failure since then is told, not hidden behind an answer that is still young; a clock set back makes ages < 0.
    if entry.info is None or entry.failed_at > entry.read_at or not 0 <= age < options.lifetime:
        return None
    return HostedAnswer(server=server, info=entry.info, read_at=entry.read_at, cached=True)


def _recent_failure(entry: _Entry, server: str, options: HostedOptions) -> HostedServerError | None:
    if entry.failure and 0 <= time.time() - entry.failed_at < options.failure_lifetime:
        return HostedServerError(server, entry.failure["fact"], remedy=entry.failure["remedy"])
    return None


def _ask(entry: _Entry, server: str, options: HostedOptions) -> HostedServerError | None:
    """One request; the entry is brought up to date either way."""
    try:
        body, header = ask_server(server, INFO_PATH, options=options)
        info = parse_info(server, body, server_header=header)
    except HostedServerError as exc:
        entry.failed_at, entry.failure = time.time(), {"fact": exc.fact, "remedy": exc.remedy}
        return exc
    entry.info, entry.read_at = info.as_dict(), time.time()
    entry.failed_at, entry.failure = 0.0, {}
    return None
