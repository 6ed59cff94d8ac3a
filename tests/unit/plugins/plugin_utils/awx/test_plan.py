"""Schools as jobs: what each is limited to, and which inventories cannot be."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx.plan import (
    Node,
    School,
    faults,
    nodes_of,
    school_groups,
)

_UAI = ["0310001A", "0310002B", "0310036W"]
_SCHOOLS = [School(uai=uai, group=f"school_{n}", pilots=(f"p{n}",)) for n, uai in enumerate(_UAI)]


def test_a_school_is_a_group_of_its_own() -> None:
    groups = {"all": ["a", "b", "c"], "lycee": ["b", "a"], "salle": ["a"], "college": ["c"], "a_college": ["c"]}
    found = school_groups({_UAI[0]: ["a", "b"], _UAI[1]: ["c"]}, groups)
    assert found == {_UAI[0]: "lycee", _UAI[1]: "a_college"}


@pytest.mark.parametrize("group", ["!lycee", "lycee:salle", "lycée 1", "~lycee", "&x"])
def test_what_a_job_cannot_be_limited_to(group: str) -> None:
    with pytest.raises(ValueError, match=_UAI[0]):
        school_groups({_UAI[0]: ["a"]}, {group: ["a"]})
    with pytest.raises(ValueError, match=group):
        nodes_of([School(uai=_UAI[0], group="x", pilots=(group,))], per_node=1, approval=True)


def test_one_school_is_one_job() -> None:
    assert nodes_of(_SCHOOLS[:2], per_node=1, approval=False) == [
        Node(name=_UAI[0], limit="school_0"),
        Node(name=_UAI[1], limit="school_1"),
    ]


def test_several_schools_a_job() -> None:
    assert nodes_of(_SCHOOLS, per_node=2, approval=True) == [
        Node(name=f"{_UAI[0]}-{_UAI[1]}", limit="school_0:school_1", pilots="p0:p1"),
        Node(name=_UAI[2], limit="school_2", pilots="p2"),
    ]
    with pytest.raises(ValueError, match="one school at least"):
        nodes_of(_SCHOOLS, per_node=0, approval=False)


def test_an_approval_wants_pilots_of_each_school() -> None:
    lacking = School(uai="0310099Z", group="x")
    assert nodes_of([lacking], per_node=1, approval=False)
    with pytest.raises(ValueError, match="0310099Z names none"):
        nodes_of([*_SCHOOLS, lacking], per_node=1, approval=True)


def test_faults_of_an_inventory() -> None:
    assert list(faults([], {})) == []
    told = [str(each) for each in faults(["inv/vault.yml"], {"ansible_user": ["a"]})]
    assert told[0].startswith("inv/vault.yml is encrypted")
    assert told[1].startswith("ansible_user is set for a,")
