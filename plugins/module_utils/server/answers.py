# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Ask a server once and keep its answer on disk: one request per question and lifetime, for all workers and runs.

Failures are kept as well as answers: polling has had addresses banned for hours, and three hundred stations of one
school must not ask three hundred times. A server that goes on failing, as one that is closed for the summer, is asked
less and less: after one hour, then three, then twice a day. The last good answer is kept beside a later failure, for
audits.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from ..base.clock import utc_now
from ..base.files import spare_folders, write_atomically
from ..base.http import vouched
from ..base.locks import one_at_a_time
from ..base.message import Message, message_of, sourced, with_sources
from ..base.text import one_line
from ..base.times import iso_of, local_minute
from .description import SUSPENDED, HostedServerError
from .request import HostedOptions

__all__ = ["Answer", "ask_once", "cache_notes"]

T = TypeVar("T")
# How long nobody is asked after so many failures in a row, in times of failure_lifetime (an hour).
_PATIENCE = (1, 3, 12)
_SUSPENDED_SECONDS = 12 * 3600.0
_OURS_SECONDS = 60.0  # of a fault of this machine: somebody is mending it, and the server was not even asked
_SLACK = 5.0  # seconds beside the requests: writing, and a controller that is busy
_FOREIGN = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, HostedServerError)


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[T]):
    """What a server said, and when (seconds since 1970). ``error``: why this is its last word only."""

    value: T
    read_at: float
    cached: bool
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One question's file: the last good answer as JSON, and the failure since then if there was one.

    ``failures``: how many in a row, since ``failing_since``. ``run``: the run that asked although an answer was kept.
    """

    info: Any = None
    read_at: float = 0.0
    failed_at: float = 0.0
    failure: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    failing_since: float = 0.0
    run: str = ""
    # Why it is in a spare folder.
    note: str = ""

    def wait(self, options: HostedOptions) -> float:
        """Seconds from the last failure on in which nobody is asked."""
        if self.failure.get("ours"):
            return min(_OURS_SECONDS, options.failure_lifetime)
        least = _SUSPENDED_SECONDS if self.failure.get("fact") == SUSPENDED else 0.0
        return max(least, options.failure_lifetime * _PATIENCE[min(max(self.failures, 1), len(_PATIENCE)) - 1])

    def error(self, server: str, options: HostedOptions) -> HostedServerError:
        """The failure in words, with when the server is asked again."""
        if self.failure.get("ours"):
            return HostedServerError(server, self.failure["fact"], remedy=self.failure["remedy"], ours=True)
        again = local_minute(iso_of(self.failed_at + self.wait(options)))
        asked = Message.plural(
            "{remedy} It is not asked before {again} (failed {n} time since {since}).",
            "{remedy} It is not asked before {again} (failed {n} times since {since}).",
        )
        if self.failure["fact"] != SUSPENDED:
            asked = Message.plural(
                "{remedy} It is not asked before {again} (failed {n} time since {since}); "
                "pronote_server_ask_again=true asks at once.",
                "{remedy} It is not asked before {again} (failed {n} times since {since}); "
                "pronote_server_ask_again=true asks at once.",
            )
        since = local_minute(iso_of(self.failing_since))
        remedy = asked.given(remedy=self.failure["remedy"], again=again, n=self.failures, since=since)
        return HostedServerError(server, self.failure["fact"], remedy=remedy)


def ask_once(
    server: str,
    question: Sequence[str],
    ask: Callable[[], Any],
    load: Callable[[Any], T],
    *,
    options: HostedOptions,
    lifetime: Callable[[T], float] | None = None,
    allow_stale: bool = False,
    requests: int = 1,
) -> Answer[T]:
    """The answer of a server to a question, from the disk while it is fresh.

    ``ask`` returns JSON and ``load`` what it means, checked again whenever it comes from the disk; both may raise
    HostedServerError. ``lifetime``: how long an answer is fresh, in seconds; by default as the options say. With
    ``allow_stale`` the last good answer is returned while there is no other. ``requests``: of ``ask`` at most. A disk
    that does not keep answers is told by ``cache_notes``, and never an error. Raises HostedServerError.
    """

    def fresh(entry: _Entry) -> bool:
        if options.ask_again and not (options.run and entry.run == options.run):
            return False
        # A failure since then is told, not hidden behind an answer that is still young.
        if entry.failure:
            at, seconds = entry.failed_at, entry.wait(options)
        else:
            at, seconds = entry.read_at, lifetime(load(entry.info)) if lifetime and entry.info else options.lifetime
        # A clock that was set back makes ages below zero.
        return (entry.info is not None or bool(entry.failure)) and 0 <= utc_now().timestamp() - at < seconds

    name = hashlib.sha256("\0".join([*question, *vouched(options.validate_certs, options.ca_path)]).encode())
    cache = _Cache(options.cache_dir, name.hexdigest()[:24])
    # A fresh answer needs no lock: the file is replaced whole. This is the path of every worker but the first.
    entry = cache.best(load, fresh)
    cached = fresh(entry)
    if not cached:
        with cache.locked(term=requests * options.timeout + _SLACK):
            entry = cache.best(load, fresh)
            cached = fresh(entry)
            if not cached:
                entry = replace(_asked(entry, ask, load), run=options.run if options.ask_again else "")
                cache.keep(entry)
    if entry.note:
        _notes[entry.note] = None
    if not entry.failure:
        # Who asks again has asked, though it was another process of this run that did.
        return Answer(value=load(entry.info), read_at=entry.read_at, cached=cached and not options.ask_again)
    error = entry.error(server, options)
    if entry.info is None or not allow_stale:
        raise error
    return Answer(value=load(entry.info), read_at=entry.read_at, cached=True, error=message_of(error))


def cache_notes() -> list[str]:
    """What the cache had to say in this process since it was asked last: each for people, as a warning."""
    told = list(_notes)
    _notes.clear()
    return told


_notes: dict[str, None] = {}


class _Cache:
    """One question's file, in the folder that was asked for; while that does not take it, in a spare one."""

    def __init__(self, folder: str, name: str) -> None:
        self._folder = Path(folder)
        # No home: an account of a service. A folder of that name is made where the run is, if it can be.
        with contextlib.suppress(RuntimeError):
            self._folder = self._folder.expanduser()
        # Of this folder: nobody else's answers are taken from the spare one.
        self._spare = hashlib.sha256(os.fsencode(self._folder.absolute())).hexdigest()[:16]
        self._file = f"{name}.json"
        self._problem = ""

    def best(self, load: Callable[[Any], object], fresh: Callable[[_Entry], bool]) -> _Entry:
        """The freshest entry that there is."""
        folders = [self._folder, *spare_folders(self._spare, make=False)]
        entries = [_load(folder / self._file, load) for folder in folders]
        return max(entries, key=lambda entry: (fresh(entry), max(entry.read_at, entry.failed_at)))

    @contextlib.contextmanager
    def locked(self, *, term: float) -> Iterator[None]:
        """Hold the others off while the server is asked: where the cache has no lock, in a spare folder."""
        with contextlib.ExitStack() as stack:
            for folder in self._folders():
                try:
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                    path = (folder / self._file).with_suffix(".lock")
                    if passed := stack.enter_context(one_at_a_time(path, term=term)):
                        _notes[Message("the cache of hosted servers: {fact}", fact=passed)] = None
                    break
                except OSError as exc:
                    self._failed(exc)
            yield

    def keep(self, entry: _Entry) -> None:
        """Write it down, with the reason where that is a spare folder. Nowhere to keep it is no error."""
        for folder in self._folders():
            note = self._note(folder) if folder != self._folder else ""
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                content = json.dumps(with_sources(asdict(replace(entry, note=note))))
                write_atomically(folder / self._file, content.encode(), mode=0o600)
                break
            except OSError as exc:
                self._failed(exc)
        else:
            note = self._note(None)
        if note:
            _notes[note] = None

    def _folders(self) -> Iterator[Path]:
        yield self._folder
        yield from spare_folders(self._spare, make=True)

    def _failed(self, exc: OSError) -> None:
        self._problem = self._problem or (exc.strerror or one_line(str(exc)))

    def _note(self, spare: Path | None) -> str:
        kept = Message("answers are kept in {folder}", folder=spare)
        return Message(
            "the cache {folder} of hosted servers cannot be used ({problem}); meanwhile {meanwhile}. "
            "Make room there, or set pronote_cache_dir to a folder that this user can write",
            folder=self._folder,
            problem=self._problem,
            meanwhile=kept if spare else Message("every task asks the server again"),
        )


def _load(path: Path, load: Callable[[Any], object]) -> _Entry:
    """An unreadable or foreign file is as good as none."""
    with contextlib.suppress(*_FOREIGN):
        data = json.loads(path.read_text(encoding="utf-8"))
        info, failure = data["info"], data["failure"]
        if info is not None:
            load(info)
        return _Entry(
            info=info,
            read_at=float(data["read_at"]),
            failed_at=float(data["failed_at"]),
            failure=_failure_of(failure) if failure else {},
            # Absent from what version 0.1.0 has kept.
            failures=max(0 if "ours" in failure else 1, int(data.get("failures", 1))) if failure else 0,
            failing_since=float(data.get("failing_since", data["failed_at"])),
            run=str(data.get("run", "")),
            note=_said({"note": "", **data}, "note"),
        )
    return _Entry()


def _failure_of(kept: dict[str, Any]) -> dict[str, str]:
    ours = {"ours": "yes"} if kept.get("ours") else {}
    return {"fact": _said(kept, "fact"), "remedy": _said(kept, "remedy"), **ours}


def _said(data: dict[str, Any], name: str) -> str:
    return sourced(str(data[name]), data.get(f"{name}_source"))


def _asked(entry: _Entry, ask: Callable[[], Any], load: Callable[[Any], object]) -> _Entry:
    """What there is to keep after one request."""
    try:
        info = ask()
        load(info)
    except HostedServerError as exc:
        at = utc_now().timestamp()
        return replace(
            entry,
            note="",
            failed_at=at,
            failure={"fact": exc.fact, "remedy": exc.remedy, **({"ours": "yes"} if exc.ours else {})},
            failures=entry.failures + (not exc.ours),
            # A clock that was set back would have it fail since the future.
            failing_since=min(at, entry.failing_since) if entry.failures else at,
        )
    return _Entry(info=info, read_at=utc_now().timestamp())
