"""A play that is forked (tests/e2e/launcher.py) is as one that was started."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.launcher import Launcher, launcher, play_launcher
from tests.e2e.playbook import ROOT, Starts, playbook_command, playbook_environment, run_command

# What a process is for those who run in it.
_PROBE = """
import atexit, locale, multiprocessing, os, resource, signal, sys, threading
print(end="first ", flush=True)
os.write(2, b"second ")
atexit.register(print, "last")
streams = sys.stdin, sys.stdout, sys.stderr
process = multiprocessing.current_process()
found = {
    "argv": sys.argv, "command": sys.orig_argv, "path": sys.path, "main": [__name__, __file__],
    "main module": sys.modules["__main__"].__dict__ is globals(), "flags": str(sys.flags),
    "environment": dict(os.environ), "cwd": os.getcwd(),
    "group": os.getpgrp(), "session": os.getsid(0), "umask": os.umask(0o22), "nice": os.nice(0),
    "fds": [fd for fd in range(64) if os.path.exists(f"/proc/self/fd/{fd}")],
    "stdin": sys.stdin.read(), "same place": os.fstat(1) == os.fstat(2),
    "kinds": [os.readlink(f"/proc/self/fd/{fd}")[:5] for fd in (0, 1, 2)],
    "streams": [[os.get_blocking(stream.fileno()), stream.encoding, stream.isatty(), stream.errors, stream.mode,
                 stream.line_buffering, stream.seekable(), stream.name] for stream in streams],
    "reconfigured": [stream.reconfigure(errors="surrogateescape") for stream in streams[1:]],
    "signals": {str(number): str(signal.getsignal(number)) for number in signal.valid_signals()},
    "ignored": [line for line in open("/proc/self/status") if line.startswith(("SigBlk", "SigIgn", "SigCgt"))],
    "limits": {name: resource.getrlimit(number) for name, number in vars(resource).items() if name[:7] == "RLIMIT_"},
    "threads": [threading.active_count(), len(os.listdir("/proc/self/task")), threading.main_thread().name],
    "multiprocessing": [process.name, process.daemon, str(multiprocessing.parent_process()),
                        multiprocessing.get_start_method(allow_none=True)],
    "locale": [locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding()],
    "of ansible": sorted(name for name in sys.modules if name.startswith("ansible")),
}
__import__("json").dump(found, open(os.environ["RENTREE_RESULTS"], "w"))
sys.exit(5)
"""


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run Python code as the script of a command: exit code and output. What it writes for the tests is ``results``."""
    script = tmp_path / "bin/command"
    script.parent.mkdir()

    def start(code: str, *arguments: str, forked: bool, timeout: float = 60) -> tuple[int, str]:
        # Started by its first line, as ansible-playbook is.
        script.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
        script.chmod(0o755)
        environment = playbook_environment(tmp_path / "results", ANSIBLE_X="é\n")
        assert launcher().fits(environment)
        monkeypatch.setattr(Starts, "real", not forked)
        done = run_command([str(script), *arguments], env=environment, timeout=timeout)
        return done.returncode, done.stdout

    return start


def test_it_finds_what_a_process_that_was_started_finds(run: Run, tmp_path: Path) -> None:
    found: list[dict[str, Any]] = []
    for forked in (True, False):
        assert run(_PROBE, "-e", "a b=ç", forked=forked) == (5, "first second last\n")
        found.append(json.loads((tmp_path / "results").read_text("utf-8")))
    one, other = found
    assert one == other
    assert one["of ansible"] == []


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("", 0),
        ("raise SystemExit('said')", 1),
        ("raise RuntimeError('broken')", 1),
        ("import os; os._exit(250)", 250),
        ("import os; os.kill(os.getpid(), 9)", -9),
        # What the shell put in the background ignores it, and so does whatever is started there.
        ("import os, signal; signal.signal(2, signal.default_int_handler); os.kill(os.getpid(), 2)", -2),
        ("import os, sys; os.fork() or sys.exit(3); os.wait()", 0),
    ],
)
def test_its_end_is_told_alike(run: Run, end: str, code: int) -> None:
    runs = [run(end, forked=forked) for forked in (True, False)]
    assert [each[0] for each in runs] == [code, code]
    # A traceback has the frames of runpy, too.
    assert runs[0][1].splitlines()[-1:] == runs[1][1].splitlines()[-1:]


@pytest.mark.parametrize("forked", [True, False])
def test_one_that_takes_too_long_is_killed(run: Run, forked: bool) -> None:
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        run("import os, time; print(os.getpid(), flush=True); time.sleep(60)", forked=forked, timeout=1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(caught.value.output), 0)


def test_two_at_once(tmp_path: Path) -> None:
    """Each waits for a file that the other makes."""
    script = tmp_path / "command"
    script.write_text(
        "import os, pathlib, sys, time; me, other = map(pathlib.Path, sys.argv[1:])\n"
        "me.touch()\n"
        "while not other.exists(): time.sleep(0.01)\n"
        "print(me.name, os.getcwd())",
        encoding="utf-8",
    )
    names = [str(tmp_path / name) for name in ("one", "two")]
    said: list[str] = []

    def play(me: str, other: str) -> None:
        said.append(launcher().run([str(script), me, other], cwd=tmp_path, env=dict(os.environ), timeout=60).stdout)

    threads = [threading.Thread(target=play, args=pair) for pair in (names, names[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [f"one {tmp_path}\n", f"two {tmp_path}\n"]


@pytest.mark.parametrize(
    ("variable", "fits"), [("ANSIBLE_FORKS", True), ("PYTHONUTF8", False), ("TZ", False), ("HOME", False)]
)
def test_what_an_interpreter_reads_as_it_starts_wants_a_real_start(variable: str, fits: bool) -> None:
    assert launcher().fits({**os.environ, variable: "another"}) is fits
    assert not launcher().fits({name: value for name, value in os.environ.items() if name != "PATH"})


def test_it_ends_when_nobody_needs_it() -> None:
    one = Launcher()
    one.close()
    assert one._process.returncode == 0


_COMPILE = """
from pathlib import Path
file = Path(".ansible/collections/ansible_collections/rentree/pronote/plugins/module_utils/base/text.py").absolute()
source, other = file.read_bytes(), b"__all__ = ()\\n"
codes = [compile(each, str(file), "exec", flags=0, dont_inherit=True) for each in (source, source, other)]
print(codes[0] is codes[1], codes[2] is codes[0], codes[2].co_names, codes[0].co_filename == str(file))
"""


@pytest.mark.parametrize("forked", [True, False])
def test_a_source_is_compiled_once_while_it_is_as_it_was(run: Run, forked: bool) -> None:
    assert run(_COMPILE, forked=forked) == (0, f"{forked} False ('__all__',) True\n")


def _settings(environment: dict[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(item for item in environment.items() if item[0].startswith("ANSIBLE_"))


def test_a_process_with_ansible_in_it_is_for_plays_of_its_settings(tmp_path: Path) -> None:
    usual = playbook_environment(tmp_path / "results")
    ready = play_launcher(ROOT, _settings(usual))
    assert ready.fits({**usual, "RENTREE_RESULTS": "another", "COLUMNS": "80"})
    assert not ready.fits({**usual, "ANSIBLE_FORKS": "1"})
    assert not ready.fits({name: value for name, value in usual.items() if name != "ANSIBLE_NOCOLOR"})


_PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    told: "{{ lookup('ansible.builtin.env', 'RENTREE_RESULTS') }} {{ ansible_forks }} {{ said }}"
  tasks:
    - ansible.builtin.debug: {msg: "{{ told }} {{ ansible_check_mode }} {{ inventory_hostname }} {{ playbook_dir }}"}
    - ansible.builtin.debug: {msg: "{{ lookup('rentree.pronote.words', 'Station') }}"}
    - ansible.builtin.ping:
"""


def test_a_play_forked_with_ansible_in_it_is_as_one_that_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = tmp_path / "play.yml"
    play.write_text(_PLAY, encoding="utf-8")
    variables = tmp_path / "inventory/group_vars/all.yml"
    variables.parent.mkdir(parents=True)
    variables.write_text("said: of a group\n", encoding="utf-8")
    (tmp_path / "inventory/hosts.yml").write_text("all: {hosts: {localhost: {}}}\n", encoding="utf-8")
    environment = playbook_environment(tmp_path / "results")
    assert play_launcher(ROOT, _settings(environment)).fits(environment)
    command = [*playbook_command("x")[:1], str(play), "-i", str(tmp_path / "inventory"), "-vvv"]
    command += ["-e", f"ansible_python_interpreter={sys.executable}"]
    told: list[list[str]] = []
    folders: list[Path] = []
    for real in (True, False, False):
        monkeypatch.setattr(Starts, "real", real)
        done = run_command(command, env=environment, timeout=60)
        assert done.returncode == 0, done.stdout
        folders += {Path(name) for name in re.findall(r"PUT (\S+/ansible-local-\w+)/", done.stdout)}
        told.append([line for line in done.stdout.splitlines() if not line.startswith(("<localhost>", "redirecting"))])
    assert told[1:] == [told[0]] * 2
    assert "of a group" in "\n".join(told[0])
    # Each play has one folder for what it writes, and leaves it to nobody.
    assert len(folders) == len(set(folders)) == 3
    assert not any(folder.exists() for folder in folders)


_IMPORT = """
import os, sys
from importlib import import_module
from tests.e2e import ready
ready.import_ansible()
read, get = [], type(os.environ).__getitem__
def spy(self, name):
    frame = sys._getframe(1)
    while frame.f_code.co_filename in (os.__file__, "<frozen os>", "<frozen _collections_abc>"):
        frame = frame.f_back
    if "rentree/pronote/plugins" in frame.f_code.co_filename:
        read.append([name, frame.f_code.co_filename])
    return get(self, name)
type(os.environ).__getitem__ = spy
ready.import_product()
clock = import_module("ansible_collections.rentree.pronote.plugins.module_utils.base.clock")
print(read)
clock.utc_now()
print([name for name, _ in read])
"""


def test_the_product_reads_no_environment_as_it_is_imported() -> None:
    """Else a play that is forked would have that of the process which forks."""
    environment = playbook_environment(Path("results"))
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # And it would have been seen.
    assert done.stdout == "[]\n['RENTREE_CLOCK_AHEAD']\n"
