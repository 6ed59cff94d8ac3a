"""The end of the gate, from its log: what each ansible-core ran, and how many tests passed and failed in all."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_CORE = re.compile(r"sanity of (ansible-core \S+ on Python \S+): ")
_RUN = re.compile(r"(?:=+ )?((?:\d+ [a-z]+(?:, )?)+)(?: in [\d.]+s.*)?(?: =+)?$")
_FAILED = ("failed", "error", "errors")


def main(log: Path, code: int) -> None:
    """Print a line for each ansible-core, and the last one for all of them together."""
    core, counts = "", dict[str, list[int]]()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if started := _CORE.match(line):
            core = started[1]
        elif core and (run := _RUN.match(line)):
            passed, failed = counts.setdefault(core, [0, 0])
            numbers = [each.split() for each in run[1].split(", ")]
            counts[core] = [
                passed + sum(int(number) for number, what in numbers if what == "passed"),
                failed + sum(int(number) for number, what in numbers if what in _FAILED),
            ]
    for core, (passed, failed) in counts.items():
        print(f"{core}: {passed} passed" + (f", {failed} failed" if failed else ""))
    failed = sum(failed for _, failed in counts.values())
    if code and not failed:
        print(f"the gate ended with code {code}: see above")
        failed = 1
    print(f"{sum(passed for passed, _ in counts.values())} passed, {failed} failed")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
