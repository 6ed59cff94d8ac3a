from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.uninstall import (
    UninstallError,
    parse_uninstall,
    split_uninstall,
    why_not_removable,
)

_HOME = r"C:\Program Files (x86)\InstallShield Installation Information"
_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_SETUP = rf"{_HOME}\{_CODE}\setup.exe"
_RUNDLL = rf'RunDll32 C:\PROGRA~2\COMMON~1\INSTAL~1\Ctor.dll,LaunchSetup "{_SETUP}" -l0x404  -removeonly'


@pytest.mark.parametrize(
    "switches",
    [
        "-runfromtemp -l0x0009  -removeonly",
        "-runfromtemp -l0x0007 -removeonly",
        "-runfromtemp -l0x0009anything -removeonly",
        "-runfromtemp -l0x0009 UNINSTALL -removeonly",
        "-runfromtemp -l0x0409 -uninst -removeonly",
        "-removeonly",
        "-l0x40c -uninst",
        '-runfromtemp -l0x040c   -removeonly -media_path:"C:\\a b\\"',
        "/uninst   UNINSTALL",
    ],
)
@pytest.mark.parametrize("program", [f'"{_SETUP}"', _SETUP, _SETUP.replace("setup.exe", "Setup.EXE")])
def test_uninstall_strings_as_they_are_in_the_field(program: str, switches: str) -> None:
    assert split_uninstall(f"{program} {switches} ") == (program.strip('"'), switches)
    assert why_not_removable(f"{program} {switches}", "installscript") is None


@pytest.mark.parametrize(
    "value",
    [
        rf'"C:\Program Files\InstallShield Installation Information\InstallShield_{_CODE}\setup.exe" -removeonly',
        rf"C:\PROGRA~2\INSTAL~1\{_CODE}\setup.exe -l0x40c  -removeonly",
        rf'"{_SETUP}"',
    ],
)
def test_other_places_of_the_same_engine(value: str) -> None:
    program, switches = split_uninstall(value)
    assert program in value
    assert value.endswith(switches)


@pytest.mark.parametrize("rundll", ["RunDll32", "rundll32.exe", r"C:\WINDOWS\system32\RunDll32.exe", '"RUNDLL32.EXE"'])
def test_an_uninstall_string_through_rundll32_is_refused_with_a_remedy(rundll: str) -> None:
    value = _RUNDLL.replace("RunDll32", rundll, 1)
    with pytest.raises(UninstallError, match="goes through RunDll32") as error:
        split_uninstall(value)
    assert "by hand" in error.value.remedy
    assert why_not_removable(value, "installscript") is not None


@pytest.mark.parametrize(
    ("hostile", "fact"),
    [
        (f'"{_SETUP}" -removeonly\x00 -x', r"holds '\\x00'"),
        (f'"{_SETUP}" -removeonly\r\nx', r"holds '\\r'"),
        (f'"{_SETUP}" -removeonly {"x" * 4000}', "has 4"),
        (f'"{_SETUP}" -removeonly & calc', "holds '&'"),
        (f'"{_SETUP}" -removeonly | more', r"holds '\|'"),
        (f'"{_SETUP}" -removeonly > C:\\x', "holds '>'"),
        (f'"{_SETUP}" < C:\\x', "holds '<'"),
        (f'"{_SETUP}" -removeonly ^& calc', r"holds '\^'"),
        (f'"{_SETUP}" -removeonly "%TEMP%"', "holds '%'"),
        ("cmd /c del x & y", "holds '&'"),
    ],
)
@pytest.mark.parametrize("technology", ["installscript", "nsis", "custom", ""])
def test_a_hostile_uninstall_string_is_never_run(hostile: str, fact: str, technology: str) -> None:
    error = why_not_removable(hostile, technology)
    assert error is not None
    with pytest.raises(UninstallError, match=fact):
        raise error
    assert len(str(error)) < 400
    assert error.remedy
    with pytest.raises(UninstallError):
        split_uninstall(hostile)
    # Windows Installer removes by the product code: what the entry says is not read.
    assert why_not_removable(hostile, "msi") is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "msiexec /x {02871376-45F6-4642-9D84-C7681ABE361F}",
        "setup.exe -removeonly",
        r'"\\server\share\setup.exe" -removeonly',
        rf'"{_HOME}\{_CODE}\..\..\x\setup.exe" -removeonly',
        rf'"{_SETUP}" -removeonly "half',
        rf'"{_SETUP}"-removeonly',
        rf'"{_SETUP} -removeonly',
        r'"C:\x\remove.cmd" -removeonly',
    ],
)
def test_what_is_no_program_with_its_path_is_refused(value: str) -> None:
    with pytest.raises(UninstallError, match=r"is not an \.exe with its full path"):
        parse_uninstall(value)
    assert why_not_removable(value, "nsis") is not None
    assert why_not_removable(value, "custom") is None


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        (r'"C:\Users\eleve\setup.exe" -removeonly', "is not that of an InstallShield setup"),
        (r"C:\Program Files\x.exe -removeonly", "is not that of an InstallShield setup"),
        (f'"{_SETUP}" -removeonly -s', "switches of a silent run"),
        (f'"{_SETUP}" /s /f1"C:\\x.iss" -removeonly', "switches of a silent run"),
        (f'"{_SETUP}" -removeonly /f2"C:\\x.log"', "switches of a silent run"),
    ],
)
def test_no_other_command_is_shown_with_full_rights(value: str, fact: str) -> None:
    with pytest.raises(UninstallError, match=fact) as error:
        split_uninstall(value)
    assert "by hand" in error.value.remedy
    assert why_not_removable(value, "installscript") is None
