"""What a station has said to hurt the controller, each case as it was found."""

from __future__ import annotations

import io

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.numbers import integer, natural
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import CheckError
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.zip_check import ZipLimits, check_zip
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import read_log
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, parse_exit, read_outcome
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.recording import parse_fetched
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.response import ResponseFile
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.plan import StationFiles, plan_settings
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Entry, Overview, parse_overview
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.probe import read_exe
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import drive
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import (
    ExeFacts,
    build_state,
    relevant_entries,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.wmi import parse_get

from tests.growth import why_not_linear

_SECTIONS = ("code_page", "environment", "windows", "uninstall64", "uninstall32", "exes", "reboot", "jobs", "processes")


def _reading(**parts: str) -> bytes:
    """The first answer of a station; sections that are not given are those of an empty one."""
    given = {"windows": "HKEY_LOCAL_MACHINE\\x\r\n    EditionID    REG_SZ    Pro\r\n", **parts}
    return "".join(f"<<{name}>>\r\n{given.get(name, '')}\r\n" for name in _SECTIONS).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("unit", ["edt ", "edt monoposte ", "mise a jour automatique ", "client pronote 202", "index "])
def test_a_display_name_of_any_length_takes_its_share_of_time(unit: str) -> None:
    def read(name: str) -> None:
        entries = [Entry(view=64, key="{A}", values={"DisplayName": name})]
        seen = Overview(environment={}, windows={}, entries=entries, exes=[], processes=[], pending_reboot=[], jobs=[])
        for product in (PRONOTE_CLIENT, EDT_MONOPOSTE):
            build_state(seen, relevant_entries(seen, product), {}, product, free_bytes=None)

    assert why_not_linear(read, lambda length: unit * (length // len(unit))) == ""


def test_a_shortcuts_name_of_any_length_takes_its_share_of_time() -> None:
    def read(name: str) -> None:
        plan_settings([], StationFiles(digests={}, desktop=[name]), year=2026, remove_older=True)

    assert why_not_linear(read, lambda length: "pronote " * (length // 8)) == ""
    assert why_not_linear(read, lambda length: "pronote " + "2025 " * (length // 5)) == ""


def test_a_recording_of_beginnings_alone_takes_its_share_of_time() -> None:
    def read(output: bytes) -> None:
        with pytest.raises(ValueError, match="did not hand"):
            parse_fetched(output)

    assert why_not_linear(read, lambda length: b"-----BEGIN A-----\n" * (length // 18)) == ""


def test_an_exit_file_of_800_kb_takes_its_share_of_time() -> None:
    def read(text: str) -> None:
        read_outcome(JobFiles(state="ended", exit=text, setup_log=text, curl_log=text))

    assert why_not_linear(read, lambda length: "step=done\n" + "a=\n" * (length * 7)) == ""


def test_a_response_file_of_many_keys_takes_its_share_of_time() -> None:
    def made(length: int) -> bytes:
        return b"[a]\n" + b"".join(b"k%d=\n" % number for number in range(length // 4))

    assert why_not_linear(ResponseFile.parse, made) == ""
    assert ResponseFile.parse(b"[a]\nK=1\nk=2\n[b]\nk=3\n[A]\nK=4\n").sections == {"a": {"K": "1"}, "b": {"k": "3"}}


def test_repeated_elements_of_an_instance_take_their_share_of_time() -> None:
    def made(length: int) -> bytes:
        return (
            b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
            b'<p:X xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X">'
            + b"<p:a/>" * (2 * length)
            + b"</p:X></s:Body></s:Envelope>"
        )

    assert why_not_linear(parse_get, made) == ""
    row = parse_get(made(1))
    assert row == {"a": ["", ""]}


@pytest.mark.parametrize(
    "step", ["{0.__class__}", "{code.real.numerator}", "{", "}{", "{nothing}", "{fact!r:>99999999}"]
)
def test_a_step_that_is_a_format_string_is_a_text(step: str) -> None:
    read = read_outcome(JobFiles(state="ended", exit=f"step={step}\ncode=7\n"))
    assert repr(step[:40]) in read.fact
    assert "code 7" in read.fact


@pytest.mark.parametrize("number", ["²", "99999", "65001\u0663", "_", "", "850_", "unicode_escape", "9" * 500])
def test_a_code_page_that_no_codec_has_is_the_one_of_western_europe(number: str) -> None:
    page = f"HKEY_LOCAL_MACHINE\\x\r\n    OEMCP    REG_SZ    {number}\r\n"
    # A byte that is no UTF-8, so that the code page is used.
    read = parse_overview(_reading(code_page=page, exes="C:\\\udc82.exe\r\n"))
    assert read.oem == "cp850"
    assert read.exes == ["C:\\é.exe"]


@pytest.mark.parametrize("text", ["a\rb,1,2,3,4", f'"{"x" * 200_000}","1","2","3","4"'], ids=["line end", "long"])
def test_a_list_of_processes_that_is_no_csv_is_none(text: str) -> None:
    assert parse_overview(_reading(processes=text)).missing == ["processes"]


def test_digits_that_are_none_are_no_number() -> None:
    row = {"Version": None, "FileSize": "²"}
    facts = drive(read_exe("C:\\a.exe"), lambda _question: row)
    assert facts == ExeFacts(version=None, size=0)
    assert parse_overview(_reading(processes='"a","²","x","1","x"\r\n"b","7","x","²","x"')).processes[0].pid == 7


@pytest.mark.parametrize("section", ["exes", "jobs"])
def test_a_list_without_end_is_no_answer(section: str) -> None:
    with pytest.raises(ValueError, match=r"3000 .*500 at most"):
        parse_overview(_reading(**{section: "C:\\a\r\n" * 3000}))


@pytest.mark.parametrize("text", ["²", "٣", "1_000", "+1", "1.0", "", " ", "9" * 19, "9" * 5000, "0x1", "١٢", None, 12])
def test_what_is_no_number_is_none(text: object) -> None:
    assert integer(text) is None


def test_a_number_is_one() -> None:
    assert [integer(text) for text in ("0", " -12 ", "0007", "9" * 18)] == [0, -12, 7, 10**18 - 1]
    assert [natural(text) for text in ("0", "-0", "-1", "3")] == [0, 0, None, 3]


def test_a_zip_entry_without_a_name_is_a_finding() -> None:
    entry = b"PK\x01\x02\x14\x03\x14" + bytes(21) + b"\0\0" + bytes(16)
    end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0" + len(entry).to_bytes(4, "little") + bytes(6)
    with pytest.raises(CheckError) as caught:
        check_zip(io.BytesIO(entry + end), path="a.zip", size=len(entry + end), limits=ZipLimits())
    assert caught.value.code == "archive_unsafe_names"


@pytest.mark.parametrize("cut", [1, 10, 21])
def test_a_zip_that_ends_in_its_last_record_is_cut_short(cut: int) -> None:
    data = b"PK\x03\x04" + (b"PK\x05\x06" + bytes(18))[:-cut]
    with pytest.raises(CheckError) as caught:
        check_zip(io.BytesIO(data), path="a.zip", size=len(data), limits=ZipLimits())
    assert caught.value.code == "archive_truncated"


def test_an_indented_line_in_a_log_is_no_end_of_its_reading() -> None:
    log = "[InstallShield Silent]\nVersion=v7\n   more of it\n[Application]\nName=x\n[ResponseResult]\n ResultCode=0\n"
    read = read_log(log)
    assert (read.result, read.application) == (0, True)


def test_an_exit_file_without_a_step_is_told() -> None:
    with pytest.raises(ValueError, match="exit file cannot be read"):
        parse_exit("\x1b]0;x\x07")
