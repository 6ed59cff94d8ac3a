"""Labs for the e2e tests: each test module gets stations of its own, on a loopback network of its own."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from _pytest.fixtures import SubRequest
from _pytest.nodeid import NodeId

from tests.collection import use_collection
from tests.e2e.playbook import ROOT, PlaybookRun, Starts, playbook_command, playbook_environment, run_playbook
from tests.lab.client import LabClient, running_lab
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.publish import publish_all
from tests.lab.scenario import load_scenario
from tests.wine import require_wine

# Before a test imports a lab into this process, which would find the collection without Ansible's loader.
use_collection()

UAI = "0310001A"
ACCOUNT = {"name": "deploiement", "password": "Lab-only-1!"}
_HERE = Path(__file__).parent


@contextmanager
def _network() -> Iterator[str]:
    """A loopback network that no other lab of this machine has, whichever worker or test run it is of."""
    folder = Path(tempfile.gettempdir(), f"rentree-pronote-networks-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for number in range(100, 250):
        with (folder / str(number)).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield f"127.{number}"
            return
    raise RuntimeError(f"every loopback network is taken (locks in {folder})")


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A loopback network for a lab that a test module starts by itself."""
    with _network() as taken:
        yield taken


@dataclass(frozen=True, kw_only=True)
class School:
    """A running lab with its inventory: what an admin has in front of them."""

    lab: LabClient
    inventory: Path
    work: Path
    variables: Path
    # Plays are dear there: what the controller alone decides is asserted on simulated stations.
    on_wine: bool = False

    @property
    def written(self) -> Path:
        """What runs write by default lies there."""
        return self.inventory.with_name(f"{self.inventory.name}.pronote")

    @property
    def report(self) -> Path:
        """The report of an audit, for programs."""
        return self.written / "reports/audit.json"

    def play(self, playbook: str, *arguments: str) -> PlaybookRun:
        """Run a playbook with the lab's variables."""
        variables = ("-e", f"@{self.variables}")
        return run_playbook(playbook, *variables, *arguments, inventory=self.inventory, work=self.work)

    def command(self, playbook: str, *arguments: str) -> list[str]:
        """The command line of ``play``, for tests that kill it."""
        return playbook_command(playbook, "-i", str(self.inventory), "-e", f"@{self.variables}", *arguments)

    def environment(self, name: str) -> dict[str, str]:
        """The environment of ``play``; results go to ``<name>.jsonl``."""
        return playbook_environment(self.work / f"{name}.jsonl")

    def releases(self, run: PlaybookRun) -> dict[str, str | None]:
        """What an audit found, by station."""
        return {host: result["record"]["found"] for host, result in run.of("audit").items()}


StartSchool = Callable[..., School]

# Each for half a minute and more: at the end it would keep one worker busy, and the others waiting.
_LONG = {
    *("awx", "controllers", "demo_language", "first_evening", "lease", "playbooks", "rings", "schedule", "surveys"),
    *("wake", "year"),
}

# Fixtures of a module that a worker makes for itself: a test that needs no other shares nothing with its neighbours.
_SHARING_NOTHING = {"start_school", "network", "updating"}


def _shared(item: pytest.Function) -> str:
    """What a test shares with others of its module: labs, by the fixtures (and their parameters) that start them."""
    definitions = item._fixtureinfo.name2fixturedefs
    names = {name for name, found in definitions.items() if found[-1].scope == "module"} - _SHARING_NOTHING
    parameters: dict[str, Any] = {}
    if hasattr(item, "callspec"):
        # A parameter that is no text would not be written alike in every worker; its place is.
        parameters = {**item.callspec.indices, **{k: v for k, v in item.callspec.params.items() if isinstance(v, str)}}
    return " ".join(f"{name}-{parameters.get(name, 0)}" for name in sorted(names))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers (``--dist loadgroup``) take whatever shares no lab, and long tests first: those on Wine, and some.

    The group is written into the node's name as pytest-xdist does it for ``xdist_group``: its 3.8 writes to
    ``_nodeid``, which pytest 9.2 does not read any more, and every test then is a group of its own.
    """
    theirs = [item for item in items if isinstance(item, pytest.Function) and item.path.is_relative_to(_HERE)]
    for item in theirs:
        item.add_marker(pytest.mark.playbook)
    sharing = {item: shared for item in theirs if (shared := _shared(item))}
    _refuse_chains(sharing)
    if getattr(config.option, "loadgroup", False):
        for item, shared in sharing.items():
            item._id = NodeId.parse(f"{item.nodeid}@{item.path.stem} {shared}")
    items.sort(
        key=lambda item: item.get_closest_marker("wine") is None and item.path.stem.removeprefix("test_") not in _LONG
    )


def _refuse_chains(sharing: dict[pytest.Function, str]) -> None:
    """No two tests on the same Wine stations: another try of one (below) would not find what the other has left."""
    on_wine = Counter(
        (item.path.name, shared) for item, shared in sharing.items() if item.get_closest_marker("wine") is not None
    )
    if chains := [f"{name} ({shared})" for (name, shared), count in on_wine.items() if count > 1]:
        raise pytest.UsageError(f"several tests share Wine stations: make one of them in {', '.join(chains)}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """As users do (playbook.py): each playbook once in tests marked smoke, and all with RENTREE_REAL_STARTS."""
    Starts.real = "RENTREE_REAL_STARTS" in os.environ
    Starts.first = set() if item.get_closest_marker("smoke") is not None else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Another try on Wine stations (tests/conftest.py) gets new ones: what a try that failed has left is no start."""
    report = yield
    if report.failed and isinstance(item, pytest.Function) and item.get_closest_marker("wine") is not None:
        for definitions in item._fixtureinfo.name2fixturedefs.values():
            if definitions[-1].scope == "module":
                definitions[-1].finish(cast(SubRequest, item._request))
    return report


def _without_rings(inventory: Path) -> None:
    """All stations at once, unless a test says otherwise: what most tests are about is not who goes first.

    In the inventory, not in the extra variables, which would win over a school's own.
    """
    folder = inventory / "group_vars/all"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rings.yml").write_text('pronote_client_rings: ["100%"]\n', encoding="utf-8")


def in_language(inventory: Path, language: str = "en") -> None:
    """What people read in another language than French, in which most tests look for words of the sources."""
    folder = inventory / "group_vars/all"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "language.yml").write_text(f"pronote_language: {language}\n", encoding="utf-8")


def scenario_data(stations: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """One school, one room, two releases; ``changes`` replace whole keys."""
    numbered = [{"address": f"1.{number}", **station} for number, station in enumerate(stations, start=1)]
    return {
        "clock": 20,
        "accounts": [ACCOUNT],
        "releases": [{"release": "2026.2.7", "arch": "x64"}],
        "schools": [{"uai": UAI, "group": "lycee", "name": "Lycée d'essai", "release": "2026.2.7"}],
        "rooms": [{"group": "salle_101", "name": "Salle 101", "school": UAI, "stations": numbered}],
        **changes,
    }


@pytest.fixture(scope="module")
def start_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSchool]:
    """Start a lab from its stations; it ends with the test module. ``language``: ``fr`` is what an inventory without
    a word about it has."""
    with ExitStack() as stack:

        def start(
            stations: list[dict[str, Any]],
            *,
            connection: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
            backend: str = "simulated",
            publish: bool = True,
            language: str = "en",
            **changes: Any,
        ) -> School:
            work = tmp_path_factory.mktemp("lab")
            network = stack.enter_context(_network())
            path = work / "scenario.yml"
            path.write_text(yaml.safe_dump(scenario_data(stations, **changes), allow_unicode=True), encoding="utf-8")
            lab = stack.enter_context(running_lab(path, network=network, work=work / "lab", backend=backend))
            data = inventory_data(
                load_scenario(path), network=network, connection=connection(lab.info) if connection else None
            )
            inventory = write_inventory(work / "inventory", data)
            _without_rings(inventory)
            if language != "fr":
                in_language(inventory, language)
            variables = work / "variables.json"
            values = {
                **(publish_all(lab.info, work=work) if publish else {}),
                "pronote_cache_dir": str(work / "cache"),
                "pronote_client_log_dir": str(work / "logs"),
            }
            variables.write_text(json.dumps(values), encoding="utf-8")
            return School(
                lab=lab, inventory=inventory, work=work / "runs", variables=variables, on_wine=backend == "wine"
            )

        yield start


@pytest.fixture(scope="session")
def wine() -> None:
    """For tests that need Wine stations."""
    require_wine()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT
