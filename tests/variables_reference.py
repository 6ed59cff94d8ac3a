"""docs/variables.md, whole: ``python -m tests.variables_reference`` writes it from the roles' argument specs, their
defaults, and what preflight/known.py has beside them; the French of each is in ``tests/locale/fr/variables.po``.

``--check`` writes nothing, and tells whether the page is as it would be, and each text without French of its own. Else
the catalogue takes the texts that are new, empty or with the French of one that is like it, marked ``fuzzy``: the page
shows the English of both until somebody has translated it. ``--missing`` lists them.
"""

from __future__ import annotations

import functools
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.catalogue import header
from tests.collection import ROOT, use_collection
from tests.plugin_reference import listed, markdown
from tests.role_defaults import today
from tests.role_readmes import playbooks_of, specs_of
from tests.written import written

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.earlier import EARLIER, UNTIL  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import known, needed  # noqa: E402

__all__ = [
    "CATALOGUE",
    "PAGE",
    "Variable",
    "keys",
    "made",
    "missing",
    "page",
    "sentences",
    "texts",
    "updated",
    "variables",
]

PAGE = ROOT / "docs/variables.md"
CATALOGUE = ROOT / "tests/locale/fr/variables.po"
"""Of no use to who has the collection: the page is made when the code is."""

_COMMAND = "python -m tests.variables_reference"
_INTRODUCTION = f"""# Les variables

Elles se donnent dans l'inventaire (`group_vars/all`, `group_vars/<établissement>`, `host_vars`) ou, pour une fois,
avec `-e`. Un point dans un nom (`a.b`) : la clé `b` de la variable `a`. Une variable que plusieurs playbooks lisent
dit lesquels.

```yaml
pronote_timeouts: {{job: 7200, wait: 900}}     # pronote_timeouts.job, pronote_timeouts.wait
```

Une fois : `-e '{{"pronote_timeouts": {{"job": 7200}}}}'`, jamais `-e pronote_timeouts.job=7200`. Une clé qui n'est pas
donnée garde son défaut ; mais Ansible prend la variable entière là où elle est donnée de plus près : celle d'un
établissement remplace, avec toutes ses clés, celle de `group_vars/all`.

Page écrite par `{_COMMAND}`.
"""


@dataclass(frozen=True)
class Subject:
    """A part of the page: its heading, the page that tells more, and whose variables it has: those of roles, and those
    whose names begin so. The first subject has all others."""

    heading: str
    more: str
    roles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


_SUBJECTS = (
    Subject("Établissement et serveur", "stations.md"),
    Subject(
        "Préparer et publier",
        "prepare.md",
        ("prepare", "publish", "record", "prune", "depot"),
        (
            "depot",
            "release",
            "product_releases",
            "product_code",
            "arch",
            "installers",
            "lock_file",
            "response",
            "record",
        ),
    ),
    Subject("Déployer", "guide-admin.fr.md", ("client", "client_settings"), ("client", "pilot", "deploy")),
    Subject("Réveiller les postes", "stations.md#réveiller-les-postes", (), ("client_wake", "wake", "mac")),
    Subject("Scripts de démarrage", "startup.md", ("startup",), ("startup",)),
    Subject("Opérations de rentrée", "guide-admin.fr.md", ("rentree", "attest"), ("rentree", "attest")),
    Subject("Auditer et prévenir", "reports.md", ("audit", "conclude"), ("audit", "conclude")),
    Subject("Planifier", "schedule.md", ("schedule",), ("schedule",)),
    Subject("AWX", "schedule.md", ("awx",), ("awx",)),
    Subject("Le docteur", "doctor.md", ("doctor",), ("doctor",)),
    Subject("La répétition", "rehearsal.md", ("rehearse",), ("rehearse",)),
    Subject("Le premier inventaire", "init.md", ("init",), ("init",)),
    Subject("La mémoire dans PostgreSQL", "plusieurs-noeuds.md", ("store_prepare",), ("store_prepare", "state_")),
)
_BESIDE: Mapping[str, str] = {
    "pronote_known_names": "Names that begin with C(pronote_) and are your own",
    "pronote_hosts": "The hosts of a play, as in V(pronote_pending). By default V(pronote_stations)",
    "pronote_record_station": "The reference station, or its group. By default V(pronote_reference)",
    "pronote_awx_release": "The release that the survey of an AWX template asks for",
    "pronote_state_password": "The password of the store in PostgreSQL. By default C(PGPASSWORD), or a pgpass file",
    "pronote_mac": "The station's MAC address, to wake it",
    "pronote_wake_broadcast": "The broadcast address of the station's network, to wake it",
    "pronote_wake_port": "The UDP port of what wakes a station. By default 9",
    "pronote_wake_relay": "The host that sends what wakes the station. By default the controller",
    "pronote_audit_language": "Earlier name of O(pronote_language)",
    "pronote_client_report_language": "Earlier name of O(pronote_language)",
    "pronote_rentree_language": "Earlier name of O(pronote_language)",
}
"""What no role has and preflight/known.py knows: what it says."""

_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z0-9])")
# A sentence of what holds when nothing is given.
_WITHOUT = re.compile(r"^(?:By default|Empty|Derived|From June|Without)\b|\bwhen empty$|^(?:V\(0\)|0) (?:is|for)\b")
_PLUGIN = re.compile(r"\]\((\w+)\)")
_IN_INVENTORY = re.compile(r"inventory_dir ~ '/([^']+)'")
_BESIDE_INVENTORY = re.compile(r"lookup\('rentree\.pronote\.place', '([^']+)'\)")
_TAKEN_OVER = re.compile(r"^\{\{ *\(?(pronote_\w+)")


@dataclass(frozen=True)
class Variable:
    """A row of the page; ``told`` and ``without`` are English, with Ansible's marks."""

    name: str
    told: str
    without: str = ""
    """What holds when it is not given, in words."""
    default: Any = None
    """Of one with keys: none, as each key has its own."""
    computed: str = ""
    """The template of its default."""
    needed_by: tuple[str, ...] = ()
    """The playbooks that do nothing without it; a key has none."""
    required: bool = False
    choices: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()
    """The playbooks that read it, where several roles do."""


def sentences(description: str | Sequence[str]) -> tuple[str, str]:
    """The first sentence of a description, and the one of what holds without the variable, if another says so."""
    said = " ".join(listed(description) if isinstance(description, str) else description)
    first, *others = (each.strip().rstrip(".") for each in _SENTENCE.split(" ".join(said.split())))
    return first, next((each for each in others if _WITHOUT.search(each)), "")


def _roles() -> list[str]:
    """Every role, those of the first subjects first: what a variable of several says is what the first one says."""
    ordered = [f"pronote_{role}" for subject in _SUBJECTS for role in subject.roles]
    here = sorted(path.name for path in (ROOT / "roles").iterdir() if specs_of(path))
    # What deploys says most of what it shares.
    return sorted(here, key=lambda role: (role != "pronote_client", ordered.index(role)))


@functools.cache
def _options(role: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for spec in specs_of(ROOT / "roles" / role).values():
        found |= spec.get("options") or {}
    return found


def _defaults(role: str) -> dict[str, Any]:
    file = ROOT / "roles" / role / "defaults/main.yml"
    found: dict[str, Any] = today((yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None) or {})
    return found


def _choices(option: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(each) for each in option.get("choices") or [] if each != "")


def keys(name: str, option: Mapping[str, Any]) -> Iterator[Variable]:
    """The keys of a dict, or of each dict of a list."""
    for key, each in (option.get("options") or {}).items():
        told, without = sentences(each["description"])
        yield Variable(
            name=f"{name}.{key}",
            told=told,
            without=without,
            default=each.get("default"),
            required=bool(each.get("required")),
            choices=_choices(each),
        )
        yield from keys(f"{name}.{key}", each)


@functools.cache
def variables() -> dict[str, list[Variable]]:
    """Every variable once, with its keys behind it, by the heading of its subject. Raises ValueError for one of which
    nothing says what it is."""
    specs = {role: _options(role) for role in _roles()}
    found: dict[str, list[Variable]] = {subject.heading: [] for subject in _SUBJECTS}
    beside = [name for name in known() if name not in EARLIER]
    for name in dict.fromkeys([*(name for options in specs.values() for name in options), *beside]):
        roles = [role for role in specs if name in specs[role]]
        if not roles and name not in _BESIDE:
            raise ValueError(f"{name} is no role's: say what it is in {__name__}._BESIDE")
        # The one that says what its keys are, else the one that it is named after, says what it is.
        owner = max(
            roles,
            key=lambda role: (bool(specs[role][name].get("options")), len(role) if name.startswith(f"{role}_") else 0),
            default="",
        )
        option = specs[owner][name] if owner else {"description": _BESIDE[name]}
        found[_subject(name, roles).heading] += [_variable(name, option, roles, owner), *keys(name, option)]
    return found


def _variable(name: str, option: Mapping[str, Any], roles: Sequence[str], owner: str) -> Variable:
    told, without = sentences(option["description"])
    needing = [role for role in roles if any(name == names[0] for names in needed(role))]
    default = _defaults(owner).get(name, option.get("default")) if owner and not option.get("options") else None
    computed = default if isinstance(default, str) and "{{" in default else ""
    return Variable(
        name=name,
        told=told,
        without=without,
        default=None if computed else default,
        computed=computed,
        needed_by=_playbooks(needing),
        required=bool(needing) and needing == list(roles),
        choices=_choices(option),
        read_by=_playbooks(roles) if len(roles) > 1 else (),
    )


def _playbooks(roles: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({playbook for role in roles for playbook in playbooks_of(role)}))


def _subject(name: str, roles: Sequence[str]) -> Subject:
    bare = name.removeprefix("pronote_")
    named = [(len(each), subject) for subject in _SUBJECTS for each in subject.names if bare.startswith(each)]
    if named:
        return max(named, key=lambda each: each[0])[1]
    if len(roles) == 1:
        return next(each for each in _SUBJECTS if roles[0].removeprefix("pronote_") in each.roles)
    return _SUBJECTS[0]


def texts() -> Iterator[tuple[str, str]]:
    """Every English text of the page, and the variable that says it."""
    for each in (variable for part in variables().values() for variable in part):
        yield each.told, each.name
        if each.without:
            yield each.without, each.name


def _catalogue() -> Catalog:
    if not CATALOGUE.is_file():
        return Catalog(locale="fr")
    with CATALOGUE.open("rb") as opened:
        return read_po(opened, locale="fr")


def missing(catalogue: Catalog | None = None) -> list[str]:
    """What keeps the catalogue from saying the whole page: a line for each text without French, and for each that
    nothing says any more."""
    catalogue = _catalogue() if catalogue is None else catalogue
    said = dict(texts())
    found = []
    for text, name in said.items():
        message = catalogue.get(text)
        if message is None or not message.string:
            found.append(f"{name}: no French of {text!r}")
        elif message.fuzzy:
            found.append(f"{name}: fuzzy: {text!r}: {message.string!r}")
    return found + [f"stale: {message.id!r}" for message in catalogue if message.id and message.id not in said]


def updated() -> tuple[Catalog, str]:
    """The catalogue with the texts of today, and as text."""
    sources = Catalog(fuzzy=False)
    for text, name in texts():
        sources.add(text, None, [(name, 0)])
    catalogue = _catalogue()
    catalogue.update(sources, update_creation_date=False)
    header(catalogue)
    shown = io.BytesIO()
    write_po(shown, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return catalogue, shown.getvalue().decode("utf-8")


def _code(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{shown.strip()}`".replace("|", "\\|")


def _markdown(text: str) -> str:
    return _PLUGIN.sub(r"](plugins/\1_module.md)", markdown(text))


def _default(variable: Variable, french: Mapping[str, str]) -> str:
    if variable.required:
        return "obligatoire"
    shown = ""
    # Of nothing, and of 0 where that stands for something else, a sentence says what it comes to.
    if variable.without and not variable.default and variable.default is not False:
        shown = _markdown(french[variable.without])
    elif variable.default not in (None, "", [], {}):
        shown = _code(variable.default)
    elif place := _BESIDE_INVENTORY.search(variable.computed):
        shown = f"`{place[1]}` [à côté de l'inventaire](stations.md#où-les-commandes-écrivent)"
    elif (taken := _TAKEN_OVER.match(variable.computed)) and taken[1] not in EARLIER:
        shown = f"d'après `{taken[1]}`"
    elif place := _IN_INVENTORY.search(variable.computed):
        shown = f"`{place[1]}` dans l'inventaire"
    elif variable.computed and not taken:
        shown = "calculé"
    elif variable.default is not None:
        shown = "vide"
    return ", ".join(filter(None, [shown, _needed_by(variable)]))


def _needed_by(variable: Variable) -> str:
    """Who does nothing without it, or the few who do."""
    others = [each for each in variable.read_by if each not in variable.needed_by]
    if not variable.needed_by or not others:
        return "obligatoire" if variable.needed_by else ""
    few, said = (variable.needed_by, "pour") if len(variable.needed_by) <= len(others) else (others, "sauf pour")
    return f"obligatoire {said} {', '.join(f'`{each}`' for each in few)}"


def _row(variable: Variable, french: Mapping[str, str]) -> str:
    told = _markdown(french[variable.told])
    if variable.choices:
        told += " : " + ", ".join(f"`{each}`" for each in variable.choices)
    if variable.read_by:
        told += f" ({', '.join(f'`{each}`' for each in variable.read_by)})"
    return f"| `{variable.name}` | {_default(variable, french)} | {told} |".replace("|  |", "| |")


def _now(name: str) -> str:
    return "rien" if name.startswith("_") else f"`{name}`"


def page(catalogue: Catalog) -> str:
    """The page; in English what is not translated."""
    french = {}
    for text, _ in texts():
        message = catalogue.get(text)
        french[text] = str(message.string) if message and message.string and not message.fuzzy else text
    lines = [_INTRODUCTION]
    for subject in _SUBJECTS:
        rows = [_row(each, french) for each in variables()[subject.heading]]
        lines += [f"## {subject.heading}", "", f"Voir [{subject.more.partition('#')[0]}]({subject.more}).", ""]
        lines += ["| variable | défaut | ce qu'elle dit |", "|---|---|---|", *rows, ""]
    if EARLIER:
        lines += ["## Anciens noms", "", f"Lus encore jusqu'à la version {UNTIL}.", ""]
        lines += ["| avant | maintenant |", "|---|---|"]
        lines += [*(f"| `{name}` | {_now(now)} |" for name, now in sorted(EARLIER.items())), ""]
    return "\n".join(lines)


def made() -> dict[Path, str]:
    """The page and its catalogue, as they would be written."""
    catalogue, text = updated()
    return {PAGE: page(catalogue), CATALOGUE: text}


def main(arguments: list[str]) -> int:
    """Write both, check them, or list what has no French."""
    if arguments == ["--missing"]:
        print("\n".join(missing()) or "every text has its French")
        return 0
    code = written(made(), arguments, command=_COMMAND, usage=__doc__)
    lacking = missing()
    if not arguments:
        print(f"{len(lacking)} texts without French: {_COMMAND} --missing")
    elif arguments == ["--check"] and lacking:
        print("\n".join(lacking))
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
