# SPDX-License-Identifier: GPL-3.0-or-later
"""The examination of a play: the schools' servers, then stations of each room, from outside in. I/O: the network."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...module_utils.base.clock import utc_now
from ...module_utils.base.message import Message, message_of, sentences
from ...module_utils.base.sure import sure
from ...module_utils.base.text import printable, some_of
from ...module_utils.base.times import iso_of, local_minute
from ...module_utils.product.products import PRODUCTS
from ...module_utils.product.release import Release
from ...module_utils.server.description import HostedServerError, ServedRelease
from ...module_utils.server.release import read_hosted_release
from ...module_utils.server.request import HOSTED_ARGUMENTS
from ..inventory.asking import asking
from ..job.commands import depot_folder
from ..preflight.findings import Finding as Fault
from ..station.cmdline import REVOCATION
from ..station.errors import StationError, UnreachableError
from ..station.network_codes import NO_ADDRESS, REFUSED
from ..station.overview import Overview
from ..station.questions import Reading
from ..survey.access import CONNECTING, Approach
from ..survey.errands import READING, Result, run_errands
from ..survey.options import Resolved
from ..survey.servers import asked_once
from .checks import Finding, Place
from .judge import Published, of_error, of_facts, of_release, published, standing_of
from .knock import knock
from .look import Facts, Fetch, looking
from .rehearsed import rehearsals
from .rounds import Answers, Candidate, Knock, Picked, Standing, rounds

__all__ = ["ARGUMENT_SPEC", "Examined", "RoomLook", "examine"]

ARGUMENT_SPEC: Final[dict[str, Any]] = {
    "uai": {"type": "str", "required": True},
    "server_url": {"type": "str", "default": ""},
    **HOSTED_ARGUMENTS,
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "release": {"type": "str", "default": ""},
    "releases": {"type": "dict", "default": {}},
    "depot": {"type": "str", "default": ""},
    "depot_revocation": {"type": "str", "default": "require", "choices": list(REVOCATION)},
    "arch": {"type": "str", "default": "auto", "choices": ["auto", "x64", "x86"]},
    "min_free_mib": {"type": "int", "default": 1024},
    "rehearsals": {"type": "str", "default": ""},
    "school": {"type": "str", "default": ""},
    "room": {"type": "str", "default": ""},
}
"""Of a station."""

_NAMED = 5
_NO_DEPOT = Message("no depot is named (pronote_depot_url)")
_NOT_PUBLISHED = Message("nothing is published yet: there is nothing to fetch from the depot")
_UNTRIED = Message("the station {station} refused the account {account}: it was not tried here")
_ANOTHER = Message("Correct ansible_user or ansible_password (vault), then run again.")
_ALL_OFF = Message("none of the room's stations could be looked at: {why}")
_WAKE = Message("Switch one on, or name another (--limit), then run again.")


@dataclass(frozen=True, kw_only=True)
class RoomLook:
    """One room: how many stations of it are in the play, which were asked, and which do not answer."""

    place: Place
    stations: int
    asked: list[str] = field(default_factory=list)
    off: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Examined:
    """``dark``: whether a room has nobody of whom anything is known from within."""

    findings: list[Finding]
    rooms: list[RoomLook]
    dark: bool


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is to be fetched, by architecture, or why nothing is."""

    place: Place
    args: Mapping[str, Any]
    found: Published | None
    why_not: str = ""

    def fetch_of(self, overview: Overview) -> Fetch | None:
        found = self.found
        if self.why_not or found is None or found.release is None:
            return None
        environment, args = overview.environment, self.args
        machine = environment.get("PROCESSOR_ARCHITEW6432") or environment.get("PROCESSOR_ARCHITECTURE", "")
        own = args["arch"] if args["arch"] != "auto" else "x86" if machine.lower() == "x86" else "x64"
        arch = own if own in found.digests else min(found.digests)
        below = PRODUCTS[args["product"]].depot_folder
        folder = depot_folder(args["depot"], str(found.release.client), arch, below=below)
        return Fetch(
            url=f"{folder}/install.cmd",
            digest=found.digests[arch],
            name=f"rentree-{secrets.token_hex(16)}.tmp",
            revocation=args["depot_revocation"],
        )


class _Look:
    """The errand at one station."""

    def __init__(self, plan: _Plan, user: str) -> None:
        self._plan, self._user = plan, user
        self._fetch: Fetch | None = None
        self.group, self.seconds = plan.place.school, READING

    def begin(self) -> Reading[Facts]:
        """What is asked of it."""

        def fetch_of(overview: Overview) -> Fetch | None:
            self._fetch = self._plan.fetch_of(overview)
            return self._fetch

        return looking(PRODUCTS[self._plan.args["product"]], fetch_of, clock=utc_now)

    def result(self, read: Facts | StationError) -> Result:
        """What was found, and what became of the account."""
        place, plan = self._plan.place, self._plan
        if isinstance(read, StationError):
            standing = standing_of(read)
            found = of_error(place, read)
            if standing == "refused":
                (only,) = found
                fact = Message("{account}: {fact}", account=self._user, fact=only.fact)
                found = [Finding(place=place, check="account", outcome="fails", fact=fact, remedy=only.remedy)]
            return {"findings": found, "standing": standing, "fact": read.fact}
        needed = plan.args["min_free_mib"] * 2**20
        rehearsed = rehearsals(plan.args["rehearsals"])
        found = of_facts(place, read, fetch=self._fetch, why_not=plan.why_not, needed=needed, rehearsed=rehearsed)
        return {"findings": found, "standing": "let_in"}


class _Examination:
    def __init__(self, stations: Sequence[Resolved]) -> None:
        self.findings: list[Finding] = []
        self.off: dict[str, StationError] = {}
        self._stations = {station.name: station for station in stations}
        self._plans: dict[str, _Plan] = {}
        self._places = {station.name: _place(station) for station in stations}

    def schools(self) -> None:
        """Ask every school's server, and look into the lock file."""
        of = {station.name: station.arguments for station in self._stations.values() if station.arguments}
        served = asked_once(of.values(), _server, _ask)
        wanted: dict[Hashable, Release | None] = {}
        first = {_server(args): args for args in reversed(of.values())}
        for key, each in served.items():
            args = first[key]
            place = Place(school=args["uai"], school_name=args["school"])
            wanted[key] = each.release if isinstance(each, ServedRelease) else None
            self.findings.append(_of_server(place, each))
        told: set[Finding] = set()
        for name, args in of.items():
            plan, found = _planned(self._places[name], args, wanted[_server(args)])
            self._plans[name] = plan
            told.update(found)
        self.findings += sorted(told, key=lambda each: (each.place.school, each.check, each.fact))

    def candidates(self) -> list[Candidate]:
        """Those that can be asked; the others are findings."""
        found = []
        for name, station in self._stations.items():
            if station.error:
                place = self._places[name]
                remedy = Message("Correct the station's variables in the inventory.")
                self.findings.append(
                    Finding(place=place, check="inventory", outcome="fails", fact=station.error, remedy=remedy)
                )
            elif station.problem is not None:
                self.findings += of_error(self._places[name], station.problem)
            else:
                approach = _approach(station)
                room = (self._places[name].school, self._places[name].room)
                found.append(Candidate(name=name, room=room, account=_account(approach), knocked=approach is not None))
        return found

    def knocked(self, names: Sequence[str]) -> Answers:
        """Try the ports of these."""
        places = {}
        for name in names:
            station = self._stations[name]
            approach = sure(_approach(station))
            seconds = station.access.connecting if station.access is not None else CONNECTING
            places[name] = (approach.host, approach.port, seconds)
        answers: dict[str, Standing] = {}
        for name, problem in knock(places).items():
            answers[name] = "let_in" if problem is None else "off"
            if problem is None:
                continue
            if problem.fact == NO_ADDRESS.fact or not isinstance(problem, UnreachableError):
                # Whose fault it is is known, and it is not that of a station that may be switched off.
                self.findings += of_error(self._places[name], problem)
            else:
                self.off[name] = problem
        return answers

    def asked(self, names: Sequence[str], **ways: Any) -> Answers:
        """Read these."""
        answers: dict[str, Standing] = {}

        def told(name: str, result: Result) -> None:
            standing = answers[name] = result.get("standing", "other")
            if "standing" not in result:
                # Ours: no error of a station is told so.
                fact = str(result.get("msg", ""))
                self.findings.append(Finding(place=self._places[name], check="controller", outcome="fails", fact=fact))
                return
            self.findings += result["findings"]
            if standing == "off":
                self.off[name] = StationError(result["fact"], remedy="")

        run_errands(
            [self._stations[name] for name in names],
            lambda station: _Look(self._plans[station.name], _user(_approach(station))),
            told,
            **ways,
        )
        return answers

    def rooms(self, picked: Picked) -> list[RoomLook]:
        """What became of each room. One that is off as a whole is a finding, and so is who was not tried."""
        for name, other in picked.untried.items():
            fact = _UNTRIED.given(station=other, account=_user(_approach(self._stations[name])))
            self.findings.append(
                Finding(place=self._places[name], check="account", outcome="unknown", fact=fact, remedy=_ANOTHER)
            )
        members: dict[tuple[str, str], list[str]] = {}
        for name, place in self._places.items():
            members.setdefault((place.school, place.room), []).append(name)
        seen = {each.place.station for each in self.findings}
        looks = []
        for key, names in members.items():
            place = self._places[names[0]]
            room = Place(school=place.school, school_name=place.school_name, room=place.room)
            off = [name for name in names if name in self.off]
            looks.append(RoomLook(place=room, stations=len(names), asked=list(picked.asked.get(key, ())), off=off))
            if off and not seen.intersection(set(names) - set(off)):
                why = self.off[off[0]]
                self.findings.append(
                    Finding(
                        place=room,
                        check="port",
                        # Something answers for each: it is more than a room that is switched off.
                        outcome="fails" if all(self.off[name].fact == REFUSED.fact for name in off) else "unknown",
                        fact=_ALL_OFF.given(why=Message("{names}: {text}", names=some_of(off, _NAMED), text=why.fact)),
                        remedy=sentences([_WAKE, why.remedy] if why.remedy else [_WAKE]),
                    )
                )
        return looks

    def dark(self, looks: Sequence[RoomLook]) -> bool:
        """Whether a room has no station that was read."""
        inside = {each.place.station for each in self.findings if each.check == "shell" and each.outcome == "holds"}
        lit = {(self._places[name].school, self._places[name].room) for name in inside}
        return any((look.place.school, look.place.room) not in lit for look in looks)


def examine(stations: Sequence[Resolved], faults: Sequence[Fault], *, of_room: int, **ways: Any) -> Examined:
    """Look at a play's stations, ``of_room`` of each room (0: all of them). ``faults``: what the preflight has found;
    ``ways``: as for ``run_errands``. Nothing is changed at any of them."""
    work = _Examination(stations)
    work.schools()
    steps = rounds(work.candidates(), of_room=of_room)
    try:
        step = next(steps)
        while True:
            answers = work.knocked(step.names) if isinstance(step, Knock) else work.asked(step.names, **ways)
            step = steps.send(answers)
    except StopIteration as end:
        looks = work.rooms(end.value)
    work.findings += _likely(faults, work)
    return Examined(findings=work.findings, rooms=looks, dark=work.dark(looks))


def _likely(faults: Sequence[Fault], work: _Examination) -> list[Finding]:
    """What the preflight holds nobody for; the others are the problems of those that it holds."""
    told = []
    for fault in faults:
        if fault.holds:
            continue
        places = {
            Place(school=place.school, school_name=place.school_name)
            for name, place in work._places.items()
            if name in fault.hosts
        }
        told += [
            Finding(place=place, check="inventory", outcome="unknown", fact=fault.said, remedy=fault.remedy)
            for place in sorted(places, key=lambda each: each.school)
        ]
    return told


def _place(station: Resolved) -> Place:
    args = station.arguments
    if not args:
        return Place(school="", station=station.name)
    return Place(school=args["uai"], school_name=args["school"], room=args["room"], station=station.name)


def _approach(station: Resolved) -> Approach | None:
    """The first transport by which it is asked; None for one that only a process of its own reaches."""
    if station.access is None:
        return None
    return next((each for each in station.access.approaches if isinstance(each, Approach)), None)


def _account(approach: Approach | None) -> Hashable:
    if approach is None:
        # Its password is the stock plugin's to know: one of these goes first.
        return None
    return approach.kind == "certificate", approach.user.lower(), approach.password, approach.certificate


def _user(approach: Approach | None) -> str:
    return "?" if approach is None else printable(approach.user, longest=100) or "?"


def _server(args: Mapping[str, Any]) -> tuple[Any, ...]:
    return args["uai"], args["server_url"], *(args[name] for name in HOSTED_ARGUMENTS)


def _ask(args: Mapping[str, Any]) -> ServedRelease:
    options = asking(**{name: args[name] for name in HOSTED_ARGUMENTS})
    return read_hosted_release(args["uai"], args["server_url"], options=options)


def _of_server(place: Place, served: ServedRelease | Exception) -> Finding:
    if isinstance(served, HostedServerError):
        return Finding(place=place, check="server", outcome="fails", fact=served.fact, remedy=served.remedy)
    if isinstance(served, Exception):
        remedy = Message("Correct pronote_uai or pronote_server_url in the inventory.")
        return Finding(place=place, check="server", outcome="fails", fact=message_of(served), remedy=remedy)
    when = local_minute(iso_of(served.read_at)) if served.read_at else ""
    fact = Message("{server} runs {release}, read {when}", server=served.server, release=str(served.client), when=when)
    return Finding(place=place, check="server", outcome="holds", fact=fact)


def _planned(place: Place, args: Mapping[str, Any], served: Release | None) -> tuple[_Plan, list[Finding]]:
    school = Place(school=place.school, school_name=place.school_name)
    plan = _Plan(place=place, args=args, found=None)
    try:
        wanted = Release.parse(args["release"]) if args["release"] else served
        found = published(args["releases"], wanted)
    except ValueError as exc:
        fact = message_of(exc)
        why = Message("the lock file, or the release that is wanted, cannot be read")
        bad = Finding(place=school, check="release", outcome="fails", fact=fact)
        return _Plan(place=place, args=args, found=None, why_not=why), [bad]
    findings = [of_release(school, wanted, found)]
    if not args["depot"]:
        return _Plan(place=place, args=args, found=None, why_not=_NO_DEPOT), findings
    if not found.digests:
        return _Plan(place=place, args=args, found=None, why_not=_NOT_PUBLISHED), findings
    try:
        depot_folder(args["depot"], "0", "x64")
    except ValueError as exc:
        remedy = Message("Correct pronote_depot_url.")
        bad = Finding(place=school, check="depot", outcome="fails", fact=message_of(exc), remedy=remedy)
        return _Plan(place=place, args=args, found=None, why_not=message_of(exc)), [*findings, bad]
    return _Plan(place=plan.place, args=args, found=found), findings
