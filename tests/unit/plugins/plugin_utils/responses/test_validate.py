"""Response files as other setups recorded them: what real InstallScript engines do with each decides what is said."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.findings import Finding, errors
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.response import (
    Mode,
    ResponseFile,
    decode_response,
    for_setup,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.validate import validate_bytes

_G = "{6675F0E8-C34B-4FB8-9E61-35EE4C20136F}"
_HEADER = "[InstallShield Silent]\nVersion=v7.00\nFile=Response File\n[File Transfer]\nOverwrittenReadOnly=NoToAll\n"
_APPLICATION = "[Application]\nName=Essai\nVersion=2.0.18.0\nCompany=Essai\nLang=0409\n"


def _file(*dialogs: tuple[str, str], header: str = _HEADER, count: int | None = None) -> str:
    """A response file whose dialogs have these lines, in this order."""
    order = [f"Dlg{number}={_G}-{name}" for number, (name, _lines) in enumerate(dialogs)]
    order.insert(1, f"Count={len(dialogs) if count is None else count}")
    sections = [f"[{_G}-{name}]\n{lines}" for name, lines in dialogs]
    return f"{header}[{_G}-DlgOrder]\n" + "\n".join([*order, *sections]) + f"\n{_APPLICATION}"


def _found(text: str | bytes, mode: Mode = "install", **options: Any) -> list[Finding]:
    data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode("cp1252")
    return validate_bytes(data, mode=mode, **options)[1]


def _codes(text: str | bytes, mode: Mode = "install", **options: Any) -> list[str]:
    return [finding.code for finding in _found(text, mode, **options)]


_WELCOME, _FINISH = ("SdWelcome-0", "Result=1"), ("SdFinish-0", "Result=1\nbOpt1=0\nbOpt2=0")
_RESTART = ("SdFinishReboot-0", "Result=1\nBootOption=0")
_YES = ("MessageBox-0", "Result=6")
_REMOVE = ("SdWelcomeMaint-0", "Result=303")


def test_a_recorded_removal_has_sdwelcomemaint_303_a_yes_and_no_restart() -> None:
    assert _found(_file(_REMOVE, _YES, _RESTART), "uninstall", language=0x409) == []


@pytest.mark.parametrize("header", ["", "[File Transfer]\nOverwrittenReadOnly=NoToAll\n"])
def test_no_header_is_said_to_be_of_an_installscript_msi_setup(header: str) -> None:
    (finding,) = _found(_file(_WELCOME, _FINISH, header=header))
    assert (finding.code, finding.severity) == ("no_header", "error")
    assert "InstallScript MSI" in finding.fact
    assert "-8" in finding.fact


def test_the_log_of_a_silent_setup_is_told_as_one() -> None:
    log = "[InstallShield Silent]\nVersion=v7.00\nFile=Log File\n[ResponseResult]\nResultCode=0\n"
    (finding,) = _found(log)
    assert finding.code == "not_response"
    assert "log of a silent setup" in finding.fact


def test_a_removal_with_a_listed_file_transfer_section_is_accepted() -> None:
    assert _codes(_file(_REMOVE, ("File Transfer", "SharedFile=YesToAll"), _RESTART), "uninstall") == []
    # Listed and nowhere answered is another thing.
    whole = _file(_REMOVE, ("File Transfer", "SharedFile=YesToAll"), _RESTART)
    assert _codes(whole.replace(f"[{_G}-File Transfer]\nSharedFile=YesToAll\n", ""), "uninstall") == ["truncated"]


@pytest.mark.parametrize("dialog", ["MessageBox-0", "SprintfBox-0", "SprintfBox-3"])
@pytest.mark.parametrize("mode", ["install", "update", "uninstall"])
def test_a_sprintfbox_answers_like_a_messagebox(dialog: str, mode: Mode) -> None:
    first = _REMOVE if mode == "uninstall" else _WELCOME
    assert _codes(_file(first, (dialog, "Result=7"), _RESTART), mode) == ["refused"]
    assert _codes(_file(first, (dialog, "Result=6"), _RESTART), mode) == []
    for given_up in ("2", "3"):
        assert _codes(_file(first, (dialog, f"Result={given_up}"), _RESTART), mode) == ["cancelled"]


@pytest.mark.parametrize("result", ["301", "302", "1", "0"])
@pytest.mark.parametrize("dialog", ["SdWelcomeMaint-0", "WelcomeMaint-0"])
def test_a_removal_that_repairs_or_changes_is_an_error(result: str, dialog: str) -> None:
    (finding,) = _found(_file((dialog, f"Result={result}"), _YES, _RESTART), "uninstall")
    assert (finding.code, finding.severity) == ("not_removal", "error")
    assert f"Result={result}" in finding.fact


def test_what_the_first_dialog_of_an_installed_product_may_say_depends_on_the_case() -> None:
    assert _codes(_file(_REMOVE, _RESTART), "update") == ["removes"]
    assert _codes(_file(("SdWelcomeMaint-0", "Result=302"), _RESTART), "update") == []
    assert _codes(_file(("SdWelcomeMaint-0", "Result=302"), _RESTART), "install") == ["maintenance"]
    for mode in ("update", "uninstall"):
        assert _codes(_file(("SdWelcomeMaint-0", "Result=2"), _RESTART), mode) == ["cancelled"]


@pytest.mark.parametrize("dialog", ["SdLicense2-0", "SdAskDestPath-0", "SdStartCopy-0"])
def test_a_recording_of_an_installation_removes_nothing(dialog: str) -> None:
    assert _codes(_file(_WELCOME, (dialog, "Result=1"), _FINISH), "uninstall") == ["not_removal"]
    assert _codes(_file(_WELCOME, (dialog, "Result=1"), _FINISH), "update") == []


@pytest.mark.parametrize("choice", ["1", "2", "3", "abc"])
def test_a_rebootdialog_with_a_choice_other_than_0_restarts(choice: str) -> None:
    assert _codes(_file(_WELCOME, ("RebootDialog-0", f"Result=1\nChoice={choice}"))) == ["reboots"]
    assert _codes(_file(_WELCOME, ("SdFinishReboot-0", f"Result=1\nBootOption={choice}"))) == ["reboots"]
    assert _codes(_file(_WELCOME, ("RebootDialog-0", "Result=1\nChoice=0"))) == []
    # Of any other dialog a choice is a choice.
    assert _codes(_file(_WELCOME, ("AskOptions-0", f"Result=1\nChoice={choice}"), _FINISH)) == []


@pytest.mark.parametrize("result", ["abc", "", "1x", "0x1", "1.0", "²", "--1"])
def test_a_result_that_is_no_number_is_an_error(result: str) -> None:
    for name in ("SdWelcome-0", "SdWelcomeMaint-0", "MessageBox-0"):
        found = _found(_file((name, f"Result={result}"), _FINISH), "update")
        assert "not_number" in [each.code for each in errors(found)]


@pytest.mark.parametrize(("value", "codes"), [("Typique", []), ("1", []), ("2", ["cancelled"]), ("", ["not_number"])])
def test_a_setup_type_is_chosen_by_its_name(value: str, codes: list[str]) -> None:
    assert _codes(_file(_WELCOME, ("SdSetupTypeEx-0", f"Result={value}"), _FINISH)) == codes


def test_a_listed_sdsetupcompleteerror_says_that_the_setup_failed() -> None:
    (finding,) = _found(_file(_WELCOME, ("SdSetupCompleteError-0", "Result=1")))
    assert (finding.code, finding.severity) == ("setup_failed", "error")


@pytest.mark.parametrize("dialog", ["MessageBox-0", "SprintfBox-0"])
@pytest.mark.parametrize("mode", ["install", "update", "uninstall"])
def test_only_a_message_is_a_warning_that_the_setup_refused_this_pc(dialog: str, mode: Mode) -> None:
    (finding,) = _found(_file((dialog, "Result=1")), mode)
    assert (finding.code, finding.severity) == ("only_message", "warn")
    # A removal may ask no more than this.
    assert _codes(_file((dialog, "Result=6")), mode) == ([] if mode == "uninstall" else ["only_message"])


def test_the_order_of_the_dialogs_is_no_error() -> None:
    dialogs = [_WELCOME, ("SdAskDestPath-0", "szDir=C:\\Program Files\\x\nResult=1"), _FINISH]
    whole = _file(*dialogs)
    assert _codes(whole) == []
    listed = [f"Dlg{number}={_G}-{name}\n" for number, (name, _lines) in enumerate(dialogs)]
    swapped = whole.replace(f"Dlg1={_G}-SdAskDestPath-0", f"Dlg1={_G}-SdFinish-0").replace(
        f"Dlg2={_G}-SdFinish-0", f"Dlg2={_G}-SdAskDestPath-0"
    )
    one_too_many = whole + f"[{_G}-SdShowInfoList-0]\nResult=1\n"
    unordered = whole.replace(f"[{_G}-DlgOrder]\n", "[Ordre]\n")
    one_unlisted = whole.replace(listed[2], "").replace("Count=3", "Count=2")
    for text, code in (
        (swapped, ""),
        (one_too_many, "extra_dialog"),
        (unordered, "no_order"),
        (one_unlisted, "extra_dialog"),
        (_file(*dialogs, count=7), "miscounted"),
    ):
        found = _found(text)
        assert errors(found) == [], code
        assert [each.code for each in found] == ([code] if code else [])
        assert ResponseFile.parse(text.encode("cp1252")).product_code == _G


def test_no_dialog_at_all_is_an_error() -> None:
    assert _codes(f"{_HEADER}{_APPLICATION}") == ["no_dialog"]
    assert _codes(f"{_HEADER}[{_G}-DlgOrder]\nCount=0\n{_APPLICATION}") == ["no_dialog"]


def test_what_a_setup_would_read_as_ansi_is_written_anew_when_it_is_utf_8() -> None:
    text = _file(("SdAskDestPath-0", "szDir=C:\\Program Files\\Réseau\nResult=1"), _FINISH).replace("\n", "\r\n")
    assert decode_response(text.encode())[1] == "utf-8"
    assert for_setup(text.encode()) == text.encode("cp1252")
    assert for_setup(text.encode("cp1252")) == text.encode("cp1252")
    assert _codes(text.encode()) == []
    # What ANSI cannot hold goes as UTF-16 with a mark, which a setup reads too.
    greek = text.replace("Réseau", "Ωmega")
    assert for_setup(greek.encode()) == b"\xff\xfe" + greek.encode("utf-16-le")
