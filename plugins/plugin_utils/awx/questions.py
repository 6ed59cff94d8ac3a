# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked before the data are written, and which answers can be. Pure."""

from __future__ import annotations

import re
from typing import Final

from ...module_utils.base.message import Message
from ..init.questions import Question

__all__ = ["IMAGE", "INTRODUCTION", "ORGANIZATION", "PROJECT_URL", "SOURCE", "folder", "needed", "plain"]

INTRODUCTION = Message("What AWX has to know and the inventory does not say. Ctrl+C ends it, and nothing is written.")
ORGANIZATION = Question(
    key="pronote_awx_organization", text=Message("The organization in AWX, which is made if there is none."),
    example="DSI",
)  # fmt: skip
PROJECT_URL = Question(
    key="pronote_awx_project_url",
    text=Message("The address of the git repository that AWX fetches: this project, with your inventory in it."),
    example="https://git.example.org/pronote.git",
)
IMAGE = Question(
    key="pronote_awx_image",
    text=Message("The image made of awx/execution-environment.yml, as it was published."),
    example="registry.example.org/rentree-pronote:0.1.0",
)
SOURCE = Question(
    key="pronote_awx_source",
    text=Message("The inventory's folder in that repository."),
    example="inventories/my_schools",
)

_FOLDER: Final = re.compile(r"(?!/)[\w./-]+")


def needed(text: str) -> str:
    """An answer of one line. Raises ValueError."""
    told = text.strip()
    if not told:
        raise ValueError(Message("an answer is needed"))
    if not told.isprintable() or "{{" in told or "{%" in told:
        raise ValueError(Message("{text} is no plain text", text=repr(told[:80])))
    return told


def plain(text: str) -> str:
    """An answer without blanks: an address, an image. Raises ValueError."""
    told = needed(text)
    if any(each.isspace() for each in told):
        raise ValueError(Message("{text} has a blank in it", text=repr(told[:80])))
    return told


def folder(text: str) -> str:
    """A folder within a repository. Raises ValueError."""
    told = needed(text).rstrip("/").removeprefix("./")
    if not _FOLDER.fullmatch(told) or ".." in told.split("/"):
        raise ValueError(Message("{text} is no folder within a repository", text=repr(told[:80])))
    return told
