"""What tools print, cut or odd: nothing is lost without a word, and nothing that is data is taken for ours. To add a
case: a line."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import read_log
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, lacks_its_log, read_outcome
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import (
    Entry,
    overview_command,
    parse_details,
    parse_overview,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.sections import sections

from tests.station.fixtures import MakeStation

_HEAD = "[InstallShield Silent]\r\nVersion=v7.00\r\n[Application]\r\nName=Client PRONOTE\r\n"
_EXIT = "step=done\r\ncode=0\r\ntechnology=installscript\r\nfile=setup.exe\r\nsuccess=0\r\n"
_KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_ORDER = ("code_page", "environment", "windows", "uninstall64", "uninstall32", "exes", "reboot", "jobs", "processes")


@pytest.mark.parametrize(
    ("source", "log", "accepted", "code"),
    [
        ("InstallShield: no last line end", _HEAD + "[ResponseResult]\r\nResultCode=0", True, 0),
        ("InstallShield: no last line end, a failure", _HEAD + "[ResponseResult]\r\nResultCode=-3", False, -3),
        ("InstallShield: a space in its place", _HEAD + "[ResponseResult]\r\nResultCode=-12 ", False, -12),
        (
            "InstallShield: line ends of old Macs",
            _HEAD.replace("\r\n", "\r") + "[ResponseResult]\rResultCode=0",
            True,
            0,
        ),
        ("InstallShield: UTF-16 without its mark", "\0".join(_HEAD + "[ResponseResult]\r\nResultCode=0"), True, 0),
        ("a marker of ours in it", _HEAD + "<<curl_log>>\r\n[ResponseResult]\r\nResultCode=0", True, 0),
    ],
)
def test_a_log_whose_last_line_has_no_end(source: str, log: str, accepted: bool, code: int) -> None:
    files = JobFiles(state="ended", exit=_EXIT, setup_log=log)
    outcome = read_outcome(files)
    assert (outcome.accepted, outcome.code) == (accepted, code), (source, outcome)


def test_while_it_may_still_be_written_it_is_waited_for() -> None:
    """-1 and -12 begin alike."""
    files = JobFiles(state="ended", exit=_EXIT, setup_log=_HEAD + "[ResponseResult]\r\nResultCode=-1")
    assert lacks_its_log(files)
    assert read_log(files.setup_log).result is None


@pytest.mark.parametrize("cut", ["[ResponseResult]\r\nResultCo", "[ResponseResult]\r\nResultCode=", "[ResponseRes", ""])
def test_a_log_that_is_cut_before_its_result_is_in_doubt(cut: str) -> None:
    outcome = read_outcome(JobFiles(state="ended", exit=_EXIT, setup_log=_HEAD + cut))
    assert (outcome.accepted, outcome.in_doubt) == (False, True)


def _overview(code_page: bytes = b"850", name: bytes = b"7-Zip", **bodies: bytes) -> bytes:
    parts = {
        "code_page": b"HKEY_LOCAL_MACHINE\\X\r\n    OEMCP    REG_SZ    " + code_page + b"\r\n",
        "environment": b"ProgramFiles=C:\\Program Files\r\nSystemDrive=C:\r\n",
        "windows": b"HKEY_LOCAL_MACHINE\\Y\r\n    CurrentBuildNumber    REG_SZ    19045\r\n",
        "uninstall64": _KEY.encode() + b"\\one\r\n    DisplayName    REG_SZ    " + name + b"\r\n",
        "processes": b'"explorer.exe","900","Console","1","9 K"\r\n',
        **bodies,
    }
    return b"".join(b"<<%s>>\r\n%s" % (each.encode(), parts.get(each, b"")) for each in _ORDER)


def test_the_order_is_that_of_the_question() -> None:
    line = overview_command(PRONOTE_CLIENT)
    places = [line.index(f"^<^<{name}^>^>") for name in _ORDER]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("source", "code_page", "name", "read"),
    [
        ("Python has no cp54936", b"54936", "客户端".encode("gb18030"), "客户端"),
        ("Python has no cp51949", b"51949", "한국".encode("euc_kr"), "한국"),
        ("Python has no cp708", b"708", "\u0645".encode("iso8859_6"), "\u0645"),
        ("Greek", b"737", "Ελλάδα".encode("cp737"), "Ελλάδα"),
        ("no such page", b"99999", "Lycée".encode("cp850"), "Lycée"),
        ("no page of letters at all", b"37", "Lycée".encode("cp850"), "Lycée"),
        ("EBCDIC is nobody's", b"500", "Lycée".encode("cp850"), "Lycée"),
        ("no number", b"utf_16", "Lycée".encode("cp850"), "Lycée"),
        ("UTF-8 for all", b"65001", "Lycée 学".encode(), "Lycée 学"),
        ("UTF-8 although the page is another", b"850", "Lycée".encode(), "Lycée"),
    ],
)
def test_code_pages_that_python_does_not_know(source: str, code_page: bytes, name: bytes, read: str) -> None:
    (entry,) = parse_overview(_overview(code_page, name)).entries
    assert entry.display_name == read, source


@pytest.mark.parametrize(
    "name", [b"<<windows>>", b"a\r\n<<windows>> x\r\n", b"<<other>>", b"a\r\n<<other>>\r\n", b"<<A>>"]
)
def test_what_looks_like_another_heading_is_data(name: bytes) -> None:
    more = _KEY.encode() + b"\\two\r\n    DisplayName    REG_SZ    Client PRONOTE 2026\r\n"
    body = _KEY.encode() + b"\\one\r\n    DisplayName    REG_SZ    " + name + b"\r\n" + more
    assert [each.key for each in parse_overview(_overview(uninstall64=body)).entries] == ["one", "two"]


@pytest.mark.parametrize("name", ["uninstall64", "jobs", "processes", "code_page"])
def test_our_own_heading_in_the_data_is_told(name: str) -> None:
    body = _KEY.encode() + b"\\one\r\n    DisplayName    REG_SZ    x\r\n<<%s>>\r\n" % name.encode()
    with pytest.raises(ValueError, match=f"has {name} twice"):
        parse_overview(_overview(uninstall64=body))


@pytest.mark.parametrize("at", [0, 1])
def test_it_is_told_of_an_entry_as_well(at: int) -> None:
    entries = [Entry(view=64, key=key, values={"DisplayName": key}) for key in ("one", "two")]
    bodies = [f"{_KEY}\\{each.key}\r\n    Publisher    REG_SZ    Index\r\n".encode() for each in entries]
    bodies[at] += b"<<entry1>>\r\n"
    with pytest.raises(ValueError, match="entry1 twice"):
        parse_details(b"<<entry0>>\r\n" + bodies[0] + b"<<entry1>>\r\n" + bodies[1], entries)


@pytest.mark.parametrize("upto", range(1, len(_ORDER)))
def test_an_answer_that_stops_early_is_told(upto: int) -> None:
    whole = _overview()
    with pytest.raises(ValueError, match="stops early"):
        parse_overview(whole[: whole.index(b"<<%s>>" % _ORDER[upto].encode())])


def test_of_a_jobs_files_each_heading_counts_once() -> None:
    output = b"<<state>>\nexit\n<<exit>>\nstep=done\n<<setup_log>>\na\n<<exit>>\nstep=evil\n<<curl_log>>\nb"
    assert sections(output, ("state", "exit", "setup_log", "curl_log")) == {
        "state": b"exit\n",
        "exit": b"step=done\n",
        "setup_log": b"a\n<<exit>>\nstep=evil\n",
        "curl_log": b"b",
    }


def test_a_station_with_such_an_entry_is_not_one_without_a_client(make_station: MakeStation) -> None:
    """Whole: an entry of somebody's that imitates a heading, before the client's own."""
    pc = make_station(clients=[{"release": "2026.2.7"}])
    key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\0"
    pc.command(f'reg add "{key}" /v DisplayName /d "Jeu <<jobs>>" /f')
    assert pc.clients() == ["2026.2.7 x64 ok"]
