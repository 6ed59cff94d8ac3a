"""What reports and alerts cost by themselves for a whole collectivité, without Ansible and stations."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.base.text import json_text  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.decide import Alert, decide  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.message import (  # noqa: E402
    compose,
    mail,
    payload,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.tell import (  # noqa: E402
    read_state,
    save_state,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import Audit, save_audit  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord, count  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.arguments import KINDS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.conclusion import conclude_all  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.csv_file import render_csv  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.junit import render_junit  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.prometheus import (  # noqa: E402
    render_prometheus,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import render_html  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

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
            inventory=Identity(key="inventories/my_schools"),
            verdict="compliant",
        )

        def keep() -> None:
            with Store(path) as store:
                save_audit(store, audit, keep_days=180)

        seconds, _ = _timed(keep)
        costs.append(ReportCost(what="store", seconds=seconds, size=path.stat().st_size - before))
        seconds, size = _timed(lambda: _conclude(Path(folder), records, made.commands))
        costs.append(ReportCost(what="conclusion", seconds=seconds, size=size))
    renderers: dict[str, Callable[[], str]] = {
        "html": lambda: render_html(
            made.report, trends=made.history.trend, commands=made.commands, words=catalogue("fr")
        ),
        "json": lambda: json_text(made.report),
        "csv": lambda: render_csv(records, words=catalogue("fr")),
        "junit": lambda: render_junit(records, at=made.report["at"]),
        "prometheus": lambda: render_prometheus(made.report),
    }
    for what, render in renderers.items():
        seconds, text = _timed(render)
        costs.append(ReportCost(what=what, seconds=seconds, size=len(text.encode())))
        if what == "html":
            page = text.encode()
    return [*costs, *_alert_costs(records, page)]


def _conclude(folder: Path, records: list[AuditRecord], commands: Commands) -> int:
    """The conclusion over all audits, with its HTML and JSON; returns their bytes."""
    paths = {kind: str(folder / f"whole.{kind}") if kind in {"html", "path"} else None for kind in KINDS}
    conclude_all(
        paths,
        product="pronote_client",
        words=catalogue("fr"),
        fail_on=[],
        max_unreachable=50,
        max_unknown=5,
        max_age=24 * 366,
        store=str(folder / "state.sqlite3"),
        # The audits are of a day of their own, whenever this is run.
        keep_days=99_999,
        outcome=None,
        board=None,
        stations=[record["station"] for record in records],
        inventory=Identity(key="inventories/my_schools"),
        commands=commands,
        check=False,
        place=lambda _name: {"school": "", "school_name": "", "room": ""},
    )
    return sum(each.stat().st_size for each in folder.glob("whole*"))


def _alert_costs(records: list[AuditRecord], page: bytes) -> list[ReportCost]:
    """An evening on which everybody has become late: what a mail and a webhook cost before they are sent."""
    late: list[Any] = [{**record, "status": "late"} for record in records]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "state.sqlite3")

        def audit(of: list[AuditRecord], way: str) -> Alert | None:
            with Store(path) as store:
                alert, after, _ = decide(
                    read_state(store, product="pronote_client", channel=way),
                    of,
                    changes={},
                    verdict="not_compliant",
                    on=["newly_late", "fixed"],
                    threshold=100,
                    limited=False,
                )
                save_state(store, after, product="pronote_client", channel=way)
            return alert

        def mailed() -> bytes:
            alert = audit(late, "mail")
            assert alert is not None
            message = compose(alert, late, words=catalogue("fr"), attached=True)
            moment = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
            made = mail(
                message,
                sender="audit@example.org",
                recipients=["equipe@example.org"],
                report=("audit.html", page),
                moment=moment,
            )
            return made.as_bytes()

        def posted() -> bytes:
            alert = audit(late, "webhook")
            assert alert is not None
            message = compose(alert, late, words=catalogue("fr"))
            return payload(message, alert, counts=count(late), product="pronote_client", at="", url="")

        costs = []
        for what, work in (("mail", mailed), ("webhook", posted)):
            audit([{**record, "status": "compliant"} for record in records], what)
            seconds, sent = _timed(work)
            costs.append(ReportCost(what=what, seconds=seconds, size=len(sent)))
        return costs
