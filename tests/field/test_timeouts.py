"""The two time-outs of WinRM fit together whichever is given, or are refused by name. To add a case: a line."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import InventoryError, StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Approach, access_of

from tests.field.answering import ADDRESS, answering, http, nobody
from tests.unit.drivers import Make, stock_connection

_OPERATION, _READ = "operation_timeout_sec", "read_timeout_sec"


@pytest.mark.parametrize(
    ("source", "given", "operating", "answering_"),
    [
        ("pywinrm: neither", {}, 20, 30),
        ("pywinrm: only the station's raised", {_OPERATION: 60}, 60, 70),
        ("ansible: only the station's raised, as text", {_OPERATION: "400"}, 400, 410),
        ("pywinrm: just above the other's default", {_OPERATION: 30}, 30, 40),
        ("ansible: only ours raised", {_READ: 70}, 60, 70),
        ("ansible: only ours lowered", {_READ: 15}, 7, 15),
        ("ansible: only ours lowered below the other", {_READ: "20"}, 10, 20),
        ("the least", {_READ: 2}, 1, 2),
        ("both, that fit", {_OPERATION: 45, _READ: 46}, 45, 46),
        ("AWX: a number with a point", {_OPERATION: 45.0, _READ: 60.0}, 45, 60),
        ("YAML: one left empty", {_OPERATION: None, _READ: 40}, 30, 40),
        ("YAML: both left empty", {_OPERATION: None, _READ: None}, 20, 30),
        ("spaces", {_READ: " 60 "}, 50, 60),
    ],
)
def test_the_other_follows(source: str, given: dict[str, Any], operating: int, answering_: int) -> None:
    (approach,) = access_of(stock_connection("ntlm", host="pc-01", **given)).approaches
    assert isinstance(approach, Approach)
    assert (approach.operating, approach.answering) == (operating, answering_), source


@pytest.mark.parametrize(
    ("source", "given", "names", "value"),
    [
        ("pywinrm: the pair the wrong way round", {_OPERATION: 30, _READ: 20}, (_OPERATION, _READ), "30"),
        ("pywinrm: equal", {_OPERATION: 30, _READ: 30}, (_OPERATION, _READ), "30"),
        ("ansible: no number", {_OPERATION: "soon"}, (_OPERATION,), "'soon'"),
        ("ansible: a unit", {_READ: "60s"}, (_READ,), "'60s'"),
        ("zero", {_OPERATION: 0}, (_OPERATION,), "0"),
        ("below zero", {_READ: -5}, (_READ,), "-5"),
        ("too short for two", {_READ: 1}, (_READ,), "1"),
        ("YAML: yes", {_OPERATION: True}, (_OPERATION,), "True"),
        ("YAML: a list", {_READ: [60]}, (_READ,), "[60]"),
        ("longer than a socket waits", {_READ: 10**15}, (_READ,), "1000000000000000"),
        ("a part of a second", {_OPERATION: 0.5}, (_OPERATION,), "0.5"),
    ],
)
def test_or_the_pair_is_refused_by_name(
    driver: str, source: str, given: dict[str, Any], names: tuple[str, ...], value: str
) -> None:
    with pytest.raises(InventoryError) as caught:
        Make(driver=driver, host=ADDRESS)("ntlm", port=nobody(), **given).connect()
    assert caught.value.kind == "configuration"
    for name in names:
        assert f"ansible_winrm_{name}" in caught.value.fact, source
    assert value in caught.value.fact


def _both(seconds: Any) -> Any:
    connection = stock_connection("ntlm", host="pc-01")
    connection.set_option("connection_timeout", seconds)
    return connection


def test_one_variable_for_both_is_both() -> None:
    (approach,) = access_of(_both(45)).approaches
    assert isinstance(approach, Approach)
    assert (approach.operating, approach.answering) == (45, 55)
    with pytest.raises(InventoryError, match="ansible_winrm_connection_timeout is '-3'"):
        access_of(_both(-3))


def test_a_raised_one_is_used_by_a_worker_too() -> None:
    """The report: every task failed with "read_timeout_sec must exceed operation_timeout_sec"."""
    with answering(http("404 Not Found")) as port, pytest.raises(StationError, match="HTTP 404"):
        Make(driver="worker", host=ADDRESS)("basic", port=port, operation_timeout_sec=60).connect()
