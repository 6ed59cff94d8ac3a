"""What ``make bench`` measures: its rows, and what each is to come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["ROWS", "Row", "chosen", "quick"]

WORKERS = ("-e", "pronote_survey_parallel=0")
"""Ansible's own way: a process for each station and task."""

_AUDIT, _DEPLOY, _EMPTY = "playbooks/audit.yml", "playbooks/deploy.yml", "tests/benchmarks/empty.yml"
_SIZES = (100, 300, 1000)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A playbook on stations of a kind.

    ``lab``: ``simulated`` stations, or ``recorded`` ones (replay.py); ``late``: every station has a change to make;
    ``dropping``: so many of a hundred drop every packet; ``seconds``: after which each answer comes (recorded ones);
    ``once``: too long, or too even, to be repeated.
    """

    name: str
    playbook: str
    sizes: tuple[int, ...]
    what: str
    transport: str = "basic"
    arguments: tuple[str, ...] = ()
    lab: str = "simulated"
    late: bool = False
    dropping: int = 0
    seconds: float = 0.0
    once: bool = False

    @property
    def scene(self) -> tuple[object, ...]:
        """What rows have to agree on to share a lab of one size."""
        kerberos = self.transport == "kerberos"
        return self.lab, self.late, self.dropping, self.seconds, kerberos


def _ways(row: Row) -> tuple[Row, Row]:
    """A row, and the same by workers."""
    return row, replace(
        row,
        name=f"{row.name}-workers",
        what=f"{row.what}, by workers",
        arguments=(*row.arguments, *WORKERS),
        once=True,
    )


ROWS: tuple[Row, ...] = (
    Row(name="empty", playbook=_EMPTY, sizes=_SIZES, what="a task that does nothing, in a worker for each station"),
    *_ways(Row(name="audit", playbook=_AUDIT, sizes=_SIZES, what="audit, Basic")),
    Row(name="audit-ntlm", playbook=_AUDIT, sizes=_SIZES, what="audit, NTLM", transport="ntlm"),
    Row(name="audit-kerberos", playbook=_AUDIT, sizes=(100, 300), what="audit, Kerberos", transport="kerberos"),
    *_ways(Row(name="deploy", playbook=_DEPLOY, sizes=_SIZES, what="deployment with nothing to do, Basic")),
    *_ways(
        Row(
            name="dry-run",
            playbook=_DEPLOY,
            sizes=(1000,),
            what="dry run with a change on each station, Basic",
            arguments=("--check", "--diff"),
            late=True,
        )
    ),
    Row(
        name="audit-recorded",
        playbook=_AUDIT,
        sizes=(100, 1000, 10_000),
        what="audit of recorded stations, Basic",
        lab="recorded",
    ),
    Row(
        name="empty-recorded",
        playbook=_EMPTY,
        sizes=(10_000,),
        what="a task that does nothing, in a worker for each station",
        lab="recorded",
        once=True,
    ),
    Row(
        name="audit-dropping",
        playbook=_AUDIT,
        sizes=(300,),
        what="audit, nine of ten stations drop packets, Basic",
        dropping=90,
        once=True,
    ),
    Row(
        name="audit-slow",
        playbook=_AUDIT,
        sizes=(1000,),
        what="audit of recorded stations that answer after 300 ms, Basic",
        lab="recorded",
        seconds=0.3,
        once=True,
    ),
)


def chosen(names: str, sizes: str) -> list[Row]:
    """Rows by their names, separated by commas (empty: all), of other sizes where some are given.

    Raises ValueError for a name that is none.
    """
    known = {row.name: row for row in ROWS}
    wanted = names.split(",") if names else list(known)
    if unknown := sorted(set(wanted) - set(known)):
        raise ValueError(f"no such row: {', '.join(unknown)} (there are {', '.join(known)})")
    rows = [known[name] for name in wanted]
    if sizes:
        rows = [replace(row, sizes=tuple(sorted({int(size) for size in sizes.split(",")}))) for row in rows]
    return rows


def quick(rows: Iterable[Row], size: int) -> list[Row]:
    """The same of a few stations, each once, and what workers do apart: it shows that the benchmark itself works."""
    return [
        replace(row, sizes=(size,), seconds=min(row.seconds, 0.01), once=True)
        for row in rows
        if not row.name.endswith("-workers")
    ]
