"""Defaults of the roles as they are today: without the earlier names that they read for a release more."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER  # noqa: E402

__all__ = ["today"]

_VARIABLE = re.compile(r"\bpronote_\w+")
_EARLIER = re.compile(r"\{\{ (pronote_\w+) \| default\((.*)\) \}\}", re.DOTALL)
"""What an earlier name says, or else a default."""
_EARLIER_ELSE = re.compile(r"\{\{ (.*) else (.*?) \}\}", re.DOTALL)
"""What several earlier names come to together, or else a default."""


def today(value: Any) -> Any:
    """A default without the earlier names that it reads (``preflight/earlier.py``), if it is nothing else."""
    if isinstance(value, dict):
        return {key: today(each) for key, each in value.items()}
    text = value.strip() if isinstance(value, str) else ""
    read = _EARLIER.fullmatch(text) or _EARLIER_ELSE.fullmatch(text)
    if read is None or _VARIABLE.search(read[2]):
        return value
    names = set(_VARIABLE.findall(read[1]))
    if not names or not names <= EARLIER.keys():
        return value
    try:
        return yaml.safe_load(read[2])
    except yaml.YAMLError:
        return value
