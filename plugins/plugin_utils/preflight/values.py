# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a value can be used: of its type, one of its choices, a UAI, a secret that opens. I/O: Ansible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.vault import EncryptedString

from ...module_utils.base.identifiers import parse_mac, parse_uai
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import one_line
from .setting import Setting, Settings

__all__ = ["OPEN_VAULT", "Values"]

_CORRECT = Message("Correct it.")
_IN_NAME = Message("{name}: {error}")
_TYPE = Message("{name} is {value}, and must be a value of type {type}")
_CHOICE = Message("{name} is {value}, and must be one of: {choices}")
# Without its name: those of one vault are one line.
_SECRET = Message("a secret cannot be opened: {error}")
OPEN_VAULT = Message("Give the password of the vault (--ask-vault-pass, --vault-password-file), or encrypt it again.")
_PARSED: Final[Mapping[str, Callable[[str], str]]] = {"pronote_uai": parse_uai, "pronote_mac": parse_mac}
# Whoever is asked may be far away, and is asked when its answer is wanted.
_ASKS: Final = ("lookup(", "query(", "q(")
_DEEPEST: Final = 20
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


class Values:
    """Judges settings; equal ones of one name once. ``template``: what a value comes to for a host."""

    def __init__(
        self, settings: Settings, known: Mapping[str, Mapping[str, Any]], template: Callable[[Any, str], Any]
    ) -> None:
        self._template = template
        # A secret that nothing of ours names is somebody else's, who has its password.
        self._named = {word for setting, _group, _host in settings.each() for word in _words(setting.value)}
        self._specs = {name: _checkable(option) for name, option in known.items()}
        self._validators: dict[str, ArgumentSpecValidator] = {}
        self._judged: dict[tuple[str, str], tuple[Message, Message] | None] = {}

    def wanted(self, setting: Setting) -> bool:
        """Whether there is anything to say of it."""
        ours = setting.name in self._specs or setting.name.startswith("ansible_") or setting.name in self._named
        return ours and (setting.name in self._specs or _has_secret(setting.value))

    def fault(self, setting: Setting, host: str) -> tuple[Message, Message] | None:
        """The fact and the remedy of one that cannot be used for this host, for whom it counts."""
        try:
            for secret in _secrets(setting.value):
                str(secret)
        except (AnsibleError, ValueError) as exc:
            return _SECRET.given(error=one_line(exc)), OPEN_VAULT
        if setting.name not in self._specs or setting.value is None:
            return None
        value = setting.value
        if _is_template(value):
            if _asks(value):
                return None
            try:
                value = self._template(value, host)
            except Exception:  # noqa: BLE001  (whatever a template comes to: its station's own task says it)
                return None
        elif _has_secret(value):
            return None
        key = setting.name, repr(value)
        if key not in self._judged:
            self._judged[key] = self._judge(setting.name, value)
        return self._judged[key]

    def _judge(self, name: str, value: Any) -> tuple[Message, Message] | None:
        spec = self._specs[name]
        # Most are, and of ten thousand stations each has another one.
        if spec.get("type", "str") == "str" and "choices" not in spec and isinstance(value, str):
            return _parsed(name, value)
        if name not in self._validators:
            self._validators[name] = ArgumentSpecValidator({name: spec})
        result = self._validators[name].validate({name: value})
        if not result.error_messages:
            return _parsed(name, result.validated_parameters[name])
        shown = one_line(repr(value), longest=60)
        choices = spec.get("choices")
        kind = type(result.errors.errors[0]).__name__
        if kind == "ArgumentValueError" and choices and not isinstance(value, list):
            told = _CHOICE.given(name=name, value=shown, choices=", ".join(map(str, choices)))
        elif kind == "ArgumentTypeError":
            told = _TYPE.given(name=name, value=shown, type=spec["type"])
        else:
            told = _IN_NAME.given(name=name, error=one_line(result.errors.msg))
        return told, _CORRECT


def _parsed(name: str, value: Any) -> tuple[Message, Message] | None:
    parse = _PARSED.get(name)
    if parse is None or not str(value).strip():
        return None
    try:
        parse(str(value))
    except ValueError as exc:
        return _IN_NAME.given(name=name, error=message_of(exc)), _CORRECT
    return None


def _checkable(option: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is of documentation, and what is of a value that is not there."""
    kept = {name: each for name, each in option.items() if name in {"type", "elements", "choices"}}
    if option.get("options"):
        kept["options"] = {
            name: {**_checkable(each), "required": bool(each.get("required"))}
            for name, each in option["options"].items()
        }
    return kept


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for each in value.values():
            yield from _parts(each, depth + 1)
    elif isinstance(value, list | tuple) and depth < _DEEPEST:
        for each in value:
            yield from _parts(each, depth + 1)
    else:
        yield value


def _words(value: Any) -> Iterator[str]:
    """What may be names of variables in the templates of a value."""
    for each in _parts(value):
        if isinstance(each, str) and "{" in each:
            yield from _WORD.findall(each)


def _secrets(value: Any) -> Iterator[EncryptedString]:
    return (each for each in _parts(value) if isinstance(each, EncryptedString))


def _has_secret(value: Any) -> bool:
    return any(True for _each in _secrets(value))


def _is_template(value: Any) -> bool:
    return any(isinstance(each, str) and ("{{" in each or "{%" in each) for each in _parts(value))


def _asks(value: Any) -> bool:
    return any(isinstance(each, str) and any(word in each for word in _ASKS) for each in _parts(value))
