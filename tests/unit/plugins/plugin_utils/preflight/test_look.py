"""What is found of an inventory as Ansible reads it: file and line, what a value comes to, secrets, leftovers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret, VaultSecretsContext
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.findings import Finding, lines
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.rules import RULES, Rule

from tests.unit.mistaken import UAI, Found, look_at

_ROOT = Path(__file__).resolve().parents[5]
_VAULT = VaultLib([("default", VaultSecret(b"of the vault"))])


def _told(found: list[Finding]) -> list[tuple[str, set[str]]]:
    return [(line, set(each.hosts)) for line, each in zip(lines(found), found, strict=True)]


@pytest.mark.parametrize("name", ["example", "lab"])
def test_what_is_shipped_is_in_order(name: str) -> None:
    assert look_at(_ROOT / "inventories" / name, "pronote_audit") == []


def test_an_inventory_in_order_says_nothing(found: Found) -> None:
    assert found({}, role="pronote_audit") == []
    # Some keys of a variable, and one that is null.
    keys = "pronote_timeouts: {job: 60, poll: '{{ 1 / 2 }}', reboot: null}\npronote_client_ring_max: {failed: 3}\n"
    assert found({"host_vars/pc-3.yml": keys}, role="pronote_audit") == []


@pytest.mark.parametrize(
    ("file", "text", "line", "hosts"),
    [
        (
            "group_vars/all.yml",
            "---\nother: 1\npronote_client_relase: 2026.1.3\n",
            "inv/group_vars/all.yml:3: nothing reads the variable pronote_client_relase. Did you mean"
            " pronote_client_release? A name of your own goes into pronote_known_names.",
            {"pc-1", "pc-2", "pc-3"},
        ),
        (
            "group_vars/lycee.yml",
            'pronote_uai: "31"\n',
            "inv/group_vars/lycee.yml:1: pronote_uai: '31' is not a UAI, which is seven digits and a letter as in"
            " 0310001A. Correct it.",
            {"pc-1", "pc-2"},
        ),
        (
            "host_vars/pc-3.yml",
            "pronote_client_arch: ia64\n",
            "inv/host_vars/pc-3.yml:1: pronote_client_arch is 'ia64', and must be one of: auto, x64, x86. Correct it.",
            {"pc-3"},
        ),
        (
            "host_vars/pc-3/own.yml",
            "\npronote_client_armed_days: an hour\n",
            "inv/host_vars/pc-3/own.yml:2: pronote_client_armed_days is 'an hour', and must be a value of type int."
            " Correct it.",
            {"pc-3"},
        ),
        (
            "group_vars/college.yml",
            "pronote_uai: 0310002B\nhour: noon\npronote_client_armed_days: '{{ hour }}'\n",
            "inv/group_vars/college.yml:3: pronote_client_armed_days is 'noon', and must be a value of type int."
            " Correct it.",
            {"pc-3"},
        ),
        (
            "group_vars/college.yml",
            "pronote_uai: 0310002B\npronote_timeouts: {poll: 5, job: an hour}\n",
            "inv/group_vars/college.yml:2: pronote_timeouts.job is 'an hour', and must be a value of type float."
            " Correct it.",
            {"pc-3"},
        ),
        (
            "host_vars/pc-3.yml",
            "pronote_client_ring_max: {failures: 1}\n",
            "inv/host_vars/pc-3.yml:1: nothing reads pronote_client_ring_max.failures."
            " Its keys are failed, unreachable.",
            {"pc-3"},
        ),
        (
            "host_vars/pc-3.yml",
            "pronote_client_notify: {delay: '{{ 1 + 1 }}', then: '{{ \"later\" }}'}\n",
            "inv/host_vars/pc-3.yml:1: pronote_client_notify.then is 'later', and must be one of: skip, close."
            " Correct it.",
            {"pc-3"},
        ),
        (
            # Ansible makes a mapping of such a text for a module, and a role reads no key of it.
            "host_vars/pc-3.yml",
            "pronote_timeouts: job=3\n",
            "inv/host_vars/pc-3.yml:1: pronote_timeouts is 'job=3', and must be a value of type dict."
            ' Give it with its keys; on a command line, -e \'{"pronote_timeouts": {"job": …}}\'.',
            {"pc-3"},
        ),
        (
            # Of the address of a chat nobody knows which part is the secret.
            "host_vars/pc-3.yml",
            "pronote_audit_webhook: https://chat.example/hunter2\n",
            "inv/host_vars/pc-3.yml:1: pronote_audit_webhook is …, and must be a value of type dict."
            ' Give it with its keys; on a command line, -e \'{"pronote_audit_webhook": {"url": …}}\'.',
            {"pc-3"},
        ),
        (
            "host_vars/pc-3.yml",
            "pronote_timeouts: [{job: 3}]\n",
            "inv/host_vars/pc-3.yml:1: pronote_timeouts is [{'job': 3}], and must be a value of type dict."
            ' Give it with its keys; on a command line, -e \'{"pronote_timeouts": {"job": …}}\'.',
            {"pc-3"},
        ),
        (
            "group_vars/colege.yml",
            "pronote_room: CDI\n",
            "inv/group_vars/colege.yml: there is no group colege in the inventory, so that nothing reads this."
            " Rename it after a group or a host of the inventory, or remove it.",
            {"pc-1", "pc-2", "pc-3"},
        ),
        (
            "host_vars/pc-3.yml",
            "ansible_host: 10.0.0.1\n",
            "inv/host_vars/pc-3.yml:1: pc-1, pc-3 have one address, 10.0.0.1. Keep one of them, or correct the name or"
            " ansible_host of the other.",
            {"pc-1", "pc-3"},
        ),
        (
            "host_vars/pc-3.yml",
            "pronote_mac: 00:11\n",
            "inv/host_vars/pc-3.yml:1: pronote_mac: '00:11' is not a MAC address, which looks like 00:11:22:aa:bb:cc."
            " Correct it.",
            {"pc-3"},
        ),
    ],
)
def test_a_mistake_is_one_line(found: Found, file: str, text: str, line: str, hosts: set[str]) -> None:
    assert _told(found({file: text})) == [(line, hosts)]


def test_the_command_line_is_a_place(found: Found) -> None:
    (told,) = _told(found({}, pronote_client_relase="2026.1.3"))
    assert told[0].startswith("-e: nothing reads the variable pronote_client_relase.")
    # What is right there makes good what is wrong elsewhere.
    assert found({"group_vars/all.yml": "pronote_client_arch: ia64\n"}, pronote_client_arch="x64") == []


def test_what_is_missing_is_told_for_the_hosts_of_the_play(found: Found) -> None:
    told = _told(found({"group_vars/lycee.yml": "pronote_school: L\n"}, role="pronote_audit"))
    remedy = "Set it in group_vars, in the file of the school."
    assert told == [(f"pronote_uai is not set for pc-1, pc-2. {remedy}", {"pc-1", "pc-2"})]
    assert found({}, role="pronote_audit", play=("pc-3",)) == []
    first, second = _told(found({"group_vars/lycee.yml": UAI["group_vars/lycee.yml"]}, role="pronote_client"))
    assert first[0].startswith("pronote_releases is not set. Prepare a release first")
    assert second[0].startswith("pronote_depot_url is not set. ")


@pytest.mark.parametrize(
    "value",
    [
        # It may be far away, and is asked when its answer is wanted.
        "{{ lookup('community.hashi_vault.hashi_vault', 'x') }}",
        "{{ query('ansible.builtin.url', 'http://192.0.2.1/') }}",
        "{{ lookup(which, 'x') }}",
        # A role says it once its task is there, a station its facts.
        "{{ pronote_client_min_free_mib }}",
        "{{ ansible_facts.x }}",
    ],
)
def test_what_is_not_there_yet_is_nobodys_mistake(found: Found, value: str) -> None:
    assert found({"host_vars/pc-3.yml": f'pronote_client_armed_days: "{value}"\n'}) == []


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("{{ nobody_said }}", "'nobody_said' is undefined"),
        ("{{ 1 / 0 }}", "Error rendering template: division by zero"),
        ("{{ lookup('file', '/nowhere') }}", "The lookup plugin 'file' failed: "),
    ],
)
def test_a_template_that_comes_to_nothing_has_its_line_and_holds_nobody(found: Found, value: str, error: str) -> None:
    (told,) = found({"host_vars/pc-3.yml": f'pronote_client_armed_days: "{value}"\n'})
    assert told.place == "inv/host_vars/pc-3.yml:1"
    assert told.fact.startswith(f"pronote_client_armed_days cannot be worked out: {error}")
    assert (set(told.hosts), told.holds) == ({"pc-3"}, False)


@pytest.mark.parametrize(("said", "wrong"), [("900", False), ("an hour", True)])
def test_what_a_look_up_says_is_judged(found: Found, monkeypatch: pytest.MonkeyPatch, said: str, wrong: bool) -> None:
    monkeypatch.setenv("RENTREE_TEST", said)
    text = "pronote_client_armed_days: \"{{ lookup('env', 'RENTREE_TEST') }}\"\n"
    told = _told(found({"host_vars/pc-3.yml": text}))
    line = "inv/host_vars/pc-3.yml:1: pronote_client_armed_days is 'an hour', and must be a value of type int."
    assert told == ([(f"{line} Correct it.", {"pc-3"})] if wrong else [])


def _sealed(name: str, value: str) -> str:
    text = _VAULT.encrypt(value).decode().replace("\n", "\n  ").rstrip()
    return f"{name}: !vault |\n  {text}\n"


@pytest.mark.parametrize(("sealed", "wrong"), [("900", False), ("an hour", True)])
@pytest.mark.parametrize("named", [True, False])
def test_a_secret_is_judged_and_never_shown(
    found: Found, monkeypatch: pytest.MonkeyPatch, sealed: str, wrong: bool, named: bool
) -> None:
    context = VaultSecretsContext(secrets=[("default", VaultSecret(b"of the vault"))])
    monkeypatch.setattr(VaultSecretsContext, "_current", context)
    name = "pronote_client_armed_days"
    text = f"{name}: '{{{{ sealed }}}}'\n{_sealed('sealed', sealed)}" if named else _sealed(name, sealed)
    line = f"inv/host_vars/pc-3.yml:1: {name} is encrypted, and what it says cannot be used. Correct it."
    assert _told(found({"host_vars/pc-3.yml": text})) == ([(line, {"pc-3"})] if wrong else [])


def test_secrets_that_do_not_open_are_one_line(found: Found) -> None:
    secrets = "".join(_sealed(name, "x") for name in ("ansible_become_password", "of_vault", "somebody_elses"))
    named = 'ansible_password: "{{ of_vault }}"\n'
    ((line, hosts),) = _told(found({"group_vars/all.yml": secrets + named}))
    assert line.startswith("inv/group_vars/all.yml:1 and 1 more place: a secret cannot be opened: ")
    assert line.endswith(
        " Give the password of the vault (--ask-vault-pass, --vault-password-file), or encrypt it again."
    )
    assert hosts == {"pc-1", "pc-2", "pc-3"}


def test_a_secret_that_opens_or_is_somebody_elses_is_no_fault(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found({"group_vars/all.yml": _sealed("somebody_elses", "x")}) == []
    opened = VaultSecretsContext(secrets=[("default", VaultSecret(b"of the vault"))])
    monkeypatch.setattr(VaultSecretsContext, "_current", opened)
    assert found({"group_vars/all.yml": _sealed("ansible_password", "x")}) == []


def test_a_file_that_does_not_open_is_one_line(found: Found) -> None:
    files = {"group_vars/college/main.yml": UAI["group_vars/college.yml"], "group_vars/college.yml": ""}
    ((line, hosts),) = _told(found({**files, "group_vars/college/vault.yml": _VAULT.encrypt("pronote_x: 1")}))
    assert line.startswith("inv/group_vars/college/vault.yml: it is encrypted, and cannot be opened: ")
    assert hosts == {"pc-3"}


def test_a_file_that_is_no_yaml_is_one_line(found: Found) -> None:
    ((line, hosts),) = _told(found({"host_vars/pc-1.yml": "a: [\n"}))
    assert line.startswith("host_vars/pc-1: its variables cannot be read: ")
    assert "\n" not in line
    assert hosts == {"pc-1"}


def test_what_ansible_passes_over_in_folders_of_variables_is_nobodys_mistake(found: Found) -> None:
    files = {f"group_vars/{name}": "" for name in ("vault.yml.sample", ".lycee.yml.swp", "lycee.yml~", "README.md")}
    assert found(files) == []


def test_ten_thousand_stations_of_a_table_are_told_in_a_line(found: Found, tmp_path: Path) -> None:
    hosts = {
        f"pc-{number}": {"pronote_mak": "x", "ansible_host": f"10.1.{number // 250}.{number % 250}"}
        for number in range(2000)
    }
    text = yaml.safe_dump({"pronote_stations": {"children": {"lycee": {"hosts": hosts}}}})
    (told,) = _told(found({"hosts.yml": text, "group_vars/college.yml": "", "group_vars/lycee.yml": ""}))[:1]
    assert "and 1999 more places: nothing reads the variable pronote_mak. Did you mean pronote_mac?" in told[0]
    assert len(told[1]) == 2000


def test_what_may_not_be_read_is_one_line(found: Found, tmp_path: Path) -> None:
    """The rights themselves: test_rights.py."""
    (tmp_path / "depot").mkdir()
    files = {
        "group_vars/all/main.yml": f"pronote_depot_path: {tmp_path}/depot\n",
        "group_vars/all/pronote_releases.lock.yml": "pronote_releases: {}\n",
    }
    assert found(files, role="pronote_prepare") == []
    (tmp_path / "depot").chmod(0)
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        for path in (tmp_path / "inv").rglob("*"):
            path.chmod(0o777)
        (tmp_path / "inv").chmod(0o777)
        os.seteuid(65534)
    try:
        told = _told(found(files, role="pronote_prepare"))
        others = found(files, role="pronote_client")
    finally:
        if root:
            os.seteuid(0)
    line = "inv/group_vars/all/main.yml:1: pronote_depot_path: depot cannot be read by this account."
    remedy = "Check its owner and rights (ls -l, chmod, chown), or run as somebody who may."
    assert told == [(f"{line} {remedy}", {"pc-1", "pc-2", "pc-3"})]
    assert not [each for each in others if "cannot be read by" in each.fact]


def _no_port(text: str) -> None:
    if ":" in text:
        raise ValueError(f"{text} has a port")


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ("depot:80", "inv/group_vars/all.yml:1: pronote_depot_path: depot:80 has a port"),
        ('"{{ own }}"', "inv/group_vars/all.yml:1: pronote_depot_path is encrypted, and what it says cannot be used"),
    ],
)
def test_a_rule_has_a_remedy_of_its_own_and_says_whether_it_holds(
    found: Found, monkeypatch: pytest.MonkeyPatch, value: str, fact: str
) -> None:
    rule = Rule(parse=_no_port, remedy=Message("Leave it out."), holds=False)
    monkeypatch.setitem(cast("dict[str, Rule]", RULES), "pronote_depot_path", rule)
    context = VaultSecretsContext(secrets=[("default", VaultSecret(b"of the vault"))])
    monkeypatch.setattr(VaultSecretsContext, "_current", context)
    told = found({"group_vars/all.yml": f"pronote_depot_path: {value}\n{_sealed('own', 'depot:80')}"})
    assert [(each.said, each.remedy, each.holds) for each in told] == [(fact, "Leave it out.", False)]
