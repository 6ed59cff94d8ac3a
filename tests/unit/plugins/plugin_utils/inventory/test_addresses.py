from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.addresses import winrm_address


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, ("poste-1", 5986)),
        ({"ansible_host": "10.0.0.7", "ansible_port": 5985}, ("10.0.0.7", 5985)),
        # The stock plugin's own names win.
        (
            {"ansible_winrm_host": "a", "ansible_host": "b", "ansible_winrm_port": "65535", "ansible_port": 1},
            ("a", 65535),
        ),
        ({"ansible_host": "", "ansible_port": None}, ("poste-1", 5986)),
    ],
)
def test_where_winrm_is(variables: dict[str, Any], address: tuple[str, int]) -> None:
    assert winrm_address("poste-1", variables) == address


@pytest.mark.parametrize("port", ["0.5", -1, 65536, "99999999", "winrm", "٥٩٨٦", "59 86"])
def test_no_port(port: Any) -> None:
    with pytest.raises(ValueError, match=r"its port is .* \(ansible_port, ansible_winrm_port\)"):
        winrm_address("poste-1", {"ansible_port": port})
