"""What `make publish-check` makes of what the tools say; the tools themselves run in it alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.collection import ROOT
from tests.locks import read_lock, read_source
from tests.publish import checks, sanity
from tests.publish.workshop import Told

_DONE = "...ansible-lint run complete\nCollection loading complete\nImporter processing completed successfully\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"Importing with galaxy-importer 0.4.44\nLoading role pronote_audit\n{_DONE}", ""),
        (f"WARNING: playbooks/audit.yml:1: too long\n{_DONE}", "WARNING: playbooks/audit.yml:1: too long"),
        ("Importing with galaxy-importer 0.4.44\n", "never said: Importer processing completed successfully"),
        (_DONE.replace("...ansible-lint run complete\n", ""), "never said: ...ansible-lint run complete"),
    ],
)
def test_the_importer_is_content_or_says_why(monkeypatch: pytest.MonkeyPatch, text: str, wrong: str) -> None:
    monkeypatch.setattr(checks, "run", lambda *_given, **_named: Told(failed=False, text=text))
    said = checks.importer(Path("rentree-pronote-1.0.0.tar.gz"))
    assert (wrong in said) if wrong else said == ""


def test_what_ansible_test_ignores_has_a_reason_and_a_file() -> None:
    ignored = sorted((ROOT / "tests/sanity").glob("ignore-*.txt"))
    assert ignored
    for path in ignored:
        for line in path.read_text(encoding="utf-8").splitlines():
            said = re.fullmatch(r"(\S+) (\S+) # (\S.*)", line)
            assert said, f"{path.name}: {line}: no reason"
            assert (ROOT / said[1]).is_file(), f"{path.name}: {said[1]} is gone"
            assert not said[2].endswith("!skip"), f"{path.name}: {line}"


def test_each_core_that_is_locked_has_its_list_of_what_is_ignored() -> None:
    lock = read_lock((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    locked = {each.version.rpartition(".")[0] for each in lock if each.name == "ansible-core"}
    assert {path.stem.removeprefix("ignore-") for path in (ROOT / "tests/sanity").glob("ignore-*.txt")} == locked


def test_this_python_has_a_core_and_each_core_one_python() -> None:
    here = sanity.cores()
    assert here[-1].tools == ROOT / ".venv/bin"
    assert len({core.version for core in here}) == len(here)


def test_an_image_gets_what_a_controller_needs_and_kerberos() -> None:
    running = list(read_source((ROOT / "requirements.in").read_text(encoding="utf-8")))
    image = list(read_source((ROOT / "meta/requirements.txt").read_text(encoding="utf-8")))
    expected = {canonicalize_name(each.name): each.specifier for each in running if each.name != "ansible-core"}
    assert {canonicalize_name(each.name): each.specifier for each in image} == expected
    assert {each.name for each in image if each.extras == {"kerberos"}} == {"pywinrm", "pyspnego"}


def test_what_judges_has_the_core_that_is_judged() -> None:
    running, judging = (
        {str(each.requirement) for each in read_lock((ROOT / f"{name}.txt").read_text()) if each.name == "ansible-core"}
        for name in ("requirements", "requirements-publish")
    )
    assert running == judging
    assert all(Requirement(each).specifier for each in running)
