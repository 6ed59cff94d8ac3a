# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a password came from: a command line is everybody's, and so is a file that others can read.

I/O: Ansible and files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible._internal._datatag._tags import Origin
from ansible.parsing.vault import EncryptedString, is_encrypted_file

from ...module_utils.base.message import Message
from .disk import read_by_others
from .questions import PASSWORD

__all__ = ["as_typed"]


def as_typed(variables: Mapping[str, Any], *, extra: Mapping[str, Any]) -> str:
    """The password of the answers, braces and all: it is no template. ``extra``: the variables of the command line.

    Raises ValueError for one that others may have read.
    """
    if PASSWORD.key in extra:
        _refuse_shown(extra[PASSWORD.key])
    value = variables.get(PASSWORD.key)
    return "" if value is None else str(value)


def _refuse_shown(value: Any) -> None:
    if value in (None, "") or isinstance(value, EncryptedString):
        return
    origin = Origin.get_tag(value)
    if origin is None or not origin.path:
        raise ValueError(
            Message(
                "{key} is on the command line, where everybody on this machine can read it. Put it into the file of "
                "the answers, or leave it out and be asked. Change the password",
                key=PASSWORD.key,
            )
        )
    path = Path(origin.path)
    if not read_by_others(path):
        return
    with path.open("rb") as file:
        if is_encrypted_file(file):
            return
    raise ValueError(Message("{path} holds a password and can be read by others: chmod 600 {path}", path=origin.path))
