"""What a station's curl says of a download that failed: the cause by Win32 code, whatever the words around it."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.curl import CURL_CODES, curl_cause, curl_said
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.outcome import JobFiles, read_outcome

_FAILED = "schannel: next InitializeSecurityContext failed: "
_REVOCATION = "cannot check whether the depot's certificate was revoked"


@pytest.mark.parametrize(
    ("code", "message", "words", "remedy"),
    [
        (35, f"{_FAILED}Unknown error (0x80092012) - La fonction de révocation…", _REVOCATION, "best_effort"),
        (35, f"{_FAILED}CRYPT_E_REVOCATION_OFFLINE (0x80092013) - The revocation…", _REVOCATION, "http://"),
        (60, "schannel: CertGetCertificateChain trust error CERT_TRUST_REVOCATION_STATUS_UNKNOWN", _REVOCATION, "list"),
        (35, f"{_FAILED}Unknown error (0x80092010) - …", "was revoked", "another certificate"),
        (35, f"{_FAILED}SEC_E_UNTRUSTED_ROOT (0x80090325) - …", "does not trust", "root store"),
        (60, f"{_FAILED}SEC_E_UNTRUSTED_ROOT (0x80090325) - …", "does not trust", "root store"),
        (60, "schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL (0x80090322)", "another name", "name"),
        (35, f"{_FAILED}SEC_E_CERT_EXPIRED (0x80090328)", "has expired", "clock"),
        (35, f"{_FAILED}SEC_E_ILLEGAL_MESSAGE (0x80090326)", "no version of TLS in common", "TLS 1.2"),
        (35, f"{_FAILED}SEC_E_INTERNAL_ERROR (0x80090304)", CURL_CODES[35], "http://"),
        (7, "Failed to connect to depot port 80 after 2 ms: Could not connect to server", CURL_CODES[7], "firewalls"),
        (22, "The requested URL returned error: 404", CURL_CODES[22], "serves"),
        (99, "something new", "curl failed", "serves"),
    ],
)
def test_the_cause_is_the_code_in_curls_last_message(code: int, message: str, words: str, remedy: str) -> None:
    # An earlier try met something else; what is between is not curl's.
    log = f"curl: (35) {_FAILED}SEC_E_CERT_EXPIRED (0x80090328)\nWarning: Problem\ncurl: ({code}) {message}\n"
    found = curl_cause(code, log)
    assert words in found[0]
    assert remedy in found[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", (-1, "")),
        ("Warning: nothing\r\n", (-1, "")),
        ("curl: (6) a\r\ncurl: (60) b\r\ncurl: try 'curl --help'\r\n", (60, "curl: (60) b")),
        ("x curl: (6) a", (-1, "")),
    ],
)
def test_the_last_message_counts(text: str, said: tuple[int, str]) -> None:
    assert curl_said(text) == said


def test_a_log_of_another_failure_decides_nothing() -> None:
    log = f"curl: (35) {_FAILED}Unknown error (0x80092012)\ncurl: (7) Failed to connect\n"
    assert curl_cause(35, log)[0] == CURL_CODES[35]
    assert curl_cause(2, "curl: option --ssl-revoke-best-effort: is unknown")[0].startswith(
        "the station's curl is older"
    )
    assert curl_cause(2, "curl: option --other: is unknown")[0] == CURL_CODES[2]


def test_an_https_depot_without_revocation_is_named_in_the_job_outcome() -> None:
    log = f"curl: (35) {_FAILED}CRYPT_E_NO_REVOCATION_CHECK (0x80092012) - …\n"
    found = read_outcome(JobFiles(state="ended", exit="step=download\ncode=35\nfile=setup.exe\n", curl_log=log))
    assert found.fact.startswith(f"the station could not fetch setup.exe: Windows {_REVOCATION}")
    assert found.fact.endswith("(curl 35)")
    assert "pronote_depot_revocation" in found.remedy
    other = read_outcome(JobFiles(state="ended", exit="step=busy\ncode=22\nfile=setup.exe\n", curl_log=log))
    assert "at once" in other.remedy
