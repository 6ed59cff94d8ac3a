"""README.md of each role, from its argument specs. ``python -m tests.role_readmes`` writes what Galaxy shows of it.

``--check`` only tells which are not what would be written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.collection import ROOT
from tests.plugin_reference import listed, markdown, option_rows

__all__ = ["readmes", "stale"]

_NAMESPACE = "rentree.pronote"
_PLAYED = re.compile(rf"\b{re.escape(_NAMESPACE)}\.(pronote_\w+)")


def _read(path: Path) -> dict[str, Any]:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def _entry(name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    if name != "main":
        yield from ("", f"## Entry point `{name}`", "", f"{spec['short_description']}.")
    yield ""
    yield from (f"- {markdown(each)}" for each in listed(spec["description"]))
    rows = list(option_rows(spec.get("options") or {}, below="options"))
    if rows:
        heading = "## Variables" if name == "main" else f"### Variables of `{name}`"
        yield from ("", heading, "", "| variable | type | default | |", "|---|---|---|---|", *rows)


def _players(role: str) -> list[str]:
    """The playbooks that have the role, by name."""
    return sorted(
        path.stem
        for path in (ROOT / "playbooks").glob("*.yml")
        if role in _PLAYED.findall(path.read_text(encoding="utf-8"))
    )


def _readme(role: Path) -> str:
    about = _read(role / "meta/main.yml")["galaxy_info"]
    specs_file = role / "meta/argument_specs.yml"
    # One that only has defaults for others is never run, and takes nothing.
    specs = _read(specs_file)["argument_specs"] if specs_file.is_file() else {}
    told = specs["main"]["short_description"] if specs else about["description"]
    lines = [f"# {_NAMESPACE}.{role.name}", "", f"{told}."]
    for name in sorted(specs, key=lambda each: (each != "main", each)):
        lines += _entry(name, specs[name])
    played = ", ".join(f"`{_NAMESPACE}.{name}`" for name in _players(role.name))
    if played:
        lines += ["", "## Playbooks", "", f"Part of {played}."]
    lines += ["", "## Licence", "", about["license"], "", "Written by `python -m tests.role_readmes`.", ""]
    return "\n".join(line.rstrip() for line in lines)


def readmes() -> dict[Path, str]:
    """Every README by its path."""
    return {role / "README.md": _readme(role) for role in sorted((ROOT / "roles").iterdir()) if role.is_dir()}


def stale() -> list[str]:
    """The READMEs that are not what would be written."""
    return [
        str(path.relative_to(ROOT))
        for path, text in readmes().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the READMEs, or tell which are stale."""
    if arguments == ["--check"]:
        old = stale()
        print(
            "\n".join(f"{name}: python -m tests.role_readmes" for name in old)
            or "every role's README is as it would be"
        )
        return 1 if old else 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    made = readmes()
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(made)} READMEs in roles")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
