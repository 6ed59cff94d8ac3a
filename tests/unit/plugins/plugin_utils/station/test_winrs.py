"""Answers of the remote shell."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import OddAnswerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrs import (
    Received,
    parse_command,
    parse_create,
    parse_receive,
)

_RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_ID = "644983A8-4292-4922-97E9-D569C2170784"
_DONE = f"{_RSP}/CommandState/Done"
_RUNNING = f"{_RSP}/CommandState/Running"


def _answer(body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:rsp="{_RSP}" '
        'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
        'xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer">'
        f"<s:Header/><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _receive(*parts: str) -> bytes:
    return _answer(f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>")


def _stream(name: str, data: bytes, command: str = _ID) -> str:
    return f'<rsp:Stream Name="{name}" CommandId="{command}">{base64.b64encode(data).decode()}</rsp:Stream>'


def _state(state: str, code: str | None = None, command: str = _ID) -> str:
    inside = "" if code is None else f"<rsp:ExitCode>{code}</rsp:ExitCode>"
    return f'<rsp:CommandState CommandId="{command}" State="{state}">{inside}</rsp:CommandState>'


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([_state(_DONE, "0")], 0),
        ([_state(_DONE, "-1073741510")], 0xC000013A),
        ([_state(_RUNNING)], None),
        ([], None),
        ([_state(_RUNNING, "259"), _state(_DONE, "3")], 3),
        ([_state(_DONE, "3"), _state(_RUNNING, "259")], 3),
        ([_state(_RUNNING), _state(_DONE, "3"), _state(_DONE, "3")], 3),
        ([_state(_RUNNING, "259")], None),
        ([_state(f"{_RSP}/CommandState/Pending", "1")], None),
        # Another command's end is not ours.
        ([_state(_DONE, "7", command="0" * 8), _state(_RUNNING)], None),
        ([_state(_DONE, "5", command=_ID.lower())], 5),
    ],
)
def test_the_exit_code_is_the_one_of_done(parts: list[str], code: int | None) -> None:
    assert parse_receive(_receive(_stream("stdout", b"x"), *parts), _ID).code == code


def test_streams_are_joined_in_order() -> None:
    parts = [_stream("stdout", b"a"), _stream("stderr", b"e"), _stream("stdout", b"b"), _stream("other", b"z")]
    parts += ['<rsp:Stream Name="stdout" End="true"/>', _stream("stdout", b"not ours", command="1")]
    assert parse_receive(_receive(*parts), _ID) == Received(stdout=b"ab", stderr=b"e", code=None)


@pytest.mark.parametrize("code", [None, "", "none", "1.5", "9" * 40, "\N{SUPERSCRIPT TWO}", "0x3"])
def test_done_without_an_exit_code_is_said(code: str | None) -> None:
    with pytest.raises(OddAnswerError, match="the end of a command without its exit code"):
        parse_receive(_receive(_state(_DONE, code)), _ID)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_answer("<rsp:CommandResponse/>"), "something else than output"),
        (_receive('<rsp:Stream Name="stdout">A</rsp:Stream>'), "output that is no base64"),
    ],
)
def test_output_that_is_none_is_said(answer: bytes, said: str) -> None:
    with pytest.raises(OddAnswerError, match=said):
        parse_receive(answer, _ID)


def test_the_number_of_a_command() -> None:
    answer = f"<rsp:CommandResponse><rsp:CommandId>{_ID}</rsp:CommandId></rsp:CommandResponse>"
    assert parse_command(_answer(answer)) == _ID


@pytest.mark.parametrize(
    "inside",
    ["", "<rsp:CommandId/>", "<rsp:CommandId>a b</rsp:CommandId>", f"<rsp:CommandId>{'x' * 65}</rsp:CommandId>"],
)
def test_a_command_response_without_number_is_said(inside: str) -> None:
    with pytest.raises(OddAnswerError, match="a command started without its number"):
        parse_command(_answer(f"<rsp:CommandResponse>{inside}</rsp:CommandResponse>"))


def test_the_number_of_a_shell() -> None:
    where = f'<w:SelectorSet><w:Selector Name="ShellId">{_ID}</w:Selector></w:SelectorSet>'
    assert parse_create(_answer(f"<x:ResourceCreated>{where}</x:ResourceCreated><rsp:Shell/>")) == _ID
    with pytest.raises(OddAnswerError, match="a new shell without its number"):
        parse_create(_answer("<x:ResourceCreated/>"))
