"""What AWX throws away with a job's container, by the mounts of real containers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight import container
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import options_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.lasting import Mount, is_lasting, mounts_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.setting import (
    OfGroup,
    OfHost,
    Setting,
    Settings,
)

# A job of AWX on an execution node (podman), and one in Kubernetes: proc_pid_mountinfo(5).
_NODE = r"""
712 600 0:60 / / rw,relatime - overlay overlay rw,lowerdir=/l
713 712 0:63 / /proc rw,nosuid - proc proc rw
714 712 0:64 / /dev rw,nosuid - tmpfs tmpfs rw
720 712 8:1 /tmp/awx_12_x /runner rw,relatime - ext4 /dev/sda1 rw
721 712 8:1 /srv/pronote-awx /srv/pronote-awx rw,relatime shared:1 - ext4 /dev/sda1 rw
722 712 8:1 /srv/two\040words /srv/two\040words rw - ext4 /dev/sda1 rw
723 721 0:70 / /srv/pronote-awx/memory rw - tmpfs tmpfs rw
724 712 0:80 / /srv/layer rw - overlay overlay rw
725 712 0:60 /srv/x /srv/part rw - overlay overlay rw
a line that is cut
"""
_POD = r"""
712 600 0:60 / / rw,relatime - overlay overlay rw
730 712 8:1 /var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/data /srv/pronote-awx rw - ext4 /dev/sda1 rw
731 712 0:90 / /srv/shared rw - nfs4 nas:/x rw
"""
_EVERYTHING = ["pronote_state", "pronote_cache_dir", "pronote_client_log_dir", "pronote_depot_path"]


def test_mountinfo() -> None:
    mounts = mounts_of(_NODE)
    assert mounts[0] == Mount(point="/", root="/", kind="overlay")
    assert mounts[5].point == "/srv/two words"
    assert len(mounts) == 9


@pytest.mark.parametrize(
    ("text", "path", "lasts"),
    [
        (_NODE, "/srv/pronote-awx", True),
        (_NODE, "/srv/pronote-awx/state/pronote.sqlite3", True),
        (_NODE, "/srv/two words/x", True),
        # Another folder's name begins like it.
        (_NODE, "/srv/pronote-awx2/x", False),
        # The volume whose folder the node does not have: left out silently.
        (_NODE, "/var/lib/pronote-audit/pronote.sqlite3", False),
        (_NODE, "/srv/pronote-awx/memory/x", False),
        # A mount, and gone with the job.
        (_NODE, "/runner/inventory.pronote/state/pronote.sqlite3", False),
        (_NODE, "/srv/layer/x", False),
        (_NODE, "/srv/part/x", True),
        (_NODE, "/runner", False),
        (_NODE, "/runners", False),
        (_POD, "/srv/pronote-awx/x", False),
        (_POD, "/srv/shared/x", True),
        ("", "/srv", False),
    ],
)
def test_what_lasts(text: str, path: str, lasts: bool) -> None:
    assert is_lasting(path, mounts_of(text)) is lasts


def _found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], **values: Any) -> dict[str, str]:
    """What is told, by what is advised to be done."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(_NODE, encoding="utf-8")
    monkeypatch.setattr(container, "_MOUNTS", mounts)
    layer = {name: Setting(name=name, value=value, place="all.yml:1") for name, value in values.items()}
    settings = Settings(hosts={"a": OfHost(), "b": OfHost()}, groups={"all": OfGroup(beside=layer)}, over={})

    def template(value: Any, _host: str) -> Any:
        if value == "{{ fails }}":
            raise ValueError
        return str(value).replace("{{ volume }}", "/srv/pronote-awx")

    found = list(container.passing(settings, ["a", "b"], options, template, ["/runner/inventory"]))
    assert all(each.hosts == {"a", "b"} and each.holds for each in found)
    return {str(each.fact): str(each.remedy) for each in found}


_EXPORTS = "pronote_audit_exports"
_PASSES = "is thrown away with this job's container"


def test_everything_is_thrown_away_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    told = _found(tmp_path, monkeypatch, _EVERYTHING, awx_job_id=7)
    assert list(told) == [
        f"pronote_state is not set, and /runner/inventory.pronote/state/pronote.sqlite3 {_PASSES}",
        f"pronote_cache_dir is not set, and {home}/.cache/rentree-pronote {_PASSES}",
        f"pronote_client_log_dir is not set, and /runner/inventory.pronote/logs {_PASSES}",
    ]
    assert "PostgreSQL" in told[next(iter(told))]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("pronote_state", "postgresql://pronote@db.example.org/pronote?sslmode=verify-full", False),
        ("pronote_state", "", False),
        ("pronote_state", "/srv/pronote-awx/pronote.sqlite3", False),
        ("pronote_state", "{{ volume }}/pronote.sqlite3", False),
        ("pronote_state", "{{ fails }}", False),
        ("pronote_state", "/var/lib/pronote-audit/pronote.sqlite3", True),
        ("pronote_cache_dir", "/tmp/cache", True),
        ("pronote_depot_path", "/srv/pronote", True),
        ("pronote_lock_file", "/runner/inventory/group_vars/all/pronote_releases.lock.yml", True),
        # In the repository, which each job has anew; and beside an inventory that AWX made, where nothing is.
        ("pronote_response_dir", "/runner/project/inventories/my_schools/responses", False),
        ("pronote_response_dir", "/runner/inventory/responses", True),
        ("pronote_reports_dir", "/srv/pronote-awx/reports", False),
        ("pronote_reports_dir", "/runner/project", True),
        ("pronote_reports_dir", "", False),
    ],
)
def test_a_place_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: bool
) -> None:
    told = _found(tmp_path, monkeypatch, [name, _EXPORTS], awx_job_id=7, **{name: value})
    expected = [f"{name} is {value}, which is thrown away with this job's container"] if fault else []
    assert list(told) == expected
    # Nobody throws anything away elsewhere.
    assert _found(tmp_path, monkeypatch, [name], **{name: value}) == {}


_RECORDING = options_of("pronote_record")
_IN_PROJECT = "/runner/project/inventories/my_schools/responses"


@pytest.mark.parametrize(
    ("values", "lost"),
    [
        ({"pronote_response_dir": _IN_PROJECT}, "pronote_response_dir"),
        ({"pronote_response_dir": "/srv/pronote-awx/responses"}, ""),
        ({"pronote_record_store": _IN_PROJECT}, "pronote_record_store"),
        ({"pronote_record_store": "/srv/pronote-awx/responses"}, ""),
        # Nothing is written to the other one then.
        ({"pronote_record_store": "/srv/pronote-awx/responses", "pronote_response_dir": _IN_PROJECT}, ""),
    ],
)
def test_a_recording_is_not_left_in_the_repositorys_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], lost: str
) -> None:
    """Where it may be read from: each job has a copy of its own."""
    told = _found(tmp_path, monkeypatch, _RECORDING, awx_job_id=7, **values)
    assert list(told) == ([f"{lost} is {_IN_PROJECT}, which {_PASSES}"] if lost else [])


@pytest.mark.parametrize("role", ["pronote_audit", "pronote_conclude"])
def test_reports_are_thrown_away_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    options = [name for name in options_of(role) if name in {"pronote_reports_dir", _EXPORTS}]
    told = _found(tmp_path, monkeypatch, options, awx_job_id=7)
    assert list(told) == [f"pronote_reports_dir is not set, and /runner/inventory.pronote/reports {_PASSES}"]


def test_reports_are_where_an_earlier_name_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the data of an earlier awx/apply.yml have it: such a job is not held."""
    options = options_of("pronote_audit")

    def told(**values: str) -> list[str]:
        rest = {"pronote_state": "", "pronote_cache_dir": "/srv/pronote-awx/cache", "awx_job_id": 7}
        return [fact.partition(",")[0] for fact in _found(tmp_path, monkeypatch, options, **rest, **values)]

    assert told(pronote_audit_html="", pronote_audit_path="") == []
    assert told(pronote_audit_html="/tmp/a.html") == ["pronote_audit_html is /tmp/a.html"]
    assert told(pronote_audit_path="/tmp/a.json", pronote_reports_dir="/srv/pronote-awx/r") == []


def test_whoever_writes_reports_beside_its_work_is_not_held_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("pronote_doctor", "pronote_rehearse", "pronote_rentree", "pronote_prepare"):
        assert "pronote_reports_dir" in options_of(role)
        assert not any("reports" in fact for fact in _found(tmp_path, monkeypatch, options_of(role), awx_job_id=7))


def test_what_a_role_does_not_write_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _found(tmp_path, monkeypatch, [], awx_job_id=7, pronote_state="/x") == {}
