"""What a silent setup leaves: its log in every state of being written, and its exit code."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import (
    SetupLog,
    exit_words,
    read_log,
    result_words,
)

_HEAD = "[InstallShield Silent]\nVersion=v7.00\nFile=Log File\n"
_RESULT = "[ResponseResult]\nResultCode={}\n"
_APPLICATION = "[Application]\nName=Client PRONOTE\nVersion=2026.2.7\n"


@pytest.mark.parametrize(
    ("text", "result", "application"),
    [
        (_HEAD + _RESULT.format(0) + _APPLICATION, 0, True),
        ((_HEAD + _RESULT.format(-3) + _APPLICATION).replace("\n", "\r\n"), -3, True),
        # Said before the first file, and by a setup that did nothing.
        (_HEAD + _RESULT.format(0), 0, False),
        ("[APPLICATION]\n[responseresult]\n resultcode = -5 \n", -5, True),
        # UTF-16, with its mark lost and without.
        ("\0".join(_HEAD + _RESULT.format(-1) + _APPLICATION) + "\0", -1, True),
        ("\ufeff" + _RESULT.format(0), 0, False),
        ("\xff\xfe" + "\0".join(_RESULT.format(0)) + "\0", 0, False),
        # Overwritten: the last word counts.
        (_RESULT.format(0) + _RESULT.format(-3), -3, False),
    ],
)
def test_a_log_is_read_as_far_as_it_goes(text: str, result: int, application: bool) -> None:
    assert read_log(text) == SetupLog(result=result, application=application)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "\n",
        _HEAD,
        _HEAD + "[ResponseResult]\n",
        _HEAD + "[ResponseRes",
        _HEAD + "[ResponseResult]\nResultCo",
        # -1 and -12 begin alike: a line without its end is still being written.
        _HEAD + "[ResponseResult]\nResultCode=-1",
        _HEAD + "[ResponseResult]\nResultCode=0",
        _HEAD + "[ResponseResult]\nResultCode=x\n",
        _HEAD + "[ResponseResult]\nResultCode=\n",
        _HEAD + "[ResponseResult]\nResultCode=99999999999\n",
        "ResultCode=0\n",
        "[Other]\nResultCode=0\n",
        "no log at all\n",
        "\x00\x00\x00",
    ],
)
def test_a_log_without_a_result_has_none(text: str | None) -> None:
    assert read_log(text).result is None


@pytest.mark.parametrize("code", [-3, -8])
def test_a_response_file_that_does_not_fit_is_to_be_recorded_again(code: int) -> None:
    assert "record it again for this release" in result_words(code)


def test_a_code_that_nobody_documents_is_told_as_one() -> None:
    assert result_words(-999) == "a code that InstallShield does not document (-999)"


def test_the_exit_code_of_every_refusal_is_known() -> None:
    assert exit_words(-2147213312) == "-2147213312 (0x80042000, the engine gave up)"
    assert exit_words(118) == "118"
