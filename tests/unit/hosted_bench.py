"""One school's hosted server of the lab, running, with its journal and a cache folder of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import HostedOptions

from tests.lab.journal import Journal
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.unit.web_thread import serving

__all__ = ["UAI", "HostedBench", "hosted_bench", "moved_clock"]

UAI = "0310001A"


@dataclass(frozen=True, kw_only=True)
class HostedBench:
    """What a test needs of it."""

    school: HostedSchool
    journal: Journal
    root: str  # http://address:port
    cache: Path

    @property
    def url(self) -> str:
        return f"{self.root}/{UAI}/pronote/"

    @property
    def requests(self) -> int:
        return sum(1 for _ in self.journal.select(kind="web"))

    def options(self, **changes: float) -> HostedOptions:
        """Options that use this bench's cache."""
        return HostedOptions(cache_dir=str(self.cache), **changes)  # type: ignore[arg-type]  # times only

    def cached_text(self) -> str:
        """Everything that is kept on disk."""
        return "".join(path.read_text(encoding="utf-8") for path in self.cache.iterdir())

    @property
    def entry(self) -> Path:
        """The cache file of the one server that was asked."""
        (found,) = self.cache.glob("*.json")
        return found


@contextmanager
def hosted_bench(folder: Path, *, address: str) -> Iterator[HostedBench]:
    """Start it on a loopback address that no other test file uses."""
    school = HostedSchool(
        uai=UAI, name="Lycée d'Exemple", release="2026.2.7", cas="https://cas.mon-ent-occitanie.fr/sso"
    )
    journal = Journal()
    with serving(hosted_app({UAI: school}, journal), address=address) as root:
        yield HostedBench(school=school, journal=journal, root=root, cache=folder / "cache" / "hosted")


def moved_clock(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> SimpleNamespace:
    """The clock of a module that reads ``utc_now``; ``now`` is moved by hand."""
    moved = SimpleNamespace(now=1_790_000_000.0)
    monkeypatch.setattr(module, "utc_now", lambda: dt.datetime.fromtimestamp(moved.now, dt.UTC))
    return moved
