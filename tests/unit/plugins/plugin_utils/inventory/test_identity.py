"""One inventory has one key, from whatever folder, node or job it is read."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.identity import Identity, identity_of

_SOURCES = {"ansible_inventory_sources": ["/srv/b", "/srv/a"]}
_OF_A_JOB = {"ansible_inventory_sources": ["/runner/inventory"], "awx_job_id": 7}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (_SOURCES, Identity(key="/srv/a /srv/b")),
        (
            {**_SOURCES, "pronote_inventory_id": " academie "},
            Identity(key="id academie", formerly="/srv/a /srv/b", in_parts=True),
        ),
        ({**_OF_A_JOB, "awx_inventory_id": 3}, Identity(key="awx 3", may_be_cut=True)),
        # The place is that of every inventory of AWX: what was kept by it is of all of them.
        (
            {**_OF_A_JOB, "awx_inventory_id": 3, "pronote_inventory_id": "academie"},
            Identity(key="id academie", in_parts=True, may_be_cut=True),
        ),
        # A job of ansible-runner without an inventory of AWX's.
        (_OF_A_JOB, Identity(key="/runner/inventory", may_be_cut=True)),
        ({**_SOURCES, "pronote_inventory_id": ""}, Identity(key="/srv/a /srv/b")),
        ({}, Identity(key="")),
    ],
)
def test_identity(variables: dict[str, Any], expected: Identity) -> None:
    assert identity_of(variables) == expected
