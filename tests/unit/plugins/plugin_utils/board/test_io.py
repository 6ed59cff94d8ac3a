"""Looking at schools: what is wrong in one is a finding of its board, and never stops another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.module_utils.server.request import HostedOptions
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.kept import Audit, save_audit
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.board import look as _look
from ansible_collections.rentree.pronote.plugins.plugin_utils.board import workstations as _workstations_room
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.gate import closed
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.look import Sources, boards
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.schools import SETTINGS_SPEC, settings
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.schools import only_school, schools
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import InventoryError, UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import Question, drive
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Access
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import Resolved
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import Station
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import record
from tests.unit.hosted_bench import HostedBench, hosted_bench

_OPTIONS = {"year": 2026, **{name: spec.get("default") for name, spec in SETTINGS_SPEC.items()}}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.0.7.72") as running:
        yield running


class _Untemplatable(dict[str, Any]):
    """Variables of a host one of which names another that is not there."""

    def get(self, key: str, default: Any = None) -> Any:
        if key == "pronote_uai":
            raise AnsibleError("'nothing' is undefined")
        return super().get(key, default)


def _variables(**hosts: Mapping[str, Any]) -> dict[str, Any]:
    return {"ansible_play_hosts_all": list(hosts), "hostvars": hosts}


def test_schools_are_the_plays_by_uai() -> None:
    lycee, college = {"pronote_uai": "0310001a"}, {"pronote_uai": "0310002B"}
    found = schools(_variables(c1=college, l1=lycee, none={}, l2=lycee))
    assert list(found.items()) == [("0310001A", ["l1", "l2"]), ("0310002B", ["c1"])]
    assert only_school(_variables(l1=lycee, l2=lycee)) == "0310001A"
    for several, shown in ((_variables(l=lycee, c=college), "0310001A, 0310002B"), (_variables(n={}), "none")):
        with pytest.raises(ValueError, match=f"This play has {shown}. Give the UAI"):
            only_school(several)


@pytest.mark.parametrize("wrong", [{"pronote_uai": "lycée"}, _Untemplatable()])
def test_a_host_with_a_wrong_uai_is_named_and_stops_no_deployment(wrong: Mapping[str, Any]) -> None:
    variables = _variables(bad=wrong, good={"pronote_uai": "0310001A"})
    with pytest.raises(ValueError, match="pronote_uai of bad: "):
        schools(variables)
    assert list(schools(variables, strict=False)) == ["0310001A"]


def test_a_school_has_its_own_values() -> None:
    variables = _variables(
        a={"pronote_uai": "0310001A", "pronote_rentree_edt": {"path": "/a", "previous_size": "12"}},
        b={"pronote_uai": "0310002B", "pronote_school": "Collège"},
    )
    one, two = settings(variables, {**_OPTIONS, "edt_path": "/all"})
    assert (one.edt_path, one.edt_previous_size, two.edt_path, two.name) == ("/a", 12, "/all", "Collège")
    bad = _variables(a={"pronote_uai": "0310001A", "pronote_rentree_edt": {"previous_size": "big"}})
    with pytest.raises(ValueError, match=r"pronote_rentree_edt\.previous_size of 0310001A is 'big', not a number"):
        settings(bad, _OPTIONS)
    with pytest.raises(ValueError, match="pronote_rentree_export of 0310001A has no keys, such as path"):
        settings(_variables(a={"pronote_uai": "0310001A", "pronote_rentree_export": "/a.xml"}), _OPTIONS)


def test_a_key_that_is_not_given_is_the_options_and_an_earlier_name_is_read_alone() -> None:
    earlier = {"pronote_rentree_edt_path": "/earlier", "pronote_rentree_edt_station": "direction"}
    variables = _variables(
        a={"pronote_uai": "0310001A", "pronote_rentree_edt": {"station": "bureau"}, **earlier},
        b={"pronote_uai": "0310002B", **earlier},
    )
    one, two = settings(variables, {**_OPTIONS, "edt_path": "/all"})
    assert (one.edt_path, one.edt_station) == ("/all", "bureau")
    assert (two.edt_path, two.edt_station) == ("/earlier", "direction")


def _sources(tmp_path: Path, **changes: Any) -> Sources:
    values: dict[str, Any] = {
        "store": "",
        "inventory": frozenset(),
        "depot": "",
        "releases": {},
        "server": HostedOptions(cache_dir=str(tmp_path / "cache")),
        "words": catalogue("en"),
        **changes,
    }
    return Sources(**values)


def _codes(board: dict[str, Any]) -> dict[int, list[str]]:
    return {each["operation"]: [finding["code"] for finding in each["findings"]] for each in board["operations"]}


def test_what_is_wrong_in_one_school_is_on_its_board_alone(tmp_path: Path, bench: HostedBench) -> None:
    variables = _variables(
        a={"pronote_uai": "0310001A", "pronote_server_url": bench.url},
        b={
            "pronote_uai": "0310002B",
            "pronote_server_url": "not an address",
            "pronote_rentree_edt": {"path": "/nowhere", "newer_than": "soon"},
        },
    )
    one, two = boards(settings(variables, _OPTIONS), _sources(tmp_path))
    assert _codes(two)[1] == ["server_unreadable"]
    assert _codes(two)[2] == ["check_failed"]
    assert _codes(two)[5] == ["check_failed"]
    assert "server_unreadable" not in _codes(one)[1]
    assert _codes(one)[2] == ["archive_not_configured"]


def test_a_store_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("liste des postes\n" * 100, encoding="utf-8")
    variables = _variables(a={"pronote_uai": "0310001A", "pronote_server_url": "http://127.0.0.1:1/pronote/"})
    found = settings(variables, _OPTIONS)
    (board,) = boards(found, _sources(tmp_path, store=str(tmp_path / "store")))
    assert {number: _codes(board)[number] for number in (1, 3, 8)} == {
        1: ["server_unreadable"],
        3: ["store_unreadable"],
        8: ["store_unreadable"],
    }
    (board,) = boards(found, _sources(tmp_path, store=str(tmp_path / "none")))
    assert (_codes(board)[3], _codes(board)[8]) == (["not_attested"], ["audit_none"])
    # Looking makes no store.
    assert not (tmp_path / "none").exists()


def _save(path: Path, *records: AuditRecord, day: int, everyone: tuple[str, ...]) -> None:
    with Store(path) as store:
        audit = Audit(
            at=f"2026-09-{day:02}T04:30:00Z",
            records=records,
            stations=everyone,
            inventory=Identity(key="i"),
            verdict="compliant",
        )
        save_audit(store, audit, keep_days=180)


def test_operation_8_is_what_audits_left_in_the_store(tmp_path: Path, bench: HostedBench) -> None:
    release = bench.school.release
    store, everyone = tmp_path / "state.sqlite3", ("a1", "a2", "a3", "b1", "moved")
    whole = [
        record("a1", expected=release, status="late"),
        record("a2", expected=release),
        record("a3", expected=release),
        record("b1", expected=release, school="0310002b"),
        record("moved", expected=release, status="late"),
    ]
    _save(store, *whole, day=2, everyone=everyone)
    # The evening after, one station is audited again, of one school.
    _save(store, record("a1", expected=release), day=3, everyone=everyone)
    # Another product's audit says nothing of the client.
    with Store(store) as opened:
        edt = Audit(
            at="2026-09-04T04:30:00Z",
            records=[record("a1", status="absent")],
            stations=everyone,
            inventory=Identity(key="i"),
            verdict="not_compliant",
            product="edt_monoposte",
        )
        save_audit(opened, edt, keep_days=180)
    variables = _variables(
        a1={"pronote_uai": "0310001A", "pronote_server_url": bench.url},
        a2={"pronote_uai": "0310001A", "pronote_server_url": bench.url},
        moved={"pronote_uai": "0310002B", "pronote_server_url": bench.url},
    )
    # a3 is not in this play's limit, but still in the inventory.
    # What is published: operation 1 stands in nobody's way.
    lock = {release: {"x64": {"digest": "0" * 64}}}
    sources = _sources(tmp_path, store=str(store), releases=lock, inventory=frozenset(everyone))
    one, two = boards(settings(variables, _OPTIONS), sources)
    eight = one["operations"][7]
    assert (eight["state"], _codes(one)[8]) == ("done", ["audit_partial"])
    assert eight["evidence"] == [
        {"what": f"3 of 3 stations at {release}", "date": "2026-09-03T04:30:00Z", "source": str(store)}
    ]
    # What moved to another school says nothing of either, until it is audited there.
    assert two["operations"][7]["evidence"][0]["what"] == f"1 of 1 stations at {release}"
    assert _codes(two)[8] == ["stations_left_out"]
    # A station that left the inventory counts no more.
    sources = _sources(tmp_path, store=str(store), inventory=frozenset(everyone) - {"a3"})
    one, _ = boards(settings(variables, _OPTIONS), sources)
    assert one["operations"][7]["evidence"][0]["what"] == f"2 of 2 stations at {release}"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (None, ["release_no_proof"]),
        ("changed", ["depot_wrong", "release_no_proof"]),
        ("deleted", ["depot_wrong", "release_no_proof"]),
        ("no folder", ["depot_not_read", "release_no_proof"]),
    ],
)
def test_the_depot_is_read_again(tmp_path: Path, bench: HostedBench, change: str | None, codes: list[str]) -> None:
    release = bench.school.release
    folder = tmp_path / "depot" / release / "x64"
    folder.mkdir(parents=True)
    contents = {"install.cmd": b"@echo off\r\n", "setup.exe": b"MZ"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    entry = {"digest": digests.pop("install.cmd"), "technology": "installscript", "files": digests}
    if change == "changed":
        (folder / "setup.exe").write_bytes(b"MZ!")
    elif change == "deleted":
        (folder / "setup.exe").unlink()
    depot = tmp_path / ("none" if change == "no folder" else "depot")
    variables = _variables(a={"pronote_uai": "0310001A", "pronote_server_url": bench.url})
    sources = _sources(tmp_path, depot=str(depot), releases={release: {"x64": entry}})
    (board,) = boards(settings(variables, _OPTIONS), sources)
    assert _codes(board)[1] == codes


def test_the_gate_says_why_for_each_school(tmp_path: Path) -> None:
    variables = _variables(
        bad={"pronote_uai": "lycée"}, a={"pronote_uai": "0310001A", "pronote_server_url": "http://127.0.0.1:1/pronote/"}
    )
    found = closed(variables, year=2026, releases={}, options=HostedOptions(cache_dir=str(tmp_path)))
    assert list(found) == ["0310001A"]
    assert found["0310001A"].startswith("operation 1 of 2026 is not done for 0310001A: The hosted server's release")


class _NoAddress(dict[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        if key == "pronote_server_url":
            raise AnsibleError("'nothing' is undefined")
        return super().get(key, default)


def test_a_station_whose_address_is_wrong_does_not_open_the_gate_for_its_school(tmp_path: Path) -> None:
    there = {"pronote_uai": "0310001A", "pronote_server_url": "http://127.0.0.1:1/pronote/"}
    variables = _variables(first=_NoAddress(pronote_uai="0310001A"), second=there)
    assert list(closed(variables, year=2026, releases={}, options=HostedOptions(cache_dir=str(tmp_path)))) == [
        "0310001A"
    ]
    # When nobody can say it, nobody of them can be deployed either.
    alone = _variables(first=_NoAddress(pronote_uai="0310001A"))
    assert closed(alone, year=2026, releases={}, options=HostedOptions(cache_dir=str(tmp_path))) == {}


def _workstations(tmp_path: Path, **hosts: Resolved) -> list[dict[str, Any]]:
    """The boards of schools whose archive is on these workstations."""
    found = []
    for school in settings(_variables(**{name: {"pronote_uai": name} for name in hosts}), _OPTIONS):
        host = hosts[school.uai]
        found.append(replace(school, edt_path="C:\\a.zip", edt_station=host.name, workstation=host))
    return boards(found, _sources(tmp_path))


def test_a_workstation_that_nobody_can_ask_is_its_own_schools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_workstations_room, "read_each", _read_each)
    # What lies there is not looked for here.
    monkeypatch.setattr(_look, "archive_on_controller", None)
    made = _workstations(
        tmp_path,
        **{"0310001A": Resolved(name="nobody", arguments={}, error="'nobody' is not a host of the inventory")},
        **{
            "0310002B": Resolved(name="unfit", arguments={}, problem=InventoryError("odd option", remedy="Correct it."))
        },
        **{"0310003C": Resolved(name="on", arguments={}, access=Access(host="on", approaches=()))},
        **{"0310004D": Resolved(name="off", arguments={}, access=Access(host="off", approaches=()))},
    )
    twos = [each["operations"][1] for each in made]
    assert [_codes(each)[2] for each in made] == [
        *(["check_failed"], ["check_failed"], ["file_absent"], ["station_unreadable"])
    ]
    assert "'nobody' is not a host of the inventory: check pronote_rentree_edt.station" in str(twos[0]["findings"])
    assert "odd option" in str(twos[1]["findings"])


def _read_each(stations: Sequence[Station[Any]], told: Callable[[Any, Any], None], *, parallel: int = 0) -> None:
    """No station has the file, and one is not there."""
    assert [station.name for station in stations] == ["0310003C", "0310004D"]

    def answer(station: Station[Any], _question: Question) -> None:
        if station.access.host == "off":
            raise UnreachableError("it is off", remedy="Switch it on.")

    for station in stations:
        told(station, drive(station.reading(), partial(answer, station)))


def test_a_workstation_that_only_the_stock_plugin_reaches_is_asked_over_it(tmp_path: Path) -> None:
    apart = Resolved(name="apart", arguments={}, elsewhere="it is reached through a proxy")
    (school,) = settings(_variables(a={"pronote_uai": "0310001A"}), _OPTIONS)
    odd = SimpleNamespace(transport="local")
    school = replace(school, edt_path="C:\\a.zip", edt_station="apart", workstation=apart, connection=odd)
    (board,) = boards([school], _sources(tmp_path))
    # There is none here; what matters is that it was tried over its own.
    assert _codes(board)[2] == ["check_failed"]
    assert "'local'" in str(board["operations"][1]["findings"])
