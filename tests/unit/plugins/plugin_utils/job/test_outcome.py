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
