from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.cmdline import MAX_COMMAND_LINE, join, quote


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (r"C:\Program Files\Index Education", r'"C:\Program Files\Index Education"'),
        ("Salle d'étude & co | < > ^ ( )", '"Salle d\'étude & co | < > ^ ( )"'),
        # The C runtime reads \" as a quote: the last backslash is doubled.
        ("C:\\jobs\\", '"C:\\jobs\\\\"'),
        ("", '""'),
    ],
)
def test_quote(value: str, quoted: str) -> None:
    assert quote(value) == quoted


@pytest.mark.parametrize("value", ['a"b', "%PATH%", "a\nb", "a\rb", "\x00", "a\x7fb"])
def test_quote_refuses_what_quotes_do_not_protect(value: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be passed to cmd\.exe"):
        quote(value)


def test_join_refuses_a_line_longer_than_cmd_accepts() -> None:
    assert len(join(["x" * MAX_COMMAND_LINE])) == MAX_COMMAND_LINE
    with pytest.raises(ValueError, match=r"8192 characters"):
        join(["x" * (MAX_COMMAND_LINE + 1)])
