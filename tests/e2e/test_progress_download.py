"""The bytes of a download: shown to whoever watches, and not asked for by a run that nobody watches."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_progress import elsewhere, on_a_terminal

# To each station, in bytes a second: its installer takes five seconds.
_RATE = {"simulated": 200_000, "wine": 25_000}
_STATIONS = ("watched", "unknown", "auto", "off")
_SHOWN = re.compile(r"  {station}  +téléchargement (?:(\d+) % )?\(?([\d.]+)(?:/([\d.]+))? MiB\)?(, [\d.]+ MiB/s)?")


@pytest.fixture(
    scope="module",
    params=["simulated", pytest.param("wine", marks=pytest.mark.wine)],
)
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    if request.param == "wine":
        request.getfixturevalue("wine")
    return start_school(
        [{"name": name} for name in (_STATIONS if request.param == "simulated" else _STATIONS[:1])],
        backend=request.param,
        language="fr",
        depot={"client_rate": _RATE[request.param]},
    )


def _installer(school: School) -> Path:
    (installer,) = school.lab.info["installers"]
    return Path(installer["files"]["setup.exe"])


def _of_before(school: School) -> str:
    """A lock file of before, which says nothing of sizes."""
    releases: dict[str, Any] = json.loads(school.variables.read_text(encoding="utf-8"))["pronote_releases"]
    del releases["2026.2.7"]["x64"]["size"]
    return json.dumps({"pronote_releases": releases})


def _shown(written: bytes, station: str) -> list[tuple[str, str, str, str]]:
    """What the view said of the download, each state once: percent, MiB, MiB of all, pace."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode("utf-8", "replace"))
    return list(dict.fromkeys(re.findall(_SHOWN.pattern.format(station=station), text)))


def _asked(school: School, station: str) -> int:
    """How often a station was asked about a file. It has no client, so nothing else asks."""
    requests = [event["data"] for event in school.lab.journal(kind="request", station=station)]
    assert requests
    return sum((data["operation"], data["detail"]) == ("Get", "CIM_DataFile") for data in requests)


def test_who_watches_sees_the_bytes(school: School) -> None:
    size = _installer(school).stat().st_size
    code, written = on_a_terminal(school, "download", "--tags", "stage", "--limit", "watched")
    assert code == 0, written.decode("utf-8", "replace")[-3000:]
    shown = _shown(written, "watched")
    percents = [int(percent) for percent, *_ in shown if percent]
    # It grows, and says of how much and how fast.
    assert len(set(percents)) >= 3, shown
    assert percents == sorted(percents)
    assert {total for _, _, total, _ in shown if total} == {f"{size / 2**20:.1f}"}
    assert any(pace for *_, pace in shown)
    # One request a look while it lasts.
    assert _asked(school, "watched") >= len(set(percents))


@pytest.mark.parametrize("school", ["simulated"], indirect=True)
def test_without_a_size_the_bytes_alone(school: School) -> None:
    stage = ("--tags", "stage", "--limit", "unknown", "-e", _of_before(school))
    code, written = on_a_terminal(school, "of-before", *stage)
    assert code == 0, written.decode("utf-8", "replace")[-3000:]
    shown = _shown(written, "unknown")
    assert len({fetched for _, fetched, _, _ in shown}) >= 2, shown
    assert not any(percent or total for percent, _, total, _ in shown)


def _fetched(school: School) -> int:
    return sum(e["data"]["path"].endswith("setup.exe") for e in school.lab.journal(kind="web"))


@pytest.mark.parametrize("school", ["simulated"], indirect=True)
@pytest.mark.parametrize("mode", ["auto", "off"])
def test_a_run_that_nobody_watches_asks_for_nothing(school: School, mode: str) -> None:
    """Without a terminal, and without the view: each on a station of its own, which fetches as the others did."""
    before = _fetched(school)
    elsewhere(school, "--tags", "stage", "--limit", mode, RENTREE_PROGRESS=mode).assert_code(0)
    assert _fetched(school) == before + 1
    assert _asked(school, mode) == 0
