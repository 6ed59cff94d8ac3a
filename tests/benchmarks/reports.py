"""What the reports alone cost for a whole collectivité: the store and each renderer, without Ansible and stations."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.report_csv import render_csv  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.report_json import render_json  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.report_junit import render_junit  # noqa: E402
from ansible_collections.rentree.pronote.plugins.module_utils.report_prometheus import (  # noqa: E402
    render_prometheus,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils._report import render_html  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils._store import Store  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils._store_audits import Audit, save_audit  # noqa: E402

from tests.browser.sample import sample  # noqa: E402

__all__ = ["ReportCost", "report_costs"]

_T = TypeVar("_T")
_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class ReportCost:
    """``seconds`` of CPU of this process; ``size`` in bytes of what it made (of a day more, for the store)."""

    what: str
    seconds: float
    size: int


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    started = time.process_time()
    done = work()
    return time.process_time() - started, done


def report_costs(*, schools: int, rooms: int = 10, stations: int = 20) -> list[ReportCost]:
    """Measure the store and every report after thirty nightly audits of ``schools`` × ``rooms`` × ``stations``."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        made = sample(Path(folder), schools=schools, rooms=rooms, stations=stations, days=_DAYS, hostile=False)
        path = Path(folder, "state.sqlite3")
        before = path.stat().st_size
        records = made.report["stations"]
        audit = Audit(
            at="2026-11-26T04:30:00Z",
            records=records,
            stations=[record["station"] for record in records],
            inventory="inventories/my_schools",
            verdict="compliant",
        )

        def keep() -> None:
            with Store(path) as store:
                save_audit(store, audit, keep_days=180)

        seconds, _ = _timed(keep)
        costs.append(ReportCost(what="store", seconds=seconds, size=path.stat().st_size - before))
    renderers: dict[str, Callable[[], str]] = {
        "html": lambda: render_html(made.report, trends=made.history.trend, commands=made.commands),
        "json": lambda: render_json(made.report),
        "csv": lambda: render_csv(records),
        "junit": lambda: render_junit(records, at=made.report["at"]),
        "prometheus": lambda: render_prometheus(made.report),
    }
    for what, render in renderers.items():
        seconds, text = _timed(render)
        costs.append(ReportCost(what=what, seconds=seconds, size=len(text.encode())))
    return costs
