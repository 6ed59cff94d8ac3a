"""Each worked example of docs/extending.md is put into a copy of the collection, and its tests run there.

All are put into one copy, by one test: what is written from the code is written once for them all, whatever the number
of workers, and one is not in another's way. Run by one Python alone (.ci/pythons).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import CalledProcessError
from xml.etree import ElementTree

import pytest

from tests import examples

_NAMES = examples.examples()


def test_each_example_does_what_it_is_for(tmp_path: Path) -> None:
    tree, wrong = examples.copied(tmp_path / "pronote"), dict[str, str]()
    for name in _NAMES:
        try:
            examples.add(name, tree)
        except CalledProcessError as exc:
            wrong[name] = f"change.patch no longer applies: {exc.stderr}"
    said = "\n".join(examples.generate(tree))
    for name in _NAMES:
        try:
            examples.translate(name, tree)
        except (KeyError, OSError) as exc:
            wrong.setdefault(name, f"there is no such text, or no such language: {exc}")
    said += "\n".join(examples.generate(tree, only=["tests.catalogue"]))
    for name, problem in _failed(tree, [name for name in _NAMES if name not in wrong]):
        wrong.setdefault(name, problem)
    assert wrong == {}, "\n".join(f"tests/examples/{name}: {problem}" for name, problem in wrong.items())
    _written_from_the_code(tree, said)
    _formatted(tree)


def _failed(tree: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those of these examples whose tests fail there, or that have none; and what is wrong."""
    report = tree / "build/examples.xml"
    files = {str(path): name for name in names for path in examples.own_files(name)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", f"--junitxml={report}"]
    said = examples.told([*command, "-o", "junit_family=xunit1", *files], tree, check=False)
    cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []
    for file, name in files.items():
        own = [case for case in cases if case.get("file") == file]
        if not own:
            yield name, f"no test of {file} was run:\n{said}"
        for case in own:
            for bad in case:
                if bad.tag != "system-out":
                    yield name, f"{case.get('name')}: {bad.tag}\n{bad.text}"


def _written_from_the_code(tree: Path, said: str) -> None:
    """Everything that follows from the examples is there, and nothing that the gate would miss."""
    assert "texts, each in 2 catalogue(s)" in said, said
    for module in ("tests.choices", "tests.role_readmes"):
        examples.told([sys.executable, "-m", module, "--check"], tree)
    page = (tree / "docs/plugins/depot_release_module.md").read_text(encoding="utf-8")
    assert {"`inno`", "`hyperplanning_client`"} <= set(re.findall(r"`\w+`", page))
    specs = (tree / "roles/pronote_init/meta/argument_specs.yml").read_text(encoding="utf-8")
    assert 'choices: ["", plain, glpi, ocs, ad]' in specs


def _formatted(tree: Path) -> None:
    program = str(Path(sys.executable).with_name("ruff"))
    examples.told([program, "check", "-q", "."], tree)
    examples.told([program, "format", "-q", "--check", "."], tree)


def test_the_page_shows_all_of_them() -> None:
    assert _NAMES == ["export", "finding", "language", "product", "technology"]
    page = (examples.ROOT / "docs/extending.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\]\(\.\./tests/examples/(\w+)\)", page))) == _NAMES


@pytest.mark.parametrize("name", _NAMES)
def test_an_example_is_written_in_one_place(name: str) -> None:
    patch = (examples.ROOT / f"tests/examples/{name}/change.patch").read_text(encoding="utf-8")
    touched = re.findall(r"^\+\+\+ b/(.*)$", patch, re.MULTILINE)
    # Of a product its stand-in in the lab too, of a technology what its exit codes mean.
    assert len(touched) <= {"product": 2, "technology": 2}.get(name, 1)
    page = (examples.ROOT / "docs/extending.md").read_text(encoding="utf-8")
    assert [file for file in touched if f"`{file}`" not in page] == []
    assert {path.parts[:2] for path in examples.own_files(name)} == {("tests", "unit")}
