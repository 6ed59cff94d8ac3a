"""A web application of the lab, or a server without HTTP, in a thread of its own, for code under test that blocks."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

__all__ = ["listening", "serving"]


@contextmanager
def serving(app: web.Application, *, address: str, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port of this loopback address; yields ``http://address:port``, ``https://`` with ``tls``."""
    loop = asyncio.new_event_loop()
    # Handlers that hang on purpose are not waited for; aiohttp takes 0 for "for ever".
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, address, 0, ssl_context=tls).start()
        port: int = runner.addresses[0][1]
        return port

    async def stop() -> None:
        await runner.cleanup()
        # Handlers whose client went away hang on, unknown to the runner.
        hanging = asyncio.all_tasks() - {asyncio.current_task()}
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://{address}:{asyncio.run_coroutine_threadsafe(start(), loop).result()}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def listening(address: str, answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give each connection to ``answer``, one after the other, and close it then; yields the port."""
    with socket.create_server((address, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    answer(client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
