"""Stations that misbehave in every way known, among stations that do not: what an audit of them all has to be.

``make audit-hostile`` plays fifty (``test_audit.py``); thirty of them are part of ``make test-faults``.
"""

from __future__ import annotations

import math
import resource
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.e2e.conftest import School

__all__ = ["BYSTANDER", "DEADLINE", "MISCHIEF", "Figures", "audited", "connection", "honest", "stations"]

BYSTANDER = "bystander"
"""A station where redirects lead, which no play is for."""
DEADLINE = 10.0
"""Seconds that an audit gives a station, here."""
# Of the largest process, whatever is sent to it: the floods above would be gigabytes.
_MOST_MIB = 300

_FIRST, _SECOND, _THIRD = ({"match": "^Post ", "nth": number} for number in (1, 2, 3))


def _hostile(mode: str, step: dict[str, Any]) -> dict[str, Any]:
    return {"effect": "hostile", "mode": mode, **step}


def _moved(status: int, step: dict[str, Any]) -> dict[str, Any]:
    return {"effect": "answer", "status": status, "headers": {"Location": "http://{target}:5985/wsman"}, **step}


# What each does, and the kind that it is reported with.
MISCHIEF: dict[str, tuple[dict[str, Any] | None, str]] = {
    "redirect-first": (_moved(307, _FIRST), "redirect"),
    "redirect-second": (_moved(301, _SECOND), "redirect"),
    "redirect-third": (_moved(302, _THIRD), "redirect"),
    "redirect-shell": (_moved(308, {"match": "^Create"}), "redirect"),
    "drip-headers": (_hostile("drip_headers", _FIRST), "endless"),
    "drip-tls": (None, "endless"),
    "drip-body": (_hostile("drip_body", _THIRD), "endless"),
    "drip-encrypted": (_hostile("drip_body", {"match": "^Receive"}), "endless"),
    "drip-continue": (_hostile("drip_continue", {"match": "^Command "}), "endless"),
    "slow-always": ({"effect": "delay", "seconds": 1.5}, "endless"),
    "endless-continue": (_hostile("endless_continue", _FIRST), "oversize"),
    "endless-body": (_hostile("endless_body", _SECOND), "oversize"),
    "endless-chunks": (_hostile("endless_chunks", {"match": "^Command "}), "oversize"),
    "many-headers": (_hostile("many_headers", _FIRST), "oversize"),
    # Two answers are more than the bound: there is a pause before each, and those of eight were most of the 10 seconds.
    "endless-output": ({"effect": "endless", "size": 5 << 20, "match": "^Receive"}, "oversize"),
    "endless-pull": ({"effect": "endless", "size": 4000, "match": "^(Enumerate|Pull)"}, "oversize"),
    "endless-receive": ({"effect": "endless", "match": "^Receive"}, "endless"),
    "gzip-bomb": (_hostile("gzip_bomb", {"match": "^Receive"}), "packed"),
    "plain-answer": ({"effect": "in_clear", "match": "^Create"}, "unencrypted"),
    "plain-fault": ({"effect": "in_clear", "match": "^Get "}, "unencrypted"),
}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How long an audit of the honest stations took, how long one of all may take, and took; in seconds."""

    honest: float
    allowed: float
    all: float
    peak_mib: int  # of the largest process of the run

    def __str__(self) -> str:
        times = f"honest ones alone {self.honest:.1f} s; all together {self.all:.1f} s of {self.allowed:.1f} s allowed"
        return f"{times}; largest process {self.peak_mib} MiB"


def honest(count: int) -> list[str]:
    """The names of so many honest stations."""
    return [f"honest-{number:02}" for number in range(1, count + 1)]


def stations(names: list[str], *, honest_ones: int) -> list[dict[str, Any]]:
    """A scenario's stations: these, which will misbehave, the honest ones and the bystander."""
    late = {"clients": [{"release": "2026.1.3"}], "allow_unencrypted": False}
    # UWF is what an audit asks WMI for rows about; TLS is begun with whoever takes the connection.
    own = {"endless-pull": {"freezer": "uwf"}, "drip-tls": {"stranger": "dripping"}}
    told = [{"name": name, **late, **own.get(name, {})} for name in names]
    return [*told, *({"name": name, **late} for name in honest(honest_ones)), {"name": BYSTANDER, **late}]


def connection(_info: dict[str, Any]) -> dict[str, Any]:
    """Short deadlines: what a station may take is what is played here."""
    return {
        "ansible_port": 5985,
        "ansible_winrm_scheme": "{{ 'https' if inventory_hostname == 'drip-tls' else 'http' }}",
        "ansible_winrm_transport": "ntlm",
        "ansible_winrm_operation_timeout_sec": 2,
        "ansible_winrm_read_timeout_sec": 4,
        "pronote_timeouts": {"station": DEADLINE},
    }


def audited(school: School, names: list[str], *, honest_ones: int, forks: int, way: tuple[str, ...] = ()) -> Figures:
    """Audit the honest stations alone, then all; AssertionError for whatever is not as it has to be.

    ``way``: arguments of the playbook. Whoever does not come to an end keeps nobody waiting: all together may take as
    long as the honest ones thrice (there are more to read), and a station's time for each ``forks`` that misbehave.
    """
    target = f"{school.lab.info['network']}.1.{len(names) + honest_ones + 1}"
    for name in names:
        rule = {"times": 0, **(MISCHIEF[name][0] or {"effect": "note"})}
        if "headers" in rule:
            rule = {**rule, "headers": {key: text.format(target=target) for key, text in rule["headers"].items()}}
        school.lab.faults(name, [rule])
    arguments = ("-f", str(forks), *way)
    alone, alone_took, alone_asked = _play(school, "honest-*", arguments)
    found, took, asked = _play(school, f"!{BYSTANDER}", arguments)
    allowed = 3 * alone_took + math.ceil(len(names) / forks) * DEADLINE

    assert sorted(alone) == honest(honest_ones)
    assert sorted(found) == sorted([*names, *honest(honest_ones)])
    for name in honest(honest_ones):
        assert (found[name]["status"], found[name]["kind"]) == ("late", ""), found[name]
        assert _settled(found[name]) == _settled(alone[name])
        # Nobody else's session, and none of theirs, has come to it.
        assert asked[name] == alone_asked[name], name
    for name in names:
        assert (found[name]["status"], found[name]["kind"]) == ("unknown_release", MISCHIEF[name][1]), found[name]
    assert asked[BYSTANDER] == alone_asked[BYSTANDER] == 0
    figures = Figures(
        honest=alone_took,
        allowed=allowed,
        all=took,
        peak_mib=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
    )
    assert figures.all <= figures.allowed, figures
    assert figures.peak_mib < _MOST_MIB, figures
    return figures


def _play(
    school: School, limit: str, arguments: tuple[str, ...]
) -> tuple[dict[str, dict[str, Any]], float, Counter[str]]:
    """Records by station, seconds, and requests by station."""
    before, began = len(school.lab.journal()), time.monotonic()
    run = school.play("audit", "--limit", limit, *arguments).assert_code(0)
    took = time.monotonic() - began
    events = school.lab.journal(kind="request", since=before)
    # How often a command has to be asked for what it says depends on how busy everybody is.
    asked = Counter(event["station"] for event in events if event["data"]["operation"] != "Receive")
    records = {name: {"kind": "", **result["record"]} for name, result in run.of("audit").items()}
    return records, took, asked


def _settled(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what is another at each reading: only the first one asks the school's server."""
    facts = {key: value for key, value in record["facts"].items() if key not in {"free_bytes", "warnings"}}
    return {**record, "facts": facts, "read_at": "", "expected_cached": None}
