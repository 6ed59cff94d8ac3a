"""The examination of a play whose stations and servers are played: who is off, whose fault it is, what is dark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError, ServedRelease
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor import examine as module
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.examine import Examined, examine
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.look import Facts
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.findings import Finding as Fault
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    ControllerError,
    CredentialsRefusedError,
    InventoryError,
    StationError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.network_codes import (
    NO_ADDRESS,
    NO_ANSWER,
    REFUSED,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Overview
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Access, Approach
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import Resolved, checking

_LOCK = {"2026.2.7": {"x64": {"digest": "b" * 64}}}
_OURS = ControllerError("the controller has no memory left", remedy="Give it more.")
_BARE = Overview(environment={}, windows={}, entries=[], exes=[], processes=[], pending_reboot=[], jobs=[])
_SOUND = Facts(overview=_BARE, ahead=0.0, free_bytes=2**40, profile="domain")
_CHECKED = checking(module.ARGUMENT_SPEC)


def _access(user: str) -> Access:
    approach = Approach(
        transport="ntlm",
        kind="ntlm",
        host="127.0.0.1",
        port=5985,
        path="/wsman",
        secure=False,
        user=user,
        password="secret",
        encrypted=True,
        trusted=True,
        certificate=None,
        bound=False,
        service="",
        service_host="",
        delegated=False,
        login=None,
        answering=30.0,
        operating=20,
    )
    return Access(host="127.0.0.1", approaches=(approach,))


def _station(name: str, room: str = "p", *, user: str = "deploy", **more: Any) -> Resolved:
    """One that is reached, unless ``more`` says why it is not; what else is in it are arguments."""
    why = {key: more.pop(key) for key in ("problem", "error", "elsewhere") if key in more}
    given = {"uai": "0310001A", "room": room, "depot": "http://depot", "releases": _LOCK, **more}
    arguments = {} if "error" in why else _CHECKED(given)
    return Resolved(name=name, arguments=arguments, access=None if why else _access(user), **why)


Play = Callable[..., Examined]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """``ports``: who is not reached, and why; ``reads``: what is read of a station that is not sound."""
    served: Any = ServedRelease(server="https://x/", release=Release.parse("2026.2.7"), read_at=1.0)

    def examined(
        stations: Sequence[Resolved],
        faults: Sequence[Fault] = (),
        *,
        of_room: int = 1,
        ports: dict[str, StationError] | None = None,
        reads: dict[str, Any] | None = None,
        server: Any = served,
    ) -> Examined:
        def run_errands(asked: Sequence[Resolved], errand_of: Any, told: Any, **_ways: Any) -> None:
            for station in asked:
                read = (reads or {}).get(station.name, _SOUND)
                told(station.name, read if isinstance(read, dict) else errand_of(station).result(read))

        def read_hosted_release(*_given: Any, **_more: Any) -> Any:
            if isinstance(server, Exception):
                raise server
            return server

        monkeypatch.setattr(module, "knock", lambda places: {name: (ports or {}).get(name) for name in places})
        monkeypatch.setattr(module, "run_errands", run_errands)
        monkeypatch.setattr(module, "read_hosted_release", read_hosted_release)
        return examine(stations, faults, of_room=of_room)

    return examined


def _of(examined: Examined, outcome: str) -> set[tuple[str, str]]:
    """Check and station of what came to this."""
    return {(each.check, each.place.station) for each in examined.findings if each.outcome == outcome}


def test_a_silent_room_is_dark_and_one_that_refuses_is_wrong(play: Play) -> None:
    stations = [_station("p1"), _station("p2"), _station("q1", "q")]
    silent = play(stations, ports={"p1": NO_ANSWER.error(), "p2": NO_ANSWER.error()})
    assert silent.dark
    assert _of(silent, "fails") == set()
    (port,) = [each for each in silent.findings if each.check == "port" and each.outcome == "unknown"]
    assert (port.place.room, port.place.station) == ("p", "")
    assert port.fact.startswith("none of the room's stations could be looked at: p1, p2: the station does not answer")
    mixed = play(stations, ports={"p1": REFUSED.error(), "p2": NO_ANSWER.error()})
    assert _of(mixed, "fails") == set()
    refusing = play(stations, ports={"p1": REFUSED.error(), "p2": REFUSED.error()})
    assert _of(refusing, "fails") == {("port", "")}
    assert [(look.place.room, look.asked, look.off) for look in refusing.rooms] == [
        ("p", [], ["p1", "p2"]),
        ("q", ["q1"], []),
    ]


def test_one_that_is_off_is_no_finding_where_another_answers(play: Play) -> None:
    examined = play([_station("p1"), _station("p2")], ports={"p1": NO_ANSWER.error()})
    assert not examined.dark
    assert _of(examined, "fails") == set()
    assert examined.rooms[0].off == ["p1"]


@pytest.mark.parametrize(("problem", "check"), [(NO_ADDRESS.error(), "name"), (_OURS, "controller")])
def test_a_fault_of_ours_or_of_a_name_is_no_station_that_is_off(play: Play, problem: StationError, check: str) -> None:
    examined = play([_station("p1"), _station("q1", "q")], ports={"p1": problem})
    assert _of(examined, "fails") == {(check, "p1")}
    assert examined.rooms[0].off == []
    assert examined.dark


def test_one_that_goes_off_while_it_is_asked(play: Play) -> None:
    examined = play([_station("p1"), _station("p2")], reads={"p1": UnreachableError("it was cut", remedy="Look.")})
    assert _of(examined, "fails") == {("port", "p1")}
    assert examined.rooms[0].asked == ["p1", "p2"]
    assert not examined.dark


def test_a_refused_account_is_named_and_the_others_are_not_tried(play: Play) -> None:
    stations = [_station("p1"), _station("q1", "q"), _station("r1", "r", user="other")]
    examined = play(stations, reads={"p1": CredentialsRefusedError("it refuses", remedy="Correct it.")})
    (refused,) = [each for each in examined.findings if each.check == "account" and each.outcome == "fails"]
    assert refused.fact == "deploy: it refuses"
    # Nothing was fetched at the other one, which this play has not driven that far.
    assert {each for each in _of(examined, "unknown") if each[1] != "r1"} == {("account", "q1")}
    assert ("shell", "r1") in _of(examined, "holds")
    assert "secret" not in str(examined.findings)


def test_what_cannot_be_asked_is_its_stations_own(play: Play) -> None:
    stations = [
        _station("p1", problem=InventoryError("an address that is none", remedy="Correct it.")),
        _station("p2", error="'nobody_said' is undefined"),
        _station("p3", problem=_OURS),
        _station("p4"),
        _station("q1", "q", elsewhere="it is reached through a proxy"),
    ]
    examined = play(stations, reads={"q1": {"failed": True, "msg": "a bug"}})
    assert _of(examined, "fails") == {
        ("inventory", "p1"),
        ("inventory", "p2"),
        ("controller", "p3"),
        ("controller", "q1"),
    }
    assert ("shell", "p4") in _of(examined, "holds")


@pytest.mark.parametrize(
    ("server", "outcome", "fact"),
    [
        (HostedServerError("https://x/", "a proxy answers for it", remedy="Look."), "fails", "a proxy answers for it"),
        (ValueError("no UAI"), "fails", "no UAI"),
    ],
)
def test_a_server_that_does_not_answer(play: Play, server: Exception, outcome: str, fact: str) -> None:
    examined = play([_station("p1")], server=server)
    (told,) = [each for each in examined.findings if each.check == "server"]
    assert (told.outcome, told.fact, told.place.station) == (outcome, fact, "")
    assert ("release", "") in _of(examined, "unknown")
    # Whoever has pinned a release knows it all the same.
    assert ("release", "") in _of(play([_station("p1", release="2026.2.7")], server=server), "holds")


@pytest.mark.parametrize(
    ("given", "fails", "why"),
    [
        ({"depot": ""}, set(), "no depot is named (pronote_depot_url)"),
        ({"releases": {}}, {("release", "")}, "nothing is published yet: there is nothing to fetch from the depot"),
        ({"releases": {"x": 1}}, {("release", "")}, "the lock file, or the release that is wanted, cannot be read"),
        ({"release": "two"}, {("release", "")}, "the lock file, or the release that is wanted, cannot be read"),
        ({"depot": "http://depot/a b"}, {("depot", "")}, "the depot 'http://depot/a b' is not an http:// or https://"),
    ],
)
def test_nothing_to_fetch(play: Play, given: dict[str, Any], fails: set[tuple[str, str]], why: str) -> None:
    examined = play([_station("p1", **given)])
    assert _of(examined, "fails") == fails
    (told,) = [each for each in examined.findings if each.check == "depot" and each.outcome == "unknown"]
    assert told.fact.startswith(why)


def test_what_the_preflight_holds_nobody_for_is_told_by_school(play: Play) -> None:
    likely = Fault(fact="a file of nobody", remedy="Delete it.", hosts=frozenset({"p1", "p2"}), holds=False)
    wrong = Fault(fact="another", remedy="", hosts=frozenset({"p1"}))
    examined = play([_station("p1"), _station("p2")], [likely, wrong])
    told = [each for each in examined.findings if each.check == "inventory" and each.outcome == "unknown"]
    assert [(each.place.school, each.place.station, each.fact) for each in told] == [
        ("0310001A", "", "a file of nobody")
    ]
