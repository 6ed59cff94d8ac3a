"""One check of an export of identifiers, of which nothing personal may come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base.times import moment
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_judge import ExportRequirements
from ansible_collections.rentree.pronote.plugins.module_utils.checks.export_read import ExportRequest, check_export

from tests.unit.exports import SECRETS, UAI, clear_export, school
from tests.unit.french import french

__all__ = ["KEY", "LIMIT", "SOUND", "WANTED", "check", "codes", "no_secret", "written"]

LIMIT = 64 << 20
WANTED = ExportRequirements(uai=UAI, year=2026, newer_than=moment("2026-08-27"))
KEY = "a key of the vault, long enough"
SOUND = clear_export(school())


def check(path: Path, *, wanted: ExportRequirements = WANTED, dry: bool = False, **changes: Any) -> dict[str, Any]:
    request = ExportRequest(path=str(path), wanted=wanted, **{"max_size": LIMIT, **changes})
    result = french(check_export(request, check=dry))
    no_secret(json.dumps(result, ensure_ascii=False))
    return result


def no_secret(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text.lower()]


def codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def written(folder: Path, content: str | bytes, name: str = "IdPN_To_Kosmos.xml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
