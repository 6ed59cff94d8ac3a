"""attrib.exe: marks of one file, of those that a wildcard means, and of those below."""

from __future__ import annotations

from .bench import Result, inside, make_station, run


def _typed(*lines: str) -> Result:
    async def go() -> Result:
        station = make_station()
        for line in lines[:-1]:
            await run(station, line)
        return await run(station, lines[-1])

    return inside(go)


_MADE = (
    r"mkdir C:\a\b",
    r">C:\a\one.exe echo x& >C:\a\b\two.exe echo x& >C:\a\b\two.txt echo x",
    r"attrib +r C:\a\* /s",
)


def test_a_read_only_file_cannot_be_opened_for_appending() -> None:
    result = _typed(*_MADE, r"for /r C:\a %f in (*.exe) do @(2>nul (>>%f echo off) || echo %~nxf)")
    assert result.out == "one.exe\r\ntwo.exe\r\n"


def test_marks_are_taken_off_below_too() -> None:
    result = _typed(*_MADE, r"attrib -r C:\a\* /s", r"for /r C:\a %f in (*.exe) do @((>>%f echo off) && echo %~nxf)")
    assert result.out == "one.exe\r\ntwo.exe\r\n"


def test_a_wildcard_without_s_means_this_folder() -> None:
    result = _typed(*_MADE, r"attrib -r C:\a\b\*.exe", r"attrib C:\a\* /s")
    assert {line[20:].strip(): "R" in line[:20] for line in result.out.splitlines()} == {
        r"C:\a\one.exe": True,
        r"C:\a\b\two.exe": False,
        r"C:\a\b\two.txt": True,
    }


def test_what_is_not_there_is_told_and_is_no_failure() -> None:
    result = _typed(r"attrib -r C:\nowhere\* /s")
    assert (result.code, result.out) == (0, "File Not Found - C:\\nowhere\\*\r\n")
    assert _typed("attrib /x").code == 1
