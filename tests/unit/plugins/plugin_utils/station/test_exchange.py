"""What an exchange asks and how long it waits, without anybody who carries its messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import xmltodict
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import CommandTimeoutError, StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.exchange import (
    Allow,
    Exchange,
    Note,
    Pause,
    Request,
    Shell,
    Step,
    create,
    exchange,
    running,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.probe import probing
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import Run, drive
from lxml import etree
from winrm.protocol import Protocol

from tests.station.played import COMMAND, SHELL, Answer, command, receive


class _Clock:
    """Goes on by each pause."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _operation(request: Request) -> str:
    return request.action.rpartition("/")[2]


class _Carrier:
    """Does the steps of one exchange, with these answers in turn; ``allowed``: seconds for all that is asked."""

    def __init__(self, *answers: Answer, allowed: float = 1000) -> None:
        self.clock = _Clock()
        self.answers: Iterator[Answer] = iter(answers)
        self.allowed = allowed
        self.did: list[str | float] = []
        self.notes: list[str] = []

    def __call__(self, step: Step) -> object:
        match step:
            case Request():
                self.did.append(_operation(step))
                return None if _operation(step) == "Signal" else step.read(next(self.answers).body)
            case Pause():
                self.did.append(step.seconds)
                self.clock.now += step.seconds
            case Allow():
                if self.clock.now >= self.allowed:
                    raise StationError("all of it took too long", remedy="Wait.")
                return min(step.seconds, self.allowed - self.clock.now)
            case Note():
                self.notes.append(str(step))
        return None


def _running(carrier: _Carrier, **more: Any) -> Exchange[Any]:
    return running(Run(line="100% sure", doing="trying it", **more), carrier.clock, Shell())


def test_a_command_is_asked_after_less_and_less_often() -> None:
    carrier = _Carrier(command(), *[receive(code=None)] * 4, receive(b"x"))
    assert drive(_running(carrier), carrier).stdout == b"x"
    pauses = [each for each in carrier.did if isinstance(each, float)]
    assert pauses == [0.2, 0.4, 0.8, 0.8, 0.8]
    # What a station runs is no format.
    assert carrier.notes == ["WINRS 100% sure", "WINRS exit code 0", "WINRS stdout b'x' stderr b''"]


def test_the_first_line_of_a_reading_is_given_more_time() -> None:
    carrier = _Carrier(command(), receive())
    with pytest.raises(StationError, match="stops early"):
        drive(exchange(probing(PRONOTE_CLIENT), carrier.clock), carrier)
    assert carrier.did == ["Command", 0.4, "Receive"]


def test_a_command_that_takes_too_long_is_ended_first() -> None:
    carrier = _Carrier(command(), *[receive(code=None)] * 9)
    with pytest.raises(CommandTimeoutError, match="took more than 1 s on the station and was stopped"):
        drive(_running(carrier, timeout=1), carrier)
    assert carrier.did[-1] == "Signal"
    assert 1 < carrier.clock.now < 2


def test_all_that_is_asked_may_be_over_before_the_command_s_own_time() -> None:
    carrier = _Carrier(command(), *[receive(code=None)] * 9, allowed=1)
    with pytest.raises(StationError, match="all of it took too long"):
        drive(_running(carrier), carrier)
    assert carrier.did[-1] == "Signal"


def test_whoever_gives_up_is_asked_for_nothing_more() -> None:
    carrier = _Carrier(command())
    steps = _running(carrier)
    step = next(steps)
    while not isinstance(step, Pause):
        step = steps.send(carrier(step))
    steps.close()
    assert carrier.did == ["Command"]


def test_an_interrupt_ends_the_command() -> None:
    carrier = _Carrier(command())

    def interrupted(step: Step) -> object:
        if isinstance(step, Pause):
            raise KeyboardInterrupt
        return carrier(step)

    with pytest.raises(KeyboardInterrupt):
        drive(_running(carrier), interrupted)
    assert carrier.did == ["Command", "Signal"]


def _header(message: bytes) -> list[bytes]:
    """The header's elements, whatever their order and their prefixes' declarations."""
    header = etree.fromstring(message)[0]
    return sorted(etree.tostring(each, method="c14n", exclusive=True) for each in header)


def test_a_header_is_what_pywinrm_has_sent_for_years() -> None:
    request = create()
    protocol = Protocol("http://127.0.0.1:5985/wsman", transport="basic", username="u", password="p")
    theirs: dict[str, Any] = protocol.build_wsman_header(request.action, request.resource, message_id=COMMAND)
    options = [{"@Name": name, "#text": value} for name, value in request.options.items()]
    theirs["env:Header"]["w:OptionSet"] = {"w:Option": options}
    expected = xmltodict.unparse({"env:Envelope": theirs})
    # Its number of a shell is for messages to one.
    message = request.envelope(number=COMMAND, seconds=protocol.operation_timeout_sec, shell=SHELL)
    assert _header(message.encode()) == _header(expected.encode())
    assert "SelectorSet" not in message
