from __future__ import annotations

import pytest
from ansible.parsing.splitter import parse_kv
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.command_line import lost_words
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.findings import lines
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.known import is_secret, known


def _told(option: str) -> list[str]:
    found = list(lost_words([option], ["pc-1", "pc-2"], secret={n for n, each in known().items() if is_secret(each)}))
    assert {each.hosts for each in found} <= {frozenset({"pc-1", "pc-2"})}
    assert all(each.holds for each in found)
    return [str(line) for line in lines(found)]


def test_a_name_of_two_words_is_refused_with_what_to_type() -> None:
    (line,) = _told("pronote_attest_name=Claude Martin")
    fact, remedy = line.split(". ", 1)
    assert fact == "-e: Ansible reads pronote_attest_name only up to a blank, and leaves out Martin"
    assert remedy == """Quote the value inside, too: -e "pronote_attest_name='Claude Martin'\""""
    # What is advised is what helps.
    assert parse_kv("pronote_attest_name='Claude Martin'") == {"pronote_attest_name": "Claude Martin"}


@pytest.mark.parametrize(
    "option",
    [
        "",
        "pronote_attest_name='Claude Martin'",
        "a=1 b=2",
        "@answers with a blank.yml",
        '{"pronote_attest_name": "Claude Martin"}',
        "pronote_attest_name=L'Hote Martin",
    ],
)
def test_what_loses_nothing_or_ends_the_run_by_itself(option: str) -> None:
    assert _told(option) == []


@pytest.mark.parametrize(
    ("option", "remedy"),
    [
        ("ansible_password=hunter2 hunter3", """-e "name='two words'\""""),
        ("pronote_a=1 pronote_b=x y", """-e "name='two words'\""""),
        ("pronote_audit_mail_password=hunter2 hunter3", """-e "name='two words'\""""),
        ("pronote_state_password=hunter2 hunter3", """-e "name='two words'\""""),
        ("pronote_audit_webhook=url=hunter2 hunter3", """-e "name='two words'\""""),
        ("hunter2", """-e "name='two words'\""""),
        ("pronote_a=x $(y)", """-e 'pronote_a='"'"'x $(y)'"'"''"""),
    ],
)
def test_values_of_others_are_not_shown(option: str, remedy: str) -> None:
    (line,) = _told(option)
    assert "hunter" not in line
    assert remedy in line
