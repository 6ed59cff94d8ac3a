from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.cmdline import MAX_COMMAND_LINE
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import (
    Entry,
    Process,
    details_command,
    overview_command,
    parse_details,
    parse_overview,
    parse_reg_query,
)

_UNINSTALL = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"


def _transcript(*, oem: bool = False, processes: bool = True) -> bytes:
    """What a French Windows 10 answers; with ``oem``, reg.exe and tasklist write in the OEM page."""
    tool = "cp850" if oem else "utf-8"
    parts = [
        ("<<code_page>>\r\n", "utf-8"),
        (
            "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage\r\n"
            "    OEMCP    REG_SZ    850\r\n\r\n",
            tool,
        ),
        ("<<environment>>\r\n", "utf-8"),
        ("ProgramFiles=C:\\Program Files\r\nProgramFiles(x86)=C:\\Program Files (x86)\r\nSystemDrive=C:\r\n", "utf-8"),
        ("PROCESSOR_ARCHITECTURE=AMD64\r\n", "utf-8"),
        ("<<windows>>\r\n", "utf-8"),
        (
            "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n"
            "    CurrentBuildNumber    REG_SZ    19045\r\n\r\n",
            tool,
        ),
        ("<<uninstall64>>\r\n", "utf-8"),
        (
            f"\r\n{_UNINSTALL}\\7-Zip\r\n    DisplayName    REG_SZ    7-Zip 24.08 (x64)\r\n\r\n"
            f"{_UNINSTALL}\\{{02871376-45F6-4642-9D84-C7681ABE361F}}\r\n"
            "    DisplayName    REG_SZ    Client PRONOTE 2023 - 64bit\r\n\r\n"
            "Fin de la recherche : 2 correspondance(s) trouvée(s).\r\n",
            tool,
        ),
        ("<<uninstall32>>\r\n", "utf-8"),
        (
            f"\r\n{_UNINSTALL}\\MAJ\r\n"
            "    DisplayName    REG_SZ    Mise à jour automatique - Index Education -\r\n\r\n",
            tool,
        ),
        ("<<exes>>\r\n", "utf-8"),
        (
            "C:\\Program Files\\Index Education\\Pronote 2023\\Réseau\\Client\\Client PRONOTE.exe\r\n",
            "utf-8",
        ),
        (
            "<<reboot>>\r\nwindows_update \r\n\r\n"
            "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\r\n"
            "    PendingFileRenameOperations    REG_MULTI_SZ    \\??\\C:\\Windows\\Temp\\é.tmp\\0\\0\r\n\r\n",
            tool,
        ),
        ("<<jobs>>\r\n", "utf-8"),
        ("<<processes>>\r\n", "utf-8"),
        (
            '"System","4","Services","0","144 Ko"\r\n"explorer.exe","512","Console","1","90\u00a0000 Ko"\r\n'
            '"Client PRONOTE.exe","4242","Console","1","120\u00a0000 Ko"\r\n'
            if processes
            else "",
            tool,
        ),
    ]
    return b"".join(text.encode(encoding) for text, encoding in parts)


@pytest.mark.parametrize("oem", [False, True])
def test_overview_is_read_whatever_page_the_tools_write_in(oem: bool) -> None:
    overview = parse_overview(_transcript(oem=oem))
    assert [e.display_name for e in overview.entries] == [
        "7-Zip 24.08 (x64)",
        "Client PRONOTE 2023 - 64bit",
        "Mise à jour automatique - Index Education -",
    ]
    assert [e.view for e in overview.entries] == [64, 64, 32]
    assert overview.entries[1].key == "{02871376-45F6-4642-9D84-C7681ABE361F}"
    assert overview.exes == [r"C:\Program Files\Index Education\Pronote 2023\Réseau\Client\Client PRONOTE.exe"]
    assert overview.environment["PROGRAMFILES(X86)"] == r"C:\Program Files (x86)"
    assert overview.pending_reboot == ["windows_update"]
    assert overview.renames == ["\\??\\C:\\Windows\\Temp\\é.tmp\\0\\0"]
    assert Process(image="Client PRONOTE.exe", pid=4242, session=1) in overview.processes
    assert overview.session_open
    assert not overview.missing


def test_32_bit_windows_shows_its_entries_once() -> None:
    transcript = _transcript().replace(b"ProgramFiles(x86)=C:\\Program Files (x86)\r\n", b"")
    assert {e.view for e in parse_overview(transcript).entries} == {64}


def test_a_refused_tasklist_is_said() -> None:
    assert parse_overview(_transcript(processes=False)).missing == ["processes"]


@pytest.mark.parametrize("output", [b"", b"Acc\xe8s refus\xe9.\r\n", _transcript().split(b"<<exes>>", maxsplit=1)[0]])
def test_an_answer_cut_short_is_refused(output: bytes) -> None:
    with pytest.raises(ValueError, match=r"stops early"):
        parse_overview(output)


def test_reg_query_values_of_every_type() -> None:
    text = (
        "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\X\r\n"
        "    DisplayName    REG_SZ    A    name with    runs of spaces\r\n"
        "    (par défaut)    REG_SZ    \r\n"
        "    EstimatedSize    REG_DWORD    0x1f4\r\n"
        "    Strings    REG_MULTI_SZ    a\\0b\r\n"
        "    Empty    REG_SZ\r\n"
        "    Odd    REG_SZ    first line\r\n"
        "second line of the same value\r\n"
    )
    assert parse_reg_query(text) == [
        (
            r"HKEY_LOCAL_MACHINE\SOFTWARE\X",
            {
                "DisplayName": "A    name with    runs of spaces",
                "(par défaut)": "",
                "EstimatedSize": "0x1f4",
                "Strings": r"a\0b",
                "Empty": "",
                "Odd": "first line",
            },
        )
    ]


def test_commands_fit_the_line_and_quote_keys() -> None:
    assert len(overview_command(PRONOTE_CLIENT)) < MAX_COMMAND_LINE
    assert "powershell" not in overview_command(PRONOTE_CLIENT).lower()
    with pytest.raises(ValueError, match=r"cannot be passed"):
        details_command([Entry(view=64, key='x" & calc & "', values={})])


def test_details_complete_entries_and_drop_vanished_ones() -> None:
    entries = [Entry(view=64, key="A", values={"DisplayName": "a"}), Entry(view=32, key="B", values={})]
    output = (
        f"<<entry0>>\r\n\r\n{_UNINSTALL}\\A\r\n    DisplayName    REG_SZ    a\r\n"
        "    Publisher    REG_SZ    Index Éducation\r\n\r\n"
        f"{_UNINSTALL}\\A\\Sub\r\n<<entry1>>\r\n"
    ).encode()
    completed = parse_details(output, entries)
    assert [(e.key, e.values) for e in completed] == [("A", {"DisplayName": "a", "Publisher": "Index Éducation"})]
