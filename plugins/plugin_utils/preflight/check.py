# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of a play: look, judge, and keep what was found for the run. I/O: Ansible and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible import context

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS
from ..inventory.addresses import winrm_address
from .command_line import lost_words
from .container import passing
from .doubles import Station, doubles
from .earlier import BESIDE, BY_KEY, EARLIER, UNTIL, with_earlier
from .findings import Finding, about, lines, merged, stops
from .folders import strangers
from .judge import missing, renamed, unknown_names, values
from .kept import keep, kept
from .known import GONE, is_secret, known, needed, options_of
from .look import Look
from .rights import closed
from .setting import Settings
from .values import Values

__all__ = ["Checked", "check", "findings_of"]

_CONTROLLER: Final = "localhost"  # which Ansible has without an inventory that says so
_REACHED: Final = ("ansible_winrm_host", "ansible_host", "ansible_winrm_port", "ansible_port")
_REMEDIES: Final[Mapping[str, Message]] = {
    "pronote_releases": Message(
        "Prepare a release first (playbooks/prepare.yml, or publish.yml): it writes the lock file beside the inventory."
    ),
    "pronote_uai": Message("Set it in group_vars, in the file of the school."),
}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """``lines``: what is to be told that was not told before; ``stops``: whether nobody of the play is left."""

    lines: list[str]
    stops: bool
    findings: list[Finding]


def check(manager: Any, play: Any, hosts: Sequence[str], *, role: str) -> Checked:
    """The preflight of a play on these hosts, which is about a role; of what was looked at before only what is left to
    say. Raises OSError, ValueError."""
    before = kept()
    looked_at = {f"{role} {host}" for host in hosts}
    findings = before.findings
    if not looked_at <= before.looked_at:
        findings = merged([*findings_of(manager, play, hosts, role=role), *findings])
    concerned = about(findings, hosts)
    told = [line for line in lines(concerned) if line not in before.said]
    keep(findings, looked_at=before.looked_at | looked_at, said=before.said | set(told))
    return Checked(lines=told, stops=stops(concerned, hosts), findings=concerned)


def findings_of(manager: Any, play: Any, hosts: Sequence[str], *, role: str) -> list[Finding]:
    """Everything that is wrong. Raises OSError, ValueError."""
    look = Look(manager, play)
    settings, names = look.settings(hosts), known()
    secret = {name for name, option in names.items() if is_secret(option)}
    judge = Values(settings, names, look.template)
    members = {group: settings.members(group) for group in settings.groups}
    entries = [each for each in look.entries if not (each.of_host and each.name == _CONTROLLER)]
    return merged(
        [
            *look.findings,
            *lost_words(context.CLIARGS.get("extra_vars") or (), hosts, secret=secret),
            *unknown_names(settings, names, GONE),
            *renamed(settings, EARLIER, UNTIL, beside=BESIDE, by_key=BY_KEY),
            *values(settings, judge.wanted, judge.fault),
            *missing(settings, hosts, needed(role), _REMEDIES),
            *closed(settings, hosts, with_earlier(options_of(role)), look.template, look.folders),
            *passing(settings, hosts, options_of(role), look.template, look.folders),
            *doubles(_stations(settings)),
            *strangers(entries, groups=set(settings.groups), hosts=set(settings.hosts), members=members),
        ]
    )


def _stations(settings: Settings) -> Iterator[Station]:
    for name in dict.fromkeys(host for each in PRODUCTS.values() for host in settings.members(each.group)):
        found = {each: settings.value(name, each) for each in _REACHED}
        mac = settings.value(name, "pronote_mac")
        own = settings.hosts[name].own
        place = next((own[each].place for each in ("ansible_host", *own) if each in own), "")
        host, port = "", 0
        # What a template comes to is one station's, and hardly ever another's too; so with what is encrypted.
        if all(value is None or isinstance(value, int) or _is_plain(value) for value in found.values()):
            try:
                host, port = winrm_address(name, found)
            except ValueError:
                host = ""  # the connection's own error says it
        yield Station(
            name=name,
            host=host,
            port=port,
            mac=mac if _is_plain(mac) else "",
            place=place,
        )


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and "{{" not in value
