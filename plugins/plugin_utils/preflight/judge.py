# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, values and what is missing, source by source: ten thousand stations of one file are one look. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from .findings import Finding
from .setting import Setting, Settings

__all__ = ["OWN_NAMES", "PREFIX", "Fault", "Wrong", "missing", "renamed", "unknown_names", "values"]

PREFIX: Final = "pronote_"
OWN_NAMES: Final = "pronote_known_names"
"""The variable that lists the names which people have made for themselves."""


class Wrong(NamedTuple):
    """Of a setting that cannot be used. ``holds``: whether those that it counts for are held, or it is only told."""

    fact: Message
    remedy: Message
    holds: bool = True


Fault = Callable[[Setting, str], Wrong | None]
"""What is wrong with a setting for a host, one of those for whom it counts."""

_NAMED: Final = 5
_FEW: Final = 3
_UNKNOWN = Message("nothing reads the variable {name}")
_MEANT = Message("Did you mean {guess}? A name of your own goes into {own}.")
_NO_GUESS = Message("Correct it (docs/variables.md), or remove it. A name of your own goes into {own}.")
_GONE = Message("nothing reads {name} since {version}")
_RENAMED = Message("{name} is {now} now, and is read until {version}")
_BESIDE = Message("{name} is {now} now, and is not read where {top} is set")
_RENAMED_ALL = Message.plural(
    "{n} variable has another name now, and is read until {version}: {pairs}",
    "{n} variables have other names now, and are read until {version}: {pairs}",
)
_RENAME_ALL = Message("Give them as they are called now (docs/variables.md).")
_RENAME = Message("Give it as {now} (docs/variables.md).")
_MISSING = Message("{name} is not set")
_MISSING_FOR = Message("{name} is not set for {names}")
_SET = Message("Set it in group_vars, for all or for the school; what is for one run, with -e.")


def unknown_names(settings: Settings, known: Collection[str], gone: Mapping[str, str]) -> Iterator[Finding]:
    """Names with our prefix that nothing reads. ``gone``: names that something has read once, and until when."""
    own = set(_own_names(settings))
    for setting, group, host in settings.each():
        name = setting.name
        if not name.startswith(PREFIX) or name in known or name in own:
            continue
        whom = frozenset([host] if host else settings.members(group))
        if name in gone:
            yield Finding(
                place=setting.place,
                fact=_GONE.given(name=name, version=gone[name]),
                remedy=Message("Remove it."),
                hosts=whom,
                holds=False,
            )
            continue
        guess = get_close_matches(name, known, n=1, cutoff=0.8)
        remedy = _MEANT.given(guess=guess[0], own=OWN_NAMES) if guess else _NO_GUESS.given(own=OWN_NAMES)
        yield Finding(place=setting.place, fact=_UNKNOWN.given(name=name), remedy=remedy, hosts=whom)


def renamed(
    settings: Settings,
    names: Mapping[str, str],
    version: str,
    *,
    beside: Collection[str] = (),
    by_key: Collection[str] = (),
) -> Iterator[Finding]:
    """Earlier names, which are still read; of many one finding. ``names``: what each is now, a variable or a key of one
    (``pronote_audit_mail.to``); ``version``: the release that reads them no more. ``beside``: those that are read
    whatever else is set; ``by_key``: variables that hide an earlier name only with its own key."""
    read: dict[str, list[Finding]] = {}
    named = [each for each in settings.each() if each[0].name in names]
    # Of ten thousand stations with names of today no setting is looked at twice.
    there = {setting.name for setting, _group, _host in settings.each()} if named else set()
    for setting, group, host in named:
        now = names[setting.name]
        whom = frozenset(settings.concerned(setting, group, host))
        top, _dot, key = now.partition(".")
        hidden = (
            setting.name not in beside
            and top in there
            and any(_says(settings.value(each, top), key if top in by_key else "") for each in whom)
        )
        told = _BESIDE if hidden else _RENAMED
        found = Finding(
            place=setting.place,
            fact=told.given(name=setting.name, now=now, top=top, version=version),
            remedy=_RENAME.given(now=now),
            hosts=whom,
            holds=False,
        )
        if hidden:
            yield found
        else:
            read.setdefault(setting.name, []).append(found)
    each_place = [found for same in read.values() for found in same]
    if len(read) <= _FEW:
        yield from each_place
        return
    pairs = ", ".join(f"{name} → {names[name]}" for name in sorted(read, key=lambda each: (names[each], each)))
    yield Finding(
        place=each_place[0].place,
        fact=_RENAMED_ALL.given(n=len(read), version=version, pairs=pairs),
        remedy=_RENAME_ALL,
        hosts=frozenset().union(*(found.hosts for found in each_place)),
        holds=False,
        more=len({found.place for found in each_place}) - 1,
    )


def _says(value: Any, key: str) -> bool:
    """Whether a value says something of a key; without one, whether it is set."""
    return value is not None and (not key or not isinstance(value, Mapping) or key in value)


def _own_names(settings: Settings) -> Iterator[str]:
    for setting, _group, _host in settings.each():
        if setting.name == OWN_NAMES and isinstance(setting.value, list | tuple):
            yield from (str(name) for name in setting.value)


def values(settings: Settings, wanted: Callable[[Setting], bool], fault: Fault) -> Iterator[Finding]:
    """Values that cannot be used, of those settings that count for somebody. ``wanted``: which are looked at."""
    for setting, group, host in settings.each():
        if not wanted(setting):
            continue
        whom = settings.concerned(setting, group, host)
        first = next(whom, None)
        if first is None or (found := fault(setting, first)) is None:
            continue
        yield Finding(place=setting.place, hosts=frozenset([first, *whom]), **found._asdict())


def missing(
    settings: Settings, play: Sequence[str], needed: Sequence[Sequence[str]], remedies: Mapping[str, Message]
) -> Iterator[Finding]:
    """What a play needs and some of its hosts do not have. ``needed``: names, each with others that do as well."""
    for names in needed:
        lacking = [host for host in play if all(settings.value(host, name) is None for name in names)]
        if not lacking:
            continue
        told = _MISSING.given(name=names[0])
        if len(lacking) < len(play):
            told = _MISSING_FOR.given(name=names[0], names=some_of(lacking, _NAMED))
        yield Finding(fact=told, remedy=remedies.get(names[0], _SET), hosts=frozenset(lacking))
