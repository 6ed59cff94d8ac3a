"""The command interpreter: runs syntax trees, keeps ERRORLEVEL, variables, scripts and handles."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Win32Error, error_text
from ..messages import text
from ..paths import absolute
from ..processes import Invocation
from ..streams import Pipe, Stdio
from .conditions import holds
from .dates import date_text, time_text
from .flow import ExitScript, ExitShell, Goto, ReplacedScript
from .loops import run_for
from .modifiers import apply_modifiers
from .nodes import Block, Chain, Command, For, If, Node
from .parser import parse_line
from .percent import expand_command_line, expand_delayed, expand_script_line
from .redirections import redirected
from .scanner import CmdSyntaxError
from .script import Frame
from .unparse import unparse

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["LINE_LIMIT", "Shell"]

# "Command prompt line string limitation", learn.microsoft.com/troubleshoot/windows-client/shell-experience.
LINE_LIMIT = 8191


class Shell:
    """One cmd.exe. Commands return their return code (what ``||`` looks at); ERRORLEVEL is kept apart."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.station: SimulatedStation = invocation.station
        self.environment = invocation.environment.copy()
        self.directory = invocation.directory
        self.stdio = invocation.stdio
        self.console = invocation.console
        self.language = invocation.language
        self.errorlevel = 0
        self.level_writes = 0
        self.echo = True
        self.extensions = True
        self.delayed = False
        self.loop_variables: dict[str, str] = {}
        self.frames: list[Frame] = []
        self.directory_stack: list[str] = []
        self.drive_directories: dict[str, str] = {}

    # -- output --------------------------------------------------------------------------------------------------------

    def out(self, line: str = "", end: str = "\r\n") -> None:
        self.stdio.stdout.write(self.station.encode(line + end, self.console.codepage))

    def err(self, line: str = "", end: str = "\r\n") -> None:
        self.stdio.stderr.write(self.station.encode(line + end, self.console.codepage))

    def say(self, message: str, *values: object) -> None:
        """A message of the table on standard error."""
        self.err(text(message, self.language, *values))

    def fail(self, error: Win32Error | int, *, level: bool = True) -> int:
        """Print a system error; return code 1, and ERRORLEVEL 1 unless the command does not set it."""
        code = error if isinstance(error, int) else error.code
        path = "" if isinstance(error, int) else error.path
        self.err(error_text(code, self.language, path))
        return self.set_level(1) if level else 1

    # -- state ---------------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    def set_level(self, code: int) -> int:
        """Set ERRORLEVEL (signed 32-bit) and return the code."""
        self.errorlevel = (code + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        self.level_writes += 1
        return code

    def absolute(self, path: str) -> str:
        """A path as typed, quotes allowed, seen from the current directory of its drive. Raises Win32Error."""
        return absolute(path.replace('"', ""), self.directory)

    def change_directory(self, path: str) -> None:
        """Raises Win32Error 3 when absent, 267 for a file."""
        if not self.station.files.is_directory(path):
            node = self.station.files.find(path)
            raise Win32Error(267 if node else 3, path)
        self.directory = self.station.files.spelled(path)
        self.invocation.process.directory = self.directory

    def variable(self, name: str) -> str | None:
        """A variable, or one of the dynamic ones."""
        value = self.environment.get(name)
        if value is not None or not name:
            return value
        upper = name.upper()
        if upper == "ERRORLEVEL":
            return str(self.errorlevel)
        if upper == "CD":
            return self.directory
        if upper == "RANDOM":
            return str(random.randrange(32768))
        if upper == "CMDEXTVERSION":
            return "2"
        if upper == "CMDCMDLINE":
            return self.invocation.command_line
        now = self.station.clock.now()
        return {"DATE": date_text(now, self.language), "TIME": time_text(now, self.language)}.get(upper)

    def argument(self, digit: str) -> str:
        frame = self.frame
        if frame is None:
            return ""
        if digit == "*":
            return frame.tail
        number = int(digit)
        return frame.arguments[number] if number < len(frame.arguments) else ""

    def modified(self, value: str, modifiers: str, *, batch: bool = False) -> str:
        """``%~…``; for ``%0`` a path among the modifiers is that of the script itself."""
        if batch and modifiers and self.frame is not None:
            value = self.frame.path
        return apply_modifiers(self, value, modifiers)

    def expand(self, source: str) -> str:
        """FOR variables, then delayed expansion: what happens when a command is about to run."""
        if self.loop_variables and "%" in source:
            source = self._expand_loop(source)
        return expand_delayed(source, self) if self.delayed else source

    def _expand_loop(self, source: str) -> str:
        found: list[str] = []
        index = 0
        while (at := source.find("%", index)) >= 0:
            found.append(source[index:at])
            name = source[at + 1 : at + 2]
            if name == "~" and (match := re.compile(r"~([A-Za-z]*(?:\$[^:%]+:)?)(.?)").match(source, at + 1)):
                letters = match[1] + match[2] if "$" in match[1] else match[1]
                taken = self._loop_name(letters)
                if (
                    "$" not in match[1]
                    and match[2] in self.loop_variables
                    and set(match[1].lower()) <= set("fdpnxsatz")
                ):
                    taken = len(match[1])
                    letters = match[1] + match[2]
                if taken is not None:
                    found.append(apply_modifiers(self, self.loop_variables[letters[taken]], letters[:taken]))
                    index = at + 2 + taken + 1
                    continue
            elif name and name in self.loop_variables:
                found.append(self.loop_variables[name])
                index = at + 2
                continue
            found.append("%")
            index = at + 1
        found.append(source[index:])
        return "".join(found)

    def _loop_name(self, letters: str) -> int | None:
        """Where the variable is among the letters after ``%~``: the longest run of modifiers before a known one."""
        best = None
        for index, letter in enumerate(letters):
            if letter in self.loop_variables:
                best = index
            if "$" not in letters and letter.lower() not in "fdpnxsatz":
                break
        return best

    # -- lines and scripts ---------------------------------------------------------------------------------------------

    async def run_command_line(self, line: str) -> int:
        """What ``cmd /c`` was given. The return code of the last command, which is cmd's exit code."""
        expanded = expand_command_line(line, self)
        if len(expanded) > LINE_LIMIT:
            self.say("too_long")
            return self.set_level(1)
        try:
            node = parse_line(expanded, lambda: None)
        except CmdSyntaxError as error:
            self.syntax_error(error)
            return self.set_level(1)
        if node is None:
            return 0
        try:
            return await self.execute(node)
        except ExitShell as flow:
            return flow.code
        except (ExitScript, ReplacedScript, Goto):
            return self.errorlevel

    async def run_typed(self, line: str) -> int:
        """A line read from standard input: as a command line, but EXIT is left to the caller."""
        try:
            node = parse_line(expand_command_line(line, self), lambda: None)
            return await self.execute(node) if node else 0
        except CmdSyntaxError as error:
            self.syntax_error(error)
            return self.set_level(1)
        except (ExitScript, ReplacedScript, Goto):
            return self.errorlevel

    async def run_script(self, frame: Frame) -> int:
        """Run a script or subroutine to its end; the return code is ERRORLEVEL then."""
        self.frames.append(frame)
        depth = len(self.frames)
        try:
            await self._run_lines(frame)
        except (ExitScript, ReplacedScript):
            pass
        finally:
            while frame.locals:
                self.end_local()
            del self.frames[depth - 1 :]
        return self.errorlevel

    async def _run_lines(self, frame: Frame) -> None:
        while True:
            try:
                line = frame.next_line(self.station.files, self.console.codepage)
                if line is None:
                    return
                if line.lstrip(" \t,;=").startswith(":"):
                    continue
                node = parse_line(self._expand_script(line), self._more)
            except FileNotFoundError:
                self.say("no_batch")
                self.set_level(1)
                raise ExitScript from None
            except CmdSyntaxError as error:
                self.syntax_error(error)
                # A script that cannot be read any further ends the whole interpreter.
                raise ExitShell(self.set_level(255)) from None
            if node is None:
                continue
            if self.echo and not node.quiet:
                self.out(f"\r\n{self.prompt()}{unparse(node)} ")
            try:
                await self.execute(node)
            except Goto as jump:
                self._jump(frame, jump.label)
            # A loop of built-ins only must let the station live.
            await asyncio.sleep(0)

    def _jump(self, frame: Frame, label: str) -> None:
        try:
            found = frame.seek_label(label, self.station.files, self.console.codepage)
        except FileNotFoundError:
            self.say("no_batch")
            self.set_level(1)
            raise ExitScript from None
        if not found:
            self.say("no_label", label)
            self.set_level(1)
            raise ExitScript

    def _expand_script(self, line: str) -> str:
        expanded = expand_script_line(line, self)
        if len(expanded) > LINE_LIMIT:
            self.say("input_too_long")
            raise ExitShell(self.set_level(255))
        return expanded

    def _more(self) -> str | None:
        frame = self.frame
        line = frame.next_line(self.station.files, self.console.codepage) if frame else None
        return None if line is None else self._expand_script(line)

    def syntax_error(self, error: CmdSyntaxError) -> None:
        if error.what:
            self.say("unexpected", error.what)
        else:
            self.say("syntax")

    def prompt(self) -> str:
        style = self.environment.get("PROMPT") or "$P$G"
        return re.sub(r"(?i)\$[pg]", lambda match: {"$p": self.directory, "$g": ">"}[match[0].lower()], style)

    def end_local(self) -> None:
        """ENDLOCAL, explicit or at the end of a script."""
        frame = self.frame
        if frame is None or not frame.locals:
            return
        state = frame.locals.pop()
        self.environment, self.extensions, self.delayed = state.environment, state.extensions, state.delayed
        self.directory = state.directory
        self.invocation.process.directory = state.directory

    # -- trees ---------------------------------------------------------------------------------------------------------

    async def execute(self, node: Node) -> int:
        """Run a tree; the return code."""
        if not node.redirections:
            return await self._execute(node)
        async with redirected(self, node.redirections) as ready:
            # A redirection that fails is a failed command, without ERRORLEVEL unless || looks at it.
            return await self._execute(node) if ready else 1

    async def _execute(self, node: Node) -> int:
        if isinstance(node, Command):
            from .dispatch import run_command  # noqa: PLC0415  (commands need the shell)

            return await run_command(self, node)
        if isinstance(node, Block):
            code = 0
            for command in node.body:
                code = await self.execute(command)
            return code
        if isinstance(node, Chain):
            return await self._chain(node)
        if isinstance(node, If):
            if holds(self, node.condition):
                return await self.execute(node.then)
            return await self.execute(node.otherwise) if node.otherwise else 0
        assert isinstance(node, For)
        return await run_for(self, node)

    async def _chain(self, node: Chain) -> int:
        if node.operator == "|":
            assert node.right is not None
            return await self._pipe(node.left, node.right)
        writes = self.level_writes
        code = await self.execute(node.left)
        if node.right is None:
            return code
        if node.operator == "&":
            return await self.execute(node.right)
        if node.operator == "&&":
            return await self.execute(node.right) if code == 0 else code
        if code == 0:
            return 0
        # || gives ERRORLEVEL the return code of commands that do not set it themselves (RD, a failed redirection…).
        if self.level_writes == writes:
            self.set_level(code)
        return await self.execute(node.right)

    async def _pipe(self, left: Node, right: Node) -> int:
        """Both sides at once, each in a copy of this shell; ERRORLEVEL is that of the right side."""
        pipe = Pipe()
        writer = self._fork(Stdio(self.stdio.stdin, pipe.sink(), self.stdio.stderr.dup()))
        reader = self._fork(Stdio(pipe, self.stdio.stdout.dup(), self.stdio.stderr.dup()))

        async def side(shell: Shell, node: Node) -> int:
            try:
                return await shell.execute(node)
            except ExitShell as flow:
                return shell.set_level(flow.code)
            except (ExitScript, ReplacedScript, Goto):
                return shell.errorlevel
            except Win32Error:
                return 1  # writing to a full disk
            finally:
                shell.stdio.close()

        producing = asyncio.create_task(side(writer, left))
        try:
            code = await side(reader, right)
            await producing
        finally:
            producing.cancel()
        self.set_level(reader.errorlevel if reader.level_writes else code)
        return code

    def _fork(self, stdio: Stdio) -> Shell:
        shell = Shell(self.invocation)
        shell.environment = self.environment.copy()
        shell.directory = self.directory
        shell.stdio = stdio
        shell.errorlevel = self.errorlevel
        shell.echo, shell.extensions, shell.delayed = False, self.extensions, self.delayed
        shell.loop_variables = dict(self.loop_variables)
        shell.frames = [replace(frame, locals=[]) for frame in self.frames]
        return shell
