"""What roles and playbooks say: each text from the catalogue, by a rule that reads every message of a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import role_texts

_FILES = role_texts.files()


def test_nothing_is_said_but_from_the_catalogue() -> None:
    assert len(_FILES) > 40
    assert [each for path in _FILES for each in role_texts.unsaid(path)] == []


def test_every_text_is_a_literal_with_the_values_that_it_has_places_for() -> None:
    texts = [each.text for path in _FILES for each in role_texts.said(path)]
    assert len(texts) >= 8
    assert [each for path in _FILES for each in role_texts.problems(path)] == []


def _file(folder: Path, text: str, name: str = "main.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


_ASSERT = "- ansible.builtin.assert:\n    that: x\n    fail_msg: "
_WORDS = "{{ lookup('rentree.pronote.words', "


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (_ASSERT + "No.\n", ["1: ansible.builtin.assert: fail_msg: No."]),
        ("- ansible.builtin.assert:\n    that: x\n", ["1: ansible.builtin.assert without fail_msg"]),
        ("- ansible.builtin.fail:\n", ["1: ansible.builtin.fail without msg"]),
        (_ASSERT + "'{{ item }}'\n  loop: [1]\n", ["1: ansible.builtin.assert in a loop"]),
        ("- ansible.builtin.debug:\n    var: x\n", []),
        ("- ansible.builtin.debug:\n    msg: '{{ x }}: 3'\n", []),
        (
            "- block:\n  - block:\n    - ansible.builtin.fail:\n        msg: No.\n",
            ["3: ansible.builtin.fail: msg: No."],
        ),
        (_ASSERT + f"\"{_WORDS}'No.') }}}}\"\n", []),
        (_ASSERT + f"\"{_WORDS}'No.') }}}} Never.\"\n", ["1: ansible.builtin.assert: fail_msg: Never."]),
        (_ASSERT + "\"{{ 'No' ~ x }}\"\n", ["1: ansible.builtin.assert: fail_msg: No"]),
        (_ASSERT + "\"{{ x['name'] | join(', ') }}\"\n", []),
        (_ASSERT + f"\"{_WORDS}'{{a}}.', a=x | default('none')) }}}}\"\n", []),
    ],
)
def test_a_message_outside_of_the_lookup_is_found(tmp_path: Path, text: str, found: list[str]) -> None:
    path = _file(tmp_path, text)
    assert [each.removeprefix(f"{path}:") for each in role_texts.unsaid(path)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Description=An audit\n", ["Description=An audit"]),
        ("{% if x %}\n    echo 'no' >&2\n{% endif %}\n", ["echo 'no' >&2"]),
        (f"    echo {_WORDS}'no',\n   lock=x) | quote }}}} >&2\n", []),
        ("# Nobody reads this.\nUser=audit\n", []),
        (f"Description={_WORDS}'An audit') }}}}\n", []),
    ],
)
def test_so_is_one_in_what_a_role_writes(tmp_path: Path, text: str, found: list[str]) -> None:
    path = _file(tmp_path, text, "x.j2")
    assert [each.removeprefix(f"{path}: ") for each in role_texts.unsaid(path)] == found


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("'No {name}.', name=x", ""),
        ("'No.', wantlist=true", ""),
        ("x", "not one literal text"),
        ("'No ' ~ x", "not one literal text"),
        ("'No.', 'Never.'", "not one literal text"),
        ("'No {name}.'", "are not the values"),
        ("'No.', name=x", "are not the values"),
    ],
)
def test_a_text_that_the_catalogue_cannot_have_is_found(tmp_path: Path, call: str, problem: str) -> None:
    path = _file(tmp_path, f'{_ASSERT}"{_WORDS}{call}) }}}}"\n')
    found = list(role_texts.problems(path))
    assert [problem in each for each in found] == ([True] if problem else [])


def test_texts_are_read_as_ansible_reads_them(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "- vars:\n"
        "    secret: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n"
        f"    folded: >-\n      {_WORDS}'One\n      line.') }}}}\n"
        "  when: query('rentree.pronote.words', 'In an expression.') | length\n"
        "  # lookup('rentree.pronote.words', 'In a comment.')\n"
        "  name: lookup('rentree.pronote.words', 'In plain text.')\n",
    )
    assert [each.text for each in role_texts.said(path)] == ["One line.", "In an expression."]
