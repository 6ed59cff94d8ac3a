# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of people, which is one variable: ``pronote_language``. I/O: files and Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..station.telling import telling
from ..words.catalogue import catalogue
from ..words.words import LANGUAGES, Words
from .action import ControllerAction

__all__ = ["LANGUAGE_SPEC", "words_of"]

LANGUAGE_SPEC: Final[dict[str, Any]] = {"type": "str", "choices": list(LANGUAGES)}
"""The option of an action; without it, French, or what an earlier variable says."""

_GONE_IN = "0.3.0"


def words_of(action: ControllerAction, args: Mapping[str, Any], *, earlier: str) -> Words:
    """The words of an action's option; ``earlier`` is the variable that it was set by before there was one.

    Raises ValueError for an earlier variable with another value than a language.
    """
    given = args["language"]
    if earlier in action.variables:
        telling.deprecated(
            f"{earlier} is pronote_language now, one variable for everything that people read", version=_GONE_IN
        )
        if not given:
            given = str(action._templar.template(action.variables[earlier]))
            if given not in LANGUAGES:
                raise ValueError(f"{earlier}: {given!r} is not a language: set pronote_language to fr or en")
    return catalogue(given or LANGUAGES[0])
