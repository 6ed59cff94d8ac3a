"""docs/plugins/: a page for each plugin, from what ansible-doc shows. ``python -m tests.plugin_reference`` writes them.

``ansible-doc`` is the way to read the documentation of what is installed; these pages are for who reads the repository.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "KINDS", "listed", "markdown", "option_rows", "pages"]

_ROOT = Path(__file__).resolve().parents[1]
FOLDER = _ROOT / "docs/plugins"
KINDS = {"module": "modules", "lookup": "lookup", "inventory": "inventory", "callback": "callback"}
_NAMESPACE = "rentree.pronote"
_MARKUP = (
    # Ansible's semantic markup, as Markdown: option values and plugins.
    (re.compile(r"\b[MP]\(rentree\.pronote\.([a-z_]+)(?:#(\w+))?\)"), lambda m: f"[`{m[1]}`]({m[1]})"),
    (re.compile(r"\b(?:[MP]|plugin)\(([^)#]+)(?:#\w+)?\)"), lambda m: f"`{m[1]}`"),
    (re.compile(r"\bR?V\((?:[\w.]+#\w+:)?([^)]*)\)"), lambda m: f"`{m[1]}`"),
    (re.compile(r"\b[OC]\((?:[\w.]+#\w+:)?([^)]*)\)"), lambda m: f"`{m[1]}`"),
)


def markdown(value: str | list[str]) -> str:
    """Paragraphs of documentation as one line of Markdown."""
    text = " ".join([value] if isinstance(value, str) else value)
    for pattern, replace in _MARKUP:
        text = pattern.sub(replace, text)
    return " ".join(text.replace("|", "\\|").split())


def _shown(kind: str) -> dict[str, Any]:
    names = sorted(p.stem for p in (_ROOT / "plugins" / KINDS[kind]).glob("*.py") if not p.stem.startswith("_"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")}
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-doc"),
            "-t",
            kind,
            "-j",
            *(f"{_NAMESPACE}.{name}" for name in names),
        ],
        cwd=_ROOT,
        env={**environment, "ANSIBLE_CONFIG": str(_ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.removeprefix(f"{_NAMESPACE}."): shown for name, shown in json.loads(done.stdout).items()}


def _value(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def option_rows(options: Mapping[str, Any], *, below: str = "suboptions", inside: str = "") -> Iterator[str]:
    """A row of a table for each option, then for those in it; ``below``: the key that has these."""
    for name, option in sorted(options.items(), key=lambda each: (not each[1].get("required"), each[0])):
        kind = option.get("type", "str") + (f" of {option['elements']}" if option.get("elements") else "")
        if option.get("required"):
            default = "required"
        else:
            default = "" if option.get("default") is None else _value(option["default"])
        choices = ", ".join(f"`{choice}`" for choice in option.get("choices") or [])
        told = markdown(option["description"]) + (f" One of {choices}." if choices else "")
        yield f"| `{inside}{name}` | {kind} | {default} | {told} |"
        yield from option_rows(option.get(below) or {}, below=below, inside=f"{inside}{name}.")


def _returned(values: Mapping[str, Any], inside: str = "") -> Iterator[str]:
    for name, value in values.items():
        kind = value["type"] + (f" of {value['elements']}" if value.get("elements") else "")
        when, told = markdown(value.get("returned", "")), markdown(value["description"])
        yield f"| `{inside}{name}` | {kind} | {when} | {told} |"
        yield from _returned(value.get("contains") or {}, f"{inside}{name}.")


def _page(kind: str, name: str, shown: Mapping[str, Any]) -> str:
    doc = shown["doc"]
    lines = [f"# {_NAMESPACE}.{name} ({kind})", "", f"{doc['short_description']}.", ""]
    lines += [f"- {markdown(each)}" for each in listed(doc["description"])]
    options = list(option_rows(doc.get("options") or {}))
    if options:
        lines += ["", "## Options", "", "| option | type | default | |", "|---|---|---|---|", *options]
    if doc.get("attributes"):
        lines += ["", "## Attributes", "", "| attribute | support | |", "|---|---|---|"]
        for attribute, about in sorted(doc["attributes"].items()):
            told = markdown([*listed(about["description"]), *listed(about.get("details") or [])])
            lines.append(f"| `{attribute}` | {about['support']} | {told} |")
    if shown["examples"]:
        lines += ["", "## Examples", "", "```yaml", shown["examples"].strip(), "```"]
    returned = list(_returned(shown["return"] or {}))
    if returned:
        lines += ["", "## Returns", "", "| key | type | returned | |", "|---|---|---|---|", *returned]
    return "\n".join(line.rstrip() for line in [*lines, ""])


def listed(value: str | list[str]) -> list[str]:
    """Paragraphs, of which one may stand alone."""
    return [value] if isinstance(value, str) else value


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    made, index = {}, ["# Plugins", "", "Made from their documentation: `python -m tests.plugin_reference`.", ""]
    index += ["| plugin | kind | |", "|---|---|---|"]
    for kind in KINDS:
        for name, shown in sorted(_shown(kind).items()):
            made[f"{name}_{kind}.md"] = _page(kind, name, shown)
            index.append(f"| [`{name}`]({name}_{kind}.md) | {kind} | {markdown(shown['doc']['short_description'])} |")
    # Links between pages: the plugin's name alone is what documentation gives, and no two kinds share one.
    files = {file.rpartition("_")[0]: file for file in made}
    linked = {
        file: re.sub(r"\]\((\w+)\)", lambda m: f"]({files.get(m[1], m[1])})", text) for file, text in made.items()
    }
    return {"README.md": "\n".join([*index, ""]), **linked}


def main() -> None:
    """Write the pages, and remove those of plugins that are gone."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(made)} pages in {FOLDER}")


if __name__ == "__main__":
    main()
