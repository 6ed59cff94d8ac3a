"""Which script each school gets, and which keeps the one that it has."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.schools import SchoolScripts, scripts_of

_NEW, _OLD = Release.parse("2026.2.7"), Release.parse("2026.1.9")
_FILES = {"setup.exe": "a" * 64, "response.iss": "b" * 64}


def _entry(digest: str, **files: str) -> dict[str, Any]:
    return {"digest": digest * 64, "technology": "installscript", "files": {**_FILES, **files}}


_LOCK = {"pronote_releases": {"2026.2.7": {"x64": _entry("c", **{"update.iss": "d" * 64}), "x86": _entry("e")}}}


def _host(uai: str, **more: str) -> dict[str, Any]:
    return {"pronote_uai": uai, "pronote_depot_url": "http://depot/p", **more}


def _made(hosts: dict[str, dict[str, Any]], wanted: dict[Release, list[str]], **more: Any) -> SchoolScripts:
    given: dict[str, Any] = {"lock": _LOCK, "spread": 60, "rate": "", "hold": lambda _release: "", **more}
    return scripts_of(hosts, list(hosts), wanted=wanted, **given)


def test_what_is_published_is_pinned() -> None:
    hosts = {"pc-1": _host("0310001A"), "pc-2": _host("0310001a"), "pc-3": {"pronote_depot_url": "http://other/p"}}
    found = _made(hosts, {_NEW: ["0310001A", "pc-3"]}, rate="2M")
    assert (found.held, found.problems) == ({}, [])
    script = found.scripts["0310001A"]
    assert (script.depot, script.spread, script.rate, script.revocation) == ("http://depot/p", 60, "2M", "require")
    assert (script.digests, script.updates) == ({"x64": "c" * 64, "x86": "e" * 64}, frozenset({"x64"}))
    assert found.scripts["pc-3"].depot == "http://other/p"


@pytest.mark.parametrize(
    ("more", "revocation"),
    [
        ({"pronote_depot_revocation": "skip"}, "skip"),
        ({"pronote_client_depot_revocation": "skip"}, "skip"),
        ({"pronote_client_depot_revocation": "skip", "pronote_depot_revocation": "best_effort"}, "best_effort"),
    ],
)
def test_the_clients_own_depot_comes_first(more: dict[str, str], revocation: str) -> None:
    host = _host("0310001A", pronote_client_depot="https://d/p", **more)
    script = _made({"pc-1": host}, {_NEW: ["0310001A"]}).scripts["0310001A"]
    assert (script.depot, script.revocation) == ("https://d/p", revocation)


def test_one_school_keeps_no_other_from_its_own() -> None:
    hosts = {
        "pc-1": _host("0310001A"),
        "pc-2": _host("0310002B"),
        "pc-3": _host("0310002B", pronote_depot_url="http://elsewhere/p"),
        "../pc": {"pronote_depot_url": "http://depot/p"},
    }
    found = _made(hosts, {_NEW: ["0310001A", "0310002B", "../pc"], _OLD: ["0310003C"]})
    assert list(found.scripts) == ["0310001A"]
    assert list(found.held) == ["0310003C"]
    assert "2026.1.9 is not published yet" in found.held["0310003C"]
    apart, strange = found.problems
    assert "0310002B: its stations do not agree about pronote_depot_url" in apart
    assert "cannot name a folder" in strange


def test_who_is_held_keeps_what_he_has() -> None:
    hosts = {"pc-1": _host("0310001A")}
    found = _made(hosts, {_NEW: ["0310001A"]}, hold=lambda release: f"not {release}")
    assert (found.scripts, found.held) == ({}, {"0310001A": "not 2026.2.7"})


def test_a_lock_file_that_is_none() -> None:
    with pytest.raises(ValueError, match="not SHA-256 digests"):
        _made({"pc-1": _host("0310001A")}, {_NEW: ["0310001A"]}, lock={"pronote_releases": {"2026.2.7": {"x64": 1}}})
