# SPDX-License-Identifier: GPL-3.0-or-later
"""Init from the first question to the next command. I/O: files and Ansible."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.sure import sure
from ...module_utils.base.text import reason_of
from ..words.words import Words
from . import checks, questions
from .answers import Answers
from .disk import Here, create, there
from .files import CONFIG, VAULT, File, config_file, files_of, vault_text
from .gather import gather
from .interview import Interview
from .plan import CREATED, KEPT, SAME, Planned, kept_lines, planned
from .vault import Secrets, compared, encrypted, new_password, of_file, of_text

__all__ = ["Plan", "begin", "next_command", "write"]

_HERE: Final = Path(__file__).absolute().parents[3]
# Where Ansible looks for collections by itself.
_USUAL: Final = ("~/.ansible/collections", "/usr/share/ansible/collections")
_PUBLIC, _PRIVATE = 0o644, 0o600
_DONE: Final[Mapping[str, Message]] = {
    CREATED: Message("{path}: made"),
    SAME: Message("{path}: is as it should be"),
    KEPT: Message("{path}: is there already and differs; it is kept as it is"),
}
_WOULD = Message("{path}: would be made")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What becomes of each file, in the order in which they are written."""

    answers: Answers
    files: list[Planned]

    def lines(self, *, done: bool) -> list[Message | str]:
        """A line for each file, with the difference of one that is kept."""
        told: list[Message | str] = []
        for each in self.files:
            text = _DONE[each.state] if done or each.state != CREATED else _WOULD
            line = text.given(path=each.path)
            told.append(Message("{line}: {note}", line=line, note=each.note) if each.note else line)
            if each.state == KEPT:
                told += [f"    {line}" for line in kept_lines(each)]
        return told


def begin(talk: Interview, here: Here, *, words: Words, secrets: Secrets) -> Plan:
    """What init would do. ``secrets``: the passwords that this run of Ansible was told. Raises OSError, ValueError."""
    own_config = here.base.resolve() == _HERE.resolve()
    if not own_config and here.open_to_all():
        raise ValueError(
            Message(
                "everybody may write into {path}, so that Ansible reads no ansible.cfg there: chmod o-w {path}, or "
                "begin in another folder",
                path=str(here.base),
            )
        )
    answers = gather(talk, here)
    files = {f"{answers.folder}/{name}": file for name, file in files_of(answers, words).items()}
    if not own_config:
        files[CONFIG] = config_file(answers, words, collections=_collections(here.base))
    plan = planned(files, there(here.base, files))
    return Plan(answers=answers, files=[*plan, *_vault(talk, here, answers, words=words, secrets=secrets)])


def _vault(talk: Interview, here: Here, answers: Answers, *, words: Words, secrets: Secrets) -> list[Planned]:
    """The vault, and the file with its password where that is made."""
    made: list[Planned] = []
    if answers.vault_file:
        file = here.path(answers.vault_file)
        if file.exists():
            secrets = of_file(file, here.loader)
        else:
            password = new_password()
            secrets = of_text(password.decode().strip())
            made.append(Planned(path=answers.vault_file, file=File(content=password, secret=True), state=CREATED))
    path = f"{answers.folder}/{VAULT}"
    before = there(here.base, [path]).get(path)
    content = vault_text(answers.account, words) if answers.account else None
    if before is not None:
        note = compared(before, content, secrets)
        state = SAME if note is None else KEPT
        return [Planned(path=path, file=File(content=b"", secret=True), state=state, there=before, note=note)]
    # Without a vault there is an account: it was asked for, or there was a fault.
    content = sure(content)
    if not secrets:
        typed = talk.asked(questions.VAULT_PASSWORD, checks.secret)
        if typed is None:
            talk.fault(
                questions.VAULT_FILE.key,
                Message("it is missing, and so is --ask-vault-pass: the account is encrypted with a password"),
            )
        talk.stop()
        secrets = of_text(typed or "")
    return [*made, Planned(path=path, file=File(content=encrypted(content, secrets), secret=True), state=CREATED)]


def write(plan: Plan, base: Path) -> None:
    """Make the files that are to be made. Raises ValueError for one that cannot be, or that is there by now."""
    for each in plan.files:
        if each.state != CREATED:
            continue
        mode = _PRIVATE if each.file.secret else _PUBLIC
        try:
            create(base / Path(each.path).expanduser(), each.file.content, mode=mode)
        except OSError as exc:
            raise ValueError(
                Message(
                    "{path} cannot be written ({error}). Correct that, and run init again: what is made is not made "
                    "twice",
                    path=each.path,
                    error=exc.strerror or reason_of(exc),
                )
            ) from exc


def next_command(plan: Plan, base: Path) -> str:
    """The doctor, as it is typed in this folder: what holds, before anything is asked of the stations."""
    in_project = base.resolve() == _HERE.resolve()
    words = ["ansible-playbook", "playbooks/doctor.yml" if in_project else "rentree.pronote.doctor"]
    states = {each.path: each.state for each in plan.files}
    if states.get(CONFIG, KEPT) == KEPT:
        words += ["-i", plan.answers.folder]
        file = plan.answers.vault_file
        words += ["--vault-password-file", file] if file else ["--ask-vault-pass"]
    return shlex.join(words)


def _collections(base: Path) -> str:
    """Where this collection is, with the usual places; empty where Ansible finds it by itself."""
    if _HERE.parents[1].name != "ansible_collections":
        return ""
    place = _HERE.parents[2]
    known = [*(Path(each).expanduser() for each in _USUAL), *map(Path, sys.path)]
    if any(place.resolve() == each.resolve() for each in known):
        return ""
    told = place.relative_to(base) if place.is_relative_to(base) else place
    return ":".join([str(told), *_USUAL])
