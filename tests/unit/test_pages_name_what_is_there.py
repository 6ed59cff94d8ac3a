"""Commands, variables and files that the documentation names are there."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import GONE, known

from tests.collection import ROOT
from tests.words_of_docs import pages

_PAGES = [name for name in pages() if name != "docs/glossaire.md"]
# Groups of stations, roles, keys of the lock file, and parts of names.
_GROUPS = {
    *(
        f"pronote_{name}"
        for name in ("stations", "edt_stations", "pending", "late", "failed", "never_seen", "unreadable")
    ),
    *(f"pronote_{name}" for name in ("depots", "reference", "installers")),
}
# A mistake that a page shows, a role of PostgreSQL that another one makes.
_SHOWN = {"pronote_client_relase"}


@cache
def _targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8")))


@cache
def _files() -> str:
    """Every file, a line each: a page names one by the end of its path."""
    tops = ("plugins", "tests", "roles", "playbooks", "docs", "awx", "inventories", ".ci")
    found = [path for top in tops for path in (ROOT / top).rglob("*.*")]
    return "".join(f"/{path.relative_to(ROOT)}\n" for path in found)


def _is_there(path: str) -> bool:
    return f"/{path}\n" in _files()


def _code(text: str) -> Iterator[str]:
    """What stands as code: blocks, and spans within a line."""
    yield from (match[1] for match in re.finditer(r"(?ms)^ *```\w*\n(.*?)^ *```", text))
    rest = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", rest)
    yield from re.findall(r"(?m)^    (\S.*)$", rest)


def _missing(text: str) -> list[str]:
    """What a page names and nobody has."""
    found: list[str] = []
    for code in _code(text):
        found += [
            name
            for name in re.findall(r"(?:^|[\s(])((?:playbooks|awx|bin)/[\w./-]*\w)(?![\w/])", code)
            if not (ROOT / name).exists()
        ]
        found += [
            f"make {name}"
            for name in re.findall(r"(?m)(?:^|&& |\| )make ([a-z][\w-]*)", code)
            if name not in _targets()
        ]
        found += [
            f"python -m {name}"
            for name in re.findall(r"python -m (tests[\w.]*)", code)
            if not importlib.util.find_spec(name)
        ]
        found += [
            f"ansible-playbook {name}"
            for name in re.findall(r"ansible-playbook rentree\.pronote\.(\w+)", code)
            if not (ROOT / f"playbooks/{name}.yml").exists()
        ]
        found += [
            f"-m {name}"
            for name in re.findall(r"-m rentree\.pronote\.(\w+)", code)
            if not (ROOT / f"plugins/modules/{name}.py").exists()
        ]
        found += [
            name
            for name in re.findall(r"(?<![\w./-])(?:[\w.-]+/)*[\w-]+\.(?:py|j2|sh)\b(?!/)", code)
            if not _is_there(name)
        ]
        found += [
            name
            for name in re.findall(r"(?<![\w/{$.])pronote_\w*[a-z](?![\w/.*-])", code)
            if name not in known()
            and name not in GONE
            and name not in _GROUPS | _SHOWN
            and not (ROOT / "roles" / name).is_dir()
        ]
    return found


@pytest.mark.parametrize("page", _PAGES)
def test_a_page_names_what_is_there(page: str) -> None:
    assert _missing((ROOT / page).read_text(encoding="utf-8")) == []


@cache
def _defaults() -> dict[str, object]:
    """Those of argument specs, which are the roles' (test_roles.py), with keys as ``pronote_timeouts.job``."""
    found: dict[str, object] = {}
    for file in ROOT.glob("roles/*/meta/argument_specs.yml"):
        options = yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
        for name, option in options.items():
            named = {f"{name}.{key}": each for key, each in option.get("options", {}).items()}
            found |= {key: each["default"] for key, each in {name: option, **named}.items() if "default" in each}
    return found


def _told(text: str) -> Iterator[tuple[str, str]]:
    """Variables with the defaults that a page's tables say, where these are literals."""
    tables = re.findall(r"(?m)^\| variable \| (?:par )?d[ée]fa\w+ \|.*\n((?:\|.*\n)+)", text)
    for names, values in re.findall(r"(?m)^\| (`pronote_[^|]*) \| (`[^|]*) \|", "".join(tables)):
        shown = re.findall(r"`([^`]+)`", values)
        variables = re.findall(r"`(pronote_\w+(?:\.\w+)?)`", names)
        if len(shown) == len(variables) == len(values.split(",")):
            yield from zip(variables, shown, strict=True)


def test_defaults_of_variables_are_those_of_the_roles() -> None:
    told = {(page, name, value) for page in _PAGES for name, value in _told((ROOT / page).read_text(encoding="utf-8"))}
    # What init takes where nobody answered is its questions' matter (init/questions.py).
    known_here = {each for each in told if each[1] in _defaults() and not each[1].startswith("pronote_init_")}
    assert len(known_here) > 30
    assert [each for each in sorted(known_here) if _defaults()[each[1]] not in (yaml.safe_load(each[2]), each[2])] == []


@cache
def _sources() -> list[str]:
    tops = ("plugins", "roles", "playbooks", "inventories", "awx", "bin", "tests")
    files = [path for top in tops for path in (ROOT / top).rglob("*") if path.is_file()]
    kinds = {".py", ".yml", ".j2", ".cmd", ".sample", ""}
    return [path.read_text(encoding="utf-8", errors="replace") for path in files if path.suffix in kinds]


def test_pages_that_the_code_names_are_there() -> None:
    named = {name for text in _sources() for name in re.findall(r"(?<![\w/])docs/[\w./-]+\.(?:md|json)", text)}
    assert len(named) > 20
    assert [name for name in sorted(named - {"docs/nul.md"}) if not (ROOT / name).is_file()] == []


def test_sections_that_the_code_names_are_there() -> None:
    """What a comment names after a page (docs/design.md, Rings), of pages in the code's language."""
    pages_of = r"docs/(design|lab|security|benchmarks|fidelity)\.md, \"?([A-Z][A-Za-z -]{3,}\w)"
    named = {found for text in _sources() for found in re.findall(pages_of, text)}
    assert len(named) > 3
    headings = {
        page: re.findall(r"(?m)^#+ (.+)$", (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")) for page, _ in named
    }
    assert [
        (page, name) for page, name in sorted(named) if not any(each.startswith(name) for each in headings[page])
    ] == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`make demo` and `make tea`", ["make tea"]),
        ("```sh\nansible-playbook playbooks/audit.yml -e pronote_uia=x\n```\n", ["pronote_uia"]),
        ("```sh\nansible-playbook playbooks/nothing.yml\nbin/pronote init\n```\n", ["playbooks/nothing.yml"]),
        ("`ansible-playbook rentree.pronote.nothing`", ["ansible-playbook nothing"]),
        ("`ansible -m rentree.pronote.nothing`, `python -m tests.nothing`", ["-m nothing", "python -m tests.nothing"]),
        ("`deploy/plan.py`, `deploy/plane.py`, `docs/gpo`", ["deploy/plane.py"]),
        ("pronote_nothing in words, `pronote_pending`, `pronote_client`", []),
    ],
)
def test_what_is_missing_is_found(text: str, missing: list[str]) -> None:
    assert sorted(_missing(text)) == sorted(missing)
