"""Stands in for AWX's task of a job, on its control node: a private folder, work sent, what comes back taken.

The order and the arguments are those of AWX 24.6 (awx/main/tasks/jobs.py, receptor.py). The job is a line of JSON on
standard input, a second line cancels it. Lines of JSON come out: the unit of work, each event, the end; events are what
AWX has in its database. I/O: files, receptor's socket.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import ansible_runner
import yaml
from receptorctl.socket_interface import ReceptorControl

_SOCKET = "/var/run/receptor/receptor.sock"
_PROJECT = Path("/var/lib/awx/projects/pronote")


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.write_text(text, encoding="utf-8")


def _private_folder(job: dict[str, Any]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"awx_{job['id']}_", dir="/tmp"))
    shutil.copytree(_PROJECT, folder / "project", symlinks=True)
    # A script with the inventory in it, as text.
    hosts = f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(job['inventory'])!r})\n"
    _write(folder / "inventory/hosts", hosts, 0o700)
    _write(folder / "env/extravars", yaml.safe_dump(job["extra_vars"]))
    _write(folder / "env/cmdline", ansible_runner.utils.args2cmdline(*job["arguments"]))
    _write(folder / "env/settings", json.dumps({"suppress_ansible_output": True, "suppress_output_file": True}))
    return folder


def _parameters(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What ansible-runner is given on both sides. Passwords and variables of the environment are no files of ours."""
    return {
        "ident": job["id"],
        "private_data_dir": str(folder),
        "playbook": job["playbook"],
        "inventory": str(folder / "inventory/hosts"),
        "passwords": job["passwords"],
        "suppress_env_files": True,
        "envvars": {**job["environment"], "AWX_PRIVATE_DATA_DIR": str(folder), "JOB_ID": str(job["id"])},
        "fact_cache_type": "",
        # The execution environment.
        "container_image": "rentree-pronote",
        "process_isolation": True,
        "process_isolation_executable": "podman",
        "container_options": ["--user=root", "--pull=missing"],
        "container_volume_mounts": ["/var/lib/pronote:/var/lib/pronote:z"],
    }


def _transmit(ours: socket.socket, parameters: dict[str, Any]) -> None:
    try:
        with ours.makefile("wb") as output:
            ansible_runner.interface.run(streamer="transmit", _output=output, **parameters)
    finally:
        # Receptor reads to the end.
        ours.shutdown(socket.SHUT_WR)


def _event(event: dict[str, Any]) -> bool:
    _say(event=event)
    # As in AWX: events are the database's, not files.
    return False


def _status(data: dict[str, Any], runner_config: Any) -> None:
    _say(status={key: data.get(key) for key in ("status", "job_explanation", "result_traceback")})


def _run(job: dict[str, Any], folder: Path) -> None:
    parameters = _parameters(job, folder)
    control = ReceptorControl(_SOCKET)
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as threads:
        transmitted = threads.submit(_transmit, ours, parameters)
        unit = control.submit_work(
            worktype="ansible-runner",
            payload=theirs.makefile("rb"),
            node=job["node"],
            tlsclient="tlsclient",
            signwork=True,
            params={"params": f"--private-data-dir={folder} --delete"},
        )["unitid"]
        transmitted.result()
    _say(unit=unit)
    results = control.get_work_results(unit, return_sockfile=True)
    # A job that is cancelled leaves its unit to AWX's reaper of units: the release waits for a node that is lost.
    ended = ansible_runner.interface.run(
        streamer="process", quiet=True, _input=results, event_handler=_event, status_handler=_status, **parameters
    )
    control.simple_command(f"work release {unit}")
    _say(end={"status": ended.status, "rc": ended.rc})


def _cancel(main: int) -> None:
    if sys.stdin.readline():
        os.kill(main, signal.SIGUSR1)


def _end(number: int, frame: object) -> NoReturn:
    _say(end={"status": "canceled", "rc": None})
    sys.exit(1)


if __name__ == "__main__":
    _job = json.loads(sys.stdin.readline())
    signal.signal(signal.SIGUSR1, _end)
    threading.Thread(target=_cancel, args=(os.getpid(),), daemon=True).start()
    _folder = _private_folder(_job)
    try:
        _run(_job, _folder)
    finally:
        shutil.rmtree(_folder)
