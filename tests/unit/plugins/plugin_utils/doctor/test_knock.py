"""Ports that are open, closed and silent, and names that nobody tells us the address of."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor import knock as module
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.knock import knock
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    ControllerError,
    InventoryError,
    UnreachableError,
)


@pytest.fixture
def open_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_ports(open_port: int, closed_port: int) -> None:
    ports = {"a": open_port, "b": closed_port, "c": 0}
    found = knock({name: ("127.0.0.1", port, 3.0) for name, port in ports.items()})
    assert found["a"] is None
    assert isinstance(found["b"], UnreachableError)
    assert found["b"].fact.startswith("the station refuses the connection")
    assert found["c"] is not None


def test_a_port_that_says_nothing(open_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_given: Any) -> socket.socket:
        raise TimeoutError

    monkeypatch.setattr(module, "dial", silent)
    problem = knock({"a": ("127.0.0.1", open_port, 3.0)})["a"]
    assert isinstance(problem, UnreachableError)
    assert problem.fact.startswith("the station does not answer")


@pytest.mark.parametrize(
    ("problem", "kind", "fact"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "try again"), ControllerError, "the controller's name resolution does not"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), InventoryError, "the station's name has no address"),
    ],
)
def test_a_name(monkeypatch: pytest.MonkeyPatch, problem: OSError, kind: type, fact: str) -> None:
    async def addresses(*_given: Any) -> list[Any]:
        raise problem

    monkeypatch.setattr(module, "addresses", addresses)
    found = knock({"a": ("pc-01", 5985, 3.0)})["a"]
    assert found is not None
    assert isinstance(found, kind)
    assert found.fact.startswith(fact)


def test_an_odd_name_is_its_own_stations(open_port: int) -> None:
    found = knock({"a": ("a" * 300, 5985, 3.0), "b": ("127.0.0.1", open_port, 3.0)})
    assert found["a"] is not None
    assert found["b"] is None
