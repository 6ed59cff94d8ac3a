"""What the unit tests cover of the engine: every module of its rooms, branches counted, at least so much.

What is none of it need not be followed meanwhile (``unfollowed``): following costs half as much CPU again.

``python -m tests.covered build/coverage.json`` reads what coverage.py has written; exit code 1 when one is below.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from coverage.tracer import CTracer

__all__ = ["LEAST", "too_little", "unfollowed"]

LEAST = 85.0
_UTILS = "plugins/plugin_utils"
ENGINE = tuple(f"{_UTILS}/{room}/" for room in ("deploy", "job", "station", "responses"))
_CLIENT = ("access", "authentication", "client", "reader", "sealing", "session", "trust", "wire")
MODULES = (f"{_UTILS}/depot/prune.py", *(f"{_UTILS}/survey/{name}.py" for name in _CLIENT))


@contextmanager
def unfollowed() -> Generator[None]:
    """Have coverage, where it follows this thread, follow neither this block nor threads that are started in it.

    Its tracer is stopped and started by itself: sys.settrace would lose the frames that wait here.
    """
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    if not isinstance(tracer, CTracer):
        yield
        return
    threading.settrace(None)
    tracer.stop()
    try:
        yield
    finally:
        tracer.start()
        threading.settrace(of_threads)


def covered(report: dict[str, object]) -> dict[str, float]:
    """Percent of lines and branches of each module of the engine. Raises ValueError for a room that is not there."""
    files = report["files"]
    assert isinstance(files, dict)
    found = {
        name: float(each["summary"]["percent_covered"])
        for name, each in files.items()
        if name.startswith(ENGINE) or name in MODULES
    }
    for place in (*ENGINE, *MODULES):
        if not any(name.startswith(place) for name in found):
            raise ValueError(f"no module of {place} was measured")
    return found


def too_little(report: dict[str, object]) -> dict[str, float]:
    """Those below LEAST."""
    return {name: percent for name, percent in covered(report).items() if percent < LEAST}


def main(path: str) -> int:
    report = json.loads(Path(path).read_text(encoding="utf-8"))
    if not report["meta"]["branch_coverage"]:
        raise ValueError(f"{path} counts no branches")
    for name, percent in sorted(covered(report).items(), key=lambda each: each[1])[:10]:
        print(f"{percent:5.1f} % {name}")
    below = too_little(report)
    for name, percent in below.items():
        print(f"{name}: {percent:.1f} % of its lines and branches are covered, less than {LEAST:.0f} %")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
