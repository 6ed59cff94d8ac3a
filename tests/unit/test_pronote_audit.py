"""bin/pronote-audit beside its playbooks: the code and the words for what they have said, and the reader's language."""

from __future__ import annotations

import json
import runpy
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_HELP = {"fr": "Faire l'audit, et finir avec un code", "en": "Run the audit and end with a code"}
_NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def main() -> Callable[[list[str]], int]:
    """The command, which is a script."""
    found: Callable[[list[str]], int] = runpy.run_path(str(_ROOT / "bin/pronote-audit"))["main"]
    return found


@dataclass(frozen=True, kw_only=True)
class Command:
    """The command in a shell where nothing says a language, and what it prints."""

    main: Callable[[list[str]], int]
    folder: Path
    shell: pytest.MonkeyPatch
    printed: pytest.CaptureFixture[str]

    def run(self, said: Sequence[dict[str, Any]], ended: int, *arguments: str) -> tuple[int, str]:
        """Code and errors, where ansible-playbook says this of each product and ends with that."""

        def play(command: list[str], **_more: Any) -> subprocess.CompletedProcess[bytes]:
            outcome = Path(json.loads(command[-1])["pronote_outcome"])
            for number, each in enumerate(said):
                place = outcome.with_name(f"outcome-{number}.json") if number else outcome
                place.write_text(json.dumps(each), encoding="utf-8")
            return subprocess.CompletedProcess(command, ended)

        self.shell.setattr(subprocess, "run", play)
        return self.main([*arguments]), self.printed.readouterr().err

    def help(self, *arguments: str) -> str:
        """What it says of itself."""
        assert self.main(["--help", *arguments]) == 0
        said = self.printed.readouterr()
        assert said.err == ""
        return said.out


@pytest.fixture
def command(
    main: Callable[[list[str]], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    monkeypatch.setenv("ANSIBLE_CONFIG", str(tmp_path / "ansible.cfg"))
    for name in ("RENTREE_LANGUAGE", "PRONOTE_AUDIT_VERDICT"):
        monkeypatch.delenv(name, raising=False)
    return Command(main=main, folder=tmp_path, shell=monkeypatch, printed=capsys)


def _said(verdict: str, code: int, **more: Any) -> dict[str, Any]:
    """What a play has said of one product (entries/audit_report.py)."""
    return {
        "language": "fr",
        "error": "",
        "failed": False,
        "verdict": verdict,
        "gaps": [],
        "exit_code": code,
        **more,
    }


@pytest.mark.parametrize(
    ("said", "ended", "expected"),
    [
        ([_said("compliant", 0)], 0, (0, f"pronote-audit{_NBSP}: Conforme\n")),
        ([_said("compliant", 0, language="en")], 0, (0, "pronote-audit: Compliant\n")),
        ([_said("not_compliant", 1)], 0, (1, f"pronote-audit{_NBSP}: Non conforme\n")),
        ([_said("not_compliant", 0)], 0, (0, f"pronote-audit{_NBSP}: Non conforme\n")),
        # What was asked to be a failure is one for Ansible too.
        ([_said("not_compliant", 1, failed=True)], 2, (1, f"pronote-audit{_NBSP}: Non conforme\n")),
        ([_said("incomplete", 3, failed=True)], 2, (3, f"pronote-audit{_NBSP}: Audit incomplet\n")),
        # Anything else that failed is not: the verdict alone would hide it.
        ([_said("compliant", 0)], 2, (2, f"pronote-audit{_NBSP}: ansible-playbook a rendu le code 2{_NBSP}: voir")),
        ([_said("not_compliant", 1, failed=True)], 4, (2, f"pronote-audit{_NBSP}: ansible-playbook a rendu le code 4")),
        ([_said("compliant", 0, error="rien ne va", failed=True)], 2, (2, f"pronote-audit{_NBSP}: rien ne va\n")),
        ([], 1, (2, f"pronote-audit{_NBSP}: aucun audit n'a été fait (ansible-playbook a rendu le code 1)\n")),
        # Several products: the worst, in the order of the verdicts and not of the codes.
        ([_said("not_compliant", 1), _said("incomplete", 3)], 0, (1, f"pronote-audit{_NBSP}: Non conforme\n")),
        ([_said("compliant", 0), _said("incomplete", 3)], 0, (3, f"pronote-audit{_NBSP}: Conforme\n")),
    ],
)
def test_the_code_is_that_of_what_was_said(
    command: Command, said: list[dict[str, Any]], ended: int, expected: tuple[int, str]
) -> None:
    code, told = command.run(said, ended, "-i", "nowhere")
    assert code == expected[0]
    assert expected[1] in told


@pytest.mark.parametrize(
    ("verdicts", "kept"),
    [
        (["compliant"], "compliant"),
        (["incomplete", "compliant"], "incomplete"),
        (["incomplete", "not_compliant"], "not_compliant"),
    ],
)
def test_the_worst_verdict_is_kept_where_a_program_wants_it(command: Command, verdicts: list[str], kept: str) -> None:
    file = command.folder / "verdict"
    command.shell.setenv("PRONOTE_AUDIT_VERDICT", str(file))
    command.run([_said(verdict, 0) for verdict in verdicts], 0, "-i", "nowhere")
    assert file.read_text(encoding="utf-8") == f"{kept}\n"


def test_what_nothing_comes_of_is_told_in_the_language_of_the_command_line(command: Command) -> None:
    """Before an audit has said the inventory's."""
    for more, told in (((), "no audit was made"), (("--conclude",), "nothing was concluded")):
        code, errors = command.run([], 2, *more, "-e", '{"pronote_language": "en"}')
        assert (code, errors) == (2, f"pronote-audit: {told} (ansible-playbook ended with 2)\n")


@pytest.mark.parametrize(
    ("arguments", "environment", "config", "language"),
    [
        ([], "", "", "fr"),
        ([], "en", "", "en"),
        ([], "", "[rentree]\nlanguage = en\n", "en"),
        ([], "", "no section\n", "fr"),
        ([], "fr", "[rentree]\nlanguage = en\n", "fr"),
        (["-e", "pronote_language=fr"], "en", "", "fr"),
        (["-e", '{"pronote_language": "en"}'], "", "", "en"),
    ],
)
def test_help_is_in_the_readers_language(
    command: Command, arguments: list[str], environment: str, config: str, language: str
) -> None:
    (command.folder / "ansible.cfg").write_text(config, encoding="utf-8")
    if environment:
        command.shell.setenv("RENTREE_LANGUAGE", environment)
    told = command.help(*arguments)
    assert told.startswith(_HELP[language])
    assert ("3 incomplet (" in told, "3 incomplete (" in told) == (language == "fr", language == "en")


@pytest.mark.parametrize(
    ("file", "text", "language"),
    [
        ("group_vars/all.yml", "pronote_language: en\n", "en"),
        ("group_vars/all/schools.yml", "a: 1\npronote_language: 'en'  # ours\n", "en"),
        ("group_vars/all.yml", 'pronote_language: "{{ theirs }}"\n', "fr"),
        ("group_vars/all.yml", "nested:\n  pronote_language: en\n", "fr"),
        ("group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n3131\n", "fr"),
        ("group_vars/lycee.yml", "pronote_language: en\n", "fr"),
    ],
)
@pytest.mark.parametrize("source", ["inventory", "inventory/hosts.yml"])
def test_the_inventorys_language_is_read_without_ansible(
    command: Command, source: str, file: str, text: str, language: str
) -> None:
    path = command.folder / "inventory" / file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    (command.folder / "inventory/hosts.yml").write_text("all:\n", encoding="utf-8")
    # What the inventory says beats what is for whoever has none, and the command line beats both.
    command.shell.setenv("RENTREE_LANGUAGE", "fr" if language == "en" else "")
    where = command.folder / source
    assert command.help("-i", str(where)).startswith(_HELP[language])
    assert command.help("-e", "pronote_language=fr", f"--inventory={where}").startswith(_HELP["fr"])


@pytest.mark.parametrize("arguments", [["-i"], ["-i", "/nowhere/at/all"], ["-i", "a,b,"]])
def test_an_inventory_that_is_none_says_no_language(command: Command, arguments: list[str]) -> None:
    assert command.help(*arguments).startswith(_HELP["fr"])
