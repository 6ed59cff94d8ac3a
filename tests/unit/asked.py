"""Somebody who answers init's questions, and a machine on which files are what a test says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.answers import Export, read_export

__all__ = ["Answering", "Machine", "as_given"]

_OF_ALL = ("depot_url", "depot_path")


def as_given(**answers: Any) -> dict[str, Any]:
    """Answers by the variables that a file of answers has for them."""
    return {f"pronote_{name}" if name in _OF_ALL else f"pronote_init_{name}": answers[name] for name in answers}


class Answering:
    """Answers in their order, and keeps what was asked and told."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.told: list[str] = []

    def __call__(self, text: Message | str, private: bool) -> str:
        self.asked.append(f"{text}{' (private)' if private else ''}")
        return self.answers.pop(0)

    def tell(self, texts: Iterable[Message | str]) -> None:
        self.told += texts


@dataclass
class Machine:
    """``files``: exports, by their path."""

    files: dict[str, str]
    address: str | None = "http://here.example.org/pronote"
    vault_file: str = ""
    vaults: set[str] = field(default_factory=set)

    def folder(self, text: str) -> str:
        if text == "taken":
            raise ValueError(Message("it is taken"))
        return text

    def export(self, text: str, *, preset: str, school: str) -> Export:
        if text not in self.files:
            raise ValueError(Message("no file"))
        return read_export(self.files[text].encode(), self.files[text], preset=preset, school=school)

    def file_of_vault(self, text: str, *, folder: str) -> str:
        return text

    def has_vault(self, folder: str) -> bool:
        return folder in self.vaults
