"""The WQL parser."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.lab.station import WmiError, WmiInstance, WmiValue
from tests.lab.wsman.wql import parse_wql

_ROWS: list[dict[str, WmiValue]] = [
    {
        "Name": "cmd.exe",
        "ProcessId": 12,
        "Path": None,
        "Hidden": True,
        "Started": dt.datetime(2026, 8, 27, 10, tzinfo=dt.UTC),
        "Text": "100% a_b [x] é'\\",
        "Tags": ["a"],
    },
    {
        "Name": "Client PRONOTE.exe",
        "ProcessId": 4000000000,
        "Path": r"C:\Program Files\Réseau",
        "Hidden": False,
        "Started": dt.datetime(2026, 8, 27, 12, tzinfo=dt.UTC),
        "Text": "",
        "Tags": None,
    },
]
_INSTANCES = [WmiInstance(namespace="root/cimv2", class_name="Win32_Process", properties=row) for row in _ROWS]


def _matches(where: str) -> list[int]:
    found = parse_wql(f"select * from Win32_Process where {where}").select(_INSTANCES)
    return [_INSTANCES.index(each) for each in found]


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("Name = 'cmd.exe'", [0]),
        ('name="CMD.EXE"', [0]),
        ("'cmd.exe' = Name", [0]),
        ("Name <> 'cmd.exe'", [1]),
        ("Name != 'cmd.exe'", [1]),
        ("ProcessId > 12", [1]),
        ("ProcessId >= 12", [0, 1]),
        ("12 < ProcessId", [1]),
        ("ProcessId < '13'", [0]),
        ("ProcessId <= 11", []),
        ("ProcessId = -1", []),
        ("Hidden = TRUE", [0]),
        ("Hidden = 0", [1]),
        ("Hidden <> 'true'", [1]),
        ("Path IS NULL", [0]),
        ("Path is not null", [1]),
        ("Path = NULL", [0]),
        ("Path <> null", [1]),
        # NULL compares with nothing, not even by "different".
        ("Path <> 'x'", [1]),
        ("not Path = 'x'", [0, 1]),
        (r"Path = 'C:\\Program Files\\Réseau'", [1]),
        (r"Text like '%\'\\'", [0]),
        ("Name LIKE 'c%'", [0, 1]),
        ("Name LIKE '%pronote_exe'", [1]),
        ("Name LIKE '[a-c]md%'", [0]),
        ("Name LIKE '[a=c]md%'", [0]),
        ("Name LIKE '[^c]%'", []),
        ("Text LIKE '100[%] a[_]b [[]x]%'", [0]),
        ("Text LIKE '100.%'", []),
        ("Tags = 'a'", []),
        ("Started > '20260827130000.000000+120'", [1]),
        ("Started <= '20260827120000.000000+120'", [0]),
        ("Started = 'yesterday'", []),
        ("Name = 'cmd.exe' or ProcessId > 100 and Hidden = true", [0]),
        ("(Name = 'cmd.exe' or ProcessId > 100) and Hidden = false", [1]),
        ("not (Name = 'cmd.exe' or ProcessId > 100)", []),
        ("not not Hidden = true", [0]),
    ],
)
def test_where(where: str, rows: list[int]) -> None:
    assert _matches(where) == rows


def test_columns() -> None:
    query = parse_wql("SELECT Name , processid FROM Win32_Process")
    assert (query.class_name, query.columns) == ("Win32_Process", ("Name", "processid"))
    assert parse_wql("select*from Win32_Process").columns is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select",
        "select * from",
        "select * from Win32_Process where",
        "select * from Win32_Process where Name",
        "select * from Win32_Process where Name = ",
        "select * from Win32_Process where Name == 'a'",
        "select * from Win32_Process where Name = cmd",
        "select * from Win32_Process where Name = 'a' and",
        "select * from Win32_Process where (Name = 'a'",
        "select * from Win32_Process where Name = 'a')",
        "select * from Win32_Process where Name like 5",
        "select * from Win32_Process where Name > null",
        "select * from Win32_Process where Name = 'a",
        "select * from Win32_Process order by Name",
        "select *, Name from Win32_Process",
        "select Name, from Win32_Process",
        "select count(*) from Win32_Process",
        "associators of {Win32_Process.Handle='1'}",
        "select * from Win32_Process; drop",
        "select * from Win32_Process where " + "(" * 60 + "Hidden = true" + ")" * 60,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(WmiError) as refused:
        parse_wql(text)
    assert refused.value.code == 0x80041017


def test_unknown_property() -> None:
    # Even where the other side of "or" would have decided.
    with pytest.raises(WmiError) as refused:
        _matches("ProcessId > 0 or Nope = 1")
    assert refused.value.code == 0x80041017
