"""``python -m tests.benchmarks.depot``: stations fetch one installer at once, from the embedded server and from nginx.

Both serve the same folder on loopback, as the role ``pronote_depot`` configures them, without limits; the clients are
threads that read and count. Prints a table and writes ``build/bench/depot.json``. Bounded in clients, bytes and time.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.playbook import ROOT, run_playbook
from tests.servers import NGINX, free_port, nginx_command

__all__ = ["Usage", "publish", "serving"]

_ADDRESS = "127.43.0.3"
_PATH = "/pronote/2026.2.7/x64/setup.exe"
_PROGRAM = ROOT / "plugins/plugin_utils/depot/server.py"
_PATIENCE = 120.0  # seconds a client waits for anything


@dataclass(frozen=True, kw_only=True)
class Run:
    """One server under all clients at once. Seconds, bytes; ``cpu`` is the server's, children included."""

    server: str
    clients: int
    size: int
    wall: float
    cpu: float
    fastest: float
    slowest: float

    @property
    def mb_per_s(self) -> float:
        return self.clients * self.size / self.wall / 1e6

    @property
    def cpu_per_gb(self) -> float:
        return self.cpu / (self.clients * self.size / 1e9)


def publish(root: Path, size: int) -> None:
    """A depot with one file of that size, for whoever may read."""
    folder = root / "2026.2.7/x64"
    folder.mkdir(parents=True)
    content = os.urandom(size)
    (folder / "setup.exe").write_bytes(content)
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  setup.exe\n", encoding="ascii")
    # The runner is root in CI, the server need not be.
    for path in (root.parent, root, folder.parent, folder):
        path.chmod(0o755)


def _embedded(work: Path, root: Path, port: int) -> list[str]:
    program = [sys.executable, str(_PROGRAM), str(root), "--address", _ADDRESS, "--port", str(port)]
    return [*program, "--transfers", "0", "--client-transfers", "0", "--journal", str(work / "embedded.jsonl")]


def _nginx(work: Path, root: Path, port: int) -> list[str]:
    """nginx with the site that the role writes."""
    for below in ("sites-available", "sites-enabled"):
        (work / "nginx" / below).mkdir(parents=True)
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "pronote_depot_url": f"http://{_ADDRESS}:{port}/pronote",
        "pronote_depot_listen": _ADDRESS,
        "pronote_depot_path": str(root),
        "pronote_depot_manage": [],
        "pronote_depot_files": {"nginx_dir": str(work / "nginx"), "journal": str(work / "nginx.jsonl")},
        "pronote_depot_limits": {"transfers": 0, "client_transfers": 0},
    }
    inventory = work / "hosts.yml"
    inventory.write_text(json.dumps({"pronote_depots": {"hosts": {"web": variables}}}), encoding="utf-8")
    run_playbook("depot", inventory=inventory, work=work / "runs").assert_code(0)
    return nginx_command(work / "run", site=work / "nginx/sites-enabled/pronote-depot")


def _fetch(port: int, size: int, start: threading.Barrier, took: list[float]) -> None:
    connection = http.client.HTTPConnection(_ADDRESS, port, timeout=_PATIENCE)
    buffer = memoryview(bytearray(1 << 18))
    start.wait(_PATIENCE)
    began = time.monotonic()
    connection.request("GET", _PATH)
    answer = connection.getresponse()
    got = 0
    while count := answer.readinto(buffer):
        got += count
    connection.close()
    if answer.status == 200 and got == size:
        took.append(time.monotonic() - began)


def _measure(name: str, command: list[str], *, port: int, clients: int, size: int) -> Run:
    """Raises RuntimeError when a client did not get all of the file."""
    took: list[float] = []
    with serving(command, _ADDRESS, port) as usage:
        start = threading.Barrier(clients + 1)
        threads = [threading.Thread(target=_fetch, args=(port, size, start, took)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        start.wait(_PATIENCE)
        began = time.monotonic()
        for thread in threads:
            thread.join()
        wall = time.monotonic() - began
    if len(took) != clients:
        raise RuntimeError(f"{name}: {clients - len(took)} of {clients} clients did not get the whole file")
    return Run(server=name, clients=clients, size=size, wall=wall, cpu=usage.cpu, fastest=min(took), slowest=max(took))


@dataclass
class Usage:
    """Seconds of CPU that a server has taken, once it has ended."""

    cpu: float = 0.0


@contextmanager
def serving(command: list[str], address: str, port: int) -> Iterator[Usage]:
    """A server, while the block runs. Raises RuntimeError when it does not start."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    usage = Usage()
    try:
        _until_ready(address, port)
        yield usage
    finally:
        process.send_signal(signal.SIGTERM)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        usage.cpu = used.ru_utime + used.ru_stime


def _until_ready(address: str, port: int) -> None:
    """Wait until the server answers. Raises RuntimeError."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError):
            connection = http.client.HTTPConnection(address, port, timeout=5)
            connection.request("HEAD", _PATH)
            if connection.getresponse().status == 200:
                connection.close()
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


_SERVERS: dict[str, Callable[[Path, Path, int], list[str]]] = {"embedded": _embedded, "nginx": _nginx}


def _table(runs: list[Run]) -> str:
    lines = ["| server | clients | MB each | wall s | MB/s | server CPU s/GB | first done s | last done s |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    lines += [
        f"| {run.server} | {run.clients} | {run.size / 1e6:.0f} | {run.wall:.2f} | {run.mb_per_s:.0f} "
        f"| {run.cpu_per_gb:.2f} | {run.fastest:.2f} | {run.slowest:.2f} |"
        for run in runs
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.depot", description=__doc__)
    parser.add_argument("--clients", type=int, default=50, choices=range(1, 201), metavar="N")
    parser.add_argument("--megabytes", type=int, default=20, choices=range(1, 201), metavar="MB")
    parser.add_argument("--repeat", type=int, default=3, choices=range(1, 11), metavar="N", help="the fastest counts")
    given = parser.parse_args()
    names = [name for name in _SERVERS if name != "nginx" or NGINX.exists()]
    if "nginx" not in names:
        print("no nginx here (tests/servers/setup.sh): the embedded server alone", file=sys.stderr)
    size = given.megabytes * 1_000_000
    best: dict[str, Run] = {}
    # In turn, so that other work on the machine meets both.
    for _ in range(given.repeat):
        for name in names:
            with TemporaryDirectory() as folder:
                work, port = Path(folder), free_port(_ADDRESS)
                publish(work / "depot", size)
                command = _SERVERS[name](work, work / "depot", port)
                run = _measure(name, command, port=port, clients=given.clients, size=size)
            if name not in best or run.wall < best[name].wall:
                best[name] = run
    runs = list(best.values())
    print(_table(runs))
    report = ROOT / "build/bench/depot.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n", encoding="utf-8")
    print(f"\nReport: {report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
