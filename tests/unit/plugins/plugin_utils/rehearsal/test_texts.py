"""The code page of a text that nobody knows."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.texts import page_of

_NAMES = ["Assistant Mise à niveau", "Adobe - Français", "Éditeur n° 4", "Bibliothèque Réseau"]


@pytest.mark.parametrize(("codec", "page"), [("utf-8", "utf-8"), ("cp850", "oem"), ("cp1252", "ansi")])
def test_names_of_french_programs(codec: str, page: str) -> None:
    assert page_of([name.encode(codec) for name in _NAMES], oem=850, ansi=1252) == page
    assert all(page_of([name.encode(codec)], oem=850, ansi=1252) == page for name in _NAMES)


@pytest.mark.parametrize(
    ("lines", "page"),
    [
        ([], ""),
        ([b"7-Zip", b"VLC"], ""),
        # What is French in neither, as the ® of one page is the « of the other.
        ([b"\xf5a", b"\xfeb"], "?"),
        ([b"Brand\xae"], "?"),
        # One program's name is no proof against many.
        ([*[name.encode("cp850") for name in _NAMES], b"R\xe9seau"], "oem"),
    ],
)
def test_what_is_there_to_tell_by(lines: list[bytes], page: str) -> None:
    assert page_of(lines, oem=850, ansi=1252) == page


def test_a_page_that_python_does_not_know_makes_nothing_plausible() -> None:
    assert page_of(["é".encode("cp850")], oem=99999, ansi=1252) == "?"
