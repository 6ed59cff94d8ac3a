"""The reports of one small audit, and the ends of runs, as they must be to the byte: ``python -m tests.golden`` writes
them anew.

Look at the difference before committing it: programs of other people read these formats.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from tests.collection import ROOT, use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.base.text import json_text  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import (  # noqa: E402
    Audit,
    History,
    save_audit,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import never_read  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES, UNREAD  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.csv_file import render_csv  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.junit import render_junit  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.prometheus import render_prometheus  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

from tests import endings  # noqa: E402
from tests.browser.sample import HOSTILE, last, record  # noqa: E402

FOLDER = ROOT / "tests/unit/plugins/golden"

# A deployment elsewhere: this store knows which changes are not ours.
_JOBS = [("elsewhere", "2026-01-01T00:00:00Z")]


def history() -> History:
    """Two audits, the second without the CDI: every status, names that mean harm, one station that vanished and one
    that no audit has looked at."""
    inventory = Identity(key="inventories/my_schools")
    every = [record(f"s101-{n:02}", status=status) for n, status in enumerate(STATUSES) if status not in UNREAD]
    hostile = [
        record(name, status="late", school="0310002B", school_name='Collège "Les \\ Prés"\n', room="<b>", reason=name)
        for name in HOSTILE
    ]
    left_out = record("cdi-01", status="unreachable", room="CDI")
    first = [
        record("s101-01"),
        record("s101-00", status="late"),
        left_out,
        record("gone-01", school="0310002B", school_name="Collège"),
    ]
    names = [r["station"] for r in (*every, *hostile, left_out)]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder, "state.sqlite3")) as store:
        for at, records, stations in (
            ("2026-11-24T04:30:00Z", first, [*names, "gone-01"]),
            ("2026-11-25T04:30:00Z", [*every, *hostile], names),
        ):
            audit = Audit(at=at, records=records, stations=stations, inventory=inventory, verdict="")
            kept = save_audit(store, audit, keep_days=180, jobs=lambda _db, _product, _stations: _JOBS)
    met = {
        "s101-00": "done",
        "s101-01": "free_disk",
        "s101-03": "record",
        "s101-04": "pilot",
        "s101-05": "close_client",
    }
    for row in kept.picture:
        row["last"] = last(met[row["station"]]) if row["station"] in met else None
    kept.picture.append(never_read("s102-01", school="0310001A", school_name="Lycée Exemple", room="Salle 102"))
    return kept


def reports() -> dict[str, bytes]:
    """Each report by the name of its file."""
    kept = history()
    at = "2026-11-25T04:30:00Z"
    records = [entry for entry in kept.picture if entry["audited"]]
    outcome = conclude(records, fail_on=["late", "incomplete"])
    report = document(
        kept.picture, at=at, outcome=outcome, changes=kept.changes, releases=kept.releases, french=catalogue("fr")
    )
    texts = {
        "audit.json": json_text(report),
        "audit.csv": render_csv(report["stations"], words=catalogue("fr"), zone=dt.UTC),
        "audit-en.csv": render_csv(report["stations"], words=catalogue("en"), zone=dt.UTC),
        "audit.prom": render_prometheus(report),
        "audit.xml": render_junit(report["stations"], at=at),
    }
    return {name: text.encode() for name, text in texts.items()}


def ends() -> dict[str, bytes]:
    """Every kind of end of a run, by the name of its file."""
    return {f"ends/{name}": text.encode() for name, text in endings.texts()}


def main() -> None:
    """Write them."""
    (FOLDER / "ends").mkdir(parents=True, exist_ok=True)
    for name, content in {**reports(), **ends()}.items():
        (FOLDER / name).write_bytes(content)
        print(FOLDER / name)


if __name__ == "__main__":
    main()
