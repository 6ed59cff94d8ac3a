"""The table of what setups do: its rows go in by these ([E] in docs/fidelity.md, S)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.lab.simulated import build_iss
from tests.unit.lab.setups import RELEASE, SetupBench

Scenario = Callable[[SetupBench], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}

REFUSED = 2**32 - 2147213312
INSTALL = build_iss(release=RELEASE)
REMOVE = build_iss(release=RELEASE, mode="uninstall")


def finding(scenario: Scenario) -> Scenario:
    """A row of the table, under its function's name."""
    SCENARIOS[scenario.__name__] = scenario
    return scenario


def each(name: str, rows: dict[str, Any], scenario: Callable[[SetupBench, Any], Awaitable[None]]) -> None:
    for row, values in rows.items():
        SCENARIOS[f"{name}-{row}"] = lambda bench, values=values: scenario(bench, values)  # type: ignore[misc]


def without(text: str, section: str) -> str:
    """A response file without one of its sections."""
    begin = text.index(f"-{section}]\r\n")
    begin = text.rindex("[", 0, begin)
    end = text.find("\r\n[", begin)
    return text[:begin] + (text[end + 2 :] if end > 0 else "")


async def assert_row(name: str, bench: SetupBench) -> None:
    """One row of the table holds."""
    async with asyncio.timeout(60):
        await SCENARIOS[name](bench)
