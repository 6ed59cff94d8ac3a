"""The progress view: live on a terminal, plain elsewhere, harmless when it breaks."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun, run_playbook

# Raised by nothing but a view that stands on the last lines of a terminal.
_REGION = re.compile(rb"\x1b\[1;(\d+)r")


_BREAK = """\
import os
real = os.open
def broken(path, *arguments, **more):
    if str(path).endswith("pronote-progress"):
        raise OSError(28, "No space left on device")
    return real(path, *arguments, **more)
os.open = broken
"""


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    found = start_school(
        language="fr",
        stations=[
            {"name": "right", "clients": [{"release": "2026.2.7"}]},
            # Ring 1, so that the next three are tried side by side.
            {"name": "early", "clients": [{"release": "2026.1.3"}]},
            # Slow enough to be seen at work, and to leave the others' failures on the screen for long: the view is
            # drawn four times a second, on a busy machine less often.
            {
                "name": "late",
                "clients": [{"release": "2026.1.3"}],
                "installer_fault": {"kind": "slow", "seconds": 40.0},
            },
            {"name": "off", "power": "off"},
            {"name": "rejected", "installer_fault": {"kind": "rejected", "result_code": -12}},
        ],
    )
    (found.inventory / "group_vars/all/rings.yml").unlink()
    return found


def _environment(school: School, name: str, **extra: str) -> dict[str, str]:
    environment = {k: v for k, v in school.environment(name).items() if k not in {"CI", "JOB_ID", "COLUMNS"}}
    return {
        **environment,
        "ANSIBLE_CALLBACKS_ENABLED": "results_json,rentree.pronote.progress",
        "TERM": "xterm-256color",
        **extra,
    }


def on_a_terminal(
    school: School,
    name: str,
    *arguments: str,
    playbook: str = "deploy",
    columns: int = 120,
    interrupt: bool = False,
    extra: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """Run a deployment on a pseudo terminal; its exit code and every byte that it wrote there.

    ``interrupt``: as Ctrl-C does, once the view is drawn.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    school.work.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        school.command(playbook, *arguments),
        cwd=ROOT,
        env=_environment(school, name, **extra or {}),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    written = b""
    try:
        while chunk := os.read(master, 65536):
            written += chunk
            if interrupt and _REGION.search(written):
                process.send_signal(signal.SIGINT)
                interrupt = False
    except OSError:
        pass  # what reading gives once the last writer is gone
    os.close(master)
    return process.wait(timeout=60), written


def elsewhere(school: School, *arguments: str, playbook: str = "deploy", **extra: str) -> PlaybookRun:
    """Run a playbook with the view, and without a terminal."""
    variables = ("-e", f"@{school.variables}")
    more: dict[str, Any] = {
        "ANSIBLE_CALLBACKS_ENABLED": "results_json,rentree.pronote.progress",
        "TERM": "xterm",
    } | extra
    return run_playbook(playbook, *variables, *arguments, inventory=school.inventory, work=school.work, **more)


def test_elsewhere_plain_lines_without_escape_codes(school: School) -> None:
    before = school.lab.snapshots()
    run = elsewhere(school, "--check", RENTREE_PROGRESS_INTERVAL="0").assert_code(4)
    assert "\x1b" not in run.output
    lines = [line for line in run.output.splitlines() if line.startswith("PRONOTE")]
    # On the way a line now and then; at the end the block, instead of a line that says the same.
    assert any(line.startswith("PRONOTE (simulation): postes ") for line in lines[:-1])
    assert lines[-1] == "PRONOTE, simulation (rien n'a été fait)\N{NO-BREAK SPACE}: 5 postes"
    (counts,) = (line for line in run.output.splitlines() if line.startswith("  3 à installer"))
    assert counts == "  3 à installer, 1 sans rien à faire, 1 injoignable"
    assert school.lab.snapshots() == before
    quiet = elsewhere(school, "--check", "--limit", "right", RENTREE_PROGRESS="off").assert_code(0)
    assert "PRONOTE (simulation)" not in quiet.output
    english = elsewhere(school, "--check", "--limit", "right", RENTREE_PROGRESS_LANGUAGE="en").assert_code(0)
    assert "PRONOTE, simulation" in english.output
    assert "RENTREE_PROGRESS_LANGUAGE: set the variable pronote_language" in " ".join(english.output.split())


def test_an_interrupted_run_gives_the_terminal_back(school: School) -> None:
    code, written = on_a_terminal(school, "interrupted", "--check", interrupt=True)
    assert code not in {0, 2, 4}
    *_, last_region = _REGION.finditer(written)
    assert written.rindex(b"\x1b[r") > last_region.start()


def test_live_on_a_terminal(school: School) -> None:
    code, written = on_a_terminal(school, "live", "-v")
    assert code == 4
    assert _REGION.search(written)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode("utf-8", "replace"))
    # What workers told while their task was still under way.
    assert "late  tâche en cours" in text
    assert "Salle 101" in text
    assert "✗ rejected l'installateur a répondu : les fenêtres ne viennent pas dans cet ordre" in text
    assert "  2 faits, 1 sans rien à faire, 1 en échec, 1 injoignable" in text
    # Ansible's own output is all there, and the terminal is given back whole.
    assert "PLAY RECAP" in text
    *_, last_region = _REGION.finditer(written)
    assert written.rindex(b"\x1b[r") > last_region.start()
    screen = pyte.Screen(120, 40)
    pyte.ByteStream(screen).feed(written)
    assert screen.margins is None or screen.margins == (0, 39)
    shown = [line.rstrip() for line in screen.display if line.strip()]
    # The last line names the inventory, whose path may be longer than the terminal is wide.
    assert re.search(r"\nCe qui reste à faire[^\n]*(\n[^\n]*)?$", "\n".join(shown)), shown[-4:]
    assert not any("━" in line for line in shown)


@pytest.mark.parametrize(
    "extra", [{"TERM": "dumb"}, {"CI": "true"}, {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal"}]
)
def test_no_live_view_where_nobody_looks(school: School, extra: dict[str, str]) -> None:
    code, written = on_a_terminal(school, "nobody", "--check", "--limit", "right", extra=extra)
    assert code == 0
    assert not _REGION.search(written)
    assert "PRONOTE, simulation (rien n'a été fait)".encode() in written


@pytest.mark.parametrize("terminal", [True, False])
def test_a_view_that_breaks_changes_nothing(school: School, tmp_path: Path, terminal: bool) -> None:
    """Its file cannot be made: the disk is full."""
    (tmp_path / "sitecustomize.py").write_text(_BREAK, encoding="utf-8")
    extra = {"PYTHONPATH": str(tmp_path)}
    if terminal:
        code, written = on_a_terminal(school, "broken", "--check", "--limit", "right,rejected", extra=extra)
        output = written.decode("utf-8", "replace")
        assert code == 0
    else:
        output = elsewhere(school, "--check", "--limit", "right,rejected", **extra).assert_code(0).output
    assert "L'affichage de l'avancement s'est arrêté de lui-même, l'exécution continue" in " ".join(output.split())
    assert "PLAY RECAP" in output
