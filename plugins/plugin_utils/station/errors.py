# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between the controller and a station: typed, with the fact and the remedy in words.

Each error says what was found (``fact``) and what to do (``remedy``). The kind decides the audit status:
``unreachable`` and ``refused`` are about the way to the station, everything else is about the station itself. Pure.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "AccessDeniedError",
    "CommandTimeoutError",
    "CredentialsRefusedError",
    "ProtocolFaultError",
    "QuotaError",
    "StationError",
    "StationFactError",
    "StillRunningError",
    "UnreachableError",
    "UnsupportedConnectionError",
    "from_connection_message",
    "from_fault",
]


class StationError(Exception):
    """Base: a fact about the station or the way to it, and the remedy."""

    kind = "error"
    # What a deployment had done by then, told with its failure (plugin_utils/deploy/client.py).
    job: dict[str, Any] | None = None

    def __init__(self, fact: str, *, remedy: str, fact_fr: str = "") -> None:
        super().__init__(f"{fact.rstrip('.')}. {remedy}")
        self.fact = fact
        self.remedy = remedy
        # For reports, which school staff read; facts that only an admin meets stay in English.
        self.fact_fr = fact_fr or fact

    def as_result(self) -> dict[str, Any]:
        """The result of a task that could not be done.

        No way to the station is ``unreachable`` for Ansible, as with any other module; the rest is a failure.
        """
        told = {"changed": False, "msg": str(self), "fact": self.fact, "remedy": self.remedy, "kind": self.kind}
        kind = "unreachable" if self.kind in {"unreachable", "refused"} else "failed"
        return {**told, **({} if self.job is None else {"job": self.job}), kind: True}


class UnsupportedConnectionError(StationError):
    """The inventory asks for a connection plugin other than winrm."""

    kind = "configuration"


class UnreachableError(StationError):
    """No TCP connection, no answer (any more), or a name that does not resolve."""

    kind = "unreachable"


class CredentialsRefusedError(StationError):
    """HTTP 401: wrong password, unknown account, or a method the listener does not offer."""

    kind = "refused"


class AccessDeniedError(StationError):
    """The account is known but may not do this (shells and WMI have rights of their own)."""

    kind = "refused"


class QuotaError(StationError):
    """A WinRM quota of the station is used up."""

    kind = "quota"


class CommandTimeoutError(StationError):
    """A command on the station did not end in the time given; it was terminated."""

    kind = "timeout"


class StillRunningError(CommandTimeoutError):
    """A job, or a person, was not done in the time given; what is under way goes on, and the next run follows it."""

    kind = "running"


class ProtocolFaultError(StationError):
    """Any other WS-Management or WMI fault, quoted."""

    kind = "fault"


class StationFactError(StationError):
    """The station answered, but with something that cannot be right (fact named)."""

    kind = "fact"


# WinRM's Win32 codes: https://learn.microsoft.com/windows/win32/winrm/winrm-error-constants (names in comments).
# By code: the kind of error, the fact, and the remedy.
_FAULTS: dict[int | None, tuple[type[StationError], str, str]] = {
    **dict.fromkeys(
        (5, 0x80070005, 0x80041003),
        (
            AccessDeniedError,
            "access denied while {doing} (code {code})",
            "Use a member of the local Administrators group; for a local account other than the built-in "
            "Administrator set LocalAccountTokenFilterPolicy=1 (docs/winrm.md).",
        ),
    ),
    # ERROR_WSMAN_QUOTA_MAX_SHELLS_PPUSER / _MAX_SHELLUSERS
    2150859173: (
        QuotaError,
        "the station has no free WinRM shell left for this account while {doing}",
        "Wait for other runs to end, or raise MaxShellsPerUser (winrm set winrm/config/winrs).",
    ),
    # ERROR_WSMAN_QUOTA_MAX_OPERATIONS (0x803381A6)
    2150859174: (
        QuotaError,
        "the station's quota of WinRM operations is used up while {doing}",
        "Wait for other runs to end, or raise MaxConcurrentOperationsPerUser (winrm/config/service).",
    ),
    # ERROR_WSMAN_ENCODING_LIMIT and the one of the fault itself (wsmerror.h): the answer is larger than the envelope.
    **dict.fromkeys(
        (0x80338048, 0x80338049),
        (
            ProtocolFaultError,
            "the station's answer is larger than its envelope allows while {doing}",
            "Raise MaxEnvelopeSizekb (winrm set winrm/config).",
        ),
    ),
}


def from_fault(code: int | None, reason: str, *, doing: str) -> StationError:
    """Turn a WS-Man or WMI fault into an error. ``doing`` says what was asked, as in "reading Win32_Process"."""
    if known := _FAULTS.get(code):
        kind, fact, remedy = known
        fact_fr = f"droits insuffisants sur le poste (code {code})" if kind is AccessDeniedError else ""
        return kind(fact.format(doing=doing, code=code), fact_fr=fact_fr, remedy=remedy)
    shown = "no code" if code is None else f"code {code} (0x{code:08X})"
    return ProtocolFaultError(
        f"the station answered a fault while {doing}: {' '.join(reason.split())} [{shown}]",
        remedy="Look this code up in docs/troubleshooting.md; the WinRM event log of the station has the details.",
    )


# The stock plugin begins each text with the transport's name ("kerberos: HTTPSConnectionPool(…) timed out"), which says
# nothing about the cause. requests_kerberos and the GSS library name themselves in what they refuse.
_TRANSPORT_LABEL = re.compile(r"(?:^|, )kerberos: ")
_KERBEROS = re.compile(r"kerberos|gss")

# Words of requests and the system in a failed connection, and what they mean; the first that fits counts.
_NO_CONNECTION: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("refused",),
        "the station refuses the connection (WinRM is off, or a firewall rejects it)",
        "le poste refuse la connexion (WinRM arrêté ou pare-feu)",
    ),
    (
        ("timed out", "timeout"),
        "the station does not answer (powered off, unplugged, or behind a firewall)",
        "le poste ne répond pas (éteint, débranché ou pare-feu)",
    ),
    (
        ("resolve", "name or service not known"),
        "the station's name has no address",
        "le nom du poste n'a pas d'adresse",
    ),
    (("",), "no connection to the station: {text}", "pas de connexion au poste"),
)


def from_connection_message(message: str) -> StationError:
    """Classify the text that ansible.builtin.winrm raises when it cannot connect.

    The stock plugin turns every exception of pywinrm into one text, so its text is all there is to go by
    (ansible/plugins/connection/winrm.py, ``_winrm_connect``).
    """
    text = " ".join(message.split())
    lowered = text.lower()
    if "credentials were rejected" in lowered or "bad http response returned from server. code 401" in lowered:
        return CredentialsRefusedError(
            "the station refuses the user name or the password",
            fact_fr="le poste refuse le compte ou le mot de passe",
            remedy="Check ansible_user and ansible_password for this station (vault), the account's lock-out, and "
            "that the listener offers the method of ansible_winrm_transport.",
        )
    fault = re.search(r"'wsmanfault_code': '?(\d+)", text)
    if fault:
        reason = text.split("(extended fault data", maxsplit=1)[0].split(":", 1)[-1].strip()
        return from_fault(int(fault.group(1)), reason, doing="opening a shell")
    if "certificate verify failed" in lowered or "certificate_verify_failed" in lowered:
        return UnreachableError(
            "the station's TLS certificate is not trusted by the controller",
            fact_fr="le certificat TLS du poste n'est pas reconnu",
            remedy="Give ansible_winrm_ca_trust_path the authority that signed it; do not ignore certificates.",
        )
    if "connectionpool(" not in lowered and _KERBEROS.search(_TRANSPORT_LABEL.sub("", lowered)):
        return CredentialsRefusedError(
            f"Kerberos did not authenticate: {text}",
            fact_fr="Kerberos refuse l'authentification",
            remedy="Use the station's full DNS name instead of an address, compare the clocks (5 minutes at most), "
            "and run kinit by hand with the same account.",
        )
    fact, fact_fr = next((en, fr) for words, en, fr in _NO_CONNECTION if any(word in lowered for word in words))
    return UnreachableError(
        fact.replace("{text}", text),
        fact_fr=fact_fr,
        remedy="Switch the station on, and check that WinRM listens (winrm enumerate winrm/config/listener), that "
        "the network profile is not public, and ansible_host and ansible_port.",
    )
