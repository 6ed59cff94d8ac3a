# SPDX-License-Identifier: GPL-3.0-or-later
"""One station among many: what a reading asks is asked of it, without waiting in anybody's way. I/O: the network.

The other driver of ``station/exchange.py`` is ``WinrmStation``, in a worker: the same questions, answers and words.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterator
from typing import TypeVar

from ...module_utils.base.deadline import Deadline
from ...module_utils.base.sure import sure
from ..station.causes import Way
from ..station.errors import ForbiddenAnswerError, StationError, UnreachableError
from ..station.exchange import Allow, Note, Pause, Renew, Request, Shell, Step, create, delete, exchange
from ..station.limits import Limits
from ..station.questions import Reading
from ..station.refusals import worst
from ..station.telling import telling
from .access import Access
from .session import Session
from .trust import Trust

__all__ = ["Client"]

T = TypeVar("T")

_CLOSING = 2.0
"""Seconds to give the shell back, whatever time the station had."""


class Client:
    """Asks one station. Connects at the first question, and has one shell; every failure is a StationError."""

    def __init__(self, access: Access, trust: Trust, *, seconds: float | None = None) -> None:
        """``seconds``: for all that is asked, the connection included."""
        self._access = access
        self._trust = trust
        self._limits = Limits(connecting=access.connecting, until=None if seconds is None else Deadline(seconds))
        self._session: Session | None = None
        self._shell = ""
        self._commands = Shell()

    async def read(self, reading: Reading[T]) -> T:
        """Ask what the reading asks, and return what it read. Raises StationError, its own too."""
        steps = exchange(reading, asyncio.get_running_loop().time, self._commands)
        try:
            step = next(steps)
            while True:
                try:
                    came = await self._done(step)
                except StationError as exc:
                    step = steps.throw(exc)
                else:
                    step = steps.send(came)
        except StopIteration as end:
            read: T = end.value
            return read
        finally:
            steps.close()

    async def close(self) -> None:
        """Give the shell back and close the connection; a station that is gone is no error."""
        self._limits.until = Deadline(_CLOSING)
        try:
            await self._delete()
        finally:
            self._forget()

    async def _done(self, step: Step) -> object:
        match step:
            case Request():
                return await self._asked(step)
            case Allow():
                with self._answers(self._way(step.doing)):
                    return self._limits.within(step.seconds)
            case Pause():
                with self._answers(self._way("waiting")):
                    await asyncio.sleep(self._limits.within(step.seconds))
            case Renew():
                await self._delete()
            case Note():
                if telling.hears(5 if step.raw else 4):
                    (telling.vvvvv if step.raw else telling.vvvv)(str(step), host=self._access.host)
        return None

    async def _asked(self, request: Request) -> object:
        if self._session is None:
            await self._connect()
        elif request.in_shell and not self._shell:
            self._shell = str(await self._sent(self._session, create()))
        return await self._sent(sure(self._session), request)

    async def _connect(self) -> None:
        """Open a shell by the first transport that the station takes. Raises StationError."""
        refused: list[StationError] = []
        for approach in self._access.approaches:
            if isinstance(approach, StationError):
                refused.append(approach)
                continue
            session = Session(approach, self._limits, self._trust)
            try:
                self._shell = str(await self._sent(session, create(), opening=True))
                self._session = session
            except ForbiddenAnswerError:
                # Whoever answers so gets nothing more to see of the account.
                raise
            except StationError as exc:
                refused.append(exc)
            else:
                return
            finally:
                if self._session is not session:
                    session.close()
        raise worst(refused)

    async def _sent(self, session: Session, request: Request, *, opening: bool = False) -> object:
        way = Way(doing=request.doing, transport=session.transport, opening=opening)
        message = request.envelope(number=str(uuid.uuid4()), seconds=session.operating, shell=self._shell)
        with self._answers(way):
            return request.read(await session.send(message.encode(), way))

    async def _delete(self) -> None:
        shell, session = self._shell, self._session
        if shell and session is not None:
            try:
                await self._sent(session, delete())
            except UnreachableError:
                # What was cut may be the connection alone, and a shell that nobody ends stays for two hours.
                with contextlib.suppress(StationError):
                    await self._sent(session, delete())
            except StationError:
                pass
        self._shell = self._commands.over = ""

    def _forget(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
        self._shell = self._commands.over = ""

    def _way(self, doing: str) -> Way:
        return Way(doing=doing, transport="" if self._session is None else self._session.transport)

    @contextlib.contextmanager
    def _answers(self, way: Way) -> Iterator[None]:
        """Turn whatever is raised at an answer, and at none, into a StationError: causes.py knows them all."""
        try:
            yield
        except Exception as exc:
            error = self._limits.told(exc, way)
            if isinstance(error, ForbiddenAnswerError) and self._limits.over() is None:
                # Neither the end of a command nor that of its shell is asked of whoever answers so; but of one that had
                # no more time (close).
                self._forget()
            if error is exc:
                raise
            raise error from exc
