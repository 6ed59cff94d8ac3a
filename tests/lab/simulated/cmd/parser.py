"""The grammar of cmd.exe: from characters to a syntax tree."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .nodes import Block, Chain, Command, Condition, For, If, Node
from .scanner import SEPARATORS, CmdSyntaxError, Scanner

__all__ = ["COMPARISONS", "parse_line"]

COMPARISONS = ("equ", "neq", "lss", "leq", "gtr", "geq")


def parse_line(text: str, more: Callable[[], str | None]) -> Node | None:
    """Parse one logical line; None when it holds no command. Raises CmdSyntaxError."""
    try:
        return _complete_line(text)
    except _MoreWantedError:
        return _Parser(Scanner(text, more)).line()


class _MoreWantedError(Exception):
    """A block or a caret goes on in the next physical line."""


def _no_more() -> str | None:
    raise _MoreWantedError


@lru_cache(maxsize=4096)
def _complete_line(text: str) -> Node | None:
    """The tree of a line that needs no other: scripts run the same ones again and again, and nobody changes a tree."""
    return _Parser(Scanner(text, _no_more)).line()


class _Parser:
    def __init__(self, scanner: Scanner) -> None:
        self._in = scanner

    def line(self) -> Node | None:
        self._in.skip()
        # A closing parenthesis without an open one makes the line a comment.
        if self._in.at_end_of_line() or self._in.peek() in ":)":
            return None
        node = self._sequence()
        self._in.skip()
        if not self._in.at_end_of_line():
            raise CmdSyntaxError(self._in.unexpected())
        return node

    # Precedence, loosest first: & then || then && then |.

    def _sequence(self) -> Node:
        left = self._either()
        while True:
            self._in.skip()
            if self._in.peek() != "&" or self._in.peek(1) == "&":
                return left
            self._in.take()
            self._in.skip()
            if self._in.at_end_of_line() or (self._in.peek() == ")" and self._in.depth):
                return Chain("&", left, None)
            left = Chain("&", left, self._either())

    def _either(self) -> Node:
        left = self._both()
        while self._operator("||"):
            left = Chain("||", left, self._both())
        return left

    def _both(self) -> Node:
        left = self._pipe()
        while self._operator("&&"):
            left = Chain("&&", left, self._pipe())
        return left

    def _pipe(self) -> Node:
        left = self._part()
        while self._operator("|"):
            left = Chain("|", left, self._part())
        return left

    def _operator(self, symbol: str) -> bool:
        self._in.skip()
        if not self._in.starts(symbol) or (symbol == "|" and self._in.peek(1) == "|"):
            return False
        for _ in symbol:
            self._in.take()
        return True

    def _part(self) -> Node:
        redirections = self._in.leading_redirections()
        quiet = False
        while self._in.peek() == "@":
            quiet = True
            self._in.take()
            redirections += self._in.leading_redirections()
        node = self._block() if self._in.peek() == "(" else self._command()
        node.redirections = redirections + node.redirections
        node.quiet = quiet
        return node

    def _block(self) -> Node:
        self._in.take()
        self._in.depth += 1
        body: list[Node] = []
        while True:
            if not self._in.skip_lines():
                raise CmdSyntaxError
            if self._in.peek() == ")":
                break
            body.append(self._sequence())
            self._in.skip()
            if not self._in.at_end_of_line() and self._in.peek() != ")":
                raise CmdSyntaxError(self._in.unexpected())
        self._in.take()
        self._in.depth -= 1
        if not body:
            raise CmdSyntaxError(")")
        return Block(body, redirections=self._in.leading_redirections())

    def _command(self) -> Node:
        start = self._in.position
        name = self._in.word(SEPARATORS + "/")
        if not name:
            if self._in.peek() == "/":
                name = self._in.word()
            else:
                raise CmdSyntaxError(self._in.unexpected())
        keyword = name.lower()
        if keyword == "rem":
            self._in.rest_of_line()
            return Command("rem")
        if keyword == "if":
            return self._if()
        if keyword == "for":
            return self._for(start)
        tail, redirections = self._in.tail()
        return Command(name, tail, redirections=redirections)

    def _if(self) -> Node:
        ignore_case = negated = False
        while True:
            self._in.skip()
            left = self._in.word()
            if left.lower() == "/i":
                ignore_case = True
            elif left.lower() == "not":
                negated = not negated
            else:
                break
        if not left:
            raise CmdSyntaxError(self._in.unexpected())
        condition = self._condition(left)
        condition.ignore_case, condition.negated = ignore_case, negated
        then = self._branch()
        saved = self._in.position
        self._in.skip()
        if self._in.peek().lower() == "e" and self._in.word(SEPARATORS + "(").lower() == "else":
            return If(condition, then, self._branch())
        self._in.position = saved
        return If(condition, then)

    def _branch(self) -> Node:
        self._in.skip()
        if self._in.at_end_of_line():
            raise CmdSyntaxError
        return self._sequence()

    def _condition(self, left: str) -> Condition:
        self._in.skip(" \t,;")
        if self._in.starts("=="):
            self._in.skip()
            right = self._in.word()
            if not right:
                raise CmdSyntaxError(self._in.unexpected())
            return Condition("==", left, right)
        low = left.lower()
        self._in.skip()
        if low in ("errorlevel", "exist", "defined", "cmdextversion"):
            argument = self._in.word()
            if not argument:
                raise CmdSyntaxError(self._in.unexpected())
            return Condition(low, argument)
        at = self._in.position
        operator = self._in.word()
        if operator.lower() not in COMPARISONS:
            self._in.position = at
            raise CmdSyntaxError(operator or self._in.unexpected())
        self._in.skip()
        right = self._in.word()
        if not right:
            raise CmdSyntaxError(self._in.unexpected())
        return Condition(operator.lower(), left, right)

    def _for(self, start: int) -> Node:
        kind = options = ""
        while True:
            self._in.skip()
            word = self._in.word(SEPARATORS)
            low = word.lower()
            if low in ("/d", "/r", "/l", "/f"):
                kind = low[1]
            elif word.startswith("%"):
                break
            elif kind in ("r", "f") and word and not options:
                options = word
            else:
                raise CmdSyntaxError(word or self._in.unexpected())
        if len(word) != 2:
            raise CmdSyntaxError(word)
        self._in.skip()
        keyword = self._in.word(SEPARATORS + "(")
        if keyword.lower() != "in":
            raise CmdSyntaxError(keyword or self._in.unexpected())
        self._in.skip()
        if self._in.peek() != "(":
            raise CmdSyntaxError(self._in.unexpected())
        self._in.take()
        items = self._in.for_set()
        self._in.skip()
        keyword = self._in.word(SEPARATORS + "(")
        if keyword.lower() != "do":
            raise CmdSyntaxError(keyword or self._in.unexpected())
        return For(kind, options, word[1], items, self._branch())
