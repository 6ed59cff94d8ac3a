"""Parsers of what stations say: see ``parser.py``."""

from __future__ import annotations

from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base import numbers, times
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive import judge
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import arming
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor import look
from ansible_collections.rentree.pronote.plugins.plugin_utils.job import (
    commands,
    installshield,
    outcome,
    processes,
    renames,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal import (
    ask,
    assumptions,
    document,
    package,
    texts,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings import plan as settings
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import (
    boot,
    cmdline,
    job_name,
    overview,
    sections,
    startup,
    state,
    uninstall,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult

from tests.unit.fuzz.parser import Parser, each

__all__ = ["OF_STATIONS"]


_REG = (
    b"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{A}\r\n",
    b"    DisplayName    REG_SZ    Client PRONOTE 2026 - 64bit\r\n",
    b"    OEMCP    REG_SZ    850\r\n",
    b"    OEMCP    REG_SZ    65001\r\n",
    b"    OEMCP    REG_SZ    _no\xc3\xa9\r\n",
    b"    CurrentBuildNumber    REG_SZ    \xc2\xb2\r\n",
    b"    a",
    b"    REG_",
)
_HEADINGS = (
    *(b"code_page", b"environment", b"windows", b"uninstall64", b"uninstall32"),
    *(b"exes", b"reboot", b"jobs", b"startup", b"processes"),
)
_OVERVIEW = b"".join(b"<<" + name + b">>\r\n" + b"".join(_REG[:2]) for name in _HEADINGS)
_TASKS = (
    b'"explorer.exe","12","Console","1","9 K"\r\n',
    b'"a","\xc2\xb2","b","\xd9\xa3","c"\r\n',
    b'"a\rb","1","2","3","4"',
)


def _station(output: bytes) -> None:
    """All that is made of a station's first answer."""
    seen = overview.parse_overview(output)
    for product in (PRONOTE_CLIENT, EDT_MONOPOSTE):
        entries = state.relevant_entries(seen, product)
        exes = {path: state.ExeFacts(version="2026.2.7.0", size=1) for path in seen.exes}
        state.exe_candidates(seen, entries, product)
        state.build_state(seen, entries, exes, product, free_bytes=None).as_dict()


def _startup(text: str) -> None:
    """A text that says something says the same when it was kept."""
    if found := startup.parse_startup(text):
        assert startup.startup_of(found.as_dict()) == found
        found.describe()


def _job(text: str) -> None:
    files = outcome.JobFiles(state="ended", exit=text, setup_log=text, curl_log=text, at_work=text)
    read = outcome.read_outcome(files)
    assert read.fact
    outcome.lingers(files)
    outcome.lacks_its_log(files)


def _rehearsed(output: bytes) -> None:
    told = dict.fromkeys(("codepage", "echo", "windows", "texts64", "processes", "environment", "pages"), output)
    row = {"Version": output.decode("latin-1"), "ProcessId": "12", "SessionId": output.decode("latin-1")}
    rows = {name: [row] for name in ("like", "processes", "console", "networks")}
    evidence = ask.Evidence(
        answers={"tools": {**told, **sections.sections(output)}, "known": row, "absent": None, **rows}
    )
    assumptions.judge(evidence)
    document.windows_of(evidence)
    package.parse_told(output.decode("latin-1"))
    ask.parse_depot(CommandResult(code=0, stdout=output, stderr=output), https=True)


def _processes(text: str) -> None:
    row = {"ProcessId": text, "Name": text, "CommandLine": text, "CreationDate": text}
    found = processes.job_processes([row])
    assert processes.described(found)
    processes.outlived(found, text)


_LOG = ("[ResponseResult]\r\n", "ResultCode=0\r\n", " indented\r\n", "[Application]\r\n", "ResultCode=-", "[a]", "\r\n")
_TIME = (
    "2026-08-25T14:30:15.123456+02:00",
    "20260825143015.123456+120",
    "0001-01-01",
    "9999-12-31T23:59:59-14:00",
    "99999999999999.000000+999",
    "T",
    "-",
)
_UNINSTALL = (
    '"C:\\Program Files (x86)\\InstallShield Installation Information\\',
    "{AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA}\\setup.exe",
    '" -runfromtemp',
    "  -removeonly",
    "RunDll32 ",
    "C:\\",
    "..\\",
    " /s",
)


OF_STATIONS: tuple[Parser[Any], ...] = (
    Parser(
        of=(
            sections.sections,
            sections.repeated,
            sections.digest_in,
        ),
        read=each(
            sections.sections,
            lambda output: sections.sections(output, ("state", "a")),
            lambda output: sections.repeated(output, ("state",)),
            sections.digest_in,
        ),
        pieces=(b"<<state>>\n", b"<<", b">>", b"ab " * 32 + b"\r\n", b"ab ", b"\t"),
    ),
    Parser(
        of=(
            overview.parse_overview,
            state.relevant_entries,
            state.build_state,
            state.exe_candidates,
        ),
        read=_station,
        errors=ValueError,
        pieces=(
            _OVERVIEW,
            *_REG,
            *_TASKS,
            b"Client PRONOTE 2026 ",
            b"edt monoposte ",
            b"edt ",
            b"mise a jour automatique ",
        ),
        found=(
            _OVERVIEW.replace(b"{A}", b"\xc2\xb2") + b'"a\rb",1,2,3,4',
            b"".join(b"<<" + name + b">>\r\n" + _REG[0] + _REG[4] for name in _HEADINGS) + b"\x81",
            _OVERVIEW + b'"x","\xc2\xb2","","\xc2\xb2",""\r\n',
        ),
    ),
    Parser(
        of=(overview.parse_details,),
        read=lambda output: overview.parse_details(output, [overview.Entry(view=64, key="a", values={})] * 2, "cp850"),
        errors=ValueError,
        pieces=(b"<<entry0>>\r\n", b"<<entry1>>\n", *_REG),
    ),
    Parser(of=(overview.parse_reg_query,), read=overview.parse_reg_query, pieces=tuple(each.decode() for each in _REG)),
    Parser(
        of=(
            boot.boot_time,
            judge.wmi_date,
            times.moment,
            times.local,
            times.local_day,
            times.local_minute,
        ),
        read=each(boot.boot_time, judge.wmi_date, times.moment, times.local, times.local_day, times.local_minute),
        errors=OverflowError,
        pieces=_TIME,
    ),
    Parser(
        of=(arming.since, commands.Wait.of),
        read=each(arming.since, lambda text: commands.Wait.of(text, days=14, delay=30)),
        errors=OverflowError,
        pieces=("20261130", "99991231", "2026-11-30T08:15:00.000000+01:00", "9999-12-31T23:59:59", "٣", "0000"),
    ),
    Parser(
        of=(job_name.JobName.parse,),
        read=job_name.JobName.parse,
        errors=ValueError,
        pieces=("pronote-client", "-2026.2.7", "-x64", "-0123456789ab", "-install", "٣"),
    ),
    Parser(
        of=(
            uninstall.parse_uninstall,
            uninstall.split_uninstall,
            uninstall.why_not_removable,
        ),
        read=each(
            uninstall.parse_uninstall,
            uninstall.split_uninstall,
            lambda value: uninstall.why_not_removable(value, "custom"),
        ),
        pieces=_UNINSTALL,
    ),
    Parser(
        of=(
            cmdline.quote,
            cmdline.echo,
            cmdline.whole,
            cmdline.valid_url,
            commands.valid_rate,
        ),
        read=each(
            cmdline.quote, lambda value: cmdline.echo(value, "x"), cmdline.whole, cmdline.valid_url, commands.valid_rate
        ),
        pieces=("http://a/", "b/", "a.", ":80", '"', "(", "100K"),
    ),
    Parser(
        of=(startup.parse_startup, startup.startup_of, startup.StartupResult.describe),
        read=_startup,
        pieces=(
            "release=2026.2.7\r\n",
            "state=failed\r\n",
            "state=right\n",
            "has=",
            "step=done\n",
            "code=²\n",
            "file=a\n",
        ),
        found=("release=2026.2.7\nstate=failed\nstep={0.__class__}\ncode=" + "9" * 5000,),
    ),
    Parser(
        of=(
            outcome.parse_exit,
            outcome.read_outcome,
        ),
        read=each(outcome.parse_exit, _job),
        pieces=(
            "step=done\r\n",
            "step={0.__class__}\r\n",
            "step=",
            "code=0\r\n",
            "code=²\n",
            "technology=installscript\n",
            "file=setup.exe\n",
            "success=0 3010\n",
            "running=yes\n",
            "restart=renames\n",
            *_LOG,
        ),
        found=(
            "step={0.__class__}\ncode=1\n",
            "step={code.real.numerator}\n",
            "step={\n",
            "step=done\ncode=" + "9" * 5000,
        ),
    ),
    Parser(
        of=(installshield.read_log,),
        read=installshield.read_log,
        pieces=_LOG,
        found=("[ResponseResult]\nResultCode=0\n indented\n",),
    ),
    Parser(
        of=(renames.foreign_renames,),
        read=lambda text: renames.foreign_renames(text, text + "\\??\\C:\\a"),
        pieces=("\\??\\C:\\a", "\\0", "!\\??\\", "*1\\??\\", " "),
    ),
    Parser(
        of=(
            processes.job_processes,
            numbers.natural,
            numbers.integer,
        ),
        read=each(_processes, numbers.natural, numbers.integer),
        pieces=("12", "cmd.exe", "2026-08-25T14:30:00Z", "2026-99-25T14:30:00Z", '"install.cmd" run'),
    ),
    Parser(
        of=(look.parse_served,),
        read=lambda output: look.parse_served(output, output),
        errors=ValueError,
        pieces=(
            b"<<proxies>>\r\n",
            b"<<served>>\r\n",
            b"<<fetched>>\r\n",
            *_REG[:1],
            b"    http_proxy    REG_SZ    http://a:b@c\r\n",
            b"curl: (22) The requested URL returned error: 407\r\n",
            b"ab " * 32,
            b"\xe9",
        ),
    ),
    Parser(
        of=(ask.parse_depot, package.parse_told, texts.page_of, assumptions.judge, document.windows_of),
        read=_rehearsed,
        errors=ValueError,
        pieces=(
            b"404;22\r\n",
            b"<<codepage>>\r\n",
            b"<<texts64>>\r\n",
            b"<<windows>>\r\n",
            b"<<processes>>\r\n",
            b'"a.exe","12","Services","0","8 K"\r\n',
            b"    EditionID    REG_SZ    Core\r\n",
            b"    OEMCP    REG_SZ    850\r\n",
            b"    ACP    REG_SZ    99999\r\n",
            b"PROCESSOR_ARCHITECTURE=AMD64\r\n",
            b"R\xc3\xa9seau\x82\xe9",
        ),
    ),
    Parser(
        of=(overview.processes_of,),
        read=lambda text: overview.processes_of([(text, text, text)]),
        pieces=("1", "a", "²"),
    ),
    Parser(
        of=(
            settings.parse_found,
            settings.plan_settings,
        ),
        read=lambda output: settings.plan_settings([], settings.parse_found(output), year=2026, remove_older=True),
        errors=ValueError,
        pieces=(
            b"<<desktop>>\r\n",
            b"<<settings>>\n",
            b"PRONOTE 2025.lnk\r\n",
            b"pronote ",
            b"2025 ",
            b".lnk",
            b"ab " * 32,
        ),
    ),
)
