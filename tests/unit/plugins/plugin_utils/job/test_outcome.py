"""The files that a job leaves, as they are told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, read_outcome

_LOG = "[InstallShield Silent]\n[ResponseResult]\nResultCode={}\n[Application]\nName=Client PRONOTE\n"


def _ended(exit_file: str, *, setup_log: str | None = None) -> Any:
    return read_outcome(JobFiles(state="ended", exit=exit_file, setup_log=setup_log))


def _setup(result: int) -> Any:
    return _ended("step=done\ncode=0\ntechnology=installscript\n", setup_log=_LOG.format(result))


def test_everything_in_one_text() -> None:
    files = JobFiles(state="ended", exit="  step=done\n\n", setup_log="log\n", curl_log=None)
    assert files.as_log() == "== exit ==\n    step=done\n== setup.log ==\n  log\n"


@pytest.mark.parametrize("text", ["", "step=\n", "nonsense\n", "x" * 100])
def test_an_exit_file_that_says_nothing_is_no_success(text: str) -> None:
    outcome = _ended(text)
    assert not outcome.accepted
    assert outcome.fact == f"the job's exit file cannot be read ({text.strip()[:80]!r})"
    assert outcome.remedy == "Run again; the disk of the station may be full."


def test_a_staging_is_accepted() -> None:
    assert _ended("step=staged\n").accepted


def test_a_setup_that_succeeded() -> None:
    outcome = _setup(0)
    assert (outcome.accepted, outcome.code) == (True, 0)


@pytest.mark.parametrize(("result", "unfit"), [(-3, True), (-8, True), (-12, True), (-51, False), (-999, False)])
def test_only_the_log_says_that_the_answers_did_not_fit(result: int, unfit: bool) -> None:
    outcome = _setup(result)
    assert (outcome.accepted, outcome.code, outcome.unfit) == (False, result, unfit)
    assert outcome.remedy.startswith("Run again; if it stays, run the setup by hand")


def test_a_download_that_failed_names_the_file_as_the_depot_does() -> None:
    outcome = _ended("step=download\ncode=22\nfile=setup.exe.part\n")
    assert outcome.fact == (
        "the station could not fetch setup.exe: the depot answered an HTTP error (the file is missing, or access to "
        "it is denied) (curl 22)"
    )


def test_a_value_may_hold_an_equals_sign() -> None:
    assert _ended("step=download\ncode=7\nfile=a=b=c.exe\n").fact.startswith("the station could not fetch a=b=c.exe: ")


def test_a_code_that_is_no_number_is_none_that_a_setup_gives() -> None:
    outcome = _ended("step=done\ncode=\ntechnology=nsis\nsuccess=0 1\n")
    assert (outcome.accepted, outcome.code) == (False, -1)


_EMPTY = "[InstallShield Silent]\n"
_NO_PROGRAM = "[ResponseResult]\nResultCode=0\n"
_SCRIPT = "step=done\ntechnology=installscript\ncode={}\n"


@pytest.mark.parametrize(
    ("code", "log", "fact", "told"),
    [
        (5, _EMPTY, "the setup ended with 5 and wrote no result into its log ('[InstallShield Silent]')", 5),
        (5, "x" * 90, f"the setup ended with 5 and wrote no result into its log ({'x' * 80!r})", 5),
        (
            5,
            _LOG.format(0),
            "the setup ended with 5 although its log says 0: something ended it, or its own script gave up half-way",
            5,
        ),
        (
            5,
            _LOG.format(-3),
            "the setup answered: the response file lacks an answer that the setup wants: record it again for this "
            "release (-3); it ended with 5",
            -3,
        ),
    ],
)
def test_a_setup_that_broke_off(code: int, log: str, fact: str, told: int) -> None:
    outcome = _ended(_SCRIPT.format(code), setup_log=log)
    assert (outcome.accepted, outcome.spoilt, outcome.code) == (False, True, told)
    assert outcome.fact == fact


@pytest.mark.parametrize(
    ("log", "fact", "code"),
    [
        (_EMPTY, "the setup ended, with no ResultCode in its log ('[InstallShield Silent]')", None),
        (_NO_PROGRAM, "the setup's log says 0 and names no program, as when it was told to do nothing", 0),
    ],
)
def test_a_setup_that_proves_nothing_is_in_doubt(log: str, fact: str, code: int | None) -> None:
    outcome = _ended(_SCRIPT.format(0), setup_log=log)
    assert (outcome.accepted, outcome.in_doubt, outcome.spoilt, outcome.fact, outcome.code) == (
        False,
        True,
        False,
        fact,
        code,
    )


@pytest.mark.parametrize(("file", "restart"), [("install", True), ("uninstall", False)])
def test_the_code_of_a_removal_asks_for_no_restart(file: str, restart: bool) -> None:
    outcome = _ended(f"{_SCRIPT.format(3010)}success=0 3010\nfile={file}\n", setup_log=_LOG.format(0))
    assert (outcome.accepted, outcome.restart_needed) == (True, restart)


@pytest.mark.parametrize(
    ("step", "code", "in_doubt", "spoilt"),
    [
        ("no_log", 0, True, False),
        ("no_log", 5, False, True),
        ("no_log\nfile=uninstall", 5, True, False),
        ("digest", 5, False, False),
        ("uninstall_entry", 5, True, False),
    ],
)
def test_a_step_that_leaves_the_last_word_to_the_exe(step: str, code: int, in_doubt: bool, spoilt: bool) -> None:
    outcome = _ended(f"step={step}\ncode={code}\n")
    assert (outcome.in_doubt, outcome.spoilt, outcome.code) == (in_doubt, spoilt, code)
