"""A value that is there, and one that is not."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.sure import sure


@pytest.mark.parametrize("value", [0, "", False, "text"])
def test_whatever_is_there_comes_back(value: object) -> None:
    assert sure(value) is value


def test_what_is_not_there_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        sure(None)
