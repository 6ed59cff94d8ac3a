from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.findings import (
    FINDINGS,
    Finding,
    accept,
    errors,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.response import (
    ResponseFile,
    decode_response,
    for_setup,
    parse_language,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.validate import validate_bytes
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_OTHER = "{6675F0E8-C34B-4FB8-9E61-35EE4C20136F}"
# The shape of recordings in public repositories: Count after Dlg0, [Application] before the last dialog.
_SOUND = f"""[InstallShield Silent]
Version=v7.00
File=Response File
[File Transfer]
OverwrittenReadOnly=NoToAll
[{_CODE}-DlgOrder]
Dlg0={_CODE}-SdWelcome-0
Count=3
Dlg1={_CODE}-SdAskDestPath-0
Dlg2={_CODE}-SdFinish-0
[{_CODE}-SdWelcome-0]
Result=1
[{_CODE}-SdAskDestPath-0]
szDir=C:\\Program Files\\Index Education\\Pronote 2026\\Réseau\\Client
Result=1
[Application]
Name=Client PRONOTE
Version=2026.2.7
Company=Index Education
Lang=040c
[{_CODE}-SdFinish-0]
Result=1
bOpt1=0
bOpt2=0
"""
_REMOVAL = f"""[InstallShield Silent]
Version=v7.00
File=Response File
[{_CODE}-DlgOrder]
Dlg0={_CODE}-MessageBox-0
Count=2
Dlg1={_CODE}-SdFinish-0
[{_CODE}-MessageBox-0]
Result=6
[{_CODE}-SdFinish-0]
Result=1
bOpt1=0
"""


def _codes(text: str | bytes, **options: Any) -> list[str]:
    data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode("cp1252")
    wanted: dict[str, Any] = {"mode": "install", "product_code": _CODE, "language": 0x40C, "year": 2026, **options}
    found = validate_bytes(data, **wanted)[1]
    for each in found:
        # In French it is another text.
        assert isinstance(each.told, Message)
        assert catalogue("fr").of(each.fact) != each.fact
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (_SOUND.encode("cp1252"), "cp1252"),
        (_SOUND.replace("\n", "\r\n").encode("cp1252"), "cp1252"),
        (_SOUND.replace("\n", "\r\n").encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + _SOUND.encode("utf-16-be"), "utf-16"),
        (_SOUND.encode("utf-16-le"), "utf-16"),
        (_SOUND.replace("\n", "\r\n").encode("utf-8-sig"), "utf-8"),
        (_SOUND.replace("\n", "\r").encode("cp1252"), "cp1252"),
    ],
)
def test_every_way_to_write_it_is_one_recording(data: bytes, encoding: str) -> None:
    response = ResponseFile.parse(data)
    assert response.encoding == encoding
    assert response.sections == ResponseFile.parse(_SOUND.encode("cp1252")).sections
    assert (response.product_code, response.language) == (_CODE, 0x40C)
    assert response.dialogs == ["SdWelcome-0", "SdAskDestPath-0", "SdFinish-0"]
    # What is written is what a setup reads, whatever came.
    assert response.render() == _SOUND.replace("\n", "\r\n").encode("cp1252")
    assert ResponseFile.parse(response.render()).render() == response.render()


def test_what_ansi_cannot_hold_is_written_in_utf_16() -> None:
    text = _SOUND.replace("Réseau", "Мережа").replace("\n", "\r\n")
    written = ResponseFile.parse(text.encode("utf-8-sig")).render()
    assert written == b"\xff\xfe" + text.encode("utf-16-le")


def test_names_are_read_without_case_and_the_first_value_counts() -> None:
    text = "; a comment\r\n[A]\r\nKey = 1\r\nkey=2\r\n\r\n[a]\r\nOther=3\r\nno value\r\n"
    response = ResponseFile.parse(text.encode())
    assert response.sections == {"A": {"Key": "1", "Other": "3"}}
    assert response.section("a") == {"key": "1", "other": "3"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no section"),
        (b"\xff\xfe", "no section"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04", "not text"),
        (b"[a]\r\nb=\x00\x01c\r\n", "zero bytes"),
        (b"<!DOCTYPE html>\n<html>", "does not begin with a section"),
        (b"\xef\xbb\xbf[A\xff]", "not text"),
        (b"[a]\n" * (1 << 19), "a response file a few thousand"),
    ],
)
def test_what_is_no_response_file(data: bytes, why: str) -> None:
    response, (finding,) = validate_bytes(data, mode="install")
    assert response is None
    assert finding.code == "not_response"
    assert finding.severity == "error"
    assert why in finding.fact


def test_a_sound_recording_has_no_finding() -> None:
    assert _codes(_SOUND) == []
    assert _codes(_REMOVAL, mode="uninstall") == []
    # Nothing to compare with: nothing is compared.
    assert _codes(_SOUND.replace(_CODE, _OTHER), product_code="", language=None, year=None) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("File=Response File", "File=Log File", "not_response"),
        ("[InstallShield Silent]", "[Something]", "no_header"),
        (_SOUND, "[Something]\nFile=Response File\n", "not_response"),
        (f"[{_CODE}-DlgOrder]", f"[{_CODE}-Order]", "no_order"),
        (f"Dlg0={_CODE}-SdWelcome-0\n", "", "no_order"),
        ("Count=3", "Count=4", "miscounted"),
        ("Count=3\n", "", "miscounted"),
        (f"Dlg2={_CODE}-SdFinish-0\n", "", "extra_dialog"),
        (f"[{_CODE}-SdAskDestPath-0]", f"[{_CODE}-SdAskDestPath-1]", "truncated"),
        ("Result=1\nbOpt1", "bOpt1", "truncated"),
        ("Lang=040c", "Lang=0409", "other_language"),
        ("Lang=040c", "Lang=0009", "other_language"),
        ("Version=2026.2.7", "Version=2025.2.9", "other_year"),
        ("bOpt1=0", "bOpt1=1", "launches"),
        ("bOpt2=0", "bOpt2=1", "launches"),
        ("bOpt2=0", "bLancer=1", "launches"),
        ("bOpt1=0", "BootOption=3", "reboots"),
        ("szDir=C:\\Program Files", "szDir=Program Files", "relative_path"),
        ("szDir=C:\\Program Files", "szDir=..\\x", "relative_path"),
        ("szDir=C:\\Program Files", "szDir=\\\\serveur\\partage", "network_path"),
        ("szDir=C:\\Program Files", "szDir=C:\\Users\\admin", "user_folder"),
        ("szDir=C:\\Program Files", "szDir=c:\\utilisateurs\\admin", "user_folder"),
        ("szDir=C:\\Program Files", "szDir=%USERPROFILE%\\x", "user_folder"),
        ("Result=1\n[Application]", "Result=2\n[Application]", "cancelled"),
        ("Result=1\n[Application]", "Result=12\n[Application]", "went_back"),
        ("SdWelcome-0", "SdWelcomeMaint-0", "maintenance"),
        (f"[{_CODE}-SdFinish-0]", f"[{_OTHER}-DlgOrder]\nCount=0\n[{_CODE}-SdFinish-0]", "several_products"),
    ],
)
def test_each_thing_wrong_is_found(old: str, new: str, code: str) -> None:
    assert old in _SOUND
    found = _codes(_SOUND.replace(old, new))
    assert code in found
    severity, remedy = FINDINGS[code]
    assert severity in {"error", "warn"}
    assert remedy.endswith((".", "sees."))


def test_a_removal_that_was_refused() -> None:
    assert _codes(_REMOVAL.replace("Result=6", "Result=7"), mode="uninstall") == ["refused"]


def test_a_file_cut_anywhere_is_never_sound() -> None:
    whole = _SOUND.replace("\n", "\r\n").encode("utf-16")
    order = whole.index("bOpt1".encode("utf-16-le"))
    # The last two lines are answers that are nothing by default: a cut there changes nothing that the setup reads.
    for size in range(0, order - 20, 7):
        found = _codes(whole[:size])
        assert {"not_response", "no_dialog", "truncated"} & set(found), size


def test_the_fact_names_the_line_and_hostile_values_are_cut() -> None:
    _response, (finding,) = validate_bytes(
        _SOUND.replace("szDir=C:\\Program Files", "szDir=" + "x" * 5000).encode("cp1252"), mode="install"
    )
    assert "SdAskDestPath-0 szDir=xxx" in finding.fact
    assert len(finding.fact) < 200
    assert str(finding).endswith(finding.remedy)


@pytest.mark.parametrize(
    ("given", "told", "same"),
    [("0x040c", "040c", True), ("1036", "040C", True), ("040c", "000c", True), ("1036", "080c", False)],
)
def test_languages(given: str, told: str, same: bool) -> None:
    found = _codes(_SOUND.replace("Lang=040c", f"Lang={told}"), language=parse_language(given))
    assert (found == []) is same


@pytest.mark.parametrize("value", ["", "fr", "0x", "040g", "123456", "-1"])
def test_a_language_that_is_none(value: str) -> None:
    with pytest.raises(ValueError, match="is not a language"):
        parse_language(value)


def test_accepting_a_finding() -> None:
    found = [
        Finding(code="launches", severity="error", fact="a", remedy="b"),
        Finding(code="reboots", severity="error", fact="a", remedy="b"),
    ]
    assert [finding.code for finding in errors(accept(found, ["launches"]))] == ["reboots"]
    assert [finding.severity for finding in accept(found, ["launches"])] == ["warn", "error"]


def test_decoding_says_how_it_was_written() -> None:
    assert decode_response("[é]".encode("cp1252")) == ("[é]", "cp1252")


def test_what_a_setup_reads_is_left_as_it_is() -> None:
    crlf = "; a note\r\n" + _SOUND.replace("\n", "\r\n")
    for data in (crlf.encode("cp1252"), crlf.encode("utf-16")):
        assert for_setup(data) == data
    sound = _SOUND.replace("\n", "\r\n").encode("cp1252")
    for data in (_SOUND.encode("cp1252"), crlf.encode("utf-8-sig"), b"\xfe\xff" + crlf.encode("utf-16-be")):
        assert for_setup(data) == sound
    with pytest.raises(ValueError, match="no section"):
        for_setup(b"")


@pytest.mark.parametrize("name", ["Réseau", "RÃ©seau", "r\ufeffeseau", "\u20ac", "\x81", "\u0142", "\u0153uvre"])
def test_what_is_written_anew_is_read_again_as_it_was(name: str) -> None:
    text = f"[InstallShield Silent]\nFile=Response File\n[Application]\nName={name}\n"
    for data in (b"\xff\xfe" + text.encode("utf-16-le"), b"\xef\xbb\xbf" + text.encode()):
        written = for_setup(data)
        assert ResponseFile.parse(written).section("Application")["name"] == name
        assert for_setup(written) == written
