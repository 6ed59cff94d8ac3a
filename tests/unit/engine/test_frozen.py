"""Stations that are put back to an image at each start: what is done there is done only when a later start shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.lab.scenario import ReleaseSpec
from tests.station.bench import NAME, Bench
from tests.station.depot import published
from tests.station.fixtures import MakeStation

_CLIENT: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
_KINDS = {"deep_freeze": "Deep Freeze", "reboot_restore": "Reboot Restore Rx", "uwf": "UWF"}
_AUDIT = {"uai": "0310001A", "release": "2026.2.7"}


def _store(pc: Bench) -> dict[str, Any]:
    return {"store": str(pc.work / "state.sqlite3")}


def _standing(pc: Bench) -> Any:
    return standings(Path(_store(pc)["store"]), product="pronote_client")[NAME]["standing"]


def _restart(pc: Bench) -> None:
    pc.power(False)
    pc.time.later(60, _nothing)
    pc.power(True)


async def _nothing() -> None:
    """The clock of the station goes on."""


@pytest.mark.parametrize("kind", _KINDS)
def test_what_is_installed_on_a_frozen_station_is_to_be_confirmed(make_station: MakeStation, kind: str) -> None:
    name, pc = _KINDS[kind], make_station(**_CLIENT, freezer=kind)
    planned = pc.client(check=True, **_store(pc))
    assert (planned["action"], planned["frozen"]) == ("install", name)
    assert any(f"the station is frozen ({name})" in warning for warning in planned["warnings"])
    done = pc.client(**_store(pc))
    assert (done["changed"], done["frozen"], done["after"]) == (True, name, planned["after"])
    stands = _standing(pc)
    assert (stands.found, stands.outcome, stands.right) == ("right", "frozen", False)
    assert catalogue("fr").of(stands.reason) == f"installé, à confirmer après un redémarrage ({name})"
    # The same boot proves nothing, and nothing is done again.
    again = pc.client(**_store(pc))
    assert (again["changed"], again["frozen"], _standing(pc).outcome) == (False, name, "frozen")
    assert pc.client(check=True, **_store(pc))["frozen"] == name


@pytest.mark.parametrize("kind", _KINDS)
def test_a_client_that_a_restart_took_away_is_told_with_what_to_do(make_station: MakeStation, kind: str) -> None:
    name, pc = _KINDS[kind], make_station(**_CLIENT, freezer=kind)
    assert pc.client(**_store(pc))["changed"]
    _restart(pc)
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.1.9 x64 ok"], [], [])
    for check in (True, False):
        told = pc.client(check=check, **_store(pc))
        assert told["failed"]
        assert f"{name} has put the station back at its last start: 2026.2.7, brought to it before" in told["fact"]
        assert told["remedy"].startswith("Thaw the station")
    assert pc.starts() == 1
    # Thawed, deployed, frozen again: right, and it stays.
    pc.people("thaw")
    _restart(pc)
    # The service of this one runs in both states: nobody can tell, so somebody has to say it.
    silent = kind == "reboot_restore"
    done = pc.client(**_store(pc), when_frozen="install" if silent else "once")
    assert (done["changed"], done["frozen"], _standing(pc).right) == (True, name if silent else "", not silent)
    pc.people("freeze")
    _restart(pc)
    kept = pc.client(**_store(pc))
    assert (kept["changed"], kept["frozen"], pc.clients()) == (False, "", ["2026.2.7 x64 ok"])


def test_a_later_start_that_shows_the_client_settles_it(make_station: MakeStation) -> None:
    pc = make_station(**_CLIENT, freezer="uwf")
    pc.client(**_store(pc))
    # Its folder is spared, or it was committed: the image has it.
    pc.station.freezer._image = pc.station.freezer._taken()
    _restart(pc)
    settled = pc.client(**_store(pc))
    assert (settled["changed"], settled["frozen"], _standing(pc).right) == (False, "", True)
    assert pc.client(check=True, **_store(pc))["frozen"] == ""


@pytest.mark.parametrize("kind", [None, *_KINDS])
def test_what_the_reading_costs(make_station: MakeStation, kind: str | None) -> None:
    """No request more for a station without signs; one for its boot; one more where UWF is installed."""
    costs = []
    for station in ({}, {"freezer": kind} if kind else {}):
        pc = make_station(**_CLIENT, **station)
        before = len(pc.events("request"))
        pc.run("client_info", {})
        costs.append(len(pc.events("request")) - before)
    assert costs[1] - costs[0] == {None: 0, "deep_freeze": 1, "reboot_restore": 1, "uwf": 2}[kind]


def test_an_answer_that_is_not_believed_says_nothing_of_uwf(make_station: MakeStation) -> None:
    """Somebody in the station's place would otherwise let it pass for one that keeps what is installed."""
    moved = {"effect": "answer", "status": 307, "headers": {"Location": "http://127.0.0.2:5985/wsman"}}
    pc = make_station(**_CLIENT, freezer="uwf", faults=[{**moved, "match": "^Enumerate .*UWF_Filter", "times": 0}])
    assert pc.run("audit", _AUDIT)["record"]["kind"] == "redirect"


@pytest.mark.parametrize("kind", ["deep_freeze", "uwf"])
def test_a_thawed_station_is_like_any_other(make_station: MakeStation, kind: str) -> None:
    pc = make_station(**_CLIENT, freezer=kind, frozen=False)
    planned = pc.client(check=True)
    assert (planned["frozen"], planned["warnings"]) == ("", [])
    done = pc.client(**_store(pc))
    assert (done["frozen"], _standing(pc).right, pc.run("client_info", {})["frozen"]) == ("", True, "")


def test_a_frozen_station_that_is_right_already_is_no_matter(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], freezer="deep_freeze")
    found = pc.client(**_store(pc))
    assert (found["action"], found["frozen"], found["warnings"], _standing(pc).right) == ("none", "", [], True)
    facts = pc.run("client_info", {})
    assert (facts["frozen"], facts["boot"][:4]) == ("Deep Freeze", str(pc.station.clock.now().year))


def test_an_audit_says_it_and_settles_it(make_station: MakeStation) -> None:
    pc = make_station(**_CLIENT, freezer="deep_freeze")
    pc.client(**_store(pc))
    audit = {**_AUDIT, **_store(pc)}
    record = pc.run("audit", audit)["record"]
    assert (record["status"], _standing(pc).outcome) == ("frozen", "frozen")
    assert "à confirmer après un redémarrage (Deep Freeze)" in catalogue("fr").field(record, "reason")
    assert pc.run("audit", audit, check=True)["record"]["status"] == "frozen"
    _restart(pc)
    gone = pc.run("audit", audit)["record"]
    assert (gone["status"], gone["remedy"][:4]) == ("late", "Thaw")
    assert "Deep Freeze has put it back at its last start" in gone["reason"]
    pc.people("update", "2026.2.7")
    assert pc.run("audit", audit)["record"]["status"] == "compliant"


def test_a_removal_is_undone_too(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.2.7"}], freezer="deep_freeze")
    gone = pc.client(state="absent", **_store(pc))
    assert (gone["changed"], gone["frozen"], _standing(pc).outcome) == (True, "Deep Freeze", "frozen")
    _restart(pc)
    told = pc.client(state="absent", **_store(pc))
    assert "what was removed is back" in told["fact"]


def test_another_release_is_tried_again(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}], freezer="deep_freeze")
    pc.client("2026.1.9", **_store(pc))
    _restart(pc)
    planned = pc.client("2026.2.7", check=True, **_store(pc))
    assert (planned["action"], planned["frozen"]) == ("install", "Deep Freeze")


def test_without_a_store_it_is_said_each_time(make_station: MakeStation) -> None:
    pc = make_station(**_CLIENT, freezer="deep_freeze")
    assert pc.client()["frozen"] == "Deep Freeze"
    _restart(pc)
    assert pc.client(check=True)["frozen"] == "Deep Freeze"


def test_no_restart_undoes_an_installation(make_station: MakeStation, tmp_path: Path) -> None:
    renaming = published(tmp_path / "renaming", ReleaseSpec(release="2026.2.7", options={"renames": True}))
    pc = make_station(**_CLIENT, freezer="deep_freeze", depot=renaming)
    done = pc.client(reboot="if_idle", reboot_with_session=True, **_store(pc))
    assert (done["frozen"], pc.restarts()) == ("Deep Freeze", 0)
    assert done["job"]["restart_left"] == "it would undo the installation (Deep Freeze)"


def test_a_frozen_station_is_refused_where_that_is_asked_for(make_station: MakeStation) -> None:
    pc = make_station(**_CLIENT, freezer="deep_freeze")
    before = pc.snapshot()
    for check in (True, False):
        told = pc.client(when_frozen="fail", check=check)
        assert (told["fact"], told["remedy"][:4]) == ("the station is frozen (Deep Freeze)", "Thaw")
    assert pc.snapshot() == before


def test_a_staging_on_a_frozen_station_is_warned_of(make_station: MakeStation) -> None:
    pc = make_station(**_CLIENT, freezer="deep_freeze")
    staged = pc.client(state="staged")
    assert any("the station is frozen (Deep Freeze)" in warning for warning in staged["warnings"])
