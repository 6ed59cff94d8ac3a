# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an inventory, from the answers: what each is called and what stands in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from ..words.words import ONE_OF_THEM, Words
from .answers import Account, Answers, School

__all__ = ["CONFIG", "CSV", "SOURCE", "VAULT", "File", "config_file", "files_of", "says_the_same", "vault_text"]

CONFIG: Final = "ansible.cfg"
SOURCE: Final = "pronote.stations.yml"
"""By which an inventory of ours is known."""
CSV: Final = "stations.csv"
VAULT: Final = "group_vars/all/vault.yml"

_WIDTH: Final = 110
# Longer than any text: YAML breaks no line.
_NEVER: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class File:
    """``secret``: nobody but its owner reads it, and it is never shown; ``long``: of what it holds only the number of
    lines is."""

    content: bytes
    secret: bool = False
    long: bool = False


def files_of(answers: Answers, words: Words) -> dict[str, File]:
    """The files below the inventory's folder but the vault, which is encrypted first (``vault_text``)."""
    texts = {
        SOURCE: _stations(answers, words),
        "group_vars/all/main.yml": _main(answers, words),
        "group_vars/all/connection.yml": _connection(answers, words),
        **{f"group_vars/{each.group}/main.yml": _school(each, words) for each in answers.schools if _says(each)},
    }
    if answers.reference:
        texts["hosts.yml"] = _hosts(answers, words)
    files = {name: File(content=_text(lines)) for name, lines in texts.items()}
    return {**files, CSV: File(content=answers.export.content, long=True)}


def vault_text(account: Account, words: Words) -> bytes:
    """What is encrypted: the account."""
    return _text(
        [
            "---",
            *_comment(words("The account of the stations. To change it: ansible-vault edit, and this file.")),
            *_setting("vault_station_user", account.user),
            # As it is: what looks like a template in a password is none.
            f"vault_station_password: !unsafe {_quoted(account.password)}",
        ]
    )


def says_the_same(one: bytes, other: bytes) -> bool:
    """Whether two such texts differ in nothing but their comments, which are in somebody's language."""

    def said(text: bytes) -> list[bytes]:
        return [line for line in text.splitlines() if line.strip() and not line.startswith(b"#")]

    return said(one) == said(other)


def config_file(answers: Answers, words: Words, *, collections: str) -> File:
    """``ansible.cfg``, with which commands need no option. ``collections``: where this collection is, if Ansible would
    not find it."""
    vault = f"vault_password_file = {answers.vault_file}" if answers.vault_file else "ask_vault_pass = true"
    lines = [
        *_comment(words("Commands that are typed in this folder need neither -i nor an option for the vault.")),
        "[defaults]",
        f"inventory = {answers.folder}",
        *([f"collections_path = {collections}"] if collections else []),
        vault,
        *_CONFIG,
        "",
        "[inventory]",
        *_comment(words("Ansible reads every file of an inventory's folder: these are none of it.")),
        *_CONFIG_INVENTORY,
        "",
        "[rentree]",
        *_comment(
            words("The language of what is said before an inventory is read: {languages}.", languages=ONE_OF_THEM)
        ),
        f"language = {words.language}",
    ]
    return File(content=_text(lines))


# What the project's own ansible.cfg says, with its reasons (tests/unit/…/init/test_files.py holds them together).
_CONFIG: Final = (
    "forks = 25",
    "internal_poll_interval = 0.01",
    "gathering = explicit",
    "inject_facts_as_vars = false",
    "host_key_checking = true",
    "retry_files_enabled = false",
    "timeout = 8",
    "callback_result_format = yaml",
    "display_skipped_hosts = false",
    "interpreter_python = auto_silent",
    "localhost_warning = false",
    "stdout_callback = rentree.pronote.console",
    "callbacks_enabled = rentree.pronote.progress",
)
_CONFIG_INVENTORY: Final = (
    "enable_plugins = host_list, script, yaml, auto, ini, toml",
    r"ignore_patterns = ^responses$, ^logs$, ^reports$, ^state$, \.pronote$",
    "ignore_extensions = .pyc, .pyo, .swp, .bak, ~, .rpm, .md, .txt, .rst, .orig, .cfg, .retry, .csv",
    "any_unparsed_is_failed = true",
)


def _stations(answers: Answers, words: Words) -> Iterator[str]:
    yield "---"
    yield from _comment(
        words(
            "The stations come from {file}. For a new export, put it in its place. Its name must stay last in the "
            "alphabet of this folder. More of it: docs/stations.md",
            file=CSV,
        )
    )
    yield "plugin: rentree.pronote.stations"
    yield from _setting("csv", CSV)
    yield from _setting("preset", answers.export.preset)
    if answers.export.school:
        yield from _setting("school", answers.export.school)


def _main(answers: Answers, words: Words) -> Iterator[str]:
    yield "---"
    yield from _comment(words("The language of everything that people read: {languages}.", languages=ONE_OF_THEM))
    yield from _setting("pronote_language", words.language)
    yield ""
    yield from _comment(
        words("The depot: the address that stations fetch the installer from, and its folder on this machine.")
    )
    yield from _setting("pronote_depot_url", answers.depot_url)
    yield from _setting("pronote_depot_path", answers.depot_path)
    yield ""
    yield from _comment(words("When stations may be worked on; without it, always. docs/variables.md has the others."))
    yield "# pronote_client_windows:"
    yield '#   - {days: [mon, tue, thu, fri], from: "18:00", to: "22:00"}'
    yield '#   - {days: [wed], from: "13:00", to: "22:00"}'


def _connection(answers: Answers, words: Words) -> Iterator[str]:
    yield "---"
    yield from _comment(words("How the stations are reached. docs/winrm.md says how to prepare them, and other ways."))
    yield "ansible_connection: winrm"
    yield 'ansible_user: "{{ vault_station_user }}"'
    yield 'ansible_password: "{{ vault_station_password }}"'
    yield "ansible_port: 5985"
    yield f"ansible_winrm_transport: {answers.transport}"
    if answers.transport == "kerberos":
        yield from _comment(words("Kerberos wants the name that a station has in the domain, whatever its address is."))
        domain = "vault_station_user.split('@')[1] | lower"
        yield f'ansible_winrm_kerberos_hostname_override: "{{{{ inventory_hostname }}}}.{{{{ {domain} }}}}"'


def _says(school: School) -> bool:
    return bool(school.uai or school.server_url)


def _school(school: School, words: Words) -> Iterator[str]:
    yield "---"
    yield from _comment(words("What holds for all stations of {school}.", school=school.name))
    if school.uai:
        yield from _setting("pronote_uai", school.uai)
    if school.server_url:
        yield from _setting("pronote_server_url", school.server_url)


def _hosts(answers: Answers, words: Words) -> Iterator[str]:
    yield "---"
    yield from _comment(
        words(
            "Where the answers to the installer's questions are recorded (docs/responses.md): stations of {file}.",
            file=CSV,
        )
    )
    yield "pronote_reference:"
    yield "  hosts:"
    yield f"    {_scalar(answers.reference)}:"


def _comment(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split(" "):
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _setting(name: str, value: str) -> Iterator[str]:
    yield f"{name}: {_scalar(value)}"


def _scalar(value: str) -> str:
    """A text in YAML that is a text again, whatever it looks like."""
    dumped: str = yaml.safe_dump(value, allow_unicode=True, width=_NEVER)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _quoted(value: str) -> str:
    dumped: str = yaml.safe_dump(value, allow_unicode=True, width=_NEVER, default_style='"')
    return dumped.removesuffix("\n")


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
