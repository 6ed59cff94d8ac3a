from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.wanted import by_arch, wanted_by_schools

from tests.lab.journal import Journal
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.unit.web_thread import serving

_SCHOOLS = {
    "0310001A": HostedSchool(uai="0310001A", name="Lycée", release="2026.2.7"),
    "0310002B": HostedSchool(uai="0310002B", name="Collège", release="2026.2.7.1"),
    "0310003C": HostedSchool(uai="0310003C", name="Autre", release="2025.2.9"),
    "0310004D": HostedSchool(uai="0310004D", name="Muet", release="2026.2.7", mode="unavailable"),
}


class Broken(dict[str, Any]):
    """Variables of a host whose template fails."""

    def get(self, _key: str, _default: Any = None) -> Any:
        raise AnsibleError("undefined variable")


@pytest.fixture
def asked() -> Iterator[tuple[str, Journal]]:
    journal = Journal()
    with serving(hosted_app(_SCHOOLS, journal), address="127.0.0.1") as base:
        yield base, journal


def _station(asked: tuple[str, Journal], cache: Path, uai: str, **variables: Any) -> dict[str, Any]:
    url = f"{asked[0]}/{uai}/pronote/"
    return {"pronote_uai": uai, "pronote_server_url": url, "pronote_cache_dir": str(cache), **variables}


def _wanted(hostvars: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, list[str]], list[str]]:
    wanted, problems = wanted_by_schools(hostvars, list(hostvars))
    return {str(release): schools for release, schools in wanted.items()}, problems


def test_each_server_is_asked_once(asked: tuple[str, Journal], tmp_path: Path) -> None:
    hosts = {f"s{n}": _station(asked, tmp_path, list(_SCHOOLS)[n % 3]) for n in range(30)}
    expected = {"2025.2.9": ["0310003C"], "2026.2.7": ["0310001A", "0310002B"]}
    assert _wanted(hosts) == (expected, [])
    assert len(list(asked[1].select(kind="web"))) == 3
    # Another run within the hour.
    assert _wanted(hosts) == (expected, [])
    assert len(list(asked[1].select(kind="web"))) == 3


def test_a_pinned_release_beats_the_server(asked: tuple[str, Journal], tmp_path: Path) -> None:
    hosts = {"a": _station(asked, tmp_path, "0310004D", pronote_client_release="2026.2.5")}
    assert _wanted(hosts) == ({"2026.2.5": ["0310004D"]}, [])
    assert list(asked[1].select(kind="web")) == []


def test_what_is_not_known_is_told_and_stops_nobody(asked: tuple[str, Journal], tmp_path: Path) -> None:
    hosts: dict[str, Mapping[str, Any]] = {
        "mute": _station(asked, tmp_path, "0310004D"),
        "mute-2": _station(asked, tmp_path, "0310004D"),
        "nothing": {},
        "typo": {"pronote_uai": "031"},
        "pin": {"pronote_client_release": "latest"},
        "broken": Broken(),
        "good": _station(asked, tmp_path, "0310001A"),
    }
    wanted, problems = _wanted(hosts)
    assert wanted == {"2026.2.7": ["0310001A"]}
    told = "\n".join(problems)
    for part in (
        "broken: its variables cannot be read (undefined variable)",
        "the site is not available",
        "nothing has neither pronote_uai nor pronote_client_release",
        "'031' is not a UAI",
        "'latest' is not a release",
    ):
        assert part in told
    assert len(problems) == 5


@pytest.mark.parametrize(
    ("value", "archs", "expected"),
    [
        ("", ["x64", "x86"], {}),
        ("/a.iss", ["x86"], {"x86": "/a.iss"}),
        ({"x64": "/a.iss", "x86": ""}, ["x64", "x86"], {"x64": "/a.iss"}),
        ("/a.iss", ["x64", "x86"], "must name each architecture"),
        ({"win64": "/a.iss"}, ["x64"], "not by 'win64'"),
    ],
)
def test_options_by_architecture(value: Any, archs: list[str], expected: dict[str, str] | str) -> None:
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=expected):
            by_arch(value, archs, option="response")
    else:
        assert by_arch(value, archs, option="response") == expected
