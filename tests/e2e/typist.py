"""A command on a terminal of its own, with somebody who reads what it asks before typing."""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["typed"]

_PATIENCE = 90.0


def typed(
    command: Sequence[str], answers: Sequence[tuple[str, str]], *, cwd: Path, env: Mapping[str, str]
) -> tuple[int, str]:
    """Run a command, and type each answer once its question is on the screen; the exit code and what was shown.

    Raises TimeoutError, with the screen, for a question that does not come.
    """
    child, master = pty.fork()
    if child == 0:
        os.chdir(cwd)
        os.execve(command[0], list(command), dict(env))
    shown, seen, left = b"", 0, list(answers)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        # What is typed before Ansible listens is thrown away: wait until the screen is still.
        ready, _, _ = select.select([master], [], [], 0.3)
        if ready:
            try:
                chunk = os.read(master, 65536)
            except OSError:
                chunk = b""  # what reading gives once the last writer is gone
            if not chunk:
                break
            shown += chunk
        elif left and left[0][0].encode() in shown[seen:]:
            seen = len(shown)
            os.write(master, left.pop(0)[1].encode() + b"\r")
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        raise TimeoutError(f"waiting for {left[:1]}\n{shown.decode(errors='replace')}")
    os.close(master)
    _, status = os.waitpid(child, 0)
    text = shown.decode(errors="replace")
    assert not left, f"never asked: {left}\n{text}"
    return os.waitstatus_to_exitcode(status), text
