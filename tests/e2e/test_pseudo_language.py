"""In a language that nobody speaks no word of ours is without marks: all that people read is of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from tests import catalogue, pseudo
from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun, run_playbook

STATIONS: list[dict[str, Any]] = [
    {"name": "right-01", "clients": [{"release": "2026.2.7"}]},
    {"name": "late-01", "clients": [{"release": "2026.1.3"}]},
    {"name": "late-02", "clients": [{"release": "2026.1.3"}]},
    {"name": "ahead-01", "clients": [{"release": "2026.3.1"}]},
    {"name": "full-01", "free_space": 2**20},
    {"name": "absent-01"},
    {"name": "off-01", "power": "off"},
    {"name": "refused-01", "accounts": [{**ACCOUNT, "password": "another one"}]},
    {"name": "deaf-01", "deny_wmi": True},
    {"name": "cut-01", "faults": [{"effect": "cut", "match": "Uninstall", "times": 0}]},
]

# What Ansible itself says, line by line: headings, who a result is of, the recap, where an error is.
_ANSIBLE = (
    re.compile(r"(PLAY|TASK|RUNNING HANDLER|NO MORE HOSTS|PLAY RECAP).*"),
    re.compile(r"(ok|included|fatal|\.\.\.ignoring)\b.*"),
    re.compile(r"(changed|skipping|failed|unreachable)\b(?!: \[[^]]+\]: ).*"),
    re.compile(r"\S+ +: ok=\d+ .*"),
    re.compile(r"Origin: .*|\s*\d+ .*|[ ^.]+|\s*\^ column \d+|<<< caused by >>>"),
    re.compile(r"(--- before|\+\+\+ after).*|@@ .*"),
)
_PREFIX = re.compile(
    r"\[(ERROR|WARNING|DEPRECATION WARNING)\]: (Task failed: )?(Action failed: )?(Module failed: )?"
    # The console's, of a station.
    r"|^(changed|skipping|failed|unreachable): \[[^]]+\]: "
)
# A field of a result that Ansible shows: only these are for people, the others are codes and data.
_FIELD = re.compile(r"    (\w+):( .*|$)")
_FOR_PEOPLE = {"msg", "fact", "remedy"}
# Data by what they look like: a day, a path, an address, a variable, a file, a program, a release, an option.
_DATA = re.compile(
    r"\d+\s[a-zé]+\.?\s20\d\d|\S*[/\\_@]\S*|\S+\.(ya?ml|html|json|csv)|ansible(-\w+)?|--?[a-z-]+|x(64|86)"
    r"|\d+(\.\d+)+|\d+ ?(min|s|MiB|h)\b"
)


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    pseudo.write(folder)
    return folder


def _play(school: School, words: Path, playbook: str, *arguments: str) -> PlaybookRun:
    return run_playbook(
        playbook,
        *("-e", f"@{school.variables}", "-e", "pronote_language=fr"),
        *arguments,
        inventory=school.inventory,
        work=school.work,
        ANSIBLE_CALLBACKS_ENABLED="pseudo_language,results_json",
        RENTREE_PSEUDO=str(words),
        # No cell of a table is folded.
        COLUMNS="4000",
    )


def _names(school: School) -> set[str]:
    """What the inventory calls things: its stations, its schools, its rooms."""
    files = [each for each in school.inventory.rglob("*.yml") if each.is_file()]
    return {"PRONOTE", *(text for each in files for text in _texts(yaml.safe_load(each.read_text("utf-8"))))}


def _texts(data: Any) -> Iterator[str]:
    """Every text in an inventory: keys, which are names of stations and groups, and values."""
    if isinstance(data, dict):
        yield from map(str, data)
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from _texts(each)
    elif isinstance(data, str):
        yield data


def _lines(output: str) -> Iterator[str]:
    """What people read of an output: lines that are not Ansible's, and each text of a result, however it is folded."""
    field = ""
    told: list[str] = []
    for line in [*output.splitlines(), "PLAY"]:
        begun = _FIELD.fullmatch(line)
        if field and (begun or not line.startswith("    ")):
            if field in _FOR_PEOPLE:
                yield " ".join(told)
            field, told = "", []
        if begun:
            field, told = begun[1], [begun[2]]
        elif field:
            told.append(line.strip())
        elif not any(each.fullmatch(line) for each in _ANSIBLE):
            yield line


def _unmarked(text: str, data: set[str]) -> list[str]:
    return [
        f"{left!r} in {line!r}"
        for line in _lines(text)
        if (left := pseudo.outside(_DATA.sub(" ", _PREFIX.sub("", line)), data))
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_language_shows_nothing_of_the_other(start_school: StartSchool, language: str) -> None:
    # Of its own: what the other tests leave in a store is in marks.
    run = start_school(STATIONS).play("deploy", "--check", "--diff", "-e", f"pronote_language={language}")
    shown = [" ".join(line.split()) for line in _lines(run.output)]
    assert any(text in line for text in _said(language) for line in shown)
    other = _said("en" if language == "fr" else "fr") - _said(language)
    assert sorted(text for text in other if any(text in line for line in shown)) == []


def _said(language: str) -> set[str]:
    """What the texts of a language say between their values, where that is long enough to be no other's."""
    (french,) = catalogue.catalogues()
    found: set[str] = set()
    for message in catalogue.texts(catalogue.read(french)):
        told: Any = message.string if language == "fr" else message.id
        for text in told if isinstance(told, tuple) else (told,):
            parts = (" ".join(part.split()) for part in re.split(r"\{\w*\}", text))
            found.update(part for part in parts if len(part) > 20 and " " in part)
    return found


@pytest.mark.parametrize(
    ("playbook", "arguments", "code"),
    [
        ("audit", (), 0),
        ("audit", ("-e", '{"pronote_audit_fail_on": ["not_compliant"]}'), 2),
        ("deploy", ("--check", "--diff"), 4),
        ("deploy", ("--diff",), 4),
    ],
)
def test_no_text_of_ours_is_without_marks(
    school: School, words: Path, playbook: str, arguments: tuple[str, ...], code: int
) -> None:
    run = _play(school, words, playbook, *arguments)
    assert "⟦" in run.output
    left = _unmarked(run.output, _names(school))
    assert not left, "\n".join(left)
    run.assert_code(code)


def test_nor_is_one_on_the_page(school: School, words: Path) -> None:
    _play(school, words, "audit")
    page: Any = html.fromstring((school.written / "reports/audit.html").read_bytes())
    for gone in page.xpath("//script | //style"):
        gone.drop_tree()
    texts = [each.strip() for each in page.itertext()] + [
        each for name in ("title", "alt", "aria-label", "placeholder") for each in page.xpath(f"//@{name}")
    ]
    left = _unmarked("\n".join(texts), _names(school))
    assert not left, "\n".join(left)
