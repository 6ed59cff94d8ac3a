"""What holds for every test."""

from __future__ import annotations

import gc

import pytest

# What a collection makes stays to the end: looking through it again and again was a tenth of its time.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What is there now is never garbage: later rounds look through what tests make, not through ten thousand tests.

    Here, and not at the end of collecting: who hands tests out to workers collects none.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests on Wine stations two more tries, and say so in the summary.

    Wine 8 loses a start of a program now and then: `start /wait` said "file not found" of a file that is there once in
    1,680 starts on two busy cores (2026-11-25; tests/lab/wine/README.md), and a setup that it should have started left
    no log. Windows has nothing like it, and what is wrong in the product or in a test is wrong three times.
    """
    for item in items:
        if item.get_closest_marker("wine") is not None:
            item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a test had another try: one that is green at last shows nothing of it."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"another try of {report.nodeid}", "-")
        terminalreporter.line(report.longreprtext[-4000:])
