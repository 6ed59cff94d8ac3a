# SPDX-License-Identifier: GPL-3.0-or-later
"""The data as the file that awx/apply.yml is given with -e. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from ...module_utils.base.message import Message
from ..words.words import Words
from .data import Raw

__all__ = ["MARK", "is_ours", "text_of"]

MARK: Final = "# bin/pronote awx\n"
_HEAD: Final = (
    Message("Written from the inventory: run it again instead of editing this. awx/apply.yml makes it, list by list."),
    Message(
        "No secret is in it: type the account of the stations, and the store's address and password, into the "
        "credentials in AWX."
    ),
)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, _data: Any) -> bool:
        """What is the same twice is written twice."""
        return True


# Texts and numbers that Ansible has read are kinds of their own.
_Dumper.add_multi_representer(str, lambda dumper, value: dumper.represent_str("".join(value)))
_Dumper.add_multi_representer(int, lambda dumper, value: dumper.represent_int(value + 0))
# What apply.yml is not to work out: ansible's tag for text that is no template.
_Dumper.add_representer(Raw, lambda dumper, value: dumper.represent_scalar("!unsafe", str(value), style="'"))


def text_of(data: Mapping[str, Any], words: Words) -> str:
    """The file, its texts in these words. Equal data give equal bytes."""
    body = yaml.dump(_worded(data, words), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    head = "".join(f"# {words.of(each)}\n" for each in _HEAD)
    return f"---\n{MARK}{head}{body}"


def _worded(data: Any, words: Words) -> Any:
    if isinstance(data, Mapping):
        return {name: _worded(value, words) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_worded(value, words) for value in data]
    return words.of(data) if isinstance(data, Message) else data


def is_ours(text: str) -> bool:
    """Whether a file may be written anew: nobody else's is."""
    return MARK in text[:500]
