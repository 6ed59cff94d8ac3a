"""The collection is imported as Ansible does: through its loader, from the tracked self-link."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from ansible import constants
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.display import Display

from tests.covered import unfollowed
from tests.servers.postgresql import Postgresql, postgresql

_HERE = Path(__file__).parent
_PLUGINS = _HERE.parents[1] / "plugins"
_COLLECTION = "ansible_collections.rentree.pronote.plugins"
# Where the tests are that have to reach every branch of the engine (tests/covered.py).
_UTILS = _HERE / "plugins/plugin_utils"
_COVERING = (
    _HERE / "engine",
    _HERE.parent / "field",
    *(_UTILS / room for room in ("deploy", "depot", "job", "responses", "station", "survey")),
)

init_plugin_loader([str(Path(__file__).resolve().parents[2] / ".ansible/collections")])


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Coverage follows the engine's import, and no other: following what a collection imports took half as long again.

    Who hands tests out collects none.
    """
    if session.config.pluginmanager.hasplugin("dsession"):
        return (yield)
    if session.config.pluginmanager.hasplugin("_cov"):
        _import_engine()
    with unfollowed():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end it would keep one worker busy, and the others waiting."""
    items.sort(key=_turn)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tests beside the engine count for no coverage: following them takes half as long again, and nobody asks for it.

    Nor are their fixtures followed, nor threads that they start: pytest-cov's marker ``no_cover`` leaves out neither.
    """
    if _covers(item.path):
        return (yield)
    with unfollowed():
        return (yield)


@cache
def _covers(path: Path) -> bool:
    return any(path.is_relative_to(place) for place in _COVERING)


def _import_engine() -> None:
    """While coverage follows: what runs when a module is imported counts for whichever test imports it first."""
    for place in _COVERING:
        for path in (_PLUGINS / "plugin_utils" / place.name).glob("*.py"):
            importlib.import_module(f"{_COLLECTION}.plugin_utils.{place.name}.{path.stem}")


@pytest.fixture(autouse=True)
def _run_of_its_own() -> Iterator[None]:
    """What a test's stations refused is forgotten, and what could not be kept: all of a process share both."""
    yield
    if (answers := sys.modules.get(f"{_COLLECTION}.module_utils.server.answers")) is not None:
        answers.cache_notes()
    for path in Path(vars(constants)["DEFAULT_LOCAL_TMP"]).glob("account-*"):
        path.unlink()


def _turn(item: pytest.Item) -> int:
    if "mutants" in item.path.parts:
        return 0
    # They wait for a station most of the time: others have the cores meanwhile.
    return 1 if item.get_closest_marker("wine") is not None else 2


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    """One server for all tests of a process; skips where there is none."""
    with postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engines)])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store of this test that nobody has opened yet, on each engine."""
    if request.param == "sqlite":
        return str(tmp_path / "state/pronote.sqlite3")
    server: Postgresql = request.getfixturevalue("postgresql_server")
    monkeypatch.setenv("PGPASSWORD", server.password)
    return server.url(schema=server.schema())


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is shown to the user as a warning, by a plugin or by a module run in this process."""
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_args, **_kwargs: shown.append(msg))
    return shown
