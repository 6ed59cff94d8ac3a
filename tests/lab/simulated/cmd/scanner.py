"""Characters of a command line: quotes, carets, separators, redirections."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from .nodes import Redirection

__all__ = ["SEPARATORS", "CmdSyntaxError", "Scanner"]

SEPARATORS = " \t,;=\x0b\x0c\xa0"
_OPERATORS = "&|<>\n"
# What means nothing wherever it stands in a command's tail, and inside quotes: taken in one go.
_PLAIN = re.compile(r'[^\n"^&|)<>]+')
_QUOTED = re.compile(r'[^\n"]+')


class CmdSyntaxError(Exception):
    """A line cmd refuses; ``what`` was unexpected (empty: "The syntax of the command is incorrect.")."""

    def __init__(self, what: str = "") -> None:
        super().__init__(what)
        self.what = what


class Scanner:
    """Reads one logical line; ``more`` gives the next physical one when a block or a caret goes on."""

    def __init__(self, text: str, more: Callable[[], str | None]) -> None:
        self._text = text + "\n"
        self._more = more
        self.position = 0
        self.depth = 0  # parentheses open

    def peek(self, ahead: int = 0) -> str:
        """The character there; empty after the end."""
        index = self.position + ahead
        return self._text[index] if index < len(self._text) else ""

    def take(self) -> str:
        char = self.peek()
        self.position += 1
        return char

    def refill(self) -> bool:
        """Append the next physical line; False at the end of the script."""
        line = self._more()
        if line is None:
            return False
        self._text += line + "\n"
        return True

    def at_end_of_line(self) -> bool:
        return self.peek() in ("\n", "")

    def skip(self, chars: str = SEPARATORS) -> None:
        """Skip separators; a caret before a line end joins the lines."""
        while True:
            if self.peek() and self.peek() in chars:
                self.position += 1
            elif self.peek() == "^" and self.peek(1) == "\n":
                self._join()
            else:
                return

    def skip_lines(self) -> bool:
        """Inside a block: go to the next command, over line ends, labels and separators. False at the script's end."""
        while True:
            self.skip()
            if self.peek() == "":
                if not self.refill():
                    return False
            elif self.peek() == "\n":
                self.position += 1
            elif self.peek() == ":":
                # A label in a block is skipped with its line.
                while not self.at_end_of_line():
                    self.position += 1
            else:
                return True

    def rest_of_line(self) -> str:
        end = self._text.find("\n", self.position)
        text = self._text[self.position : end]
        self.position = end
        return text

    def starts(self, text: str) -> bool:
        return self._text.startswith(text, self.position)

    def word(self, stops: str = SEPARATORS) -> str:
        """One token, quotes kept, carets resolved; ends at a stop, an operator, or ``)`` inside a block."""
        found: list[str] = []
        quoted = False
        while (char := self.peek()) and char != "\n":
            if quoted:
                quoted = char != '"'
            elif char == "^":
                found.append(self._escaped())
                continue
            elif char == '"':
                quoted = True
            elif char in stops or char in _OPERATORS or (char == ")" and self.depth):
                break
            found.append(self.take())
        return "".join(found)

    def tail(self) -> tuple[str, list[Redirection]]:
        """What follows a command's name up to the end of the command, without its redirections."""
        found: list[str] = []
        escaped: set[int] = set()
        redirections: list[Redirection] = []
        quoted = False
        while (char := self.peek()) and char != "\n":
            if plain := (_QUOTED if quoted else _PLAIN).match(self._text, self.position):
                found += plain[0]
                self.position = plain.end()
                continue
            if quoted:
                quoted = char != '"'
            elif char == "^":
                escaped.add(len(found))
                found.append(self._escaped())
                continue
            elif char == '"':
                quoted = True
            elif char in "&|" or (char == ")" and self.depth):
                break
            elif char in "<>":
                handle: int | None = None
                # A lone digit after a separator is the handle: "echo 2>x" but not "echo a2>x" nor "echo 22>x".
                if found and found[-1].isdecimal() and found[-1].isascii() and len(found) - 1 not in escaped:
                    before = found[-2] if len(found) > 1 else " "
                    if before in SEPARATORS:
                        handle = int(found.pop())
                redirections.append(self.redirection(handle))
                continue
            found.append(self.take())
        return "".join(found), redirections

    def leading_redirections(self) -> list[Redirection]:
        """Redirections where a command or the end of a block may have them."""
        found: list[Redirection] = []
        while True:
            self.skip()
            if self.peek() in ("<", ">"):
                found.append(self.redirection(None))
            elif self.peek().isdecimal() and self.peek(1) in ("<", ">"):
                found.append(self.redirection(int(self.take())))
            else:
                return found

    def redirection(self, handle: int | None) -> Redirection:
        """One redirection, at its ``<`` or ``>``."""
        symbol = self.take()
        kind: Literal["<", ">", ">>", "&"] = "<" if symbol == "<" else ">"
        if symbol == ">" and self.peek() == ">":
            self.take()
            kind = ">>"
        number = handle if handle is not None else (0 if symbol == "<" else 1)
        if self.peek() == "&":
            self.take()
            self.skip(" \t")
            digit = self.take()
            if not digit.isdecimal():
                raise CmdSyntaxError(digit.strip())
            return Redirection(number, "&", digit)
        self.skip()
        target = self.word()
        if not target:
            raise CmdSyntaxError(self.unexpected())
        return Redirection(number, kind, target)

    def for_set(self) -> str:
        """The text between the parentheses of FOR … IN (…), after the opening one; unquoted ``,;=`` become spaces."""
        found: list[str] = []
        quoted = False
        while True:
            char = self.peek()
            if char == "":
                if not self.refill():
                    raise CmdSyntaxError
                continue
            if char == "\n":
                quoted = False
                self.position += 1
                found.append(" ")
                continue
            if quoted:
                quoted = char != '"'
            elif char == "^":
                found.append(self._escaped())
                continue
            elif char == '"':
                quoted = True
            elif char == ")":
                self.position += 1
                return "".join(found).strip()
            elif char in ",;=\t":
                self.position += 1
                found.append(" ")
                continue
            found.append(self.take())

    def unexpected(self) -> str:
        """What stands here, for "… was unexpected at this time."."""
        if self.at_end_of_line():
            return ""
        for operator in ("&&", "||", ">>"):
            if self.starts(operator):
                return operator
        if self.peek() in "&|<>()":
            return self.peek()
        saved, self.depth = self.depth, 0
        word = self.word()
        self.depth = saved
        return word or self.peek()

    def _escaped(self) -> str:
        """At a caret: the character it protects; at a line end, the first one of the next line."""
        if self.peek(1) == "\n":
            self._join()
            return self.take() if self.peek() not in ("\n", "") else ""
        self.take()
        return self.take()

    def _join(self) -> None:
        """Go over a caret and the line end after it."""
        self.position += 2
        if self.peek() == "" and not self.refill():
            self._text += "\n"
