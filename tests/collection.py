"""The collection through Ansible's loader, for test code that is also run without pytest."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

__all__ = ["ROOT", "use_collection"]

ROOT = Path(__file__).resolve().parents[1]


def use_collection() -> None:
    """Make ``ansible_collections.rentree.pronote`` importable. Does nothing where it already is."""
    if not any(type(finder).__name__ == "_AnsibleCollectionFinder" for finder in sys.meta_path):
        init_plugin_loader([str(ROOT / ".ansible/collections")])
