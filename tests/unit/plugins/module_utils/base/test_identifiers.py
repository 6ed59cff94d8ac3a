from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.identifiers import parse_mac, parse_uai


@pytest.mark.parametrize(
    ("text", "expected"), [("0310001A", "0310001A"), ("0310001a", "0310001A"), (" 9740001Z\n", "9740001Z")]
)
def test_uai(text: str, expected: str) -> None:
    assert parse_uai(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "310001A", "0310001", "03100010", "0310001AA", "A310001A", "0310001-A", "evil.org/0310001A", "031000\u0661A"],
)
def test_garbage_is_not_a_uai(text: str) -> None:
    with pytest.raises(ValueError, match="is not a UAI, which is seven digits and a letter as in 0310001A") as caught:
        parse_uai(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    "text", ["00:1A:2b:3c:4d:5e", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e", "001a2b3c4d5e", " 00:1a:2b:3c:4d:5e "]
)
def test_a_mac_address(text: str) -> None:
    assert parse_mac(text) == "00:1a:2b:3c:4d:5e"


@pytest.mark.parametrize(
    "text",
    [
        *("", "00:1a:2b:3c:4d", "00:1a-2b:3c:4d:5e", "00:1a:2b:3c:4d:5g", "00:1a:2b:3c:4d:5e:6f", "0:1a:2b:3c:4d:5e"),
        *("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "{{ x }}", "٠٠:1a:2b:3c:4d:5e"),
    ],
)
def test_no_mac_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"MAC address|network card"):
        parse_mac(text)
