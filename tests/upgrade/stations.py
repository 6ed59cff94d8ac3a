"""The state of a simulated station as a file that is kept: registry, files, services, tasks and processes.

A file holds what differs from a freshly installed Windows, one entry a line, as JSON:

- ``windows``, ``arch``, ``language``: the kind of Windows; ``free_space``: bytes left on its drive;
- ``files``: path → owner, ACL, times, attributes, and the content of a file as a list of pieces, a text (a character is
  a byte, as in Latin-1) or the length of a run of zero bytes; null: of Windows, and gone;
- ``registry``: key → value name → [type (winnt.h), data], binary data in hexadecimal; null: of Windows, and gone;
- ``services``: name → what Win32_Service says; null: of Windows, and gone;
- ``tasks``: path → XML as registered, whether it is enabled, its last result, the processes of its run;
- ``processes``: those that no boot starts, with whose token they run.

A process is kept as it is seen, not as what it would do next: loaded, it stays until somebody ends it. So a job that
was under way when its station was kept has a second file, of when it had ended: loading that one over the first is the
job's own end. Clocks and process ids are not kept.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from tests.lab.simulated.content import Content
from tests.lab.simulated.filesystem import FileNode
from tests.lab.simulated.processes import Job, Process
from tests.lab.simulated.registry import Key, ValueType
from tests.lab.simulated.security import Ace, Acl, Token
from tests.lab.simulated.services import Service
from tests.lab.simulated.station import SimulatedStation
from tests.lab.simulated.tasks.definition import parse_task
from tests.lab.simulated.tasks.scheduler import Run

__all__ = ["content_of", "dump", "load"]

_ZEROS = re.compile(rb"(\0{16,})")


def dump(station: SimulatedStation) -> str:
    """The station's state as the text of a file; equal texts exactly when nothing that is kept changed."""
    files, registry = station.files, station.registry
    kept = sorted((each for each in station.processes if not each.host), key=lambda each: json.dumps(_process(each)))
    state: dict[str, Any] = {
        **_kind(station),
        "free_space": files.free_space,
        "files": {files.spelled(key) if node else key: _file(node) for key, node in files.changes()},
        "registry": {registry.spelled(key) if node else key: _key(node) for key, node in registry.changes()},
        "services": {name: asdict(service) if service else None for name, service in station.services.changes()},
        "tasks": {
            task.path: {
                "xml": task.definition.xml,
                "enabled": task.enabled,
                "last_result": task.last_result,
                "runs": [[kept.index(each) for each in kept if each in run.job.processes] for run in task.runs],
            }
            for task in station.tasks.all()
        },
        "processes": [_process(each) for each in kept],
    }
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in state.items()) + "\n}\n"


def load(station: SimulatedStation, text: str) -> None:
    """Bring a station of the same kind of Windows to a state that was kept. What its commands do meanwhile goes on.

    Raises ValueError for another kind of Windows, or when the station has lost something of it that the state has.
    """
    state: dict[str, Any] = json.loads(text)
    for name, value in _kind(station).items():
        if state[name] != value:
            raise ValueError(f"the state was kept of a station whose {name} is {state[name]!r}, not {value!r}")
    _end_processes(station, state)
    _load_files(station, state["files"])
    station.files.free_space = state["free_space"]
    _load_registry(station, state["registry"])
    for name, fields in state["services"].items():
        _load_service(station, name, fields)
    _load_tasks(station, state["tasks"], _load_processes(station, state["processes"]))


def content_of(text: str, ending: str) -> bytes:
    """The content of the one file of a kept state whose path ends so."""
    (fields,) = (fields for path, fields in json.loads(text)["files"].items() if path.endswith(ending))
    return _content(fields["content"]).read()


def _kind(station: SimulatedStation) -> dict[str, str]:
    options = station.options
    return {"windows": options.windows, "arch": options.arch, "language": options.language}


def _lines(value: Any) -> str:
    """One line for each entry, so that a difference between two files can be read."""
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
    return json.dumps(value)


# -- files ---------------------------------------------------------------------------------------------------------


def _file(node: FileNode | None) -> dict[str, Any] | None:
    if node is None:
        return None
    fields: dict[str, Any] = {
        "owner": node.owner,
        "creator": node.creator,
        "created": node.created.isoformat(),
        "modified": node.modified.isoformat(),
    }
    if node.acl != Acl():
        fields["acl"] = [[ace.sid, f"{ace.mask:#x}", *_flags(ace)] for ace in node.acl.entries]
    if node.acl.protected:
        fields["protected"] = True
    if node.attributes:
        fields["attributes"] = node.attributes
    return fields if node.directory else {**fields, "content": _pieces(node.content)}


_FLAGS = ("objects", "containers", "only", "deny", "no_propagate")


def _flags(ace: Ace) -> list[str]:
    return [name for name in _FLAGS if getattr(ace, name)]


def _pieces(content: Content) -> list[str | int]:
    found: list[str | int] = []
    for part in (part for piece in content.pieces for part in _parts(piece)):
        last = found[-1] if found else None
        if isinstance(part, int) and isinstance(last, int):  # noqa: SIM114  (two types, two additions)
            found[-1] = last + part
        elif isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        elif part:
            found.append(part)
    return found


def _parts(piece: bytes | tuple[int, int]) -> Iterator[str | int]:
    if isinstance(piece, tuple) and piece[0] == 0:
        yield piece[1]
        return
    data = piece if isinstance(piece, bytes) else bytes([piece[0]]) * piece[1]
    for part in _ZEROS.split(data):
        yield part.decode("latin-1") if part.strip(b"\0") else len(part)


def _content(pieces: list[str | int]) -> Content:
    return Content(tuple((0, piece) if isinstance(piece, int) else piece.encode("latin-1") for piece in pieces))


def _load_files(station: SimulatedStation, wanted: dict[str, Any]) -> None:
    files, system = station.files, station.system
    keys = {path.lower() for path in wanted}
    for key, node in reversed(files.changes()):  # what a folder holds comes after it
        if key not in keys:
            _still_there(key, node)
            (files.remove_directory if node and node.directory else files.delete)(key, token=system)
    for path, fields in wanted.items():  # the folder comes before what it holds
        if fields is None:
            if files.find(path) is not None:
                files.delete(path, token=system)
            continue
        content = _content(fields["content"]) if "content" in fields else None
        node = files.find(path)
        if content is None and node is None:
            files.make_directory(path, token=system)
        elif content is not None and (node is None or node.content != content):
            files.write(path, content, token=system)
        node = files.change(path)
        node.owner, node.creator = fields["owner"], fields["creator"]
        node.attributes = fields.get("attributes", "")
        entries = (Ace(sid, int(mask, 16), **dict.fromkeys(flags, True)) for sid, mask, *flags in fields.get("acl", ()))
        node.acl = Acl(tuple(entries), protected=fields.get("protected", False))
    for path, fields in wanted.items():
        if fields is not None:
            node = files.change(path)
            node.created = dt.datetime.fromisoformat(fields["created"])
            node.modified = dt.datetime.fromisoformat(fields["modified"])


def _still_there(name: str, node: object | None) -> None:
    if node is None:
        raise ValueError(f"the station has lost {name}, which is of Windows and was there when the state was kept")


# -- registry and services -----------------------------------------------------------------------------------------


def _key(key: Key | None) -> dict[str, Any] | None:
    if key is None:
        return None
    return {
        value.name: [int(value.type), value.data.hex() if isinstance(value.data, bytes) else value.data]
        for _, value in sorted(key.values.items())
    }


def _load_registry(station: SimulatedStation, wanted: dict[str, Any]) -> None:
    registry = station.registry
    keys = {path.lower() for path in wanted}
    for low, key in reversed(registry.changes()):
        if low not in keys:
            _still_there(low, key)
            registry.delete_key(low)
    for path, values in wanted.items():
        if values is None:
            if registry.exists(path):
                registry.delete_key(path)
            continue
        registry.create_key(path)
        for value in list(registry.key(path).values.values()):
            if value.name not in values:
                registry.delete_value(path, value.name)
        for name, (number, data) in values.items():
            kind = ValueType(number)
            binary = kind in {ValueType.REG_BINARY, ValueType.REG_NONE}
            registry.set_value(path, name, kind, bytes.fromhex(data) if binary else data)


def _load_service(station: SimulatedStation, name: str, fields: dict[str, Any] | None) -> None:
    if fields is None:
        station.services.remove(name)
    else:
        station.services.put(Service(**fields))


# -- processes and tasks -------------------------------------------------------------------------------------------


def _process(process: Process) -> dict[str, Any]:
    token = process.token
    return {
        "path": process.path,
        "command_line": process.command_line,
        "session": process.session,
        "token": [token.name, token.sid, sorted(token.groups), token.elevated],
    }


def _residents(station: SimulatedStation) -> Iterable[Process]:
    """What only stays: commands of whoever is connected have a coroutine, and are none of the state."""
    return [each for each in station.processes if not each.host and each.task is None]


def _end_processes(station: SimulatedStation, state: dict[str, Any]) -> None:
    """End what the state does not have, and what belongs to a task, before its files are replaced."""
    for task in station.tasks.all():
        station.tasks.stop(task)
        station.tasks.delete(task)
    for process in _residents(station):
        if _process(process) not in state["processes"]:
            station.processes.kill(process, 0)


def _load_processes(station: SimulatedStation, wanted: list[dict[str, Any]]) -> list[Process]:
    there = {json.dumps(_process(each)): each for each in _residents(station)}
    loaded = []
    for fields in wanted:
        name, sid, groups, elevated = fields["token"]
        process = there.pop(json.dumps(fields), None) or station.processes.add_resident(
            fields["path"],
            token=Token(name, sid, frozenset(groups), elevated=elevated),
            session=fields["session"],
            command_line=fields["command_line"],
        )
        loaded.append(process)
    return loaded


def _load_tasks(station: SimulatedStation, wanted: dict[str, Any], processes: list[Process]) -> None:
    for path, fields in wanted.items():
        task = station.tasks.register(path, parse_task(fields["xml"]))
        task.enabled, task.last_result = fields["enabled"], fields["last_result"]
        for numbers in fields["runs"]:
            run = Run(job=Job())
            for process in (processes[number] for number in numbers):
                process.job = run.job
                run.job.processes.add(process)
            task.runs.append(run)
