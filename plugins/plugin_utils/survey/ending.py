# SPDX-License-Identifier: GPL-3.0-or-later
"""An end in the middle: what was begun at stations is given back before this process goes.

Ansible's worker dies of SIGINT and SIGTERM at once (``WorkerProcess._term``), and its controller sends both when
somebody presses Ctrl-C. Of a controller that was killed it hears nothing, and would read everything that is left.
I/O: signals.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from ...module_utils.base.sure import sure

__all__ = ["run_to_an_end"]

T = TypeVar("T")

_ENDS: Final = (signal.SIGINT, signal.SIGTERM)


def run_to_an_end(work: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``. A signal, or the end of the process that this one works for, cancels the work, once.

    What the signal does without this is done when the work has come to its end; SIGTERM for one that works for nobody.
    Raises KeyboardInterrupt if this process is still there then.
    """
    ending = _Ending()
    try:
        return asyncio.run(ending.watched(work))
    except asyncio.CancelledError:
        if ending.by is None:
            raise
    signal.raise_signal(ending.by)
    raise KeyboardInterrupt


class _Ending:
    """``by``: the signal that the work was ended with."""

    def __init__(self) -> None:
        self.by: signal.Signals | None = None

    async def watched(self, work: Coroutine[Any, Any, T]) -> T:
        loop, task = asyncio.get_running_loop(), sure(asyncio.current_task())

        def end(by: signal.Signals) -> None:
            # A second one would break off the giving back.
            if self.by is None:
                self.by = by
                task.cancel()

        with contextlib.ExitStack() as stack:
            if threading.current_thread() is threading.main_thread():
                for each in _ENDS:
                    before = signal.getsignal(each)
                    if before not in {None, signal.SIG_IGN}:
                        loop.add_signal_handler(each, end, each)
                        stack.callback(signal.signal, each, before)
                        # Before that: the loop, too, puts back what it thinks was there.
                        stack.callback(loop.remove_signal_handler, each)
            if (parent := multiprocessing.parent_process()) is not None:

                def orphaned() -> None:
                    loop.remove_reader(parent.sentinel)
                    end(signal.SIGTERM)

                loop.add_reader(parent.sentinel, orphaned)
                stack.callback(loop.remove_reader, parent.sentinel)
            return await work
