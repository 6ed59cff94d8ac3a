"""The JSON report of an audit, as a program reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from tests.e2e.playbook import ROOT

__all__ = ["json_report"]


def json_report(folder: Path) -> dict[str, Any]:
    """``audit.json`` of a folder, which is what docs/audit.schema.json says."""
    report: dict[str, Any] = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs/audit.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report)
    return report
