"""The canonical form of a station's state: equal bytes exactly when nothing changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .filesystem import FileNode
from .registry import Key

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["take_snapshot"]


def _file(node: FileNode | None) -> Any:
    if node is None:
        return None
    common: dict[str, Any] = {
        "name": node.name,
        "owner": node.owner,
        "creator": node.creator,
        "acl": [asdict(ace) for ace in node.acl.entries],
        "protected": node.acl.protected,
        "attributes": node.attributes,
    }
    if not node.directory:
        # A file written again with the same bytes has changed: its time says so. Folders' times are not kept.
        common |= {"size": node.size, "sha256": node.content.sha256, "modified": node.modified.isoformat()}
    return common


def _key(key: Key | None) -> Any:
    if key is None:
        return None
    return {
        "name": key.name,
        "values": {
            low: [value.name, int(value.type), value.data.hex() if isinstance(value.data, bytes) else value.data]
            for low, value in sorted(key.values.items())
        },
    }


def take_snapshot(station: SimulatedStation) -> bytes:
    """Registry, files, tasks, processes and services as JSON, sorted.

    Registry and files are given as differences from the baseline, which never changes. System processes are left out:
    every boot starts them with other ids. A command or task still running shows as its processes.
    """
    state = {
        "power": station.power.value,
        "free_space": station.files.free_space,
        "files": {key: _file(node) for key, node in station.files.changes()},
        "registry": {key: _key(node) for key, node in station.registry.changes()},
        "services": {key: asdict(service) if service else None for key, service in station.services.changes()},
        "tasks": {
            task.path: {
                "xml": task.definition.xml,
                "enabled": task.enabled,
                "running": len(task.runs),
                "last_result": task.last_result,
            }
            for task in station.tasks.all()
        },
        "processes": [
            [process.pid, process.path, process.command_line, process.token.name, process.session]
            for process in station.processes
            if not process.host
        ],
    }
    return json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
