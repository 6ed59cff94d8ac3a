"""Faults that end a run for their station, and for no other: the next run finishes."""

from __future__ import annotations

from typing import Any

__all__ = ["BREAKS"]

BREAKS: dict[str, dict[str, Any]] = {
    "cut at the first reading": {"effect": "cut", "match": "^Command .*Uninstall"},
    "cut at the second reading": {"effect": "cut_after", "match": "^Get CIM_DataFile|^Get Win32_LogicalDisk"},
    "cut while staging": {"effect": "cut", "match": "^Command .*icacls"},
    "answer to staging lost": {"effect": "cut_after", "match": "^Command .*icacls"},
    "cut while starting": {"effect": "cut", "match": "^Command .*/Run /TN"},
    "answer to starting lost": {"effect": "cut_after", "match": "^Command .*/Run /TN"},
    "cut while cleaning up": {"effect": "cut", "match": "^Command .*/Delete /TN"},
    "no shell left": {"effect": "quota_shells", "match": "^Create"},
    "access to WMI refused once": {"effect": "access_denied", "match": "^Get Win32_LogicalDisk"},
    "refused while the job runs": {"effect": "access_denied", "match": "^Enumerate .*ExecutablePath", "nth": 2},
    "HTTP 500 once": {"effect": "http_500", "match": "^Command .*Uninstall"},
}
"""Fault rules by what they do."""
