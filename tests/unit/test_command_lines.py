"""Every command line that the product can hand to a station is the one that ``cmd`` reads (docs/fidelity.md, W23)."""

from __future__ import annotations

import ast
import re

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.judge import newest_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import close_command, message_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.restarts import (
    mark_command,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.look import Fetch, depot_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job, Wait, look_below
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.ask import depot_line, tools_line
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.names import ResponseName
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.recording import Recording
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.plan import (
    SettingsFile,
    delete_command,
    look_command,
    write_command,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.cmdline import quote, whole
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import (
    Entry,
    details_command,
    overview_command,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.sections import digest_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.shutdown import (
    abort_command,
    restart_command,
    switch_off_command,
)

from tests.collection import ROOT

_PROGRAMS = r"C:\Program Files"
_URL, _DIGEST = "http://depot.example.org/pronote/2026.2.7/x64", "5" * 64
_RELEASE = Release.parse("2026.2.7")
_PRODUCT = PRODUCTS["pronote_client"]
_JOB = Job(name=JobName.of(_PRODUCT, "install", _RELEASE, "x64", _DIGEST), program_files=_PROGRAMS)
_WAIT = Wait.of("2026-11-30T08:15:00.000000+01:00", days=14, delay=30)
_RECORDED = ResponseName(product="pronote_client", release=_RELEASE, arch="x64", mode="install")
_RECORDING = Recording(recorded=_RECORDED, program_files=_PROGRAMS)
_FILE = SettingsFile(key="settings", path=quote(rf"{_PROGRAMS}\Rentree PRONOTE\x.pcprn"), content=b"x", shown="x")
_ENTRY = Entry(view=64, key="{8E1E7135-E468-5474-A23A-43680744A357}", values={})

# By what `WinrmStation.run` is told of them (`doing`): a new line cannot be forgotten here.
_LINES: dict[str, list[str]] = {
    "reading the registry and the processes": [overview_command(product) for product in PRODUCTS.values()],
    "reading the uninstall entries": [details_command([_ENTRY, _ENTRY])],
    "staging the job": [
        _JOB.stage(f"{_URL}/install.cmd", _DIGEST, "install.1.part", looked=looked) for looked in (False, True)
    ],
    "looking below the folder of the jobs": [look_below(_JOB.top)],
    "starting the job": [_JOB.start(_URL), _JOB.start(_URL, "500K")],
    "registering the job for the next start": [_JOB.arm(_WAIT)],
    "reading the job's files": [_JOB.read()],
    "taking over staged files": [_JOB.adopt([_JOB.at_rest])],
    "leaving staged files": [_JOB.settle()],
    "cleaning up the job": [_JOB.remove()],
    "ending what a setup has left behind": [_JOB.end_helper(108)],
    "showing a message": [message_command("Bonjour.", 60)],
    "closing the client": [close_command(product.processes) for product in PRODUCTS.values()],
    "noting the restart": [mark_command(_JOB.restart_mark, "2026-11-25T08:00:00.500000+01:00")],
    "restarting the station": [restart_command("Ce poste redémarre.", 60)],
    "calling the restart off": [abort_command()],
    "switching the station off": [switch_off_command("Ce poste va s'éteindre.", 60)],
    "reading the settings": [look_command([_FILE])],
    "writing the settings": [write_command(_FILE, _PROGRAMS)],
    "deleting settings": [delete_command([_FILE.path], _PROGRAMS)],
    "looking for a recording": [_RECORDING.look()],
    "fetching the setup": [_RECORDING.stage(f"{_URL}/setup.exe", _DIGEST)],
    "starting the setup": [_RECORDING.start(r"C:\x\setup.exe", "/r")],
    "fetching the recorded file": [_RECORDING.fetch()],
    "ending the setup": [_RECORDING.end([4, 8])],
    "rehearsing with Windows' own tools": [tools_line("best_effort")],
    "rehearsing a command line": [depot_line("http://depot.example.org/pronote", "require", "a.tmp")],
    "fetching from the depot": [depot_command(Fetch(url=f"{_URL}/install.cmd", digest=_DIGEST, name="a.tmp"))],
    "cleaning up the recording": [_RECORDING.remove()],
    "listing the archives": [newest_command(r"D:\EDT archives")],
    "computing the archive's digest": [digest_command(quote(r"D:\EDT archives\a.zip"))],
}


@pytest.mark.parametrize("doing", _LINES)
def test_a_line_is_read_as_it_was_written(doing: str) -> None:
    for line in _LINES[doing]:
        assert whole(line) == line
        assert line[:1] not in {'"', " "}
        assert line.count('"') % 2 == 0


def test_every_line_of_the_product_is_here() -> None:
    said = set()
    for file in sorted((ROOT / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"run", "run_locked", "Run"}:
                doing = [each.value for each in node.keywords if each.arg == "doing"]
                # run_locked hands on what it is told.
                texts = [each.args[0] if isinstance(each, ast.Call) else each for each in doing]
                said |= {ast.literal_eval(text) for text in texts if not isinstance(text, ast.Name)}
    assert said == set(_LINES)


@pytest.mark.parametrize("line", ['"C:\\x y.exe" "z"', ' "%SystemRoot%\\System32\\where.exe" x', '"'])
def test_a_line_that_cmd_would_read_otherwise_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="begins with a quote"):
        whole(line)


def test_every_curl_of_a_station_takes_nothing_from_around_it() -> None:
    """Neither .curlrc (``-q``, the first option) nor machine-wide proxy variables."""
    templates = ROOT / "plugins/plugin_utils/depot/templates"
    texts = [template.read_text(encoding="utf-8") for template in templates.glob("*.cmd.j2")]
    lines = [line for lines in _LINES.values() for line in lines]
    lines += [line for text in texts for line in text.splitlines() if not line.startswith("rem ")]
    called = [part for line in lines for part in re.split(r"curl\.exe\"?", line)[1:]]
    assert len(called) >= 3
    assert [part for part in called if not part.startswith(' -q --noproxy "*" ')] == []
