"""Every driver of a reading, held against the same answers: it asks the same, reads the same, and fails alike.

Only the shell's own opening and end are a driver's affair: one that has no command to run may do without a shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import exchange
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import FORBIDDEN, StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import (
    Get,
    Query,
    Question,
    Reading,
    Run,
)

from tests.station.drivers import DRIVERS, Driver
from tests.station.played import (
    COMMAND,
    CUT,
    SHELL,
    Answer,
    Played,
    command,
    envelope,
    fault,
    played,
    receive,
    rows,
)

_NOTHING_YET, _SHELL_GONE, _SLOTS_TAKEN, _DENIED, _ABSENT = 2150858793, 2150858843, 2150859241, 5, 2150858752
_FILE = Get(class_name="CIM_DataFile", selectors={"Name": r"C:\Réseau & <fils>\a.exe"})
_PROCESSES = Query(wql="select Name from Win32_Process where Name <> 'a\"<&>'")
_FOUND = envelope("<p:CIM_DataFile><p:Version>2026.2.7.0</p:Version></p:CIM_DataFile>")


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Driver:
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.001)
    return DRIVERS[request.param]


def _run(line: str = "ver", *, timeout: float = 120) -> Run:
    return Run(line=line, doing="trying it", timeout=timeout)


def _reading(*questions: Question) -> Reading[list[Any]]:
    """Their answers, as a reading takes them."""
    answers = []
    for question in questions:
        answer = yield question
        answers.append(getattr(answer, "stdout", answer))
    return answers


def _between(told: Played) -> list[str]:
    """What was asked between the shell's opening and its end."""
    return [name for name in told.asked if name not in {"Create", "Delete"}]


def _error(driver: Driver, told: Played, *questions: Question) -> StationError:
    with pytest.raises(StationError) as caught:
        driver(told.port, _reading(*questions))
    return caught.value


def test_questions_are_put_in_their_order_and_answered(driver: Driver) -> None:
    script = {
        "Command": [command(), command(SHELL)],
        "Receive": [receive(b"one"), receive(b"two", number=SHELL)],
        "Get": [_FOUND],
        "Enumerate": [rows("a", "b", context="uuid:1&2")],
        "Pull": [rows("c", operation="Pull")],
    }
    with played(script) as told:
        read = driver(told.port, _reading(_run("echo <a> & b"), _FILE, _run(), _PROCESSES))
    names = [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]
    assert read == [b"one", {"Version": "2026.2.7.0"}, b"two", names]
    assert (told.asked[0], told.asked[-1]) == ("Create", "Delete")
    first, second = ["Command", "Receive"], ["Signal", "Command", "Receive"]
    assert _between(told) == [*first, "Get", *second, "Enumerate", "Pull"]
    assert not any(told.left.values())
    sent = dict(zip(told.asked, told.messages, strict=True))
    assert f'<w:Selector Name="ShellId">{SHELL}</w:Selector>' in sent["Signal"]
    assert f'CommandId="{COMMAND}"' in sent["Signal"]
    assert r'<w:Selector Name="Name">C:\Réseau &amp; &lt;fils&gt;\a.exe</w:Selector>' in sent["Get"]
    assert "ShellId" not in sent["Get"]
    assert "<n:EnumerationContext>uuid:1&amp;2</n:EnumerationContext>" in sent["Pull"]
    assert any("<rsp:Command>echo &lt;a&gt; &amp; b</rsp:Command>" in message for message in told.messages)


def test_output_comes_in_as_many_answers_as_it_takes(driver: Driver) -> None:
    received = [receive(b"a", code=None), fault(_NOTHING_YET), receive(b"b", code=None), receive(b"c", code=-1)]
    with played({"Command": [command()], "Receive": received}) as told:
        assert driver(told.port, _reading(_run())) == [b"abc"]
    assert _between(told) == ["Command", *["Receive"] * 4]


def test_output_without_end_is_over_at_its_size(driver: Driver) -> None:
    with played({"Command": [command()], "Receive": [receive(b"x" * (3 << 20), code=None)] * 9}) as told:
        error = _error(driver, told, _run())
    assert error.kind == "oversize"
    assert "more than 8 MiB in several answers" in error.fact
    # Whoever answers so is asked nothing more.
    assert told.asked == ["Create", "Command", *["Receive"] * 3]


@pytest.mark.parametrize("code", [_SHELL_GONE, _SLOTS_TAKEN])
def test_a_lost_shell_is_replaced_once(driver: Driver, code: int) -> None:
    script = {"Command": [command(), fault(code), command()], "Receive": [receive(b"a"), receive(b"b")]}
    with played(script) as told:
        assert driver(told.port, _reading(_run(), _run())) == [b"a", b"b"]
    assert told.asked.count("Create") == 2
    # Of the old shell's command nothing is said to the new one.
    assert told.asked[told.asked.index("Create", 1) :] == ["Create", "Command", "Receive", "Delete"]


def test_a_shell_that_is_lost_again_is_told(driver: Driver) -> None:
    with played({"Command": [fault(_SHELL_GONE), fault(_SHELL_GONE)]}) as told:
        error = _error(driver, told, _run())
    assert (error.kind, error.fact) == ("fault", "the shell or the command is gone on the station while trying it")


def test_what_is_not_there_is_none(driver: Driver) -> None:
    with played({"Get": [fault(_ABSENT)], "Enumerate": [rows()]}) as told:
        assert driver(told.port, _reading(_FILE, _PROCESSES)) == [None, []]


def test_a_command_that_does_not_end_is_ended(driver: Driver) -> None:
    script = {"Command": [command(), command()], "Receive": [receive(b"a"), *[receive(code=None)] * 99]}
    with played(script) as told:
        error = _error(driver, told, _run(), _run(timeout=0))
    assert (error.kind, error.fact) == ("timeout", "trying it took more than 0 s on the station and was stopped")
    assert _between(told) == ["Command", "Receive", "Signal", "Command", "Receive", "Signal"]


@pytest.mark.parametrize("signal", [fault(_DENIED), CUT])
def test_a_command_whose_output_is_lost_is_ended(driver: Driver, signal: Answer) -> None:
    script = {"Command": [command()], "Receive": [envelope("<rsp:Other/>")], "Signal": [signal]}
    with played(script) as told:
        error = _error(driver, told, _run())
    assert error.fact == "the station answered something else than output of a command while trying it"
    assert _between(told) == ["Command", "Receive", "Signal"]


def test_a_reading_may_know_what_to_do_about_an_error(driver: Driver) -> None:
    def careful() -> Reading[list[Any]]:
        with suppress(StationError):
            yield _PROCESSES
        return (yield from _reading(_FILE))

    with played({"Enumerate": [fault(_DENIED)], "Get": [_FOUND]}) as told:
        assert driver(told.port, careful()) == [{"Version": "2026.2.7.0"}]


def test_what_a_reading_raises_itself_ends_it_and_the_shell(driver: Driver) -> None:
    def picky() -> Reading[None]:
        yield _run()
        raise StationError("it is odd", remedy="Look.")

    with played({"Command": [command()], "Receive": [receive()]}) as told, pytest.raises(StationError, match="odd"):
        driver(told.port, picky())
    assert told.asked[-1] == "Delete"


_REDIRECT = Answer(status=307, body=b"", headers={"Location": "http://127.0.0.1:1/wsman"})
_PAGE = Answer(status=503, body=b"<title>Service Unavailable</title>", headers={"Content-Type": "text/html"})
_ENDLESS: Sequence[Answer] = [rows("a", context="1"), *[rows("b", context="1", operation="Pull")] * 99]


@pytest.mark.parametrize(
    ("operation", "answer", "kind", "fact"),
    [
        (
            "Create",
            fault(2150859173),
            "quota",
            "the station has no free WinRM shell left for this account",
        ),
        ("Create", _PAGE, "fault", "the station answered HTTP 503 while opening a shell: server "),
        ("Create", Answer(body=b"", status=401), "refused", "the station refuses the user name or the password"),
        ("Command", fault(_DENIED), "refused", "access denied while trying it (code 5)"),
        ("Command", fault(_NOTHING_YET), "quota", "the station is too busy: it did not come to it in time while "),
        ("Command", Answer(body=b""), "fault", "the station answered something that is not XML: nothing at all"),
        ("Command", envelope("<rsp:CommandResponse/>"), "fault", "the station answered a command started without its"),
        ("Command", _REDIRECT, "redirect", "the station's address redirects elsewhere while trying it"),
        ("Command", Answer(body=b"x" * 99, status=413), "fault", "the station finds the request too large while"),
        (
            "Receive",
            receive(b"x" * (9 << 20), code=None),
            "oversize",
            "the station answers more than any answer may hold while trying it",
        ),
        ("Receive", _REDIRECT, "redirect", "the station's address redirects elsewhere while trying it"),
        ("Get", fault(_DENIED), "refused", "access denied while reading CIM_DataFile over WMI (code 5)"),
        ("Get", envelope("<rsp:Shell/>"), "fault", "the station answered something else than an instance of WMI"),
        (
            "Enumerate",
            fault(2150858778),
            "fault",
            "WMI of the station does not know what was asked while reading",
        ),
    ],
)
def test_errors_have_the_same_words(driver: Driver, operation: str, answer: Answer, kind: str, fact: str) -> None:
    script: dict[str, list[Answer]] = {
        "Command": [command()],
        "Receive": [receive()],
        "Get": [_FOUND],
        "Enumerate": [rows()],
    }
    with played({**script, operation: [answer]}) as told:
        error = _error(driver, told, _run(), _FILE, _PROCESSES)
    assert (error.kind, error.fact[: len(fact)]) == (kind, fact)
    if kind in FORBIDDEN:
        # Whoever answers so is asked nothing more.
        assert told.asked[-1] == operation


@pytest.mark.parametrize("operation", ["Create", "Command", "Receive", "Signal", "Get", "Enumerate", "Pull"])
def test_a_connection_that_is_cut_is_told(driver: Driver, operation: str) -> None:
    script: dict[str, list[Answer]] = {
        "Command": [command()] * 2,
        "Receive": [receive()] * 2,
        "Get": [_FOUND],
        "Enumerate": [rows("a", context="1")],
        "Pull": [rows("b", operation="Pull")],
    }
    with played({**script, operation: [CUT, CUT]}) as told:
        error = _error(driver, told, _run(), _FILE, _PROCESSES, _run())
    doing = {
        "Create": "opening a shell",
        "Get": "reading CIM_DataFile over WMI",
        **dict.fromkeys(("Enumerate", "Pull"), "reading Win32_Process over WMI"),
    }
    told_as = f"the connection was cut while {doing.get(operation, 'trying it')}"
    if operation == "Create":
        # It has taken the connection, so it is not off.
        taken = "what answers at the station's address takes the connection and cuts it while opening a shell"
        assert (error.kind, error.fact) == ("fault", taken)
        return
    assert (error.kind, error.fact) == ("unreachable", told_as)


@pytest.mark.parametrize("operation", ["Signal", "Command", "Receive"])
def test_whoever_redirects_in_the_middle_is_asked_nothing_more(driver: Driver, operation: str) -> None:
    script = {"Signal": [envelope("")], "Command": [command()] * 2, "Receive": [receive()] * 2}
    script[operation] = [*script[operation][:-1], _REDIRECT]
    with played(script) as told:
        assert _error(driver, told, _run(), _run()).kind == "redirect"
    asked = ["Create", "Command", "Receive", "Signal", "Command", "Receive"]
    assert told.asked == asked[: asked.index(operation, 3) + 1]


def test_rows_without_end_are_over_in_their_time(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TIMEOUT", 0)
    with played({"Enumerate": _ENDLESS[:1], "Pull": _ENDLESS[1:]}) as told:
        error = _error(driver, told, _PROCESSES)
    assert error.kind == "endless"
    assert "its rows came for 0 s" in error.fact
    assert _between(told) == ["Enumerate"]
