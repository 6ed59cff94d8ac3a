from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    from_connection_message,
    from_fault,
)

# Texts that ansible.builtin.winrm 2.19 raised on the lab, and on Windows in public issues.
_TEXTS = {
    "ntlm: the specified credentials were rejected by the server": ("refused", "user name or the password"),
    "ntlm: HTTPConnectionPool(host='127.20.1.7', port=5985): Max retries exceeded with url: /wsman (Caused by "
    "NewConnectionError('[Errno 111] Connection refused'))": ("unreachable", "refuses the connection"),
    "ntlm: HTTPConnectionPool(host='10.0.0.1', port=5985): Max retries exceeded (Caused by ConnectTimeoutError("
    "'Connection to 10.0.0.1 timed out. (connect timeout=30)'))": ("unreachable", "does not answer"),
    "the connection attempt timed out": ("unreachable", "does not answer"),
    "ntlm: Failed to resolve 'x' ([Errno -2] Name or service not known)": ("unreachable", "has no address"),
    "basic: SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))": (
        "unreachable",
        "certificate is not trusted",
    ),
    "ntlm: Access is denied.  (extended fault data: {'transport_message': 'x', 'http_status_code': 500, "
    "'wsmanfault_code': 5, 'fault_code': 's:Sender'})": ("refused", "access denied while opening a shell"),
    "ntlm: This user has exceeded (extended fault data: {'wsmanfault_code': '2150859173'})": ("quota", "no free"),
    "Kerberos auth failure for principal a@B: kinit failed": ("refused", "Kerberos did not authenticate"),
    # The stock plugin puts the transport's name before whatever went wrong: in a domain every station that is off too.
    "kerberos: HTTPSConnectionPool(host='pc-101', port=5986): Max retries exceeded with url: /wsman (Caused by "
    "ConnectTimeoutError('Connection to pc-101 timed out. (connect timeout=30)'))": ("unreachable", "does not answer"),
    "kerberos: HTTPConnectionPool(host='pc-101', port=5985): Max retries exceeded with url: /wsman (Caused by "
    "NewConnectionError('[Errno 111] Connection refused'))": ("unreachable", "refuses the connection"),
    "kerberos: HTTPSConnectionPool(host='a', port=5986): Max retries exceeded (timed out), ntlm: HTTPSConnectionPool("
    "host='a', port=5986): Max retries exceeded (timed out)": ("unreachable", "does not answer"),
    "kerberos: authGSSClientInit() failed: (('Unspecified GSS failure.', 851968), ('Server not found', -1765328377))": (
        "refused",
        "Kerberos did not authenticate",
    ),
    "something else entirely": ("unreachable", "something else entirely"),
}


@pytest.mark.parametrize("text", _TEXTS)
def test_connection_messages(text: str) -> None:
    kind, fact = _TEXTS[text]
    error = from_connection_message(text)
    assert error.kind == kind
    assert fact in error.fact
    assert error.remedy
    assert error.fact_fr
    assert str(error) == f"{error.fact.rstrip('.')}. {error.remedy}"


@pytest.mark.parametrize(
    ("code", "kind", "fact"),
    [
        (5, "refused", "access denied while reading X"),
        (0x80041003, "refused", "access denied"),
        (2150859173, "quota", "no free WinRM shell"),
        (2150859174, "quota", "quota of WinRM operations"),
        (0x80338048, "fault", "larger than its envelope"),
        (0x80041010, "fault", "0x80041010"),
        (None, "fault", "no code"),
    ],
)
def test_faults(code: int | None, kind: str, fact: str) -> None:
    error = from_fault(code, "Some reason.\r\n  Twice.", doing="reading X")
    assert error.kind == kind
    assert fact in error.fact
    assert error.remedy
