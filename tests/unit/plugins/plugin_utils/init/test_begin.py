"""Init on a disk, without Ansible's playbook around it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, is_encrypted
from ansible_collections.rentree.pronote.plugins.plugin_utils.init import begin as begin_module
from ansible_collections.rentree.pronote.plugins.plugin_utils.init import disk
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.begin import Plan, begin, next_command, write
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.disk import Here, create
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.interview import Interview
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.plan import CREATED, KEPT, SAME
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.vault import of_text
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.unit.asked import Answering, as_given

_INV = "inventories/my_schools"
_VAULT = f"{_INV}/group_vars/all/vault.yml"
_ANSWERS = {
    "stations": "x.csv",
    "schools": [{"name": "Lycée A", "uai": "0310036W"}],
    "user": "deploy",
    "password": "s3cret",
    "depot_url": "http://depot.example.org/p",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    base = tmp_path / "base"
    base.mkdir(mode=0o755)
    (base / "x.csv").write_text("Nom;Adresse\na;10.0.0.1\n", encoding="utf-8")
    return base


def _begin(base: Path, *typed: str, secrets: Any = (), **answers: Any) -> Plan:
    given = as_given(**{**_ANSWERS, **answers})
    answering = Answering(typed)
    talk = Interview(given, asks=lambda: answering if typed else None, tell=answering.tell)
    here = Here(base=base, loader=DataLoader(), vault_file="")
    return begin(talk, here, words=catalogue("en"), secrets=secrets)


def _states(plan: Plan) -> dict[str, str]:
    return {each.path: each.state for each in plan.files}


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_time_changes_nothing(folder: Path) -> None:
    secrets = of_text("vault")
    first = _begin(folder, secrets=secrets)
    assert set(_states(first).values()) == {CREATED}
    assert not (folder / _INV).exists()
    write(first, folder)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    again = _begin(folder, secrets=secrets)
    assert set(_states(again).values()) == {SAME}
    write(again, folder)
    assert {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    } == before
    assert next_command(again, folder) == "ansible-playbook rentree.pronote.doctor"
    assert "is as it should be" in again.lines(done=True)[0]


def test_the_vault_is_one_of_ansible_and_its_owners(folder: Path) -> None:
    write(_begin(folder, secrets=of_text("vault")), folder)
    content = (folder / _VAULT).read_bytes()
    assert is_encrypted(content)
    assert b"vault_station_password: !unsafe" in VaultLib(of_text("vault")).decrypt(content)
    assert _mode(folder / _VAULT) == 0o600
    assert _mode(folder / f"{_INV}/stations.csv") == 0o644
    assert not [path for path in folder.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_a_password_of_the_vault_is_asked_or_is_a_fault(folder: Path) -> None:
    with pytest.raises(ValueError, match="pronote_init_vault_password_file: it is missing, and so is --ask-vault-pass"):
        _begin(folder)
    plan = _begin(folder, "typed", "typed")
    assert b"s3cret" in VaultLib(of_text("typed")).decrypt(plan.files[-1].file.content)


def test_a_file_with_its_password_is_made_once(folder: Path) -> None:
    plan = _begin(folder, vault_password_file="~/new/vault")
    write(plan, folder)
    made = Path("~/new/vault").expanduser()
    assert (_mode(made), _mode(made.parent)) == (0o600, 0o700)
    password = made.read_text(encoding="utf-8")
    assert len(password.strip()) > 30
    assert b"s3cret" in VaultLib(of_text(password.strip())).decrypt((folder / _VAULT).read_bytes())
    assert "vault_password_file = ~/new/vault" in (folder / "ansible.cfg").read_text(encoding="utf-8")
    again = _begin(folder, vault_password_file="~/new/vault")
    assert set(_states(again).values()) == {SAME}
    assert "~/new/vault" not in _states(again)


@pytest.mark.parametrize(
    ("answers", "secret", "note"),
    [
        ({"password": "other"}, "vault", "it has another account or password"),
        ({}, "wrong", "it cannot be opened with this password"),
    ],
)
def test_a_vault_that_is_there_is_kept(folder: Path, answers: dict[str, str], secret: str, note: str) -> None:
    write(_begin(folder, secrets=of_text("vault")), folder)
    before = (folder / _VAULT).read_bytes()
    plan = _begin(folder, secrets=of_text(secret), **answers)
    assert _states(plan)[_VAULT] == KEPT
    write(plan, folder)
    assert (folder / _VAULT).read_bytes() == before
    told = "\n".join(plan.lines(done=True))
    assert note in told
    assert "other" not in told.replace("another", "")


def test_a_vault_in_the_clear_is_told(folder: Path) -> None:
    write(_begin(folder, secrets=of_text("vault")), folder)
    (folder / _VAULT).write_text("vault_station_password: s3cret\n", encoding="utf-8")
    (line,) = [line for line in _begin(folder, user="", password="").lines(done=True) if "vault.yml" in line]
    assert "it is not encrypted" in line
    assert "s3cret" not in line


def test_what_somebody_has_written_is_kept_and_shown(folder: Path) -> None:
    (folder / "ansible.cfg").write_text("[defaults]\nforks = 5\n", encoding="utf-8")
    plan = _begin(folder, secrets=of_text("vault"), vault_password_file="")
    assert _states(plan)["ansible.cfg"] == KEPT
    lines = plan.lines(done=True)
    assert "ansible.cfg: is there already and differs; it is kept as it is" in lines
    assert "    +forks = 25" in lines
    write(plan, folder)
    assert (folder / "ansible.cfg").read_text(encoding="utf-8") == "[defaults]\nforks = 5\n"
    # What that file does not say is said by the command.
    assert next_command(plan, folder) == f"ansible-playbook rentree.pronote.doctor -i {_INV} --ask-vault-pass"


def test_in_the_project_itself_its_configuration_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begin_module, "_HERE", folder)
    plan = _begin(folder, vault_password_file="~/vault")
    assert "ansible.cfg" not in _states(plan)
    wanted = f"ansible-playbook playbooks/doctor.yml -i {_INV} --vault-password-file '~/vault'"
    assert next_command(plan, folder) == wanted


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("base/collections", "collections_path = collections:~/.ansible"),
        ("elsewhere", "collections_path = {tmp}/elsewhere:~/.ansible"),
        ("home/.ansible/collections", None),
    ],
)
def test_where_the_collection_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, told: str | None
) -> None:
    root = tmp_path / place / "ansible_collections/rentree/pronote"
    monkeypatch.setattr(begin_module, "_HERE", root)
    files = {each.path: each.file.content.decode() for each in _begin(folder, secrets=of_text("v")).files}
    if told is None:
        assert "collections_path" not in files["ansible.cfg"]
    else:
        assert told.replace("{tmp}", str(tmp_path)) in files["ansible.cfg"]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"folder": "."}, "it must be a folder of its own"),
        ({"folder": "a,b"}, "cannot be the name of a folder"),
        ({"folder": "used"}, "used is not empty, and has no inventory of init (hosts.ini)"),
        ({"folder": "x.csv"}, "x.csv: Not a directory"),
        ({"stations": "none.csv"}, "none.csv cannot be read (No such file or directory)"),
        ({"stations": "zip.csv"}, "zip.csv:"),
        ({"stations": "reserved.csv"}, "reserved.csv:2: column 'Nom', 'hosts': 'hosts' cannot be a station's name"),
        ({"vault_password_file": f"{_INV}/pw"}, "lies in the inventory"),
        ({"vault_password_file": "used"}, "cannot be a file with a password"),
        ({"vault_password_file": "open.txt"}, "open.txt can be read by others: chmod 600 open.txt"),
        ({"vault_password_file": "empty.txt"}, "empty.txt gives no password"),
    ],
)
def test_what_cannot_be(folder: Path, answers: dict[str, str], told: str) -> None:
    (folder / "used").mkdir()
    (folder / "used/hosts.ini").write_text("a\n", encoding="utf-8")
    (folder / "open.txt").write_text("pw\n", encoding="utf-8")
    (folder / "open.txt").chmod(0o644)
    (folder / "empty.txt").write_text("", encoding="utf-8")
    (folder / "zip.csv").write_bytes(b"PK\x03\x04\0\0\x08\0")
    (folder / "reserved.csv").write_text("Nom\nhosts\n", encoding="utf-8")
    with pytest.raises(ValueError, match="pronote_init_") as caught:
        _begin(folder, secrets=of_text("v"), **answers)
    assert told in str(caught.value)


def test_a_file_that_is_too_large_to_be_a_list_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_LARGEST", 10)
    with pytest.raises(ValueError, match="is larger than 16 MiB"):
        _begin(folder, secrets=of_text("v"))


def test_where_everybody_may_write_ansible_reads_no_configuration(folder: Path) -> None:
    folder.chmod(0o777)
    with pytest.raises(ValueError, match="chmod o-w"):
        _begin(folder, secrets=of_text("v"))


@pytest.mark.parametrize("links", [True, False], ids=["links", "no-links"])
def test_a_new_file_takes_nobodys_place(folder: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:

        def link(*_paths: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)
    create(folder / "new/file", b"mine", mode=0o600)
    with pytest.raises(FileExistsError):
        create(folder / "new/file", b"other", mode=0o600)
    assert (folder / "new/file").read_bytes() == b"mine"
    assert [path.name for path in (folder / "new").iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_is_told_with_its_path(folder: Path) -> None:
    plan = _begin(folder, secrets=of_text("v"))
    (folder / "inventories").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"pronote.stations.yml cannot be written \(Not a directory\). Correct that"):
        write(plan, folder)


def test_one_file_has_one_way_to_be_written(folder: Path) -> None:
    here = Here(base=folder, loader=DataLoader())
    home = Path("~").expanduser()
    for typed in ("~/v", f"{home}/v", f"{home}/x/../v", str(Path(os.path.relpath(home, folder)) / "v")):
        assert here.file_of_vault(typed, folder=_INV) == "~/v", typed
    assert here.file_of_vault("vault", folder=_INV) == str(folder / "vault")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("ctl.lycee.lan", "http://ctl.lycee.lan/pronote"),
        ("ctl", None),
        ("localhost", None),
        ("localhost.localdomain", None),
    ],
)
def test_this_machines_address(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, address: str | None) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: name)
    assert Here(base=folder, loader=None).address == address
