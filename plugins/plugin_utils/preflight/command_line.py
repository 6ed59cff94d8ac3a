# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible leaves out of the command line without a word: in -e "name=Claude Martin" all but Claude.

I/O: Ansible.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from ansible.errors import AnsibleError
from ansible.parsing.splitter import parse_kv

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from .findings import Finding
from .judge import PREFIX

__all__ = ["lost_words"]

_LOST: Final = "_raw_params"
_LONGEST: Final = 60
_FACT = Message("Ansible reads {taken} only up to a blank, and leaves out {lost}")
_QUOTE = Message("Quote the value inside, too: {option}")
_QUOTED = Message("Quote the value inside, too: -e \"name='two words'\".")


def lost_words(options: Iterable[Any], hosts: Iterable[str], *, secret: Collection[str] = ()) -> Iterator[Finding]:
    """Options that are no file and no JSON, and have words without ``=``. They hold everybody: the value is another
    than was meant. ``secret``: variables of which nothing is shown but their name."""
    whom = frozenset(hosts)
    for option in map(str, options):
        # As ansible.utils.vars.load_extra_vars tells them apart.
        if not option or option[0] in "@/.[{":
            continue
        try:
            taken = parse_kv(option)
        except AnsibleError:
            continue  # Ansible itself says what is wrong with it
        lost = str(taken.pop(_LOST, ""))
        if not lost:
            continue
        remedy: str = _QUOTED
        name, value = next(iter(taken.items()), ("", ""))
        # A value of somebody else's variable may be a password.
        ours = name.startswith(PREFIX) and taken.keys().isdisjoint(secret)
        if len(taken) == 1 and ours and "'" not in f"{value}{lost}":
            whole = f"{name}='{value} {lost}'"
            remedy = _QUOTE.given(option=one_line(f"-e {_typed(whole)}", longest=3 * _LONGEST))
        shown = one_line(lost, longest=_LONGEST) if ours else "…"
        names = ", ".join(taken) or "-"
        yield Finding(
            place="-e", fact=_FACT.given(taken=one_line(names, longest=_LONGEST), lost=shown), remedy=remedy, hosts=whom
        )


def _typed(text: str) -> str:
    """As people would quote it: double quotes outside, where there is nothing in it that a shell looks at."""
    return f'"{text}"' if not set(text) & set('"$`\\!') else shlex.quote(text)
