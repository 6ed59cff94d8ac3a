"""The errors on docs/troubleshooting.md are those of the code, each once, with a name that a link may use."""

from __future__ import annotations

import ast
import re

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.pages import ANCHORS, anchor_of

from tests import catalogue, code_reference, error_reference
from tests.collection import ROOT
from tests.error_reference import PAGE, anchor, page, section


def test_the_page_has_the_errors_of_the_code() -> None:
    french = catalogue.FRENCH
    shown = PAGE.read_text(encoding="utf-8")
    assert page(shown, catalogue.read(french)) == shown, "make catalogue"
    told = list(error_reference.told())
    assert len(told) > 100
    names = re.findall(r'<a id="([^"]+)">', shown)
    assert sorted(names) == sorted(set(names)) == sorted({anchor(each.fact) for each in told})


@pytest.mark.parametrize("name", code_reference.PAGES)
def test_pages_have_the_tables_of_the_code(name: str) -> None:
    shown = (ROOT / name).read_text(encoding="utf-8")
    assert code_reference.page(shown, name) == shown, "make catalogue"
    with pytest.raises(ValueError, match="marks of codes"):
        code_reference.page("# Codes\n", name)


def test_a_failure_names_places_of_the_page_and_no_others() -> None:
    shown = re.findall(r'<a id="([^"]+)">', PAGE.read_text(encoding="utf-8"))
    assert ANCHORS.read_text(encoding="ascii").split() == sorted(shown)
    # What happened may be said within another text, and be of a counted thing.
    fact = Message("the station does not answer (powered off, unplugged, or behind a firewall)")
    assert anchor_of(Message("{fact} ({answer})", answer="5", fact=fact)) == anchor(fact) in shown
    assert anchor_of("the station does not answer") == anchor_of(Message("nobody raises this")) == ""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('E("a {x} lies", remedy="Do it.")', [("a {x} lies", "Do it.")]),
        ('E(Message("a {x} lies", x=1), remedy=Message("Do it."))', [("a {x} lies", "Do it.")]),
        ('E(f"a {x} lies in {WHERE}", remedy=AGAIN)', [("a {} lies in the house", "Run again.")]),
        ('C(kind=E, fact="a lies", remedy="Do " + "it.")', [("a lies", "Do it.")]),
        ('ours("a lies", "Do it.")', [("a lies", "Do it.")]),
        ('raise ValueError(Message("a lies; do it"))', [("a lies; do it", "")]),
        ('raise ValueError("a lies")', []),
        ('E(words, remedy="Do it.")', [("", "Do it.")]),
    ],
)
def test_what_is_read_out_of_code(code: str, found: list[tuple[str, str]]) -> None:
    named = {"WHERE": "the house", "AGAIN": "Run again."}
    makers = {"ours": ["fact", "remedy"]}
    errors = error_reference.errors(ast.parse(code), makers)
    assert [tuple(error_reference.worded(each, named) for each in pair) for pair in errors] == found


def test_a_page_without_its_marks_is_refused() -> None:
    french = catalogue.FRENCH
    with pytest.raises(ValueError, match="without the marks"):
        page("# Erreurs\n", catalogue.read(french))


def test_errors_are_told_in_french_with_the_english_beside() -> None:
    french = catalogue.FRENCH
    known = catalogue.read(french)
    (first, *_) = error_reference.told()
    known.delete(first.fact)
    known.add(first.fact, "un | autre {code}")
    assert rf"un \| autre …<br>*{error_reference.shown(first.fact)}*" in section(known)
