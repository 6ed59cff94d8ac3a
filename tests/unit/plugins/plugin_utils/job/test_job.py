from __future__ import annotations

import re

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import message_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job, depot_folder
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import (
    RESULT_CODES,
    read_log,
    result_words,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, parse_exit, read_outcome
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName

_NAME = JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install")
_STAGE = JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-stage")


@pytest.mark.parametrize("code", sorted(RESULT_CODES))
def test_every_documented_code_is_read_and_said(code: int) -> None:
    text = f"[InstallShield Silent]\r\nVersion=v7.00\r\n[ResponseResult]\r\nResultCode={code}\r\n"
    assert read_log(text).result == code
    assert result_words(code) == f"{RESULT_CODES[code]} ({code})"


def _ended(exit_text: str, log: str | None = None) -> JobFiles:
    return JobFiles(state="ended", exit=exit_text.replace("\n", "\r\n"), setup_log=log)


_OK = "[ResponseResult]\r\nResultCode=0\r\n[Application]\r\nName=Client PRONOTE\r\n"


@pytest.mark.parametrize(
    ("files", "accepted", "fact"),
    [
        (_ended("step=done\ncode=0\nfile=setup.exe\ntechnology=installscript\n", _OK), True, "accepted every answer"),
        (_ended("step=done\ncode=1\ntechnology=installscript\n", _OK), False, "ended with 1 although its log says 0"),
        (_ended("step=done\ncode=1\nfile=uninstall\ntechnology=installscript\n", _OK), True, "accepted every answer"),
        (_ended("step=done\ncode=0\ntechnology=installscript\n", _OK.replace("=0", "=-12")), False, "out of order"),
        (_ended("step=done\ncode=0\ntechnology=installscript\n", ""), False, "no ResultCode"),
        (_ended("step=done\ncode=3010\ntechnology=msi\nsuccess=0 1641 3010\n"), True, "3010"),
        (_ended("step=done\ncode=1603\ntechnology=msi\nsuccess=0 1641 3010\n"), False, "1603"),
        (_ended("step=done\ncode=7\ntechnology=custom\nsuccess=7\n"), True, "7"),
        (_ended("step=done\ncode=0\ntechnology=custom\nsuccess=7\n"), False, "ended with 0"),
        (_ended("step=download\ncode=22\nfile=setup.exe\n"), False, "could not fetch setup.exe: the depot answered"),
        (_ended("step=download\ncode=99\nfile=setup.exe\n"), False, "curl failed (curl 99)"),
        (_ended("step=digest\ncode=0\nfile=response.iss\n"), False, "response.iss from the depot"),
        (_ended("step=no_log\ncode=0\n"), False, "wrote no result"),
        (_ended("step=no_uninstall\n"), False, "published without"),
        (_ended("step=uninstaller_gone\n"), False, "uninstaller that it names is gone"),
        (_ended("step=uninstall_entry\n"), False, "no uninstall entry"),
        (_ended("step=later_version\ncode=7\n"), False, "stopped at 'later_version'"),
    ],
)
def test_outcome(files: JobFiles, accepted: bool, fact: str) -> None:
    outcome = read_outcome(files)
    assert outcome.accepted is accepted
    assert fact in outcome.fact
    assert outcome.accepted or outcome.remedy


@pytest.mark.parametrize("text", ["", "garbage", "step=\r\n"])
def test_an_exit_file_without_a_step_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read"):
        parse_exit(text)


@pytest.mark.parametrize(
    ("depot", "folder"),
    [
        ("http://depot.example.org/pronote", "http://depot.example.org/pronote/2026.2.7/x64"),
        ("https://10.1.2.3:8443/", "https://10.1.2.3:8443/2026.2.7/x64"),
    ],
)
def test_depot_folder(depot: str, folder: str) -> None:
    assert depot_folder(depot, "2026.2.7", "x64") == folder


@pytest.mark.parametrize(
    "depot",
    [
        "",
        "depot/pronote",
        "ftp://depot/",
        "file:///srv",
        "\\\\server\\share",
        "http://",
        "http://u:p@depot/",
        "http://depot/?a=b",
        "http://depot/%41",
        'http://depot/"&calc&"',
        "http://depot/a b",
        "http://depot/\n",
    ],
)
def test_a_depot_that_would_need_escaping_is_refused(depot: str) -> None:
    with pytest.raises(ValueError, match=r"is not an http:// or https:// address"):
        depot_folder(depot, "2026.2.7", "x64")


def test_the_folder_is_locked_before_anything_is_put_in_it() -> None:
    line = Job(name=_NAME, program_files=r"C:\Program Files").stage(
        "http://depot/install.cmd", "0" * 64, "install.cmd.0a1b"
    )
    steps = ["mkdir", "/setowner", "/reset", "/inheritance:r", "if not exist", "certutil", "curl.exe", "move"]
    assert [line.index(step) for step in steps] == sorted(line.index(step) for step in steps)
    # Before it is used: the file that was there, and the one that has come.
    assert [match.start() for match in re.finditer("certutil", line)][1] > line.index("curl.exe")
    assert "S-1-5-18" in line
    assert "S-1-5-32-544" in line
    assert "ProgramData" not in line


def test_if_never_swallows_the_rest_of_its_line() -> None:
    job = Job(name=_NAME, program_files=r"C:\Program Files (x86)")
    lines = [job.stage("http://depot/install.cmd", "0" * 64, "install.cmd.0a1b"), job.read(), job.remove()]
    lines += [job.adopt([job.at_rest]), job.settle(), message_command("Bonjour", 5)]
    for line in lines:
        assert re.findall(r"(?<!\()if (not )?exist", line) == []


@pytest.mark.parametrize("rate", ["", "1", "500K", "2M", "1G", "30m"])
def test_a_rate(rate: str) -> None:
    line = Job(name=_STAGE, program_files=r"C:\Program Files").start("http://depot", rate)
    assert " register stage " in line
    assert (f" {rate} && " in line) is bool(rate)


@pytest.mark.parametrize("rate", ["0", "-1", "1.5M", "2 M", "2M & calc", "fast", "%PATH%"])
def test_a_rate_that_curl_would_not_take(rate: str) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        Job(name=_STAGE, program_files=r"C:\Program Files").start("http://depot", rate)


_TOLD = "step=done\ncode=0\ntechnology=installscript\n"


@pytest.mark.parametrize(
    ("text", "log", "started", "running", "restart"),
    [
        (_TOLD, _OK, False, False, False),
        (_TOLD + "running=yes\n", _OK, False, True, False),
        (_TOLD + "running=\nrestart=renames\n", _OK, False, False, True),
        (_TOLD + "restart=renames\n", _OK.replace("=0", "=-12"), False, False, True),
        ("step=client_running\ncode=0\n", None, True, False, False),
        ("step=done\ncode=3010\ntechnology=msi\nsuccess=0 3010 1641\n", None, False, False, True),
        ("step=done\ncode=1641\ntechnology=msi\nsuccess=0 3010 1641\n", None, False, False, True),
        ("step=staged\ncode=0\n", None, False, False, False),
    ],
)
def test_what_happened_meanwhile(text: str, log: str | None, started: bool, running: bool, restart: bool) -> None:
    outcome = read_outcome(_ended(text, log))
    assert (outcome.client_started, outcome.client_running, outcome.restart_needed) == (started, running, restart)


def test_a_setup_that_fails_over_a_client_started_meanwhile_says_so() -> None:
    outcome = read_outcome(_ended(_TOLD + "running=yes\n", _OK.replace("=0", "=-52")))
    assert not outcome.accepted
    assert outcome.fact.endswith("somebody started the program meanwhile, which locks its files")
    assert "Close it" in outcome.remedy


def test_the_query_names_one_job_only() -> None:
    query = Job(name=_NAME, program_files=r"C:\Program Files").running_query()
    assert query.count(f"like '%{_NAME}%'") == 2
