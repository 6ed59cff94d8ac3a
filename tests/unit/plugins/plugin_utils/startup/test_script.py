"""What ``pronote-startup.cmd`` is rendered with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.script import StartupScript
from ansible_collections.rentree.pronote.plugins.plugin_utils.startup.write import render_startup

_DIGESTS = {"x64": "0123456789ab" + "c" * 52, "x86": "d" * 64}


def _script(**fields: Any) -> StartupScript:
    given: dict[str, Any] = {
        "release": Release.parse("2026.2.7"),
        "depot": "http://depot.example.org/pronote",
        "digests": _DIGESTS,
    }
    return StartupScript(**{**given, **fields})


def _text(**fields: Any) -> str:
    return render_startup(_script(**fields)).decode("ascii")


def test_all_that_it_fetches_is_pinned() -> None:
    text = _text()
    for digest in _DIGESTS.values():
        assert f'set "DIGEST={digest}"' in text
    assert 'set "URL=http://depot.example.org/pronote/2026.2.7/x64"' in text
    assert "pronote-client-2026.2.7-x64-0123456789ab" in text


def test_it_is_a_batch_file_of_windows() -> None:
    script = render_startup(_script())
    assert script.count(b"\n") == script.count(b"\r\n")
    lines = script.decode("ascii").splitlines()
    # cmd.exe refuses a line of more, variables expanded: a path and a digest in the place of each.
    assert max(map(len, lines)) < 6000
    labels = {line[1:] for line in lines if line.startswith(":")}
    asked = set(re.findall(r"(?:goto|call) :?([a-z_0-9]+)\b", "\n".join(line for line in lines if line[:3] != "rem")))
    assert asked - {"chosen_", "set"} <= labels
    assert len(labels) == len([line for line in lines if line.startswith(":")])


def test_no_line_that_ends_cmd_or_has_a_placeholder_is_left() -> None:
    text = _text()
    assert not re.search(r"\bexit \d", text)
    assert "@TOP@" not in text
    assert "depot.invalid" not in text
    assert "f" * 64 not in text
    # A loop of a command line has one percent sign, one of a batch file two.
    assert not re.search(r"(?<!%)%[a-z](?![A-Z_a-z])[^%]*in \(", text)


def test_nothing_in_it_waits_for_a_trigger() -> None:
    assert "<Triggers /" in _text().replace("^", "")


def test_answers_of_an_update_are_used_where_they_are_published() -> None:
    text = _text(updates=frozenset({"x64"}))
    assert text.count('set "VERB=update"') == 1
    assert text.index(":chosen_x64") < text.index('set "VERB=update"') < text.index(":chosen_x86")
    assert 'set "VERB=update"' not in _text()


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"rate": "2M"}, '>"%JOB%\\rate" echo 2M'),
        ({"revocation": "skip"}, '>"%JOB%\\revocation" echo --ssl-no-revoke'),
        ({"spread": 90}, '"WAIT=1+WAIT %% (90+1)"'),
    ],
)
def test_options(fields: dict[str, Any], line: str) -> None:
    assert line in _text(**fields)
    assert line not in _text()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"depot": "http://u:p@depot/"}, "is not an http"),
        ({"depot": "http://depot/%TEMP%"}, "is not an http"),
        ({"digests": {}}, "is published for no architecture"),
        ({"digests": {"x64": "abc"}}, "has no usable SHA-256"),
        ({"digests": {"x64": '"&calc&"'.ljust(64)}}, "has no usable SHA-256"),
        ({"digests": {"arm64": "d" * 64}}, "has no usable SHA-256"),
        ({"spread": -1}, "is not between"),
        ({"spread": 100_000}, "is not between"),
        ({"rate": "2M & calc"}, "is not a rate"),
        ({"release": Release.parse("2023.0.2.7")}, "since 2024"),
    ],
)
def test_what_must_not_reach_a_batch_file_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        render_startup(_script(**fields))
