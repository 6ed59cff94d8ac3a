"""What tests of the causes share."""

from __future__ import annotations

from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import Way, from_exception
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError

__all__ = ["OPENING", "error_of"]

OPENING = Way(doing="opening a shell", transport="ntlm", opening=True)


def error_of(exc: BaseException, way: Way = OPENING) -> StationError:
    """What the exception becomes: a fact that opens the whole, and can be printed."""
    error = from_exception(exc, way)
    assert str(error).startswith(error.fact)
    assert error.fact.isprintable()
    return error
