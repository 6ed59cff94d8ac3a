"""The collection is imported as Ansible does: through its loader, from the tracked self-link."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible import constants
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.display import Display

_LAB = Path(__file__).parent / "lab"

init_plugin_loader([str(Path(__file__).resolve().parents[2] / ".ansible/collections")])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end it would keep one worker busy, and the others waiting.

    Tests of the lab count for no coverage: it is the engine's that is asked for, and following them takes minutes.
    """
    items.sort(key=lambda item: "mutants" not in item.path.parts)
    for item in items:
        if item.path.is_relative_to(_LAB):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def _run_of_its_own() -> Iterator[None]:
    """What a test's stations refused is forgotten: the tests of a process have one folder, as a run has."""
    yield
    for path in Path(vars(constants)["DEFAULT_LOCAL_TMP"]).glob("account-*"):
        path.unlink()


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is shown to the user as a warning, by a plugin or by a module run in this process."""
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_args, **_kwargs: shown.append(msg))
    return shown
