"""What init asks, and what it writes into an empty folder (test_first_evening.py goes on from there)."""

from __future__ import annotations

import re
import shlex
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.newcomer import BIN, INVENTORY, content_of, environment, export_of, install_collection, run, server_of
from tests.e2e.playbook import ROOT
from tests.e2e.typist import typed
from tests.unit.asked import as_given

UAI = "0310036W"
STATIONS = ["cdi-01", "cdi-02", "profs-01"]
_PASSWORD = ACCOUNT["password"]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(
        [],
        publish=False,
        clock=1,
        schools=[{"uai": UAI, "group": "lycee", "name": "Lycée d'essai", "release": "2026.2.7"}],
        rooms=[
            {
                "group": "cdi",
                "name": "CDI",
                "school": UAI,
                "stations": [{"name": name, "address": f"1.{n}"} for n, name in enumerate(STATIONS, start=1)],
            }
        ],
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of somebody who has installed the collection."""
    home = tmp_path_factory.mktemp("home")
    install_collection(home)
    return home


@pytest.fixture
def folder(tmp_path: Path, school: School) -> Path:
    """An empty folder but for an export of the lab's stations."""
    return export_of(school, tmp_path / "work")


def _answers(work: Path, home: Path, **changes: Any) -> None:
    """A file of answers, which its owner alone reads."""
    values = {
        "stations": "parc.csv",
        "schools": [{"name": "Lycée d'essai", "uai": UAI}],
        "user": ACCOUNT["name"],
        "password": _PASSWORD,
        "depot_url": "http://depot.example.org/pronote",
        "vault_password_file": str(home / f"vault-{work.parent.name}"),
        **changes,
    }
    file = work / "answers.yml"
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(as_given(**values)), encoding="utf-8")


def test_a_file_of_answers_and_the_installed_collection(school: School, installed: Path, folder: Path) -> None:
    _answers(folder, installed, schools=[{"name": "Lycée d'essai", "uai": UAI, "server_url": server_of(school)}])
    init = ["ansible-playbook", "rentree.pronote.init", "-e", "@answers.yml"]
    empty = content_of(folder)

    told = run([*init, "--check", "--diff"], folder, installed)
    assert content_of(folder) == empty
    assert f"+pronote_uai: {UAI}" in told
    assert "changed=1" in told
    assert "3 postes, 1 salle, 1 établissement" in told
    assert "Colonnes laissées de côté\u00a0: \ufffd[2JStatut." in told
    assert "\x1b" not in told

    told += run([*init, "--diff", "-vvvv"], folder, installed)
    assert _PASSWORD not in told
    written = content_of(folder)
    assert [name for name, content in written.items() if _PASSWORD.encode() in content] == ["answers.yml"]
    assert written[f"{INVENTORY}/group_vars/all/vault.yml"].startswith(b"$ANSIBLE_VAULT;1.")
    assert stat.S_IMODE((folder / f"{INVENTORY}/group_vars/all/vault.yml").stat().st_mode) == 0o600
    (vault,) = installed.glob("vault-*")
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    # Where Ansible looks by itself, nobody has to say where the collection is.
    assert b"collections_path" not in written["ansible.cfg"]

    assert "changed=0" in run([*init, "--check"], folder, installed)
    told = run(init, folder, installed)
    assert "changed=0" in told
    assert content_of(folder) == written

    # Of a release ago: the depot's variables were init's own.
    answers = folder / "answers.yml"
    of_today = answers.read_text(encoding="utf-8")
    answers.write_text(of_today.replace("pronote_depot_url: http:", "pronote_init_depot_url: https:"), encoding="utf-8")
    told = run(init, folder, installed)
    assert "pronote_init_depot_url s'appelle maintenant pronote_depot_url, et n'est lu que" in told
    assert "    +pronote_depot_url: https://depot.example.org/pronote" in told.splitlines()
    assert "changed=0" in told
    # What the inventory says already is asked no more.
    answers.write_text(of_today.replace("pronote_depot_url: http://depot.example.org/pronote\n", ""), encoding="utf-8")
    told = run(init, folder, installed)
    assert "pronote_depot_url" not in told
    assert "changed=0" in told
    answers.write_text(of_today, encoding="utf-8")

    config = folder / "ansible.cfg"
    config.write_text(config.read_text(encoding="utf-8").replace("forks = 25", "forks = 5"), encoding="utf-8")
    told = run(init, folder, installed)
    assert "    +forks = 25" in told.splitlines()
    assert "changed=0" in told
    assert "forks = 5\n" in config.read_text(encoding="utf-8")


def test_questions_on_a_terminal_and_the_command_that_comes_next(school: School, installed: Path, folder: Path) -> None:
    shell = environment(installed)
    code, told = typed(
        [sys.executable, str(ROOT / "bin/pronote"), "init", "-e", "pronote_language=en"],
        [
            ("The folder of the inventory", ""),
            ("The file with your stations", "nothing.csv"),
            ("nothing.csv cannot be read", "parc.csv"),
            ("The name of the school", "Lycée d'essai"),
            ("The UAI of Lycée d'essai", "0310063W"),
            ("the letter that goes with 0310063 is A", UAI),
            (f"[https://{UAI}.index-education.net/pronote/]", server_of(school)),
            ("How to log on", ""),
            ("An account", ACCOUNT["name"]),
            ("The password of that account", _PASSWORD),
            ("The same again", _PASSWORD),
            ("The address of the depot", "http://depot.example.org/pronote"),
            ("The folder of the depot", ""),
            ("The station on which", "cdi-01"),
            ("A file with the password", ""),
            ("The password that the account is encrypted with", "vault-1"),
            ("The same again", "vault-1"),
            ("Write this?", "yes"),
        ],
        cwd=folder,
        env=shell,
    )
    assert code == 0, told
    assert _PASSWORD not in told
    assert "vault-1" not in told
    assert "3 stations in 1 room of 1 school" in told
    assert "WARNING" not in told
    (command,) = re.findall(r"Next, .*: (ansible-playbook [^\r\n]*)", told)
    assert command == "ansible-playbook rentree.pronote.doctor"
    written = content_of(folder)
    # It was this repository's, which Ansible would not find from here.
    assert f"collections_path = {ROOT}/.ansible/collections:".encode() in written["ansible.cfg"]

    doctor = [str(BIN / "ansible-playbook"), *shlex.split(command)[1:]]
    code, told = typed(doctor, [("Vault password", "vault-1")], cwd=folder, env=shell)
    assert code == 2, told
    # Not one line of the preflight, nor a warning of Ansible's.
    assert "group_vars" not in told
    assert "WARNING" not in told
    assert f"{command.replace('doctor', 'prepare')} -i {INVENTORY}" in told


def test_no_said_at_the_end_writes_nothing(installed: Path, folder: Path) -> None:
    _answers(folder, installed)
    before = content_of(folder)
    script = [sys.executable, str(ROOT / "bin/pronote"), "init"]
    code, told = typed([*script, "--help"], [], cwd=folder, env=environment(installed))
    assert code == 0
    assert "bin/pronote init answers.yml" in told
    code, told = typed(
        script,
        [
            ("Le dossier de l'inventaire", ""),
            ("Le fichier de vos postes", "parc.csv"),
            ("Le nom de l'établissement", "Lycée"),
            ("L'UAI de Lycée", "\x03"),
        ],
        cwd=folder,
        env=environment(installed),
    )
    assert code == 2, told
    assert "Rien n'a été écrit." in told
    assert content_of(folder) == before


def test_wrong_answers_of_a_file_are_told_together_with_their_keys(installed: Path, folder: Path) -> None:
    _answers(
        folder,
        installed,
        schools=[{"name": "Lycée d'essai", "uai": "0310063W"}],
        user="",
        password="",
        folder=str(folder),
    )
    told = run([str(ROOT / "bin/pronote"), "init", "answers.yml"], folder, installed, code=2)
    for part in (
        "pronote_init_folder\u00a0: il faut un dossier à part",
        "pronote_init_schools\u00a0: 0310063W ne peut pas être juste",
        "pronote_init_user\u00a0: il n'y a pas de réponse",
        "pronote_init_password\u00a0: il n'y a pas de réponse",
    ):
        assert part in told
    assert not (folder / "inventories").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-e", "pronote_init_pasword=x"], "pronote_init_password"),
        (["-e", f"pronote_init_password={_PASSWORD}"], "est sur la ligne de commande"),
    ],
)
def test_what_is_refused_on_the_command_line(installed: Path, folder: Path, arguments: list[str], told: str) -> None:
    _answers(folder, installed)
    shown = run([str(ROOT / "bin/pronote"), "init", "answers.yml", *arguments], folder, installed, code=2)
    assert told in shown
    assert _PASSWORD not in shown
    assert not (folder / "inventories").exists()
