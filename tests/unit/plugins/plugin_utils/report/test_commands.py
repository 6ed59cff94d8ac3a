from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands, limit
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.todo import todo
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.view import short_names
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import HOSTILE, last, record

S101 = frozenset(f"s101-{n:02}" for n in range(10))
CDI = frozenset(f"cdi-{n:02}" for n in range(6))
GROUPS = {"salle_101": S101, "cdi": CDI, "lycee": S101 | CDI, "bad name!": S101}


@pytest.mark.parametrize(
    ("wanted", "harmless", "expected"),
    [
        ({"s101-01"}, (), "s101-01"),
        (S101, (), "salle_101"),
        (S101 | CDI, (), "lycee"),
        (S101 | {"cdi-01"}, (), "salle_101,cdi-01"),
        # Most of the school has nothing to do: the room and a name, not the school.
        (CDI | {"s101-01"}, S101, "cdi,s101-01"),
        # The others of the room have nothing to do: the room is what an admin would type.
        (S101 - {"s101-00"}, {"s101-00"}, "salle_101"),
        # One of them would be touched: left out by name, when it is one of many.
        (S101 - {"s101-00"}, (), "salle_101,!s101-00"),
        # Two of ten are too many: the names are clearer.
        (S101 - {"s101-00", "s101-01"}, (), ",".join(sorted(S101 - {"s101-00", "s101-01"}))),
        (S101 | CDI - {"cdi-00"}, (), "lycee,!cdi-00"),
        # A few of a large group: names, not the group.
        ({f"s101-0{n}" for n in range(6)}, CDI | S101, "salle_101"),
        ({"s101-01", "s101-02"}, S101, "s101-01,s101-02"),
        (set(), (), ""),
    ],
)
def test_the_shortest_limit_that_touches_nobody_else(wanted: set[str], harmless: set[str], expected: str) -> None:
    assert limit(wanted, harmless=harmless, groups=GROUPS) == (expected, 0)


@pytest.mark.parametrize("name", [*HOSTILE, "all:!x", "~.*", "a*", "a,b", "@file", "a b", "", "-x", "&a", "!a", "a[0]"])
def test_a_name_that_could_mean_something_else_is_in_no_command(name: str) -> None:
    assert limit({name, "s101-01"}, groups={name: frozenset({name, "s101-01"})}) == ("s101-01", 1)
    assert limit({name}, groups={}) == ("", 1)


def test_commands_survive_a_shell() -> None:
    commands = Commands(inventories=("inventories/mes écoles", "$(x).yml"))
    assert shlex.split(commands.play("deploy", "a,b", "-e", "x=true")) == [
        *("ansible-playbook", "playbooks/deploy.yml", "-i", "inventories/mes écoles", "-i", "$(x).yml"),
        *("--limit", "a,b", "-e", "x=true"),
    ]
    assert shlex.split(commands.module("client_info", "a"))[-3:] == ["-m", "rentree.pronote.client_info", "a"]
    # What is installed of another product is not what client_info looks for by itself.
    edt = replace(commands, product="edt_monoposte")
    assert shlex.split(edt.module("client_info", "a"))[-3:] == ["-a", "product=edt_monoposte", "a"]


def test_what_to_do_names_each_station_once_and_the_useful_first() -> None:
    statuses = ["late", "unreachable", "ahead", "absent", "several", "refused", "unknown_release", "older_year_only"]
    rows = [record(f"a-{n}", status=status) for n, status in enumerate(["compliant", *statuses])]
    commands = Commands(inventories=("inventories/x",))
    found = todo(rows, release="2026.2.7", commands=commands, words=catalogue("fr"))
    assert [t.kind for t in found] == ["deploy", "several", "ahead", "refused", "unknown_release", "unreachable"]
    named = [name for t in found for _, names, _ in t.rooms for name in names]
    assert sorted(named) == [f"a-{n}" for n in range(1, 9)]
    assert found[0].title == "Déployer la version 2026.2.7"
    assert found[0].command == "ansible-playbook playbooks/deploy.yml -i inventories/x --limit a-1,a-4,a-8"
    assert found[2].command.endswith("-e pronote_client_when_newer=over")
    assert all(t.command and t.why and not t.left_out for t in found)


def test_a_group_never_reaches_into_another_school() -> None:
    rows = [record(name, status="late") for name in sorted(S101)]
    commands = Commands(inventories=(), groups={"salles_nord": S101 | {"elsewhere-1"}, "salle_101": S101})
    (deploy,) = todo(rows, release="2026.2.7", commands=commands, words=catalogue("en"))
    assert deploy.command == "ansible-playbook playbooks/deploy.yml --limit salle_101"
    assert deploy.rooms == [("Salle 101", [], 10)]


def test_an_excluded_station_survives_a_shell_with_history() -> None:
    assert "'lycee,!cdi-00'" in Commands(inventories=()).play("deploy", "lycee,!cdi-00")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["riquet-s101-01", "riquet-s101-02"], ["01", "02"]),
        (["pc-10", "pc-11"], ["10", "11"]),
        (["pc10", "pc11"], ["10", "11"]),
        (["alone"], ["alone"]),
        (["same", "same"], ["same", "same"]),
        (["a", "b"], ["a", "b"]),
        (["s1-", "s1-2"], ["s1-", "2"]),
        ([], []),
    ],
)
def test_short_names(names: list[str], expected: list[str]) -> None:
    assert short_names(names) == expected


def test_what_kept_the_last_deployment_from_its_end_comes_before_deploying() -> None:
    steps = ["free_disk", "record", "close_client", "mend", "pilot", "later", "deploy", "done"]
    rows = [record(f"a-{n}", status="late") for n in range(len(steps) + 3)]
    for row, step in zip(rows, steps, strict=False):
        row["last"] = last(step)
    # Of another release it has no say, nor where the audit found it right.
    rows[-1]["last"] = last("record", wanted="2026.1.3")
    rows[-2] |= {"status": "compliant", "last": last("record")}
    commands = Commands(inventories=("inventories/x",))
    found = {t.kind: t for t in todo(rows, release="2026.2.7", commands=commands, words=catalogue("en"))}
    assert list(found) == [*steps[:-1]]
    assert [names for _, names, _ in found["deploy"].rooms] == [["a-6", "a-7", "a-8", "a-10"]]
    assert found["free_disk"].command == "ansible-playbook playbooks/deploy.yml -i inventories/x --limit a-0"
    assert found["free_disk"].met == [
        ("96 MiB free on C:, 1024 MiB needed. Run again; the disk of the station may be full.", 1)
    ]
    # On a reference station, which is none of these.
    assert found["record"].command == (
        "ansible-playbook playbooks/record_response.yml -i inventories/x"
        " -e pronote_release=2026.2.7 -e pronote_record_force=true"
    )
    assert found["deploy"].met == []


def test_many_stations_are_a_school_or_what_is_pending_of_it() -> None:
    wanted = {f"s101-{n:02}" for n in range(0, 10, 2)} | {"cdi-00", "cdi-02"}
    assert limit(wanted, groups=GROUPS, wide=True) == ("lycee", 0)
    assert limit(wanted, groups=GROUPS, wide=True, pending="pronote_pending") == ("lycee:&pronote_pending", 0)
    # A few are clearer by name, and a station of no group is named.
    assert limit({"s101-00", "cdi-00"}, groups=GROUPS, wide=True) == ("cdi-00,s101-00", 0)
    assert "nowhere" in limit({*wanted, "nowhere"}, groups=GROUPS, wide=True)[0]
    rows = [record(name, status="late" if name in wanted else "ahead") for name in sorted(S101 | CDI)]
    groups = {"lycee": S101 | CDI, "pronote_pending": frozenset({"x"})}
    commands = Commands(inventories=(), groups=groups)
    deploy, ahead = todo(rows, release="2026.2.7", commands=commands, words=catalogue("en"))
    assert deploy.command.endswith("--limit 'lycee:&pronote_pending'")
    # Going back to an older release is for those alone.
    assert "lycee" not in ahead.command
