"""A copy of what an earlier release left behind, as if it had been left there: tests change it, and nothing else."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

__all__ = ["MADE_IN", "MADE_ON", "copy_of", "kept_state"]

MADE_IN = Path("/tmp/rentree-0.1.0")
"""Where everything lay when it was made: the store names the inventory by its full path."""

MADE_ON = "127.31"
"""The loopback network of the lab that it was made on, its first two bytes."""


def copy_of(release: str, folder: Path, *, network: str = MADE_ON) -> Path:
    """Copy ``tests/upgrade/<release>`` into a new folder and return it.

    Addresses in the inventory and in what stations hold become those of ``network`` (its first two bytes); the store,
    which names the inventory that was audited by its full path, names the copy.
    """
    shutil.copytree(Path(__file__).parent / release, folder)
    for path in [*folder.glob("inventory/**/*.yml"), *folder.glob("stations/*.json")]:
        path.write_bytes(path.read_bytes().replace(f"{MADE_ON}.".encode(), f"{network}.".encode()))
    with contextlib.closing(sqlite3.connect(folder / "inventory/state/pronote.sqlite3")) as db, db:
        for table in ("audit", "audit_station"):
            db.execute(f"update {table} set inventory = replace(inventory, ?, ?)", (str(MADE_IN), str(folder)))
    return folder


def kept_state(folder: Path, name: str) -> str:
    """The text of a station's state in a copy, for ``tests.upgrade.stations.load``."""
    return (folder / f"stations/{name}.json").read_text(encoding="utf-8")
