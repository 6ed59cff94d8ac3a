"""Time that passes only when everybody waits: the lab's loop and the code under test share it, and both see it jump."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime as dt
import selectors
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import pytest
import time_machine

from tests.covered import unfollowed

__all__ = ["ControllerKilledError", "VirtualTime", "virtual_time"]

T = TypeVar("T")
_PASSED = 8  # rounds of the loop with something to do, for one look at the sockets
_STUCK_SECONDS = 20.0  # real ones, with no timer pending and no socket ready


class ControllerKilledError(BaseException):
    """As SIGKILL: nothing that is done on the way out reaches the station any more."""


class _Selector(selectors.DefaultSelector):
    """Never waits for a timer: the clock jumps to it."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump
        self._passed = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            # Something is to be done already. Asking the kernel before each of it was 4 % of the time of such tests.
            self._passed += 1
            if self._passed % _PASSED:
                return []
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(_STUCK_SECONDS)
            if not ready:
                raise RuntimeError("the lab waits for something that nobody will do")
            return ready
        self._jump(timeout)
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, virtual: VirtualTime) -> None:
        self._virtual = virtual
        super().__init__(_Selector(virtual.jump))

    def time(self) -> float:
        return self._virtual.monotonic()

    def run_in_executor(  # type: ignore[override]  # typeshed's has a TypeVarTuple that nothing here needs
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """At once: a thread would take real time, which does not pass here."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            done.set_result(func(*args))
        except Exception as exc:  # noqa: BLE001  (whoever awaits it is told)
            done.set_exception(exc)
        return asyncio.wrap_future(done, loop=self)


class VirtualTime:
    """The clock and the loop that it belongs to."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self._now = 1000.0
        self._begun: list[asyncio.Task[object]] = []
        self._dead = False
        self._killed_at: float | None = None
        self.loop = _Loop(self)

    def monotonic(self) -> float:
        """Seconds of this time."""
        return self._now

    def wall(self) -> dt.datetime:
        """What ``datetime.now`` says."""
        return dt.datetime.now(dt.UTC)

    def jump(self, seconds: float) -> None:
        """Nobody is at work: go to the next moment at which somebody is."""
        self._now += seconds
        self._traveller.shift(seconds)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the lab work until this is done."""
        # The lab's own lines are not measured: following them took half of the time of a run with coverage.
        with unfollowed():
            return self.loop.run_until_complete(work)

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """What the code under test waits for. Raises ControllerKilledError once it has been killed."""
        if self._killed_at is not None and self._now >= self._killed_at:
            self._dead = True
        if self._dead:
            work.close()
            raise ControllerKilledError
        return self.wait(work)

    def sleep(self, seconds: float) -> None:
        """``time.sleep``: the lab works meanwhile, and its timers go off in their order."""
        until = self._now + seconds if self._killed_at is None else min(self._now + seconds, self._killed_at)
        self.ask(asyncio.sleep(until - self._now))
        if self._killed_at is not None and self._now >= self._killed_at:
            self._dead = True
            raise ControllerKilledError

    def kill_in(self, seconds: float) -> None:
        """Kill the controller in that many seconds, wherever it is then."""
        self._killed_at = self._now + seconds

    def kill(self) -> NoReturn:
        """Kill the controller now."""
        self._dead = True
        raise ControllerKilledError

    def another_controller(self) -> None:
        """Somebody starts another run."""
        self._dead, self._killed_at = False, None

    def later(self, seconds: float, do: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Do something at the station in that many seconds."""
        self.loop.call_later(seconds, lambda: self._begun.append(self.loop.create_task(do())))

    def close(self) -> None:
        """End whatever still runs in the loop."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.wait(asyncio.sleep(0))
        self.wait(self.loop.shutdown_asyncgens())
        self.loop.close()


@contextmanager
def virtual_time(monkeypatch: pytest.MonkeyPatch, *, start: dt.datetime | None = None) -> Iterator[VirtualTime]:
    """``time.sleep``, ``time.monotonic`` and ``datetime.now`` are of this time until the block ends.

    ``start``: yesterday at eight when not given, so that no test depends on the time of its day: what waits an hour
    near midnight ends on another day. Other threads sleep as ever.
    """
    yesterday = dt.datetime.now(dt.UTC).replace(hour=8, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    thread, really_sleep = threading.get_ident(), time.sleep
    with time_machine.travel(start or yesterday, tick=False) as traveller:
        virtual = VirtualTime(traveller)

        def sleep(seconds: float) -> None:
            (virtual.sleep if threading.get_ident() == thread else really_sleep)(seconds)

        with monkeypatch.context() as patch:
            patch.setattr(time, "sleep", sleep)
            patch.setattr(time, "monotonic", virtual.monotonic)
            try:
                yield virtual
            finally:
                virtual.close()
