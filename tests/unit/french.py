"""What a French reader is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import said
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

__all__ = ["french"]


def french(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result with every Message in French."""
    made: dict[str, Any] = said(result, lambda: catalogue("fr"))
    return made
