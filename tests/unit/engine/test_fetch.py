"""How a station fetches: what surrounds its curl, what an earlier run has left, an https depot of the school's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

from .jobs import assert_settled

_ENVIRONMENT = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_SYSTEM = r"C:\Windows\System32\config\systemprofile"


def _fetched(pc: Bench, name: str) -> int:
    return sum(event["path"].endswith(f"/{name}") for event in pc.events("web"))


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_machine_wide_proxy_variables_do_not_reach_the_depot(make_station: MakeStation, variable: str) -> None:
    proxy = {"key": _ENVIRONMENT, "name": variable, "data": "http://127.0.0.1:9"}
    pc = make_station(registry=[proxy])
    assert pc.client()["changed"]
    assert_settled(pc)


@pytest.mark.parametrize("home", [_SYSTEM, r"C:\Users\deploiement", r"C:\Windows\System32"])
def test_a_curlrc_does_not_change_what_curl_does(make_station: MakeStation, home: str) -> None:
    pc = make_station(files=[{"path": rf"{home}\_curlrc", "text": 'proxy = "http://127.0.0.1:9"\n'}])
    assert pc.client()["changed"]
    assert_settled(pc)


def _stopped_before_the_name(pc: Bench) -> str:
    """A staging that was cut off between the last byte and the name. Returns the part's path."""
    assert pc.client(state="staged")["changed"]
    (folder,) = pc.folders()
    setup = rf"C:\Program Files\Rentree PRONOTE\jobs\{folder}\setup.exe"
    pc.command(f'ren "{setup}" setup.exe.part')
    return f"{setup}.part"


@pytest.mark.parametrize("curl", ["7.55.1", "7.76.0", "8.4.0", "8.9.1"])
def test_a_whole_part_is_taken_for_complete(make_station: MakeStation, curl: str) -> None:
    pc = make_station(curl=curl)
    _stopped_before_the_name(pc)
    fetched = _fetched(pc, "setup.exe")
    assert pc.client()["changed"]
    assert _fetched(pc, "setup.exe") == fetched
    assert_settled(pc)


@pytest.mark.parametrize("curl", ["7.55.1", "8.4.0", "8.9.1"])
@pytest.mark.parametrize("harm", ["longer", "spoilt at its end"])
def test_a_part_that_is_not_the_file_is_fetched_anew(make_station: MakeStation, curl: str, harm: str) -> None:
    pc = make_station(curl=curl)
    part = _stopped_before_the_name(pc)
    body = pc.station.files.read(part, token=pc.station.system).read()
    spoilt = body + b"more" if harm == "longer" else body[: len(body) // 3] + b"\xff" * 1000
    pc.station.files.write(part, spoilt, token=pc.station.system)
    assert pc.client()["changed"]
    assert_settled(pc)


_HTTPS: dict[str, Any] = {"https": True}


@pytest.mark.parametrize("curl", ["7.55.1", "8.4.0"])
@pytest.mark.parametrize("revocation", ["no_list", "offline"])
def test_a_depot_whose_revocation_cannot_be_checked_is_told_so(
    make_station: MakeStation, curl: str, revocation: str
) -> None:
    pc = make_station(**_HTTPS, curl=curl, revocation=revocation)
    before = pc.snapshot()
    result = pc.client()
    assert "cannot check whether the depot's certificate was revoked" in result["fact"]
    for way in ("http://", "revocation list", "pronote_depot_revocation"):
        assert way in result["remedy"]
    assert pc.snapshot() == before


def test_a_depot_with_a_list_of_revoked_certificates_serves_over_https(make_station: MakeStation) -> None:
    pc = make_station(**_HTTPS, revocation="fetched")
    assert pc.client()["changed"]
    assert_settled(pc)


@pytest.mark.parametrize(("curl", "policy"), [("7.55.1", "skip"), ("8.4.0", "skip"), ("8.4.0", "best_effort")])
def test_revocation_is_left_out_only_where_that_was_asked_for(
    make_station: MakeStation, curl: str, policy: str
) -> None:
    pc = make_station(**_HTTPS, curl=curl)
    assert pc.client(depot_revocation=policy)["changed"]
    assert_settled(pc)


def test_a_curl_that_is_too_old_for_best_effort_is_told_so(make_station: MakeStation) -> None:
    pc = make_station(**_HTTPS, curl="7.55.1")
    result = pc.client(depot_revocation="best_effort")
    assert "is older than 7.70 and knows no best effort" in result["fact"]
    assert "skip" in result["remedy"]


def test_a_depot_of_an_unknown_authority_is_no_matter_of_revocation(make_station: MakeStation) -> None:
    pc = make_station(**_HTTPS)
    pc.station.options.__dict__["trusted_ca"] = None
    result = pc.client(depot_revocation="skip")
    assert "does not trust the depot's certificate" in result["fact"]
    assert "authority" in result["remedy"]
