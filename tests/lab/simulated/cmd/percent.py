"""Percent expansion: variables and arguments of a line, before anything else is read in it."""

from __future__ import annotations

import re
from typing import Protocol

__all__ = ["VariableScope", "expand_command_line", "expand_delayed", "expand_script_line"]


class VariableScope(Protocol):
    """What expansion asks the shell."""

    def variable(self, name: str) -> str | None:
        """A variable's value, dynamic ones included; None when not defined."""
        ...

    def argument(self, digit: str) -> str:
        """``%0`` to ``%9``, or ``*`` for all of them."""
        ...

    def modified(self, value: str, modifiers: str, *, batch: bool = False) -> str:
        """``%~`` modifiers applied to a value; ``batch``: it is ``%0``."""
        ...


_MODIFIED_ARGUMENT = re.compile(r"~([fdpnxsatzFDPNXSATZ]*(?:\$[^:%]+:)?)([0-9])")


def expand_script_line(line: str, scope: VariableScope) -> str:
    """A line of a batch file: ``%%`` is ``%``, undefined variables are empty, a lone ``%`` vanishes."""
    found: list[str] = []
    index = 0
    while (at := line.find("%", index)) >= 0:
        found.append(line[index:at])
        index = at + 1
        following = line[index : index + 1]
        if following == "%":
            found.append("%")
            index += 1
        elif following == "*" or (following.isdecimal() and following.isascii()):
            found.append(scope.argument(following))
            index += 1
        elif following == "~" and (match := _MODIFIED_ARGUMENT.match(line, index)):
            value = scope.argument(match[2])
            found.append(scope.modified(value, match[1], batch=match[2] == "0"))
            index = match.end()
        else:
            replacement, index = _variable(line, index, "%", scope, script=True)
            found.append(replacement or "")
    found.append(line[index:])
    return "".join(found)


def expand_command_line(line: str, scope: VariableScope) -> str:
    """A typed line: undefined variables and lone percent signs stay as they are."""
    found: list[str] = []
    index = 0
    while (at := line.find("%", index)) >= 0:
        found.append(line[index:at])
        replacement, after = _variable(line, at + 1, "%", scope, script=False)
        if replacement is None:
            found.append("%")
            index = at + 1
        else:
            found.append(replacement)
            index = after
    found.append(line[index:])
    return "".join(found)


def expand_delayed(text: str, scope: VariableScope) -> str:
    """Delayed expansion: ``!name!``, and a caret protects the next character when there is any ``!``."""
    if "!" not in text:
        return text
    found: list[str] = []
    index = 0
    while index < len(text):
        char = text[index]
        if char == "^":
            found.append(text[index + 1 : index + 2])
            index += 2
        elif char == "!":
            replacement, index = _variable(text, index + 1, "!", scope, script=True)
            found.append(replacement or "")
        else:
            found.append(char)
            index += 1
    return "".join(found)


def _variable(line: str, index: int, mark: str, scope: VariableScope, *, script: bool) -> tuple[str | None, int]:
    """The expansion of the variable whose name begins at ``index`` (after the mark) and the index after it.

    None: no variable there; a script drops the mark, a typed line keeps it.
    """
    end = line.find(mark, index)
    colon = line.find(":", index, end if end >= 0 else None)
    if colon - index > 0 and colon + 1 != end:
        value = scope.variable(line[index:colon])
        if value is None:
            # In a script "%X:" goes and the rest is read again: an undefined %X:~0,2% shows "~0,2".
            return ("", colon + 1) if script and end >= 0 else (None, index)
        if end >= 0:
            edited = _edited(value, line[colon + 1 : end])
            if edited is not None:
                text, length = edited
                return text, colon + 1 + length
    if end < 0:
        return None, index
    name = line[index:end]
    value = scope.variable(name) if name else None
    if value is None and not script:
        return None, index
    return value or "", end + 1


_SUBSTRING = re.compile(r"~\s*([+-]?\w*)\s*(?:,\s*([+-]?\w*)\s*)?\Z")


def _number(text: str) -> int:
    try:
        return int(text, 0) if text not in ("", "+", "-") else 0
    except ValueError:
        return 0


def _edited(value: str, inner: str) -> tuple[str, int] | None:
    """``~start,length`` or ``old=new`` applied; the result and how many characters it took, with the closing mark."""
    length = len(inner) + 1
    if match := _SUBSTRING.match(inner):
        start = _number(match[1])
        start = max(0, len(value) + start) if start < 0 else min(start, len(value))
        if match[2] is None:
            return value[start:], length
        count = _number(match[2])
        stop = max(start, len(value) + count) if count < 0 else start + count
        return value[start:stop], length
    old, equals, new = inner.partition("=")
    if not equals or not old:
        return None
    if old.startswith("*") and len(old) > 1:
        at = value.lower().find(old[1:].lower())
        return (value if at < 0 else new + value[at + len(old) - 1 :]), length
    return re.sub(re.escape(old), lambda _match: new, value, flags=re.IGNORECASE), length
