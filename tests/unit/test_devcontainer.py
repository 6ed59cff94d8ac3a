"""The dev container, as far as it can be looked at without one: `make dev` in Debian 12 with the Python of the gate."""

from __future__ import annotations

import json
import re
import tomllib

import yaml

from tests.collection import ROOT

_CONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
_WORKSPACE = "${containerWorkspaceFolder}/"
# Those of containers.dev/implementors/json_reference that are in use; another is a misspelt one until somebody looks.
_KEYS = {"customizations", "image", "mounts", "name", "postCreateCommand"}


def test_its_keys_are_those_that_there_are() -> None:
    assert set(_CONTAINER) == _KEYS


def test_its_image_is_an_official_one_of_debian_12_with_our_python() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # Without a slash: neither another registry's, nor somebody's.
    assert _CONTAINER["image"] == f"python:{tools['tool']['mypy']['python_version']}-bookworm"
    assert tools["project"]["requires-python"] == f">={tools['tool']['mypy']['python_version']}"


def test_what_it_runs_is_there() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    program, *names = _CONTAINER["postCreateCommand"].split()
    assert program == "make"
    assert names
    assert set(names) <= set(targets)


def test_its_environment_is_the_one_that_make_builds_and_no_hosts() -> None:
    (made,) = re.findall(r"^VENV \?= (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    (mount,) = (dict(part.split("=") for part in each.split(",")) for each in _CONTAINER["mounts"])
    # The clone is the host's, whose own environment may be there: its programs are for another machine.
    assert (mount["type"], mount["target"]) == ("volume", f"{_WORKSPACE}{made}")
    settings = _CONTAINER["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"] == f"{_WORKSPACE}{made}/bin/python"


def test_it_is_no_part_of_the_collection() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert ".devcontainer" in galaxy["build_ignore"]
