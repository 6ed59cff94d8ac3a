"""A package that is missing on the controller is said before anything else."""

from __future__ import annotations

import sys
from importlib import reload

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.plugin_utils import survey


def test_a_package_that_is_missing_is_the_controllers(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("aiohttp", "spnego"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(AnsibleError, match=r"the controller lacks aiohttp, pyspnego, .*pip install"):
        reload(survey)


def test_nothing_is_said_when_all_are_there() -> None:
    assert reload(survey) is survey
