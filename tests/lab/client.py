"""Start a lab in a process of its own and talk to its control API."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode

from tests.lab.forks import LabProcess, started

__all__ = ["LabClient", "running_lab"]


class LabClient:
    """The control API of a running lab (``tests/lab/control.py``)."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info
        self._base: str = info["control"]

    def _call(self, path: str, data: object | None = None) -> bytes:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self._base}{path}", data=body, method="GET" if body is None else "POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def snapshots(self) -> dict[str, str]:
        """SHA-256 of every station's whole state, by name."""
        digests: dict[str, str] = json.loads(self._call("/snapshots"))
        return digests

    def shells(self) -> dict[str, int]:
        """How many shells are open on each station."""
        shells: dict[str, int] = json.loads(self._call("/shells"))
        return shells

    def snapshot(self, station: str) -> bytes:
        """The whole state of one station, in its canonical form."""
        return self._call(f"/stations/{quote(station)}/snapshot")

    def journal(self, **select: object) -> list[dict[str, Any]]:
        """Events of the journal, filtered by kind, station, since."""
        events: list[dict[str, Any]] = json.loads(self._call(f"/journal?{urlencode(select)}"))
        return events

    def tokens(self, uai: str) -> list[str]:
        """Every CAS token that a school's hosted server gave out so far."""
        tokens: list[str] = json.loads(self._call("/info"))["tokens"][uai]
        return tokens

    def installer_starts(self, **select: object) -> list[dict[str, Any]]:
        """Every start of an installer or uninstaller on any station since the lab was ready."""
        since = self.info["journal_start"]
        return [e for e in self.journal(kind="installer", since=since, **select) if e["data"]["event"] == "started"]

    def power(self, station: str, power: str) -> None:
        """Switch a station on or off."""
        self._call(f"/stations/{quote(station)}/power", {"power": power})

    def people(self, station: str, what: str, argument: str = "") -> None:
        """Somebody at the station does something: ``log_on`` (name), ``log_off``, ``start`` (release), ``close``."""
        self._call(f"/stations/{quote(station)}/people", {"what": what, "argument": argument})

    def damage(self, station: str, pattern: str) -> list[str]:
        """A disk, or an antivirus, spoils every file of a simulated station that fits the pattern; their paths."""
        found: list[str] = json.loads(self._call(f"/stations/{quote(station)}/damage", {"pattern": pattern}))
        assert found, f"no file of {station} is called {pattern}"
        return found

    def space(self, station: str, free: int) -> None:
        """Somebody makes room on a simulated station's disk, or fills it: bytes that are free from now on."""
        self._call(f"/stations/{quote(station)}/space", {"free": free})

    def faults(self, station: str, rules: list[dict[str, Any]]) -> None:
        """Replace the fault rules of a station."""
        self._call(f"/stations/{quote(station)}/faults", rules)

    def heal(self) -> None:
        """Take every fault away, and switch every station on."""
        self._call("/heal", {})

    def depot(self, faults: dict[str, str]) -> None:
        """What goes wrong at the depot: file name → ``missing``, ``corrupt`` or ``cut``."""
        self._call("/depot", faults)

    def site(self, modes: dict[str, str] | None = None) -> dict[str, str]:
        """Open the publisher's download site: its pages and its authority. ``modes``: file name → what is wrong."""
        facts: dict[str, str] = json.loads(self._call("/site", modes or {}))
        return facts

    def school(self, uai: str, **changes: str) -> None:
        """Change what a hosted server answers: ``release``, ``mode``, ``page``, ``settings``."""
        self._call(f"/schools/{uai}", changes)

    def clock(self, ahead: int) -> None:
        """Move the clock of the lab's servers and stations: seconds that it is ahead of the machine's."""
        self._call("/clock", {"ahead": ahead})

    def cas(self, **changes: str) -> None:
        """What the ENT's CAS server does from now on: ``mode``, ``certificate``; what is not named is sound."""
        self._call("/cas", changes)


@contextmanager
def running_lab(
    scenario: Path, *, network: str, work: Path, backend: str = "simulated", log: Path | None = None, ahead: int = 0
) -> Iterator[LabClient]:
    """Run a lab until the block ends. Raises RuntimeError with its output when it does not start.

    ``ahead``: seconds that its clock is ahead of the machine's.
    """
    work.mkdir(parents=True, exist_ok=True)
    log = log or work / "lab.log"
    arguments = [str(scenario), "--network", network, "--work", str(work), "--backend", backend, "--ahead", str(ahead)]
    with log.open("wb") as output:
        process = started(arguments, output, forked=backend == "simulated")
        try:
            yield LabClient(_ready(process, log))
        finally:
            # The lab ends when its standard input does, so it never outlives a killed test run.
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(process: LabProcess, log: Path) -> dict[str, Any]:
    stdout: IO[bytes] | None = process.stdout
    assert stdout is not None
    line = stdout.readline()
    if not line:
        process.wait(timeout=30)
        raise RuntimeError(f"the lab did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
    info: dict[str, Any] = json.loads(line)
    return info
