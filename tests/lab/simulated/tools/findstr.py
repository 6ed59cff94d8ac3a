"""findstr.exe."""

from __future__ import annotations

import re

from ..messages import text
from ..processes import Invocation
from .textinput import lines_of, read_inputs

__all__ = ["run"]


class _UsageError(Exception):
    pass


class _Options:
    def __init__(self, arguments: list[str]) -> None:
        self.flags: set[str] = set()
        self.strings: list[str] = []
        self.literal_strings = False
        self.files: list[str] = []
        self.pattern_file: str | None = None
        positional: list[str] = []
        for argument in arguments:
            low = argument.lower()
            if not re.match(r"[/-]", argument) or len(argument) < 2:
                positional.append(argument)
            elif low[1:3] == "c:":
                self.strings.append(argument[3:])
                self.literal_strings = True
            elif low[1:3] == "g:":
                self.pattern_file = argument[3:]
            elif low[1:3] in ("f:", "d:", "a:"):
                raise _UsageError
            elif set(low[1:]) <= set("belrsixvnmop") or low[1:] == "offline":
                self.flags |= set(low[1:])
            else:
                raise _UsageError
        if not self.strings and self.pattern_file is None:
            if not positional:
                raise _UsageError
            self.strings = positional.pop(0).split(" ")
            self.strings = [string for string in self.strings if string]
        self.files = positional


def _translate(pattern: str) -> str:
    """findstr's regular expressions: ``. * ^ $ [class] [^class] \\x \\< \\>``; all else is literal."""
    found: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        following = pattern[index + 1 : index + 2]
        if char == "\\" and following in ("<", ">") and following:
            found.append(r"\b")
            index += 2
        elif char == "\\" and following:
            found.append(re.escape(following))
            index += 2
        elif char == "[" and (end := pattern.find("]", index + 2)) > 0:
            body = pattern[index + 1 : end]
            negated = body.startswith("^")
            body = body[1:] if negated else body
            body = re.sub(r"([\\\]\[^&~|])", r"\\\1", body)
            found.append(f"[{'^' if negated else ''}{body}]")
            index = end + 1
        else:
            first, last = index == 0, index == len(pattern) - 1
            special = char == "." or (char == "*" and not first) or (char == "^" and first) or (char == "$" and last)
            found.append(char if special else re.escape(char))
            index += 1
    return "".join(found)


def _is_expression(string: str, options: _Options) -> bool:
    """Without /L or /R, a string is a regular expression when the first one of the search holds a meta-character."""
    if "l" in options.flags:
        return False
    if "r" in options.flags:
        return True
    return not options.literal_strings and re.search(r"[.*^$\[\]\\]", string) is not None


def _patterns(options: _Options) -> list[re.Pattern[str]]:
    flags = re.IGNORECASE if "i" in options.flags else 0
    patterns = []
    for string in options.strings:
        if _is_expression(options.strings[0], options):
            body = _translate(string)
        else:
            body = re.escape(re.sub(r'\\(["\\])', r"\1", string))
        if "x" in options.flags:
            body = rf"\A(?:{body})\Z"
        else:
            body = rf"\A(?:{body})" if "b" in options.flags else body
            body = rf"(?:{body})\Z" if "e" in options.flags else body
        patterns.append(re.compile(body, flags))
    return patterns


async def run(invocation: Invocation) -> int:
    """0: found, 1: not found, 2: wrong command line. Lines are bytes: compared without any code page."""
    try:
        options = _Options(invocation.arguments)
    except _UsageError:
        invocation.err("FINDSTR: Bad command line")
        return 2
    if options.pattern_file is not None:
        async for _, data in read_inputs(invocation, [options.pattern_file]):
            if data is None:
                invocation.err(text("findstr_cannot_open", invocation.language, options.pattern_file))
                return 2
            options.strings += [line.decode("latin-1") for line in lines_of(data) if line]
    # Search strings reach the program in the console's code page; bytes are compared.
    options.strings = [invocation.encode(string).decode("latin-1") for string in options.strings]
    patterns = _patterns(options)
    found = False
    several = len(options.files) > 1 or any("*" in name or "?" in name for name in options.files)
    async for name, data in read_inputs(invocation, options.files):
        if data is None:
            invocation.err(text("findstr_cannot_open", invocation.language, name))
            continue
        prefix = invocation.encode(f"{name}:") if several else b""
        for number, line in enumerate(lines_of(data), 1):
            decoded = line.decode("latin-1")
            if any(pattern.search(decoded) for pattern in patterns) is ("v" in options.flags):
                continue
            found = True
            if "m" in options.flags:
                invocation.out(name)
                break
            count = f"{number}:".encode() if "n" in options.flags else b""
            invocation.stdio.stdout.write(prefix + count + line + b"\r\n")
    return 0 if found else 1
