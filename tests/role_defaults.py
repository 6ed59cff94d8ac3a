"""Defaults of the roles as they are today: without the earlier names that they read for a release more."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER  # noqa: E402

__all__ = ["today"]

_EARLIER = re.compile(r"\{\{ (pronote_\w+) \| default\((.*)\) \}\}", re.DOTALL)
"""What an earlier name says, or else a default."""


def today(value: Any) -> Any:
    """A default without the earlier names that it reads (``preflight/earlier.py``), if it is nothing else."""
    if isinstance(value, dict):
        return {key: today(each) for key, each in value.items()}
    read = _EARLIER.fullmatch(value) if isinstance(value, str) else None
    if read is None or read[1] not in EARLIER:
        return value
    try:
        return yaml.safe_load(read[2])
    except yaml.YAMLError:
        return value
