"""Both drivers of a reading behind one face: the worker's, and the survey's with a loop of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar, cast

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.module_utils.base.deadline import Deadline
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import (
    CommandResult,
    Get,
    Query,
    Question,
    Reading,
    Run,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.wmi import Row
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import access_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.client import Client
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.trust import Trust

from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT, HTTPS_PORT

__all__ = ["DRIVERS", "Counted", "Driver", "Make", "Surveyed", "driver", "only", "stock_connection"]

T = TypeVar("T")


class Driver(Protocol):
    """What both can do."""

    def connect(self) -> None:
        """Open the connection and its shell."""

    def run(self, command: str, *, timeout: float = ..., doing: str) -> CommandResult:
        """Run a command line."""

    def get(self, class_name: str, **selectors: str) -> Row | None:
        """Read an instance."""

    def query(self, wql: str, *, namespace: str = ...) -> list[Row]:
        """Run a query."""

    def read(self, reading: Reading[T]) -> T:
        """Drive a reading."""

    def limit(self, seconds: float) -> None:
        """Let everything be over in so many seconds."""

    def close(self) -> None:
        """Give the shell back."""


def _one(question: Question) -> Generator[Question, Any, Any]:
    return (yield question)


def _nothing() -> Generator[Question, Any, None]:
    return
    yield


class Surveyed:
    """A station of a survey, asked as ``WinrmStation`` is. Raises StationError where that one does."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.loop = asyncio.new_event_loop()
        self.client: Client | None = None

    def connect(self) -> None:
        """Open the connection and its shell."""
        made = self._made()
        if made._session is None:
            self._wait(made._connect())

    def run(self, command: str, *, timeout: float = 120.0, doing: str) -> CommandResult:
        """As ``WinrmStation.run``."""
        return cast(CommandResult, self.read(_one(Run(line=command, doing=doing, timeout=timeout))))

    def get(self, class_name: str, **selectors: str) -> Row | None:
        """As ``WinrmStation.get``."""
        return cast("Row | None", self.read(_one(Get(class_name=class_name, selectors=selectors))))

    def query(self, wql: str, *, namespace: str = "root/cimv2") -> list[Row]:
        """As ``WinrmStation.query``."""
        return cast("list[Row]", self.read(_one(Query(wql=wql, namespace=namespace))))

    def read(self, reading: Reading[T]) -> T:
        """As ``WinrmStation.read``."""
        return cast(T, self._wait(self._made().read(reading)))

    def limit(self, seconds: float) -> None:
        """As ``WinrmStation.limit``."""
        self._made()._limits.until = Deadline(seconds)

    def close(self) -> None:
        """As ``WinrmStation.close``."""
        if self.client is not None:
            self._wait(self.client.close())

    def hurry(self, seconds: float) -> None:
        """Let each request be over in so many seconds from now on."""
        session = self._made()._session
        assert session is not None
        session._approach = replace(session._approach, answering=seconds)

    def cut(self) -> None:
        """Let its connection be closed, as by a station that has waited long enough."""
        session = self._made()._session
        assert session is not None
        assert session._connection is not None
        session._connection._sock.shutdown(socket.SHUT_RDWR)

    def _made(self) -> Client:
        if self.client is None:
            timeout = self._connection._play_context.timeout
            self.client = Client(access_of(self._connection, connecting=timeout), Trust())
        return self.client

    def _wait(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    def __del__(self) -> None:
        self.loop.close()


def stock_connection(*transports: str, host: str, scheme: str = "http", **more: Any) -> Any:
    """The stock winrm connection to a station of the lab; ``more``: ``port``, ``user``, ``password``, ``connecting``
    (ansible_timeout), and others of its ``ansible_winrm_…`` variables.
    """
    connection = connection_loader.get("ansible.builtin.winrm", PlayContext())
    connection._play_context.timeout = more.pop("connecting", connection._play_context.timeout)
    variables: dict[str, Any] = {
        "ansible_host": host,
        "ansible_port": more.pop("port", HTTPS_PORT if scheme == "https" else HTTP_PORT),
        "ansible_user": more.pop("user", ACCOUNT.name),
        "ansible_password": more.pop("password", ACCOUNT.password),
        "ansible_winrm_scheme": scheme,
        "ansible_winrm_transport": list(transports) or ["ntlm"],
        "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
    }
    connection.set_options(var_options={**variables, "_extras": {f"ansible_winrm_{k}": v for k, v in more.items()}})
    return connection


DRIVERS: dict[str, Callable[[Any], Driver]] = {"worker": WinrmStation, "survey": Surveyed}


class Counted(Deadline):
    """Passes after so many looks at it, one for each thing that comes: however slow this machine is."""

    looks = 12

    def remaining(self) -> float:
        self.looks -= 1
        if self.looks < 0:
            raise TimeoutError(self.passed())
        return 60


@dataclass(frozen=True, kw_only=True)
class Make:
    """Makes a driver of a station of the lab, as ``stock_connection`` describes it."""

    driver: str
    host: str

    def __call__(self, *transports: str, **more: Any) -> Driver:
        """``host``: the one of the module's tests by default."""
        return self.of(stock_connection(*transports, **{"host": self.host, **more}))

    def of(self, connection: Any) -> Driver:
        """The same of a stock connection whose options are set."""
        return DRIVERS[self.driver](connection)


def only(*names: str) -> pytest.MarkDecorator:
    """A test of these drivers alone."""
    return pytest.mark.parametrize("driver", names, indirect=True)


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> str:
    """The test is run with each: its name."""
    return str(request.param)
