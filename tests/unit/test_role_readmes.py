"""A role's README is what its argument specs say: Galaxy refuses a role without one."""

from __future__ import annotations

from tests.collection import ROOT
from tests.role_readmes import readmes
from tests.written import stale


def test_every_role_has_the_readme_that_would_be_written() -> None:
    assert stale(readmes()) == [], "run python -m tests.role_readmes and commit roles/*/README.md"


def test_each_variable_of_a_role_is_in_its_readme() -> None:
    text = readmes()[ROOT / "roles/pronote_client/README.md"]
    assert "| `pronote_uai` | str | required | UAI of the station's school, seven digits and a letter. |" in text
    assert "`rentree.pronote.deploy`" in text


def test_no_markup_is_left() -> None:
    assert [path for path, text in readmes().items() if any(f" {sign}(" in text for sign in "OVCMP")] == []
