"""The collection awx.awx (``setup.sh`` fetches it), and a stand-in of AWX's API that keeps what its modules make."""

from __future__ import annotations

import importlib
import os
import re
import types
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

__all__ = ["collection", "options_of"]

_HERE = Path(__file__).parent


@cache
def _place() -> Path:
    version = re.search(r"^ansible==([\d.]+)", (_HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "rentree-pronote" / f"awx-{version[1]}"


def collection() -> Path:
    """The folder with ``ansible_collections``; else skip, or fail when it is required (RENTREE_REQUIRE_AWX)."""
    place = _place()
    if (place / "ansible_collections/awx/awx").is_dir():
        return place
    if os.environ.get("RENTREE_REQUIRE_AWX"):
        pytest.fail("the collection awx.awx is required here (make awx)")
    return pytest.skip("the collection awx.awx is not here (make awx); since 30 November 2026")


class _Taken(Exception):  # noqa: N818  (no error)
    pass


@cache
def options_of(module: str) -> dict[str, dict[str, Any]]:
    """The argument spec of a module of awx.awx, as the module itself hands it to its base class when it runs."""
    package = types.ModuleType("awx_of_pypi")
    package.__path__ = [str(collection() / "ansible_collections/awx/awx/plugins")]
    taken: dict[str, Any] = {}

    def take(_self: Any, argument_spec: dict[str, Any], **_more: Any) -> None:
        taken.update(argument_spec)
        raise _Taken

    with mock.patch.dict("sys.modules", {package.__name__: package}):
        api = importlib.import_module(f"{package.__name__}.module_utils.controller_api")
        made = importlib.import_module(f"{package.__name__}.modules.{module}")
        with mock.patch.object(api.ControllerAPIModule, "__init__", take), pytest.raises(_Taken):
            made.main()
    return taken
