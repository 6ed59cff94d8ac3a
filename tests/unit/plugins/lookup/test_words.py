"""What a role says, in the host's language."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar, trust_as_template

_HOME = "The service does not see what is in a home (ProtectHome): {paths}. Put it below /opt, say."
_ENGLISH = "The service does not see what is in a home (ProtectHome): /root/x. Put it below /opt, say."
_FRENCH = (
    "Le service ne voit pas ce qui est dans un dossier personnel (ProtectHome)\xa0: /root/x. Le mettre sous /opt, par "
    "exemple."
)


def _said(variables: dict[str, Any], template: str) -> Any:
    templar = Templar(loader=DataLoader(), variables=variables)
    return templar.template(trust_as_template(template))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, _FRENCH),
        ({"pronote_language": "fr"}, _FRENCH),
        ({"pronote_language": "en"}, _ENGLISH),
        ({"pronote_language": trust_as_template("{{ other }}"), "other": "en"}, _ENGLISH),
    ],
)
def test_a_text_is_in_the_hosts_language(variables: dict[str, Any], expected: str) -> None:
    template = f"{{{{ lookup('rentree.pronote.words', '{_HOME}', paths=where) }}}}"
    assert _said({**variables, "where": "/root/x"}, template) == expected


def test_a_text_of_nobody_is_as_it_stands() -> None:
    assert _said({}, "{{ lookup('rentree.pronote.words', '100 % of {it}', it='all') }}") == "100 % of all"


def test_a_value_is_data() -> None:
    # No template, no placeholder and no line of its own.
    value = "{{ 1 + 1 }} {path}\n[ERROR]: \x1b[31mno"
    assert _said({"value": value}, "{{ lookup('rentree.pronote.words', 'It is {v}', v=value) }}") == (
        "It is {{ 1 + 1 }} {path} [ERROR]: \N{REPLACEMENT CHARACTER}[31mno"
    )


@pytest.mark.parametrize(
    ("terms", "values", "error"),
    [
        (["{a} and {b}"], {"a": 1}, "no value for 'b'"),
        (["one", "two"], {}, "one text at a time, not 2"),
        ([], {}, "one text at a time, not 0"),
        ([3], {}, "one text at a time"),
    ],
)
def test_what_cannot_be_said_is_an_error(terms: list[Any], values: dict[str, Any], error: str) -> None:
    with pytest.raises(AnsibleError, match=error):
        lookup_loader.get("rentree.pronote.words").run(terms, variables={"pronote_language": "en"}, **values)
