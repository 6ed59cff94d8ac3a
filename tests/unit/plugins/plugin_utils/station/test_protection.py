"""What the first reading says of a station's protection."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.cmdline import MAX_COMMAND_LINE
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import overview_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.protection import (
    PROTECTION_VALUES,
    code_integrity,
    find_freezer,
    policies,
)


@pytest.mark.parametrize(
    ("values", "images", "name", "asks"),
    [
        ({}, [], None, False),
        ({}, ["explorer.exe", "svchost.exe"], None, False),
        ({}, ["DFServ.exe"], "Deep Freeze", False),
        ({}, ["DF5Serv.EXE"], "Deep Freeze", False),
        ({"DF Status": "Frozen"}, ["DFServ.exe"], "Deep Freeze", False),
        # The service of another name, or not seen: its own word counts.
        ({"DF Status": "Frozen"}, [], "Deep Freeze", False),
        ({"DF Status": "Thawed"}, ["DFServ.exe"], None, False),
        ({"DF Status": "THAWED LOCKED"}, ["dfserv.exe"], None, False),
        ({"DF Status": "?"}, ["dfserv.exe"], "Deep Freeze", False),
        ({}, ["ShdServ.exe"], "Reboot Restore Rx", False),
        ({"Start": "0x0"}, [], "UWF", True),
        ({"Start": "0x0", "DF Status": "Frozen"}, ["DFServ.exe"], "Deep Freeze", False),
    ],
)
def test_what_undoes_changes(values: dict[str, str], images: list[str], name: str | None, asks: bool) -> None:
    found = find_freezer(values, images)
    assert (found and found.name, bool(found and found.asks_wmi)) == (name, asks)


@pytest.mark.parametrize(
    ("values", "edition", "kind"),
    [
        ({}, "Professional", ""),
        ({}, "Education", ""),
        ({}, "", ""),
        ({"SkuPolicyRequired": "0x1"}, "Core", "s_mode"),
        ({"SkuPolicyRequired": "0x0"}, "Core", ""),
        ({"SkuPolicyRequired": "1"}, "Core", ""),
        ({"SkuPolicyRequired": "0x00000001"}, "CloudEdition", "s_mode"),
        ({}, "CloudEdition", "se"),
        ({}, "CloudEditionN", "se"),
        ({"VerifiedAndReputablePolicyState": "0x1"}, "Professional", "smart_app_control"),
        ({"VerifiedAndReputablePolicyState": "0x2"}, "Professional", ""),
    ],
)
def test_what_lets_run_listed_programs_only(values: dict[str, str], edition: str, kind: str) -> None:
    assert code_integrity(values, edition) == kind


def test_policies_are_named() -> None:
    assert policies({}) == []
    assert policies({"EnforcementMode": "0x0", "DeployConfigCIPolicy": "0x1"}) == ["WDAC"]
    assert policies(dict.fromkeys(("EnforcementMode", "ExploitGuard_ASR_Rules"), "0x1")) == ["AppLocker", "ASR rules"]


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_the_first_reading_asks_for_all_of_it_in_its_one_line(product: str) -> None:
    line = overview_command(PRODUCTS[product])
    assert len(line) < MAX_COMMAND_LINE / 2
    for key, value, _view in PROTECTION_VALUES:
        assert f'"{key}" /v "{value}"' in line
