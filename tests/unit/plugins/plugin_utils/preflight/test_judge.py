"""Names, what is missing, and which of several values counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.findings import Finding
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.judge import (
    Wrong,
    missing,
    renamed,
    unknown_names,
    values,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.setting import (
    OfGroup,
    OfHost,
    Setting,
    Settings,
)

KNOWN = {"pronote_uai", "pronote_client_release", "pronote_client_arch", "pronote_known_names"}


def _layer(values: Mapping[str, Any], place: str = "") -> dict[str, Setting]:
    return {name: Setting(name=name, value=value, place=place) for name, value in values.items()}


def _settings(
    *,
    groups: Mapping[str, Mapping[str, Any]] | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
    hosts: Mapping[str, Mapping[str, Any]] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Settings:
    """Two schools of two stations. ``groups``: what the inventory says of them; ``files``: what group_vars does."""
    schools = {"lycee": ("a", "b"), "college": ("c", "d")}
    names = ("all", *schools)
    return Settings(
        groups={
            name: OfGroup(
                inside=_layer((groups or {}).get(name, {}), "hosts.yml"),
                beside=_layer((files or {}).get(name, {}), f"group_vars/{name}.yml"),
            )
            for name in names
        },
        hosts={
            name: OfHost(own=_layer((hosts or {}).get(name, {}), f"host_vars/{name}.yml"), groups=(school,))
            for school, stations in schools.items()
            for name in stations
        },
        over=_layer(extra or {}, "-e"),
    )


def _unknown(settings: Settings, gone: Mapping[str, str] | None = None) -> list[Finding]:
    return list(unknown_names(settings, KNOWN, gone or {}))


def test_a_misspelt_name_is_told_with_the_one_that_was_meant() -> None:
    (found,) = _unknown(_settings(extra={"pronote_client_relase": "2026.1.3"}))
    assert found.said == "-e: nothing reads the variable pronote_client_relase"
    assert found.remedy == "Did you mean pronote_client_release? A name of your own goes into pronote_known_names."
    assert found.hosts == {"a", "b", "c", "d"}
    assert found.holds


def test_a_name_like_no_other_is_told_without_a_guess() -> None:
    (found,) = _unknown(_settings(extra={"pronote_xyzzy": 1}))
    assert "Did you mean" not in found.remedy


@pytest.mark.parametrize(
    ("where", "hosts"),
    [
        ({"files": {"lycee": {"pronote_uia": 1}}}, {"a", "b"}),
        ({"groups": {"college": {"pronote_uia": 1}}}, {"c", "d"}),
        ({"hosts": {"d": {"pronote_uia": 1}}}, {"d"}),
        ({"files": {"all": {"pronote_uia": 1}}}, {"a", "b", "c", "d"}),
    ],
)
def test_a_name_holds_those_of_its_source(where: dict[str, Any], hosts: set[str]) -> None:
    (found,) = _unknown(_settings(**where))
    assert found.hosts == hosts


def test_names_that_are_somebodys_own_or_not_ours_are_none_of_it() -> None:
    own = {"pronote_known_names": ["pronote_rooms"], "pronote_rooms": [], "ansible_host": "x", "other": 1}
    assert _unknown(_settings(files={"lycee": own}, extra={"pronote_rooms": 1})) == []


def test_a_name_that_has_gone_is_told_and_holds_nobody() -> None:
    (found,) = _unknown(_settings(files={"all": {"pronote_old": 1}}), gone={"pronote_old": "0.2.0"})
    assert (found.fact, found.holds) == ("nothing reads pronote_old since 0.2.0", False)


def test_an_earlier_name_is_told_with_what_it_is_now_and_holds_nobody() -> None:
    names = {"pronote_mail_to": "pronote_mail.to"}
    (found,) = renamed(_settings(files={"lycee": {"pronote_mail_to": []}}), names, "0.3.0")
    assert found.said == "group_vars/lycee.yml: pronote_mail_to is pronote_mail.to now, and is read until 0.3.0"
    assert found.remedy == "Give it as pronote_mail.to (docs/variables.md)."
    assert found.hosts == {"a", "b"}
    assert not found.holds


def test_an_earlier_name_beside_the_one_of_today_is_told_to_be_read_no_more() -> None:
    set_twice = _settings(files={"lycee": {"pronote_mail_to": []}, "all": {"pronote_mail": {}}})
    (found,) = renamed(set_twice, {"pronote_mail_to": "pronote_mail.to"}, "0.3.0")
    assert found.fact == "pronote_mail_to is pronote_mail.to now, and is not read where pronote_mail is set"
    (found,) = renamed(set_twice, {"pronote_mail_to": "pronote_mail.to"}, "0.3.0", stronger=["pronote_mail_to"])
    assert found.fact == "pronote_mail_to is pronote_mail.to now, and is read until 0.3.0"


@pytest.mark.parametrize(
    ("today", "options", "is_read"),
    [
        ({"pronote_mail": {"from": "x"}}, {}, False),
        ({"pronote_mail": {"from": "x"}}, {"by_key": ["pronote_mail"]}, True),
        ({"pronote_mail": {"to": []}}, {"by_key": ["pronote_mail"]}, False),
        # No mapping: nothing can be said of its keys.
        ({"pronote_mail": "to=x"}, {"by_key": ["pronote_mail"]}, False),
        ({"pronote_mail": {"to": []}}, {"beside": ["pronote_mail_to"]}, True),
    ],
)
def test_what_hides_an_earlier_name(today: dict[str, Any], options: dict[str, Any], is_read: bool) -> None:
    settings = _settings(files={"lycee": {"pronote_mail_to": []}, "all": today})
    (found,) = renamed(settings, {"pronote_mail_to": "pronote_mail.to"}, "0.3.0", **options)
    assert ("is read until" in found.fact) is is_read


def test_many_earlier_names_are_one_line_and_those_that_are_not_read_have_their_own() -> None:
    names = {f"pronote_old_{n}": f"pronote_new.{n}" for n in range(4)} | {"pronote_deaf": "pronote_there"}
    files = {"all": {"pronote_old_0": 1, "pronote_deaf": 1, "pronote_there": 2}, "lycee": {"pronote_old_1": 1}}
    settings = _settings(files=files, hosts={"d": {"pronote_old_2": 1, "pronote_old_3": 1, "pronote_old_0": 1}})
    deaf, found = renamed(settings, names, "0.3.0")
    assert deaf.fact == "pronote_deaf is pronote_there now, and is not read where pronote_there is set"
    assert found.said == (
        "group_vars/all.yml and 2 more places: 4 variables have other names now, and are read until 0.3.0: "
        "pronote_old_0 → pronote_new.0, pronote_old_1 → pronote_new.1, pronote_old_2 → pronote_new.2, "
        "pronote_old_3 → pronote_new.3"
    )
    assert (found.remedy, found.hosts, found.holds) == (
        "Give them as they are called now (docs/variables.md).",
        frozenset("abcd"),
        False,
    )


def _values(settings: Settings, bad: object = "bad") -> list[tuple[str, set[str]]]:
    told = Wrong(Message("cannot be"), Message("Correct it."))
    found = values(settings, lambda _setting: True, lambda setting, _host: told if setting.value == bad else None)
    return [(each.place, set(each.hosts)) for each in found]


def test_a_value_holds_those_for_whom_it_counts() -> None:
    name = "pronote_client_arch"
    assert _values(_settings(files={"all": {name: "bad"}})) == [("group_vars/all.yml", {"a", "b", "c", "d"})]
    # Weaker than a school's own file, than a host's own, and than the command line.
    assert _values(_settings(files={"all": {name: "bad"}, "lycee": {name: 1}})) == [("group_vars/all.yml", {"c", "d"})]
    assert _values(_settings(files={"lycee": {name: "bad"}}, hosts={"b": {name: 1}})) == [
        ("group_vars/lycee.yml", {"a"})
    ]
    assert _values(_settings(files={"lycee": {name: "bad"}}, extra={name: 1})) == []
    # group_vars/all is stronger than what the inventory itself says of a school (VARIABLE_PRECEDENCE).
    assert _values(_settings(groups={"lycee": {name: "bad"}}, files={"all": {name: 1}})) == []
    assert _values(_settings(groups={"lycee": {name: 1}}, files={"all": {name: "bad"}})) == [
        ("group_vars/all.yml", {"a", "b", "c", "d"})
    ]


def test_a_source_is_looked_at_once_however_many_stations_it_has() -> None:
    looked: list[str] = []

    def fault(setting: Setting, host: str) -> None:
        looked.append(f"{setting.value} {host}")

    assert list(values(_settings(files={"all": {"pronote_uai": "x"}}), lambda _setting: True, fault)) == []
    assert looked == ["x a"]


def _missing(settings: Settings, play: tuple[str, ...], *names: str) -> list[tuple[str, set[str]]]:
    return [(each.fact, set(each.hosts)) for each in missing(settings, play, [names], {})]


def test_what_is_missing() -> None:
    settings = _settings(files={"lycee": {"pronote_uai": "x"}}, hosts={"c": {"pronote_uai": None, "pronote_url": ""}})
    assert _missing(settings, ("a", "b"), "pronote_uai") == []
    assert _missing(settings, ("c", "d"), "pronote_uai") == [("pronote_uai is not set", {"c", "d"})]
    assert _missing(settings, ("a", "c", "d"), "pronote_uai") == [("pronote_uai is not set for c, d", {"c", "d"})]
    # Another name does as well, and what is empty is set.
    assert _missing(settings, ("a", "c"), "pronote_url", "pronote_uai") == []
