"""``python -m tests.sanity``: does this Python's ansible-core take the collection? Imports and documentation of it all.

``ansible-test sanity`` imports nothing with what it needs (``make publish-check`` has its other tests). The last line
is a test runner's.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ansible.release import __version__

from tests.collection import ROOT, use_collection

_PLUGINS = ROOT / "plugins"
# Folder of plugins, and ansible-doc's word for what it holds; an action is documented by its module.
_DOCUMENTED = {name: name.rstrip("s") for name in ("callback", "filter", "inventory", "lookup", "modules")}


def _modules() -> Iterator[str]:
    for path in sorted(_PLUGINS.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(("ansible_collections.rentree.pronote", *parts)).removesuffix(".__init__")


def imports() -> dict[str, str]:
    """What is wrong with each module; empty where it can be imported."""
    use_collection()
    found = {}
    for name in _modules():
        try:
            importlib.import_module(name)
            found[name] = ""
        except Exception as exc:  # noqa: BLE001  (whatever a module does when it is imported)
            found[name] = f"{type(exc).__name__}: {exc}"
    return found


def documentation() -> dict[str, str]:
    """What is wrong with the documentation of each plugin, as ``ansible-doc`` reads it."""
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--metadata-dump", "--no-fail-on-errors"]
    done = subprocess.run(
        [*command, "rentree.pronote"],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=True,
    )
    read = json.loads(done.stdout)["all"]
    found = {}
    for folder, kind in _DOCUMENTED.items():
        for path in sorted((_PLUGINS / folder).glob("[!_]*.py")):
            name = f"rentree.pronote.{path.stem}"
            plugin = read[kind].get(name) or {"error": "ansible-doc does not find it"}
            found[f"{kind} {name}"] = plugin.get("error", "") or ("" if plugin.get("doc") else "no documentation")
    return found


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    results = {**imports(), **documentation()}
    wrong = {name: why for name, why in results.items() if why}
    for name, why in wrong.items():
        print(f"{name}: {why}", file=sys.stderr)
    python = ".".join(str(number) for number in sys.version_info[:2])
    print(f"sanity of ansible-core {__version__} on Python {python}: every module imported, every plugin documented")
    print(f"===== {len(results) - len(wrong)} passed, {len(wrong)} failed =====")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
