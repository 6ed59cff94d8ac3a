# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of each file: made, as it is already, or kept because somebody has another. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import headed_diff, printable_message
from ..words.words import Words
from .files import File, says_the_same

__all__ = ["CREATED", "KEPT", "SAME", "Planned", "difference", "kept_lines", "planned"]

CREATED, SAME, KEPT = "created", "same", "kept"

_MOST: Final = 200
_SHOWN: Final = 60
_HIDDEN: Final = "…"
# What a file of somebody else may hold, and nobody is to read over a shoulder: by the names of settings.
_SETTING = re.compile(r"([ +-]\s*(?:- )?)([\w.-]+)(\s*[:=]\s*)\S.*")
_SECRET = ("pass", "secret", "token", "key")
_PLAIN = frozenset({"ask_vault_pass", "vault_password_file"})


@dataclass(frozen=True, kw_only=True)
class Planned:
    """``path``: as people type it; ``note``: what is said of a file that is kept."""

    path: str
    file: File
    state: str
    there: bytes | None = None
    note: Message | None = None


def planned(files: Mapping[str, File], there: Mapping[str, bytes]) -> list[Planned]:
    """Files, by their paths, beside what is there. A difference in comments alone is none: they are in a language."""
    return [
        Planned(path=path, file=file, state=_state(file, there.get(path)), there=there.get(path))
        for path, file in files.items()
    ]


def _state(file: File, there: bytes | None) -> str:
    if there is None:
        return CREATED
    same = there == file.content if file.long else says_the_same(there, file.content)
    return SAME if same else KEPT


def difference(plan: Sequence[Planned], words: Words) -> list[dict[str, str]]:
    """What is written, as Ansible shows it; of what is secret or long, that it is."""
    return [headed_diff(each.path, "", _shown(each.file, words)) for each in plan if each.state == CREATED]


def _shown(file: File, words: Words) -> str:
    if file.secret:
        return words("(a secret, which is not shown)") + "\n"
    lines = file.content.decode("utf-8", "replace").splitlines()
    if file.long or len(lines) > _MOST:
        return words.plural("({n} line)", "({n} lines)", len(lines)) + "\n"
    return "".join(f"{printable_message(line)}\n" for line in lines)


def kept_lines(each: Planned) -> list[str]:
    """How a file that is kept differs from what would have been written, without anything secret."""
    if each.file.secret or each.file.long or each.there is None:
        return []
    there, wanted = (content.decode("utf-8", "replace").splitlines() for content in (each.there, each.file.content))
    lines = list(unified_diff(there, wanted, each.path, "init", lineterm="", n=1))
    shown = [printable_message(_hidden(line)) for line in lines[:_SHOWN]]
    return [*shown, _HIDDEN] if len(lines) > _SHOWN else shown


def _hidden(line: str) -> str:
    """A line of a difference, without the value of what is secret by its name."""
    found = _SETTING.fullmatch(line)
    name = found[2].lower() if found else ""
    if found is None or name in _PLAIN or not any(word in name for word in _SECRET):
        return line
    return f"{found[1]}{found[2]}{found[3]}{_HIDDEN}"
