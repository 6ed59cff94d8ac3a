"""What the survey spares Ansible is what comes to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.vars import manager
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import options


@pytest.mark.parametrize(
    ("facts", "cleaned"),
    [({}, 0), ({"os": "Windows"}, 1), ({"os": "Windows", "ansible_user": "somebody else", "discovered": {}}, 1)],
)
def test_only_facts_that_are_there_are_cleaned(
    monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], cleaned: int
) -> None:
    ansible: Any = manager
    clean, asked = ansible.clean_facts, []

    def noted(found: dict[str, Any]) -> Any:
        asked.append(found)
        return clean(found)

    monkeypatch.setattr(manager, "clean_facts", noted)
    options._clean_no_facts.__wrapped__()
    assert ansible.clean_facts(facts) == clean(facts)
    assert len(asked) == cleaned
