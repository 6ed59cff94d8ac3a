"""README.md of each role, from its argument specs. ``python -m tests.role_readmes`` writes what Galaxy shows of it.

``--check`` only tells which are not what would be written.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.collection import ROOT
from tests.plugin_reference import listed, markdown, option_rows
from tests.written import written

__all__ = ["playbooks_of", "readmes", "specs_of"]

_NAMESPACE = "rentree.pronote"
_PLAYED = re.compile(rf"\b{re.escape(_NAMESPACE)}\.(pronote_\w+)")


@functools.cache
def _read(path: Path) -> dict[str, Any]:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


@functools.cache
def specs_of(role: Path) -> dict[str, Any]:
    """The argument specs of a role, by entry point; one that only has defaults for others takes nothing."""
    file = role / "meta/argument_specs.yml"
    specs: dict[str, Any] = _read(file)["argument_specs"] if file.is_file() else {}
    return specs


def _entry(name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    if name != "main":
        yield from ("", f"## Entry point `{name}`", "", f"{spec['short_description']}.")
    yield ""
    yield from (f"- {markdown(each)}" for each in listed(spec["description"]))
    rows = list(option_rows(spec.get("options") or {}, below="options"))
    if rows:
        heading = "## Variables" if name == "main" else f"### Variables of `{name}`"
        yield from ("", heading, "", "| variable | type | default | |", "|---|---|---|---|", *rows)


@functools.cache
def playbooks_of(role: str) -> list[str]:
    """The playbooks that have the role, by name."""
    return sorted(
        path.stem
        for path in (ROOT / "playbooks").glob("*.yml")
        if role in _PLAYED.findall(path.read_text(encoding="utf-8"))
    )


def _readme(role: Path) -> str:
    about = _read(role / "meta/main.yml")["galaxy_info"]
    specs = specs_of(role)
    told = specs["main"]["short_description"] if specs else about["description"]
    lines = [f"# {_NAMESPACE}.{role.name}", "", f"{told}."]
    for name in sorted(specs, key=lambda each: (each != "main", each)):
        lines += _entry(name, specs[name])
    played = ", ".join(f"`{_NAMESPACE}.{name}`" for name in playbooks_of(role.name))
    if played:
        lines += ["", "## Playbooks", "", f"Part of {played}."]
    lines += ["", "## Licence", "", about["license"], "", "Written by `python -m tests.role_readmes`.", ""]
    return "\n".join(line.rstrip() for line in lines)


def readmes() -> dict[Path, str]:
    """Every README by its path."""
    return {role / "README.md": _readme(role) for role in sorted((ROOT / "roles").iterdir()) if role.is_dir()}


if __name__ == "__main__":
    sys.exit(written(readmes(), sys.argv[1:], command="python -m tests.role_readmes", usage=__doc__))
