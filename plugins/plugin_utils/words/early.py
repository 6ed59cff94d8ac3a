# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader's language where no inventory is read yet: of the environment, or of ansible.cfg. I/O: files, Ansible.

Where a plugin cannot even be imported, for a package that is missing, no variable has been looked at.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from ...module_utils.base.message import Message
from .catalogue import catalogue
from .words import LANGUAGES

__all__ = ["said_early", "told_language"]


def told_language(environment: Mapping[str, str], config: str | Path | None) -> tuple[str, str]:
    """The setting that says it, and what it says, which may be no language; two empty texts where none does."""
    if language := environment.get("RENTREE_LANGUAGE", ""):
        return "RENTREE_LANGUAGE", language
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(config or (), encoding="utf-8")
    except (configparser.Error, UnicodeError):
        # Ansible itself says what is wrong with its file.
        return "", ""
    language = parser.get("rentree", "language", fallback="")
    return ("[rentree] language", language) if language else ("", "")


def said_early(message: Message) -> str:
    """A text in that language; in the default where none is told, or another than there is."""
    # bin/pronote-audit imports this module where Ansible may be missing.
    from ansible import constants  # noqa: PLC0415

    config: str | None = constants.CONFIG_FILE  # type: ignore[attr-defined]  # set at run time
    _name, language = told_language(os.environ, config)
    return catalogue(language if language in LANGUAGES else LANGUAGES[0]).of(message)
