"""The language before any variable is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.early import said_early, told_language

_TEXT = Message("Schools")


@pytest.mark.parametrize(
    ("environment", "config", "told"),
    [
        ({}, "", ("", "")),
        ({"RENTREE_LANGUAGE": "en"}, "[rentree]\nlanguage = fr\n", ("RENTREE_LANGUAGE", "en")),
        ({"RENTREE_LANGUAGE": ""}, "[rentree]\nlanguage = en\n", ("[rentree] language", "en")),
        ({}, "[rentree]\nlanguage = de\n", ("[rentree] language", "de")),
        ({}, "[defaults]\nlanguage = en\n", ("", "")),
        ({}, "language = en\n", ("", "")),
        ({}, "[rentree]\nlanguage = %(x\n", ("[rentree] language", "%(x")),
    ],
)
def test_who_says_it(tmp_path: Path, environment: dict[str, str], config: str, told: tuple[str, str]) -> None:
    file = tmp_path / "ansible.cfg"
    file.write_text(config, encoding="utf-8")
    assert told_language(environment, file) == told


def test_a_file_that_is_none_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_bytes(b"[rentree]\nlanguage = \xff\n")
    for file in (None, tmp_path / "gone", tmp_path / "ansible.cfg"):
        assert told_language({}, file) == ("", "")


@pytest.mark.parametrize(("language", "said"), [("en", "Schools"), ("fr", "Établissements"), ("de", "Établissements")])
def test_a_text(monkeypatch: pytest.MonkeyPatch, language: str, said: str) -> None:
    monkeypatch.setenv("RENTREE_LANGUAGE", language)
    assert said_early(_TEXT) == said
