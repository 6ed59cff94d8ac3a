"""Run one of the lab's web applications, and a client for it, inside a coroutine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

__all__ = ["Client", "with_client"]

Client = TestClient[web.Request, web.Application]
Result = TypeVar("Result")


def with_client(app: web.Application, use: Callable[[Client], Awaitable[Result]]) -> Result:
    """Serve ``app`` on a free loopback port while ``use`` talks to it; returns what it returns."""

    async def run() -> Result:
        # aiohttp takes 0 for "for ever".
        server = TestServer(app, shutdown_timeout=0.1)
        async with TestClient(server) as client:
            return await use(client)

    return asyncio.run(run())
