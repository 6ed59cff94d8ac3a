"""What this account may not read of what a role takes from this machine."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleParserError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import callback_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.rights import closed, of_error
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.setting import (
    OfGroup,
    OfHost,
    Setting,
    Settings,
)

_LOCK = "inv/group_vars/all/pronote_releases.lock.yml"
_OPTIONS = ["pronote_depot_path", "pronote_response_dir", "pronote_lock_file", "pronote_responses"]
_OPTIONS += ["pronote_prepare_response", "pronote_publish_response_release"]  # earlier ones


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Everything is there, and this test is nobody in particular: root may read anything."""
    monkeypatch.chdir(tmp_path)
    for name in ("depot/x/setup.exe", "inv/responses/a.iss", "inv/responses/a.yml", "own/x64.iss", _LOCK):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield tmp_path
    if root:
        os.seteuid(0)


def _shut(folder: Path, *names: str) -> None:
    mine = os.geteuid()
    os.seteuid(os.getuid())
    for name in names:
        (folder / name).chmod(0)
    os.seteuid(mine)


def _found(folder: Path, options: list[str], **values: Any) -> list[tuple[str, str]]:
    layer = {name: Setting(name=name, value=value, place="all.yml:1") for name, value in values.items()}
    hosts = {name: OfHost(groups=("all",)) for name in ("a", "b")}
    settings = Settings(hosts=hosts, groups={"all": OfGroup(beside=layer)}, over={})

    def template(value: Any, host: str) -> Any:
        assert host == "a"
        if value == "{{ nobody_said }}":
            raise ValueError(value)
        return value

    found = list(closed(settings, ["a", "b"], options, template, [str(folder / "inv")]))
    assert all(each.hosts == {"a", "b"} and each.holds for each in found)
    return [(each.place, each.fact) for each in found]


@pytest.mark.parametrize(
    ("shut", "values", "told"),
    [
        ("depot", {"pronote_depot_path": "depot"}, [("all.yml:1", "pronote_depot_path: depot")]),
        # What is below a folder that nobody may enter is not known to be missing.
        ("depot", {"pronote_depot_path": "depot/x"}, [("all.yml:1", "pronote_depot_path: depot/x")]),
        (
            "own/x64.iss",
            {"pronote_responses": {"install": {"x64": "own/x64.iss"}}},
            [("all.yml:1", "pronote_responses: own/x64.iss")],
        ),
        ("own/x64.iss", {"pronote_responses": {"release": "own/x64.iss"}}, []),
        ("own/x64.iss", {"pronote_publish_response_release": "own/x64.iss"}, []),
        (
            "own/x64.iss",
            {"pronote_prepare_response": {"x64": "own/x64.iss"}},
            [("all.yml:1", "pronote_prepare_response: own/x64.iss")],
        ),
        ("own/x64.iss", {"pronote_response_dir": "own"}, [("all.yml:1", "pronote_response_dir: own/x64.iss")]),
        ("inv/responses", {}, [("", "inv/responses")]),
        ("inv/responses/a.iss", {}, [("", "inv/responses/a.iss")]),
        (
            "inv/responses",
            {"pronote_response_dir": "inv/responses"},
            [("all.yml:1", "pronote_response_dir: inv/responses")],
        ),
        (_LOCK, {}, [("", _LOCK)]),
        # Not read as a response file.
        ("inv/responses/a.yml", {}, []),
    ],
)
def test_what_may_not_be_read(folder: Path, shut: str, values: dict[str, Any], told: list[tuple[str, str]]) -> None:
    assert _found(folder, _OPTIONS, **values) == []
    _shut(folder, shut)
    assert _found(folder, _OPTIONS, **values) == [
        (place, f"{fact} cannot be read by this account") for place, fact in told
    ]


def test_what_a_role_does_not_read_and_what_is_not_there(folder: Path) -> None:
    _shut(folder, "depot", "inv/responses", _LOCK)
    assert _found(folder, ["pronote_depot_url"], pronote_depot_path="depot") == []
    named = {"pronote_depot_path": "nowhere", "pronote_responses": "{{ nobody_said }}"}
    assert _found(folder, list(named), **named) == []
    assert _found(folder, list(named), pronote_depot_path=["depot", 3], pronote_responses="") == []


class _Unread:
    """A play whose variables Ansible cannot read, as its manager of variables says it."""

    hosts, _uuid = "all", "of-a-play"

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_variable_manager(self) -> _Unread:
        return self

    def get_name(self) -> str:
        return "play"

    check_mode = False
    _inventory = SimpleNamespace(get_host=lambda name: SimpleNamespace(name=name, get_groups=lambda: [], vars={}))

    def get_loader(self) -> DataLoader:
        return DataLoader()

    def get_vars(self, host: Any = None, **_given: Any) -> dict[str, Any]:
        if host is None:
            return {"ansible_play_hosts_all": ["pc-1"]}
        try:
            raise PermissionError(errno.EACCES, "Permission denied", str(self._path))
        except OSError as exc:
            raise AnsibleParserError("An error occurred while trying to read the file") from exc


@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_ansible_reads_it_first_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """The lock file is one of ``group_vars``: no task comes, and nothing of ours has broken."""
    monkeypatch.setenv("RENTREE_LANGUAGE", language)
    monkeypatch.chdir(tmp_path)
    play = _Unread(tmp_path / _LOCK)
    for name in ("console", "progress"):
        callback = callback_loader.get(f"rentree.pronote.{name}")
        callback.set_options()
        callback.v2_playbook_on_play_start(play)
        assert not getattr(callback, "broken", callback.disabled)
    shown = capsys.readouterr()
    told = {
        "en": "cannot be read by this account. Check its owner",
        "fr": "ne peut pas être lu par ce compte. Vérifier",
    }
    assert f"{_LOCK} {told[language]}" in shown.out + shown.err


@pytest.mark.parametrize("error", [ValueError("x"), FileNotFoundError(2, "gone", "x"), PermissionError("who knows")])
def test_another_error_is_not_ours_to_explain(error: Exception) -> None:
    assert of_error(error) is None
