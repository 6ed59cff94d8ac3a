"""Numbers in words: what a code means and what to do stand in the message, whatever form it comes in. To add a case: a
line."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.curl import CURL_CODES, curl_cause
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.installshield import exit_words
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, JobOutcome, read_outcome
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.exit_codes import (
    EXIT_CODES,
    INSTALLER_CODES,
    exit_cause,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.fault_codes import FAULTS, from_fault
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.soap import fault_in
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.code_reference import MARKS, page
from tests.error_reference import PAGE

_SEND_AWAY = re.compile(r"look (?:this|the) code up|documentation", re.IGNORECASE)


def _ended(technology: str, code: str, *, file: str = "setup.msi", log: str | None = None) -> JobOutcome:
    text = f"step=done\r\ncode={code}\r\ntechnology={technology}\r\nfile={file}\r\nsuccess=0 3010 1641\r\n"
    return read_outcome(JobFiles(state="ended", exit=text, setup_log=log))


@pytest.mark.parametrize(
    ("source", "technology", "code", "words", "remedy"),
    [
        ("ansible: msi under way", "msi", "1618", "another installation is under way", "run again"),
        ("GLPI: fatal error", "msi", "1603", "took back what it had done", "log"),
        ("OCS: cancelled", "msi", "1602", "cancelled", "Run again"),
        ("chocolatey: cannot be opened", "msi", "1619", "could not be opened", "Run again"),
        ("GPO: rejected", "msi", "1625", "a policy of the station forbids it", "policies"),
        ("msi: another version", "msi", "1638", "another version", "Remove"),
        ("msi: service", "msi", "1601", "service could not be reached", "Restart"),
        ("msi: temp full", "msi", "1632", "temporary files", "Make room"),
        ("msi: invalid package", "msi", "1620", "could not be opened", "Run again"),
        ("msi: platform", "msi", "1633", "not for this kind of Windows", "Publish"),
        ("msi: disk full", "msi", "112", "disk is full", "Make room"),
        ("InstallShield passes msi on", "custom", "1618", "another installation is under way", "run again"),
        ("as an HRESULT", "custom", "-2147023278", "another installation is under way", "run again"),
        ("as an HRESULT, unsigned", "custom", "2147944018", "another installation is under way", "run again"),
        ("NTSTATUS: crash", "custom", "-1073741819", "it crashed", "log"),
        ("NTSTATUS: crash, unsigned", "nsis", "3221225477", "it crashed", "log"),
        ("NTSTATUS: no DLL", "msi", "-1073741515", "a library that it needs", "sfc /scannow"),
        ("NTSTATUS: DLL init", "custom", "-1073741502", "could not start it", "Restart"),
        ("NTSTATUS: ended", "nsis", "-1073741510", "ended from outside", "Run again"),
        ("ended with the task manager", "custom", "1073807364", "ended from outside", "Run again"),
        ("WDAC", "custom", "-1073740760", "signature", "policies"),
        ("SRP", "custom", "-2147023636", "policy", "policies"),
        ("antivirus", "custom", "-2147024671", "virus", "antivirus"),
        (".NET", "custom", "-532462766", "it crashed", "log"),
        ("NSIS: cancelled", "nsis", "1", "cancelled", "Run again"),
    ],
)
def test_how_an_installer_ended(source: str, technology: str, code: str, words: str, remedy: str) -> None:
    outcome = _ended(technology, code)
    assert (outcome.accepted, words in outcome.fact, remedy in outcome.remedy) == (False, True, True), (source, outcome)
    assert code in outcome.fact
    assert not _SEND_AWAY.search(outcome.remedy)


@pytest.mark.parametrize("code", ["-1073741819", "1618", "3221225477"])
def test_the_exit_code_of_installscript_has_words_too(code: str) -> None:
    outcome = _ended("installscript", code, file="setup.exe", log="[ResponseResult]\r\nResultCode=-1\r\n")
    cause = exit_cause(int(code))
    assert cause is not None
    assert cause.words in outcome.fact
    assert outcome.remedy == cause.remedy


def test_the_engine_that_gave_up_is_one_signed_or_not() -> None:
    for code in (-2147213312, 2147753984):
        assert exit_words(code) == f"{code} (0x80042000, the engine gave up)"


@pytest.mark.parametrize("code", ["77", "-5", "4096"])
def test_a_code_that_nobody_knows_is_shown_and_sends_nobody_to_a_table_without_it(code: str) -> None:
    outcome = _ended("custom", code)
    assert code in outcome.fact
    assert outcome.remedy.startswith("Read its log")
    assert not _SEND_AWAY.search(outcome.remedy)


@pytest.mark.parametrize(("code", "file"), [("1605", "uninstall"), ("1614", "uninstall"), ("3010", "setup.exe")])
def test_what_may_have_succeeded_is_looked_at(code: str, file: str) -> None:
    text = f"step=done\r\ncode={code}\r\ntechnology=custom\r\nfile={file}\r\nsuccess=0\r\n"
    assert read_outcome(JobFiles(state="ended", exit=text)).in_doubt


@pytest.mark.parametrize(
    ("source", "code", "words", "remedy"),
    [
        ("curl: proxy", 5, "a proxy does not resolve", "proxy"),
        ("curl: TLS", 35, "TLS", "http://"),
        ("curl: a part that does not fit", 36, "not its beginning", "Run again"),
        ("curl: no file of authorities", 77, "file of authorities", "http://"),
        ("curl: DNS", 6, "name does not resolve", "name server"),
        ("curl: refused", 7, "refuses the connection", "firewalls"),
        ("curl: disk", 23, "disk", "Make room"),
        ("curl: cut", 56, "cut", "Run again"),
        ("curl: a proxy refuses", 97, "proxy refuses", "proxy"),
        ("curl: no cipher", 59, "cipher", "Windows"),
        ("curl did not start", -1073741515, "a library that it needs", ""),
    ],
)
def test_why_a_station_could_not_fetch(source: str, code: int, words: str, remedy: str) -> None:
    found, advice = curl_cause(code, f"curl: ({code}) something localised")
    assert (words in found, remedy in advice) == (True, True), (source, found, advice)
    assert "curl failed" not in found


@pytest.mark.parametrize(("exit_code", "said"), [(35, "0x80092012"), (56, "0x80090325"), (60, "0x80090328")])
def test_behind_one_code_of_curl_windows_says_which(exit_code: int, said: str) -> None:
    general = curl_cause(exit_code, "")[0]
    assert curl_cause(exit_code, f"curl: ({exit_code}) schannel: failed ({said})")[0] != general


_FAULT = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value>'
    "</s:Code><s:Reason><s:Text>{said}</s:Text></s:Reason><s:Detail><f:WSManFault "
    'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}"/></s:Detail></s:Fault></s:Body>'
    "</s:Envelope>"
)


@pytest.mark.parametrize(
    ("source", "code", "words", "remedy"),
    [
        ("ansible: RPC", "0x800706BA", "RPC", "restart"),
        ("ansible: RPC, decimal", "2147944122", "RPC", "restart"),
        ("ansible: RPC, signed", "-2147023174", "RPC", "restart"),
        ("ansible: RPC, as Windows numbers it", "1722", "RPC", "restart"),
        ("GLPI: service disabled", "0x80070422", "disabled", "Winmgmt"),
        ("GLPI: service disabled, small", "1058", "disabled", "Winmgmt"),
        ("OCS: WMI failed", "-2147217407", "WMI of the station failed", "Run again"),
        ("OCS: WMI failed, decimal", "2147749889", "WMI of the station failed", "verifyrepository"),
        ("WMI: provider", "0x80041013", "cannot load what answers", "run again"),
        ("WMI: going down", "0x80041033", "going down", "run again"),
        ("WMI: going down, signed", "-2147217357", "going down", "run again"),
        ("Windows going down", "1115", "Windows is going down", "Run again"),
        ("DCOM: server execution", "0x80080005", "does not answer", "restart"),
        ("DCOM: no class", "0x80040154", "cannot load", "sfc"),
        ("memory", "0x8007000E", "no memory", "restart"),
        ("quota of WMI", "0x8004106C", "too busy", "Wait"),
        ("access denied, signed", "-2147024891", "access denied", "Administrators"),
    ],
)
def test_what_winrm_wmi_and_dcom_answer(source: str, code: str, words: str, remedy: str) -> None:
    fault = fault_in(_FAULT.format(code=code, said="Le texte de Windows.").encode())
    assert fault is not None
    error = from_fault(fault, doing="reading Win32_Process over WMI")
    assert (words in error.fact, remedy in error.remedy) == (True, True), (source, error)
    assert not _SEND_AWAY.search(error.remedy)


def test_an_unknown_fault_sends_nobody_to_a_table_that_lacks_it() -> None:
    fault = fault_in(_FAULT.format(code="0x80338999", said="x").encode())
    assert fault is not None
    error = from_fault(fault, doing="x")
    assert "0x80338999" in error.fact
    assert not _SEND_AWAY.search(error.remedy)
    assert "troubleshooting" not in error.remedy


@pytest.mark.parametrize("code", [0xC0000142, 0xC0000005, 0xC000013A])
def test_a_command_that_ends_so_says_why(code: int) -> None:
    cause = exit_cause(code)
    assert cause is not None
    assert cause.words in CommandResult(code=code, stdout=b"", stderr=b"").describe()


def test_the_page_has_every_code_that_a_message_can_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "make catalogue"
    shown = {match[2]: match[0] for match in MARKS.finditer(text)}
    told: dict[str, Iterable[int]] = {"winrm": FAULTS, "windows": INSTALLER_CODES, "curl": CURL_CODES}
    for name, codes in told.items():
        numbers = set(map(int, re.findall(r"(?<![\w-])\d+(?![\w.])", shown[name])))
        assert not [code for code in codes if code not in numbers], name
    assert not [code for code in EXIT_CODES if code >> 16 != 0x8007 and f"0x{code:08X}" not in shown["windows"]]


@pytest.mark.parametrize("code", sorted({*EXIT_CODES, *INSTALLER_CODES}))
def test_each_code_has_words_and_a_remedy_in_both_languages(code: int) -> None:
    cause, french = exit_cause(code), catalogue("fr")
    assert cause is not None
    for text in (cause.words, cause.remedy):
        assert french.of(text) != text
    assert cause.remedy.endswith(".")
