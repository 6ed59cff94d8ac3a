# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of people, which is one variable: ``pronote_language``. I/O: files and Ansible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible.errors import AnsibleError

from ...module_utils.base.message import Message, sourced
from ..inventory.schools import said as said_by
from ..station.telling import telling
from ..words.catalogue import catalogue
from ..words.pages import PAGE, anchor_of
from ..words.words import LANGUAGES, ONE_OF_THEM, Words

__all__ = ["LANGUAGE_SPEC", "failed", "said", "worded", "words_of"]

LANGUAGE_SPEC: Final[dict[str, Any]] = {"type": "str", "choices": list(LANGUAGES)}
"""The option of an action; without it the variable says it, or what an earlier variable says, else French."""

_GONE_IN = "0.3.0"
_LOOKED_AT: Final = 20  # hosts, for one whose language can be read

_SAID = ("msg", "skip_reason", "skipped_reason", "warnings", "diff")
"""What of a result is for people, and for nobody else."""

_FAILURE = ("fact", "remedy")


def words_of(
    args: Mapping[str, Any], variables: Mapping[str, Any], template: Callable[[Any], Any], *, earlier: str = ""
) -> Words:
    """The words of a task: of its option, or of its variables, which ``template`` reads.

    Another value of ``pronote_language`` than a language is warned of; one that comes to nothing is said by the
    preflight, and the words are those of another host of the play. Raises ValueError for a value of an ``earlier``
    variable that is no language.
    """
    try:
        return _words_of(args, variables, template, earlier=earlier)
    except AnsibleError:
        return catalogue(_of_another(variables))


def _of_another(variables: Mapping[str, Any]) -> str:
    hosts = variables.get("hostvars", {})
    for name in variables.get("ansible_play_hosts_all", ())[:_LOOKED_AT]:
        # Looked up one by one: hostvars works out a host's variables each time.
        if (language := said_by(hosts[name], "pronote_language")) in LANGUAGES:
            return language
    return LANGUAGES[0]


def _words_of(
    args: Mapping[str, Any], variables: Mapping[str, Any], template: Callable[[Any], Any], *, earlier: str
) -> Words:
    given = args.get("language") or variables.get("pronote_language")
    if not (earlier and earlier in variables):
        return catalogue(_known(given, template) if given else LANGUAGES[0])
    if not given:
        given = template(variables[earlier])
        if given not in LANGUAGES:
            raise ValueError(
                Message(
                    "{variable}: {value} is not a language: set pronote_language to {languages}",
                    variable=earlier,
                    value=repr(given),
                    languages=ONE_OF_THEM,
                )
            )
    words = catalogue(_known(given, template))
    told = words("{variable} is pronote_language now, one variable for everything that people read", variable=earlier)
    telling.deprecated(told, version=_GONE_IN)
    return words


def _known(given: Any, template: Callable[[Any], Any]) -> str:
    """The language that a value says; of another value the default, and a warning with the place of the value.

    No error: what it is about may be an error itself, whose words would never be read.
    """
    language = str(template(given))
    if language in LANGUAGES:
        return language
    told = Message(
        "{variable} is {value}, not {languages}: everything is said in the default, {default}",
        variable="pronote_language",
        value=repr(language),
        languages=ONE_OF_THEM,
        default=LANGUAGES[0],
    )
    # Ansible shows what was warned of once; of one variable the place is the same for every station and task.
    telling.warning(catalogue(LANGUAGES[0]).of(told), about=given)
    return LANGUAGES[0]


def worded(result: Mapping[str, Any], words: Callable[[], Words]) -> dict[str, Any]:
    """A result with what is for people in their words."""
    return {name: said(value, words) if name in _SAID else value for name, value in result.items()}


def failed(result: Mapping[str, Any], words: Callable[[], Words]) -> Mapping[str, Any]:
    """A result, all of whose fields Ansible shows if it is a failure's: what happened and what to do about it are in
    the reader's words then, and nothing stands beside them. Of an error that the documentation tells more of,
    ``anchor`` is the place on its page, which the message ends with."""
    if not (result.get("failed") or result.get("unreachable")):
        return result
    told = {name: words().field(result, name) for name in _FAILURE if result.get(name)}
    beside = {f"{name}_source" for name in told}
    shown = {name: told.get(name, said(value, words)) for name, value in result.items() if name not in beside}
    fact = result.get("fact") or ""
    place = anchor_of(sourced(fact, result.get("fact_source")))
    if not (place and result.get("remedy") and "msg" in shown):
        return shown
    return {**shown, "msg": f"{shown['msg']} ({PAGE}#{place})", "anchor": place}


def said(value: Any, words: Callable[[], Words]) -> Any:
    """Every Message of a value in words; nothing is looked up where there is none."""
    if isinstance(value, Mapping):
        return {name: said(each, words) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [said(each, words) for each in value]
    return words().of(value) if isinstance(value, Message) else value
