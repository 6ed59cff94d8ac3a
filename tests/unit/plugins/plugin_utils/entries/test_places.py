"""The action that settles where a play writes, and what it says of each shape of an inventory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.collections import ImmutableDict
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory import sources as _sources

from tests.actions import run_action

LOG = "logs/a.log"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "inv"
    (folder / LOG).parent.mkdir(parents=True)
    (folder / LOG).write_text("[all:vars]\nansible_host=10.6.6.6\n", encoding="utf-8")
    (folder / "hosts.yml").write_text("", encoding="utf-8")
    return folder


def _beside(inventory: Path) -> Path:
    return inventory.with_name(f"{inventory.name}.pronote")


def _play(folder: Path | None, **more: Any) -> dict[str, Any]:
    """The variables of a play on one station of this folder; ``more``: its own, set by somebody."""
    own = {"inventory_dir": str(folder) if folder else None, **more}
    return {**own, "groups": {"all": ["a"]}, "hostvars": {"a": own}, "ansible_play_hosts_all": ["a"]}


def _run(variables: dict[str, Any], *, check: bool = False, **given: Any) -> dict[str, Any]:
    return run_action("places", given, check=check, variables=variables)


def _sourced(monkeypatch: pytest.MonkeyPatch, *given: Path | str) -> None:
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(inventory=tuple(map(str, given))))


def _ansibles_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Ansible passes over without a configuration of ours."""
    monkeypatch.setattr(_sources, "ignored", lambda name: name.startswith(".") or name in {"group_vars", "host_vars"})


def test_check_apply_check_apply(inventory: Path) -> None:
    variables = _play(inventory)
    moved = {str(inventory / LOG): str(_beside(inventory) / LOG)}
    first = _run(variables, check=True)
    assert (first["changed"], first["moved"], (inventory / LOG).exists()) == (True, moved, True)
    (diff,) = first["diff"]
    assert (diff["before"], diff["after"]) == (f"{inventory / LOG}\n", f"{_beside(inventory) / LOG}\n")
    assert _run(variables) == first
    assert (_beside(inventory) / LOG).exists()
    nothing = {"changed": False, "moved": {}, "diff": [], "warnings": []}
    assert [_run(variables, check=check) for check in (True, False)] == [nothing, nothing]


@pytest.mark.parametrize("where", ["host", "task"])
def test_what_somebody_has_set_is_not_moved(inventory: Path, where: str) -> None:
    logs = str(inventory / "logs")
    if where == "host":
        result = _run(_play(inventory, pronote_client_log_dir=logs), log_dir=logs)
    else:
        # By the play, or as a parameter of the role: no host has it.
        result = _run(_play(inventory), log_dir=logs)
    assert (result["changed"], (inventory / LOG).exists()) == (False, True)


def test_every_inventory_of_the_run(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources in two folders, one given by a link, one by its file; a list of hosts has no folder."""
    other = inventory.with_name("other")
    (other / "logs").mkdir(parents=True)
    (other / "hosts.yml").write_text("", encoding="utf-8")
    (other / "logs/b.log").write_text("", encoding="utf-8")
    link = inventory.with_name("link")
    link.symlink_to("other")
    _sourced(monkeypatch, inventory / "hosts.yml", link, "pc-1,")
    monkeypatch.setattr(_sources, "ignored", lambda name: name == "logs")
    variables = _play(inventory)
    variables["groups"]["all"].append("b")
    variables["hostvars"]["b"] = {"inventory_dir": str(link)}
    assert set(_run(variables)["moved"]) == {str(inventory / LOG), str(other / "logs/b.log")}
    assert (_beside(other) / "logs/b.log").exists()


def test_a_store_that_cannot_be_moved_is_told(inventory: Path) -> None:
    (inventory / "state").mkdir()
    (inventory / "state/pronote.sqlite3").write_text("no store\n" * 200, encoding="utf-8")
    store = str(_beside(inventory) / "state/pronote.sqlite3")
    (warning,) = _run(_play(inventory), store=store)["warnings"]
    assert warning.startswith(f"{inventory}/state was not moved to {_beside(inventory)}/state: it is no store")
    assert "goes on being used" in warning
    # Not the matter of a play that does not use it.
    assert _run(_play(inventory))["warnings"] == []


@pytest.mark.parametrize("variable", ["pronote_state", "pronote_reports_dir"])
def test_no_inventory_folder_is_told_with_the_remedy(variable: str) -> None:
    option = {"pronote_state": "store", "pronote_reports_dir": "reports"}[variable]
    nowhere: dict[str, Any] = {option: ""}
    (warning,) = _run(_play(None), **nowhere)["warnings"]
    assert "come from no inventory folder (-i host, or add_host)" in warning
    assert warning.endswith(f"unless you set {variable}.")
    somewhere: dict[str, Any] = {option: "/srv/x"}
    assert _run(_play(None), **somewhere)["warnings"] == []


def test_a_folder_beside_which_nothing_can_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = tmp_path / "inv"
    inventory.mkdir()
    place = f"{inventory}.pronote"
    monkeypatch.setattr(os, "access", lambda *_: False)
    (warning,) = _run(_play(inventory), log_dir=f"{place}/logs")["warnings"]
    assert warning.startswith(f"What this run writes would lie in {place}, where this user cannot write.")
    assert warning.endswith("or set pronote_client_log_dir.")
    assert _run(_play(inventory), log_dir="/srv/logs")["warnings"] == []


def test_a_container_of_awx_is_told(tmp_path: Path) -> None:
    store = f"{tmp_path}/inv.pronote/state/pronote.sqlite3"
    (tmp_path / "inv").mkdir()
    variables = _play(tmp_path / "inv") | {"awx_job_id": 7}
    (warning,) = _run(variables, store=store)["warnings"]
    assert "in a container that AWX throws away: set pronote_state to a volume" in warning
    assert _run(variables, store="/var/lib/pronote-audit/pronote.sqlite3")["warnings"] == []


def test_a_log_that_ansible_read_as_an_inventory_ends_the_run(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _sourced(monkeypatch, inventory)
    _ansibles_own(monkeypatch)
    check = _run(_play(inventory), check=True)
    assert check["failed"]
    assert check["msg"].startswith(f"Ansible reads {inventory / LOG} as an inventory, and it holds what stations said")
    # Every action refuses it, and moves nothing.
    with pytest.raises(AnsibleActionFail, match=r"Ansible reads .*/logs/a.log as an inventory"):
        run_action("deploy_report", {"store": ""})
    first = _run(_play(inventory))
    assert (first["failed"], set(first["moved"])) == (True, {str(inventory / LOG)})
    assert first["msg"].endswith("It is no inventory any more: run again.")
    assert "failed" not in _run(_play(inventory))
    assert run_action("deploy_report", {"store": ""})["skipped"]


@pytest.mark.parametrize("source", [".", "hosts.yml"])
def test_what_was_recorded_is_refused_where_ansible_reads_it(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hosts.yml").write_text("", encoding="utf-8")
    recording = tmp_path / "responses/pronote_client-2026.1.3-x64.iss"
    recording.parent.mkdir()
    recording.write_text("[all:vars]\nansible_host=10.6.6.6\n", encoding="utf-8")
    _sourced(monkeypatch, tmp_path / source)
    _ansibles_own(monkeypatch)
    result = _run(_play(tmp_path))
    assert result.get("failed", False) == (source == ".")
    assert recording.exists()
    if source == ".":
        assert "pronote_response_dir" in result["msg"]
        monkeypatch.setattr(_sources, "ignored", lambda name: name == "responses")
        assert "failed" not in _run(_play(tmp_path))


def test_a_folder_of_inventories_is_refused_unless_it_is_passed_over(
    inventory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """-i inventories: what lies beside inventories/my_schools lies in it."""
    _run(_play(inventory))
    _sourced(monkeypatch, inventory.parent)
    _ansibles_own(monkeypatch)
    assert f"Ansible reads {_beside(inventory) / LOG} as" in _run(_play(inventory))["msg"]
    monkeypatch.setattr(_sources, "ignored", lambda name: name.endswith(".pronote"))
    assert "failed" not in _run(_play(inventory))
