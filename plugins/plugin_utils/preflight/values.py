# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a value can be used: of its type, one of its choices, a UAI, a secret that opens. I/O: Ansible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.vault import AnsibleVaultError, EncryptedString

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import one_line
from .judge import Wrong
from .known import is_secret
from .rules import CORRECT, RULES
from .setting import Setting, Settings

__all__ = ["OPEN_VAULT", "Values"]

_IN_NAME = Message("{name}: {error}")
_NO_KEY = Message("nothing reads {name}")
_KEYS = Message("Its keys are {keys}.")
_WITH_KEYS = Message("Give it with its keys; on a command line, {option}.")
_TYPE = Message("{name} is {value}, and must be a value of type {type}")
_CHOICE = Message("{name} is {value}, and must be one of: {choices}")
_HIDDEN = Message("{name} is encrypted, and what it says cannot be used")
_FAILS = Message("{name} cannot be worked out: {error}")
_UNDEFINED: Final = re.compile(r"'(\w+)' is undefined")
_LATER: Final = re.compile(r"ansible_|__|item$")
_DEFINE = Message("Define what it names, or correct it.")
# Without its name: those of one vault are one line.
_SECRET = Message("a secret cannot be opened: {error}")
OPEN_VAULT = Message("Give the password of the vault (--ask-vault-pass, --vault-password-file), or encrypt it again.")
# Look-ups that ask this machine alone. Whoever else is asked may be far away, and is asked when its answer is wanted.
_NEAR: Final = frozenset(
    {"config", "csvfile", "dict", "env", "file", "first_found", "fileglob", "ini", "items", "vars"}
)
_LOOKUP: Final = re.compile(r"\b(?:lookup|query|q)\(\s*(?:['\"](?:ansible\.builtin\.)?(\w+)['\"])?")
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
        self._sealed = {setting.name for setting, _group, _host in settings.each() if _has_secret(setting.value)}
        self._specs = {name: each for top, option in known.items() for name, each in _specs(top, option)}
        self._secret = {name for name, option in known.items() if is_secret(option)}
        self._validators: dict[str, ArgumentSpecValidator] = {}
        self._judged: dict[tuple[str, str], Wrong | None] = {}

    def wanted(self, setting: Setting) -> bool:
        """Whether there is anything to say of it."""
        ours = setting.name in self._specs or setting.name.startswith("ansible_") or setting.name in self._named
        return ours and (setting.name in self._specs or _has_secret(setting.value))

    def fault(self, setting: Setting, host: str) -> Wrong | None:
        """The fact and the remedy of one that cannot be used for this host, for whom it counts."""
        try:
            for secret in _secrets(setting.value):
                str(secret)
        except (AnsibleError, ValueError) as exc:
            return Wrong(_SECRET.given(error=one_line(exc)), OPEN_VAULT)
        if setting.name not in self._specs or setting.value is None:
            return None
        value = setting.value
        hidden = _has_secret(value) or not self._sealed.isdisjoint(_words(value))
        if hidden or _is_template(value):
            if _asks(value):
                return None
            try:
                value = self._template(value, host)
            except Exception as exc:  # noqa: BLE001  (whatever a template comes to)
                return self._failed(setting, exc)
        key = setting.name, repr(value)
        if key not in self._judged:
            self._judged[key] = self._judge(setting.name, value)
        wrong = self._judged[key]
        # What is said of a value shows it.
        return wrong._replace(fact=_HIDDEN.given(name=setting.name)) if wrong is not None and hidden else wrong

    def _failed(self, setting: Setting, exc: Exception) -> Wrong | None:
        """Of a template that comes to nothing. It holds nobody: whose task works it out fails with it, and no other."""
        error = one_line(exc)
        missing = _UNDEFINED.search(error)
        later = any(_LATER.match(word) for word in _words(setting.value))
        if isinstance(exc, AnsibleVaultError) or later or (missing is not None and missing[1] in self._specs):
            # The secret has its own line; what roles and facts say is there once their tasks are.
            return None
        return Wrong(_FAILS.given(name=setting.name, error=error), _DEFINE, holds=False)

    def _judge(self, name: str, value: Any) -> Wrong | None:
        spec = self._specs[name]
        if _has_keys(spec):
            return self._judge_keys(name, value)
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
        return Wrong(told, CORRECT)

    def _judge_keys(self, name: str, value: Any) -> Wrong | None:
        """The first that is wrong of what has keys. Ansible takes a text for one, of which a role could read none."""
        keys = self._specs[name]["options"]
        if not isinstance(value, Mapping):
            # Of a text nobody knows which part of it is the secret.
            shown = "…" if name in self._secret else one_line(repr(value), longest=60)
            option = f'-e \'{{"{name}": {{"{next(iter(keys))}": …}}}}\''
            return Wrong(_TYPE.given(name=name, value=shown, type="dict"), _WITH_KEYS.given(option=option))
        for key, each in value.items():
            if key not in keys:
                return Wrong(_NO_KEY.given(name=one_line(f"{name}.{key}")), _KEYS.given(keys=", ".join(keys)))
            if each is not None and (wrong := self._judge(f"{name}.{key}", each)) is not None:
                return wrong
        return None


def _parsed(name: str, value: Any) -> Wrong | None:
    rule = RULES.get(name)
    if rule is None or not str(value).strip():
        return None
    try:
        rule.parse(str(value))
    except ValueError as exc:
        return Wrong(_IN_NAME.given(name=name, error=message_of(exc)), rule.remedy, rule.holds)
    return None


def _specs(name: str, option: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What can be checked of a variable, and of each of its keys (``pronote_timeouts.job``)."""
    spec = _checkable(option)
    yield name, spec
    if _has_keys(spec):
        for key, each in option["options"].items():
            yield from _specs(f"{name}.{key}", each)


def _has_keys(spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "dict" and bool(spec.get("options"))


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
    """Whether somebody else than this machine is asked."""
    asked = (name for each in _parts(value) if isinstance(each, str) for name in _LOOKUP.findall(each))
    return any(name not in _NEAR for name in asked)
