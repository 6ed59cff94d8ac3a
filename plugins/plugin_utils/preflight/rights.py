# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this account may read what a role takes from this machine: depot, response files, lock file. I/O: files.

What is not there is no matter of rights: the role makes it, or says so.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...module_utils.base.message import Message
from ..inventory.typed import as_typed
from .earlier import EARLIER
from .findings import Finding
from .setting import Settings

__all__ = ["closed", "of_error"]

_READ: Final = ("_depot_path", "_lock_file", "_responses", "_response_dir")
"""How the names of options end that say what is read; earlier ones as what they are now does."""
_NO_PATH: Final = "release"
"""What pronote_responses says beside paths."""

_FACT = Message("{path} cannot be read by this account")
_SET = Message("{name}: {fact}")
_SENTENCES = Message("{fact}. {remedy}")
_REMEDY = Message("Check its owner and rights (ls -l, chmod, chown), or run as somebody who may.")
_BESIDE: Final = {"_response_dir": "responses", "_lock_file": "group_vars/all/pronote_releases.lock.yml"}
_SUFFIX: Final = ".iss"


def closed(
    settings: Settings,
    play: Sequence[str],
    options: Collection[str],
    template: Callable[[Any, str], Any],
    folders: Collection[str],
) -> Iterator[Finding]:
    """What may not be read. ``options``: those of the role, earlier names too; ``folders``: of the inventory, with
    what lies beside it."""
    names = [name for name in options if EARLIER.get(name, name).partition(".")[0].endswith(_READ)]
    names = [name for name in names if not EARLIER.get(name, "").endswith(f".{_NO_PATH}")]
    told: set[Path] = set()
    for setting, group, host in settings.each():
        if setting.name not in names:
            continue
        whom = [each for each in settings.concerned(setting, group, host) if each in set(play)]
        for path in _paths(setting.value, whom, template):
            if (shut := _shut(path)) is not None and shut not in told:
                told.add(shut)
                fact = _SET.given(name=setting.name, fact=_FACT.given(path=as_typed(str(shut))))
                yield Finding(place=setting.place, fact=fact, remedy=_REMEDY, hosts=frozenset(whom))
    # Where they lie when nobody names them.
    beside = [name for end, name in _BESIDE.items() if any(each.endswith(end) for each in names)]
    for path in (Path(folder, name) for folder in folders for name in beside):
        if (shut := _shut(path)) is not None and shut not in told:
            yield Finding(fact=_FACT.given(path=as_typed(str(shut))), remedy=_REMEDY, hosts=frozenset(play))


def of_error(exc: BaseException) -> Message | None:
    """What is said of an error of such a file, where Ansible reads it before any task; None for another."""
    cause: BaseException | None = exc
    while cause is not None and not isinstance(cause, PermissionError):
        cause = cause.__cause__ or cause.__context__
    if cause is None or not cause.filename:
        return None
    told: Message = _SENTENCES.given(fact=_FACT.given(path=as_typed(str(cause.filename))), remedy=_REMEDY)
    return told


def _paths(value: Any, whom: Sequence[str], template: Callable[[Any, str], Any]) -> Iterator[Path]:
    if not whom:
        return
    try:
        value = template(value, whom[0])
    except Exception:  # noqa: BLE001  (whatever a template comes to: it has its own line)
        return
    for each in _texts(value):
        if each.strip():
            yield Path(os.path.expandvars(each)).expanduser().absolute()


def _texts(value: Any) -> Iterator[str]:
    """A text, or those by architecture, or by what they are for and architecture."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name != _NO_PATH:
                yield from _texts(each)


def _shut(path: Path) -> Path | None:
    """The path, or a response file in it, that may not be read; None where all may."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except PermissionError:
        return path
    except (OSError, ValueError):
        return None
    if not _may(path, os.R_OK | (os.X_OK if is_folder else 0)):
        return path
    inside = sorted(path.glob(f"*{_SUFFIX}")) if is_folder else []
    return next((each for each in inside if not _may(each, os.R_OK)), None)


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
