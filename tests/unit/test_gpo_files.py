"""The files that become a GPO (docs/gpo): of the form that LGPO.exe and secedit read, and what docs/winrm.md says."""

from __future__ import annotations

import configparser
import re

from tests.collection import ROOT

_GPO = ROOT / "docs/gpo"
_SERVICE = r"SOFTWARE\Policies\Microsoft\Windows\WinRM\Service"


def _settings(text: str) -> dict[tuple[str, str], str]:
    """As LGPO.exe's manual has it: entries of four lines, with blank ones between them; ``;`` begins a comment."""
    lines = [line for line in text.splitlines() if not line.startswith(";")]
    entries = [entry.splitlines() for entry in re.split(r"\n\n+", "\n".join(lines).strip())]
    assert [(len(entry), entry[0]) for entry in entries] == [(4, "Computer")] * len(entries)
    return {(key, name): value for _where, key, name, value in entries}


def test_the_policy_turns_winrm_on_and_nothing_else() -> None:
    text = (_GPO / "winrm.lgpo.txt").read_text(encoding="ascii")
    settings = _settings(text)
    rule = settings.pop((r"SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules", "PRONOTE-WinRM-In-TCP"))
    assert settings == {
        (_SERVICE, "AllowAutoConfig"): "DWORD:1",
        (_SERVICE, "IPv4Filter"): "SZ:*",
        (_SERVICE, "IPv6Filter"): "SZ:",
        (_SERVICE, "AllowBasic"): "DWORD:0",
        (_SERVICE, "AllowUnencryptedTraffic"): "DWORD:0",
        (rf"{_SERVICE}\WinRS", "AllowRemoteShellAccess"): "DWORD:1",
    }
    # [MS-GPFAS] 2.2.2.19: a version, then fields that each end with a bar.
    kind, _, fields = rule.partition(":")
    version, *pairs, last = fields.split("|")
    assert (kind, version, last) == ("SZ", "v2.10", "")
    assert {"Action=Allow", "Active=TRUE", "Dir=In", "Protocol=6", "LPort=5985", "RA4=10.31.0.5"} <= {*pairs}
    assert "Profile=Public" not in pairs


def test_the_service_starts_with_windows() -> None:
    template = configparser.ConfigParser(allow_no_value=True, delimiters=("=",), interpolation=None)
    template.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    template.read_string((_GPO / "winrm-service.inf").read_text(encoding="ascii"))
    assert [*template["Service General Setting"]] == ['"WinRM",2,""']
