"""Values as Ansible reads them from an inventory: every text is trusted as a template."""

from __future__ import annotations

from typing import Any

from ansible.template import trust_as_template

__all__ = ["trusted"]


def trusted(value: Any) -> Any:
    """The value, with all that is in it."""
    if isinstance(value, dict):
        return {key: trusted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value
