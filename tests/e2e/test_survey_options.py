"""Whose variables and options the survey uses: of every source, the same as a worker of each station."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.e2e.playbook import ROOT, PlaybookRun, run_playbook

# What each station has of its own; the first one has what must not become the others'.
STATIONS: dict[str, dict[str, Any]] = {
    "first": {
        "ansible_user": "first's own",
        "ansible_password": "first's own",
        "ansible_port": 1,
        "ansible_timeout": 99,
        "of_first": "first",
        "of_host": "first",
    },
    "plain": {},
    "gone": {},
    "templated": {
        "ansible_host": "{{ inventory_hostname }}.{{ domain }}",
        "ansible_user": "{{ prefix }}{{ inventory_hostname }}",
        "of_nested": "{{ of_host }}, {{ of_task }}, {{ of_default }}",
        "prefix": "user of ",
    },
    "vaulted": {"ansible_password": "{{ secret }}"},
    "kerberos": {
        "ansible_user": "somebody@LYCEE.LAN",
        "ansible_winrm_kinit_args": "-a -b",
        "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
        "ansible_winrm_kinit_mode": "manual",
        "ansible_winrm_kerberos_hostname_override": "{{ inventory_hostname }}.lycee.lan",
    },
    "certificate": {
        "ansible_winrm_transport": ["certificate", "ntlm"],
        "ansible_winrm_cert_pem": "/etc/pem",
        "ansible_winrm_server_cert_validation": "ignore",
        "ansible_winrm_scheme": "https",
        "ansible_winrm_path": "/other",
    },
    "times": {
        "ansible_timeout": "7",
        "ansible_winrm_connection_timeout": "40",
        "ansible_winrm_read_timeout_sec": "{{ 20 + 2 }}",
    },
    "ssh-names": {"ansible_ssh_user": "old name", "ansible_ssh_pass": "old name", "ansible_ssh_host": "192.0.2.1"},
    "own-names": {"ansible_winrm_user": "w", "ansible_winrm_password": "w", "ansible_winrm_port": 443},
    "local": {"ansible_connection": "ansible.builtin.local"},
    "undefined": {"of_nested": "{{ nobody_said }}"},
    "undefined-password": {"ansible_password": "{{ nobody_said }}"},
    "unknown": {"ansible_connection": "carrier_pigeon"},
    "unfit": {"ansible_winrm_transport": "telepathy"},
    "elsewhere": {"ansible_winrm_transport": "credssp"},
    "left-out": {},
    "not-included": {},
}
_BROKEN = {"undefined", "undefined-password", "unknown"}
# Told before any station is asked, where it is so.
_LACKING = (
    {"kerberos"}
    if shutil.which("kinit") is None or None in map(find_spec, ("kerberos", "gssapi", "krb5"))
    else set[str]()
)
# The first by a task that fails, the others by a ``when``.
_GONE = {"gone", "left-out", "not-included"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    work = tmp_path_factory.mktemp("sources")
    inventory = work / "inventory"
    (inventory / "group_vars").mkdir(parents=True)
    (inventory / "host_vars").mkdir()
    groups = {
        "children": {
            "stations": {
                "vars": {"of_group": "group", "of_host": "group", "of_play": "group", "domain": "lycee.lan"},
                "hosts": STATIONS,
            },
        },
        "vars": {"of_group_all": "all, of {{ inventory_hostname }}", "of_group": "all", "of_nested": "none"},
    }
    (inventory / "hosts.yml").write_text(yaml.safe_dump({"all": groups}, sort_keys=False), encoding="utf-8")
    (work / "vault-password").write_text("of the vault", encoding="utf-8")
    vault = VaultLib([("default", VaultSecret(b"of the vault"))])
    for name, kind in {"all": "group_vars", "plain": "host_vars"}.items():
        data = {"ansible_connection": "winrm", "secret": "told to nobody"} if name == "all" else {"of_host": "host"}
        text = yaml.safe_dump(data).encode()
        (inventory / kind / f"{name}.yml").write_bytes(vault.encrypt(text) if name == "all" else text)
    (work / "password").write_text("of the command line", encoding="utf-8")
    return run_playbook(
        "../tests/e2e/playbooks/sources",
        *("-u", "of the command line", "--connection-password-file", str(work / "password"), "-T", "23"),
        *("--vault-password-file", str(work / "vault-password"), "-e", "of_extra=extra", "-f", "15"),
        inventory=inventory,
        work=work / "runs",
        PYTHONPATH=str(ROOT),
        RENTREE_PROGRESS="off",
    )


def _seen(run: PlaybookRun, play: int = 0) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """What the workers returned by station, and what the one task did."""
    seen: list[tuple[dict[str, Any], dict[str, Any]]] = []
    by_worker: dict[str, dict[str, Any]] = {}
    for result in run.results:
        if result["action"] == "seen_by_worker" and result["outcome"] != "skipped":
            by_worker[result["host"]] = result["result"]
        elif result["action"] == "seen_by_survey":
            seen.append((by_worker, result["result"]["stations"]))
            by_worker = {}
    return seen[play]


def test_every_source_is_what_a_worker_sees(run: PlaybookRun) -> None:
    by_worker, by_survey = _seen(run)
    assert by_survey.keys() == by_worker.keys() == STATIONS.keys() - _GONE
    for name in STATIONS.keys() - _BROKEN - _GONE - {"unfit"} - _LACKING:
        for key in ("arguments", "variables", "connection"):
            assert by_survey[name][key] == by_worker[name][key], (name, key)
        if by_survey[name]["access"]:
            assert by_survey[name]["access"] == by_worker[name]["access"], name


def test_who_is_left_out_is_not_read(run: PlaybookRun) -> None:
    """By the ``when`` of a role or file that is included, and by what it applies to its tasks."""
    by_worker, by_survey = _seen(run, play=1)
    assert by_survey.keys() == by_worker.keys() == {"plain", "vaulted"}


def test_what_a_worker_cannot_read_the_survey_cannot(run: PlaybookRun) -> None:
    by_worker, by_survey = _seen(run)
    for name in _BROKEN:
        said = by_worker[name]["msg"]
        assert by_survey[name]["error"]
        assert by_survey[name]["error"].rpartition(": ")[2] in " ".join(said.split()), name
    without = {name: seen for name, seen in by_survey.items() if name not in _BROKEN and not seen["access"]}
    assert without.keys() == {"local", "unfit", "elsewhere"} | _LACKING
    for name in _LACKING:
        assert (without[name]["problem"] or "controller", without[name]["access"]) == ("controller", None)
    assert (without["local"]["problem"], without["unfit"]["problem"]) == ("configuration", "configuration")
    assert "credssp" in without["elsewhere"]["elsewhere"]


def test_the_sources_win_in_their_order(run: PlaybookRun) -> None:
    """So that the comparison is of different values."""
    _by_worker, by_survey = _seen(run)
    seen = by_survey["plain"]["variables"]
    assert {name: seen[f"of_{name}"] for name in ("default", "group_all", "group", "host", "play", "files")} == {
        "default": "default of plain",
        "group_all": "all, of plain",
        "group": "group",
        "host": "host",
        "play": "play",
        "files": "vars_files",
    }
    assert {name: seen[f"of_{name}"] for name in ("role", "block", "task", "fact", "params", "extra", "first")} == {
        "role": "role of plain",
        "block": "block of plain",
        "task": "task of plain",
        "fact": "play",
        "params": "params of plain",
        "extra": "extra",
        "first": "play, of plain",
    }
    reached = by_survey["plain"]["connection"]
    assert (reached["user"], reached["password"], reached["port"]) == ("keyword of plain", "of the command line", 7001)
    assert (reached["connecting"], by_survey["first"]["connection"]["connecting"]) == (23, 99)
    assert by_survey["vaulted"]["connection"]["password"] == "told to nobody"
    assert by_survey["times"]["access"][0]["answering"] == 50
    assert json.dumps(by_survey).count("first's own") == json.dumps(by_survey["first"]).count("first's own")
