"""A package that is missing on the controller is said before anything else."""

from __future__ import annotations

import sys
from importlib import reload

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils import survey


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "the controller lacks aiohttp, pyspnego, "),
        ("fr", "il manque au contrôleur aiohttp, pyspnego, "),
        ("", "il manque au contrôleur"),
    ],
)
def test_a_package_that_is_missing_is_the_controllers(
    monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    for module in ("aiohttp", "spnego"):
        monkeypatch.setitem(sys.modules, module, None)
    # No inventory is read where a plugin is imported.
    monkeypatch.setenv("RENTREE_LANGUAGE", language)
    with pytest.raises(AnsibleError, match=f"{told}.*pip install"):
        reload(survey)


def test_nothing_is_said_when_all_are_there() -> None:
    assert reload(survey) is survey
