"""What a station answers to a whole reading, kept in a file for replay.py."""

from __future__ import annotations

import base64
import http.client
import json
import time
from pathlib import Path
from typing import Any

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.exchange import (  # noqa: E402
    Allow,
    Pause,
    Request,
    Step,
    create,
    delete,
    exchange,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.probe import probing  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import drive  # noqa: E402

__all__ = ["record"]

# Seconds before each Receive: what a command says is then in its first answer.
_PATIENCE = 0.5
_TYPE = "application/soap+xml;charset=UTF-8"


def record(host: str, *, user: str, password: str, to: Path) -> None:
    """Read a station over Basic, as an audit does, and keep its answers: a JSON list of envelopes.

    Raises RuntimeError for one that is no success, and what the reading does.
    """
    connection = http.client.HTTPConnection(host, 5985, timeout=30)
    account = base64.b64encode(f"{user}:{password}".encode()).decode()
    answers: list[str] = []
    shell = ""

    def ask(request: Request) -> Any:
        message = request.envelope(number="00000000-0000-4000-8000-000000000000", seconds=20, shell=shell)
        headers = {"Authorization": f"Basic {account}", "Content-Type": _TYPE}
        connection.request("POST", "/wsman", message.encode(), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{request.doing}: HTTP {answer.status} {body[:300]!r}")
        answers.append(body.decode())
        return request.read(body)

    def step(one: Step) -> Any:
        match one:
            case Request():
                return ask(one)
            case Pause():
                time.sleep(_PATIENCE)
            case Allow():
                return one.seconds
        return None

    shell = ask(create())
    drive(exchange(probing(PRONOTE_CLIENT), time.monotonic), step)
    ask(delete())
    connection.close()
    to.write_text(json.dumps(answers), encoding="utf-8")
