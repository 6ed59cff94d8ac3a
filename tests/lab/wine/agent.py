"""The conversation with a station's resident agent (programs/agent.c)."""

from __future__ import annotations

import asyncio
import itertools
import json
from asyncio.subprocess import PIPE
from collections.abc import Callable
from typing import Any

from ..station import CommandRefusedError
from .prefix import Prefix, PrefixError, kill

__all__ = ["Agent", "AgentGoneError"]

_ANSWER_SECONDS = 60.0
# What a command has that did not live to say its exit code.
_POWER_CUT = 1


class AgentGoneError(Exception):
    """The agent ended: the station has lost power, or crashed."""


class Agent:
    """Requests by number, one line each; events go to ``on_event``."""

    def __init__(self, process: asyncio.subprocess.Process, on_event: Callable[[dict[str, Any]], None]) -> None:
        self._process = process
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._commands: dict[int, asyncio.Future[int]] = {}
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, prefix: Prefix, on_event: Callable[[dict[str, Any]], None]) -> Agent:
        """Start it and wait until it answers. Raises PrefixError."""
        process = await prefix.spawn("C:\\windows\\lab\\bin\\agent.exe", stdin=PIPE, stdout=PIPE, stderr=None)
        agent = cls(process, on_event)
        try:
            await asyncio.wait_for(asyncio.shield(agent._ready), _ANSWER_SECONDS)
        except (TimeoutError, AgentGoneError) as exc:
            await agent.close()
            raise PrefixError(f"the agent of {prefix.path} did not start") from exc
        return agent

    async def _read(self) -> None:
        output = self._process.stdout
        assert output is not None
        # Lines may be long (the process list): no limit of StreamReader.readline.
        rest = b""
        while chunk := await output.read(1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
        gone = AgentGoneError("the station's agent ended")
        waiting: list[asyncio.Future[Any]] = [*self._waiting.values(), self._ready]
        for future in waiting:
            if not future.done():
                future.set_exception(gone)
                # Nobody may be waiting; asyncio would warn.
                future.exception()
        self._waiting.clear()
        for ended in self._commands.values():
            ended.set_result(_POWER_CUT)
        self._commands.clear()

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            future = self._waiting.pop(int(message["id"]), None)
            if future is not None and not future.done():
                future.set_result(message)
        elif message["event"] == "ready":
            self._ready.set_result(None)
        elif message["event"] == "ended":
            self._commands.pop(int(message["command"])).set_result(int(message["code"]))
        else:
            self._on_event(message)

    async def ask(self, verb: str, *fields: str) -> dict[str, Any]:
        """Send a request and return its answer. Raises AgentGoneError; ValueError for tabs and line ends."""
        return await self._ask(next(self._numbers), verb, *fields)

    async def start_command(self, request: str) -> tuple[int, asyncio.Future[int]]:
        """Start what a file asks for: the command's number, and its exit code, 32-bit unsigned, once it has ended.

        Raises CommandRefusedError with the Win32 error, AgentGoneError.
        """
        number = next(self._numbers)
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._commands[number] = ended
        error = (await self._ask(number, "command", request))["error"]
        if error:
            del self._commands[number]
            raise CommandRefusedError(int(error), f"Win32 error {error}")
        return number, ended

    async def _ask(self, number: int, verb: str, *fields: str) -> dict[str, Any]:
        if any(set(field) & set("\t\r\n\0") for field in fields):
            raise ValueError(f"a request to the agent cannot hold tabs or line ends: {fields!r}")
        if self._reader.done():
            raise AgentGoneError("the station's agent ended")
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join([str(number), verb, *fields]).encode() + b"\n")
        return await asyncio.wait_for(future, _ANSWER_SECONDS)

    async def close(self) -> None:
        """Let go of the process; it ends with its prefix."""
        kill(self._process)
        await self._process.wait()
        await self._reader
