# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions in their order, and what follows from an answer for the next. Pure; what looks at files is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, Final, Protocol

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import some_of
from ...module_utils.server.description import base_url
from . import checks, questions
from .answers import Account, Answers, Export, School, schools_of, two_of_one
from .interview import Interview

__all__ = ["Surroundings", "gather"]

_KEYS: Final = ("name", "uai", "server_url")
# Of a file that says no school, until its name is known.
_ANY: Final = "school"
_NAMED: Final = 8
_EXAMPLE: Final = "{name: Lycée Jean Moulin, uai: 0310036W}"
_BY_UAI = Message(
    "The PRONOTE servers, found by the UAI: {addresses}. One with another address: pronote_server_url in the school's "
    "group_vars.",
    addresses="",
)
_MISSING = Message("the UAI of {school} is missing. {text}")


class Surroundings(Protocol):
    """What of this machine the answers are held against. Each raises ValueError."""

    @property
    def address(self) -> str | None:
        """An address of the depot that may be right."""

    @property
    def vault_file(self) -> str:
        """The file with the vault's password that Ansible is told to use already; empty for none."""

    def folder(self, text: str) -> str:
        """The folder of an inventory that init may write."""

    def export(self, text: str, *, preset: str, school: str) -> Export:
        """The stations of a file. ``school``: that of all of them, if no column says it."""

    def file_of_vault(self, text: str, *, folder: str) -> str:
        """A file with a password, or one that can be made; empty for empty."""

    def has_vault(self, folder: str) -> bool:
        """Whether the account is there already."""


def gather(talk: Interview, here: Surroundings) -> Answers:
    """All answers. Raises ValueError for those of a file: a line each, with the key and what to do."""
    folder = talk.answer(questions.FOLDER, here.folder, default="inventories/my_schools")
    export, schools = _stations(talk, here)
    transport = talk.answer(questions.TRANSPORT, partial(checks.choice, choices=checks.TRANSPORTS), default="ntlm")
    account = _account(talk, here, folder or "", transport or "ntlm")
    depot_url = talk.answer(questions.DEPOT_URL, checks.web_address, default=here.address)
    depot_path = talk.answer(questions.DEPOT_PATH, checks.absolute_path, default="/srv/pronote")
    reference = talk.answer(questions.REFERENCE, partial(_station, export=export), default="")
    file_of_vault = partial(here.file_of_vault, folder=folder or "")
    vault_file = talk.answer(questions.VAULT_FILE, file_of_vault, default=here.vault_file)
    talk.stop()
    if export is None:
        raise ValueError(Message("{key}: {error}", key=questions.STATIONS.key, error=Message("an answer is needed")))
    return Answers(
        folder=folder or "",
        export=export,
        schools=schools,
        transport=transport or "",
        account=account,
        depot_url=depot_url or "",
        depot_path=depot_path or "",
        reference=reference or "",
        vault_file=vault_file or "",
    )


def _stations(talk: Interview, here: Surroundings) -> tuple[Export | None, Sequence[School]]:
    listed = _listed(talk)
    preset = str(talk.given(questions.PRESET) or "")

    def read(text: str, school: str) -> tuple[str, Export, Mapping[str, str]]:
        export = here.export(text, preset=preset, school=school)
        schools = schools_of(export.rows)
        for uai in filter(None, schools.values()):
            checks.right_uai(uai)
        return text, export, schools

    found = talk.answer(questions.STATIONS, partial(read, school=_ANY))
    if found is not None and found[1].school:
        file = found[0]
        found = _of_one_school(talk, listed, lambda school: read(file, checks.name(school)))
    if found is None:
        return None, ()
    _file, export, schools = found
    talk.tell(export.lines())
    for name in sorted(listed.keys() - schools.keys()):
        told = Message(
            "no station is of {school}. The file has {schools}", school=name, schools=some_of(schools, _NAMED)
        )
        talk.fault(questions.SCHOOLS, told)
    return export, list(_schools(talk, schools, listed))


def _of_one_school(
    talk: Interview, listed: Mapping[str, Mapping[str, str]], read: Any
) -> tuple[str, Export, Mapping[str, str]] | None:
    """The file once more, with the name of the school that no column of it says."""
    if len(listed) > 1:
        talk.fault(
            questions.SCHOOLS,
            Message("no column of the file says which school a station is of: name one school, or add the column"),
        )
        return None
    if listed:
        try:
            found: tuple[str, Export, Mapping[str, str]] = read(next(iter(listed)))
        except ValueError as exc:
            talk.fault(questions.SCHOOLS, message_of(exc))
            return None
        return found
    asked: tuple[str, Export, Mapping[str, str]] | None = talk.answer(questions.SCHOOL, read)
    return asked


def _schools(talk: Interview, schools: Mapping[str, str], listed: Mapping[str, Mapping[str, str]]) -> Iterator[School]:
    """Each school of the file, with what the file does not say of it."""
    owners = {uai: name for name, uai in schools.items() if uai}
    by_uai: list[str] = []

    def own(text: str, name: str) -> str:
        uai = checks.right_uai(text)
        if owners.setdefault(uai, name) != name:
            raise ValueError(two_of_one(uai, owners[uai], name))
        return uai

    for name, in_file in schools.items():
        said = listed.get(name, {})
        uai = ""
        if said.get("uai"):
            try:
                uai = own(said["uai"], name)
            except ValueError as exc:
                talk.fault(questions.SCHOOLS, message_of(exc))
            if in_file and uai not in {in_file, ""}:
                talk.fault(
                    questions.SCHOOLS,
                    Message("{school} is {uai}, and {other} in the file", school=name, uai=uai, other=in_file),
                )
        elif not in_file:
            asked = talk.asked(questions.UAI, partial(own, name=name), school=name)
            if asked is None:
                told = questions.UAI.text.given(school=name)
                talk.fault(questions.SCHOOLS, _MISSING.given(school=name, text=told))
            uai = asked or ""
        server_url = said.get("server_url", "")
        if server_url:
            try:
                server_url = checks.server_address(server_url, in_file or uai)
            except ValueError as exc:
                talk.fault(questions.SCHOOLS, message_of(exc))
        elif found := in_file or uai:
            # Of many schools whose UAIs the file has, nobody wants to be asked for each.
            if talk.asks_all and (not in_file or len(schools) == 1):
                right = partial(checks.server_address, uai=found)
                server_url = talk.asked(questions.SERVER, right, default=base_url(found), school=name) or ""
            else:
                by_uai.append(base_url(found))
        yield School(name=name, uai="" if in_file else uai, server_url=server_url)
    if by_uai:
        talk.tell([_BY_UAI.given(addresses=some_of(by_uai, _NAMED))])


def _listed(talk: Interview) -> dict[str, Mapping[str, str]]:
    """The schools that a file of answers lists, by their names."""
    given = talk.given(questions.SCHOOLS)
    listed: dict[str, Mapping[str, str]] = {}
    for each in given if isinstance(given, list) else [] if given is None else [given]:
        if not isinstance(each, Mapping) or not each.get("name"):
            talk.fault(questions.SCHOOLS, Message("each school has its name, as in {example}", example=_EXAMPLE))
        elif strange := sorted(str(key) for key in each if key not in _KEYS):
            told = Message("{unknown} is none of {known}", unknown=some_of(strange, _NAMED), known=", ".join(_KEYS))
            talk.fault(questions.SCHOOLS, told)
        else:
            listed[str(each["name"]).strip()] = {key: str(each[key]) for key in _KEYS if each.get(key)}
    return listed


def _account(talk: Interview, here: Surroundings, folder: str, transport: str) -> Account | None:
    given = [talk.given(each.key) for each in (questions.USER, questions.PASSWORD)]
    if folder and given == [None, None] and here.has_vault(folder):
        return None
    user = talk.answer(questions.USER, partial(checks.user, transport=transport))
    password = talk.answer(questions.PASSWORD, checks.secret)
    return Account(user=user, password=password) if user and password else None


def _station(text: str, export: Export | None) -> str:
    """A station of the file, as it is written there; empty for empty."""
    names = {row.name.casefold(): row.name for row in export.rows} if export else {}
    if not text or export is None:
        return ""
    if text.casefold() not in names:
        guess = get_close_matches(text.casefold(), names, n=1)
        told = Message("there is no station {name} in the file", name=repr(text[:40]))
        raise ValueError(Message("{fact}. Did you mean {guess}?", fact=told, guess=names[guess[0]]) if guess else told)
    return names[text.casefold()]
