from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.schools import (
    only_school,
    said,
    school_of,
    schools,
)


class Unreadable(dict[str, Any]):
    """As Ansible's hostvars of a station whose variable names another one that is nowhere."""

    def get(self, name: str, default: Any = None) -> Any:
        raise AnsibleError(f"'uai' is undefined in {name}")


def _play(**hosts: dict[str, Any]) -> dict[str, Any]:
    return {"ansible_play_hosts_all": list(hosts), "hostvars": hosts}


@pytest.mark.parametrize(
    ("variables", "uai"),
    [({}, ""), ({"pronote_uai": None}, ""), ({"pronote_uai": " 0310001a\n"}, "0310001A"), ({"pronote_uai": 31}, "31")],
)
def test_the_school_of_a_host(variables: dict[str, Any], uai: str) -> None:
    assert school_of(variables) == school_of(variables, strict=True) == uai


def test_a_variable_that_cannot_be_read() -> None:
    assert (said(Unreadable(), "pronote_room"), school_of(Unreadable())) == ("", "")
    with pytest.raises(AnsibleError, match="undefined in pronote_room"):
        said(Unreadable(), "pronote_room", strict=True)


def test_the_schools_of_a_play() -> None:
    hosts: dict[str, dict[str, Any]] = {
        "b": {"pronote_uai": "0310002B"},
        "a1": {"pronote_uai": "0310001a"},
        "none": {},
        "a2": {"pronote_uai": " 0310001A"},
    }
    assert list(schools(_play(**hosts)).items()) == [("0310001A", ["a1", "a2"]), ("0310002B", ["b"])]
    for wrong, says in (({"pronote_uai": "031"}, "pronote_uai of x: '031' is not a UAI"), (Unreadable(), "undefined")):
        with pytest.raises(ValueError, match=says):
            schools(_play(**hosts, x=wrong))
        assert schools(_play(**hosts, x=wrong), strict=False) == schools(_play(**hosts))


def test_one_school_alone() -> None:
    assert only_school(_play(a={"pronote_uai": "0310001A"}, b={})) == "0310001A"
    with pytest.raises(ValueError, match=r"which school\? This play has none"):
        only_school(_play(a={}))
    with pytest.raises(ValueError, match="This play has 0310001A, 0310002B"):
        only_school(_play(a={"pronote_uai": "0310001A"}, b={"pronote_uai": "0310002B"}))
