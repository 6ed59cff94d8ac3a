# SPDX-License-Identifier: GPL-3.0-or-later
"""One at a time on a depot and its lock file: who publishes, prepares or prunes reads that file and writes it whole.

I/O: files.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ...module_utils.base.locks import acquired
from ...module_utils.base.message import Message
from ...module_utils.product.products import HARMLESS, PRODUCTS

__all__ = ["PATIENCE", "depot_of", "exclusively"]

PATIENCE = 60.0
"""Seconds that a publication takes at most, and that the next one waits for it."""


@contextlib.contextmanager
def exclusively(*folders: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold these folders against others who publish, prepare or prune, waiting ``patience`` seconds for each.

    No file is made for it: a folder is locked itself, and one that does not exist yet by the one above it. Raises
    ValueError when somebody else holds one, OSError.
    """
    with contextlib.ExitStack() as stack:
        for folder in sorted({_there(folder) for folder in folders}):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, handle)
            if not acquired(handle, patience):
                raise ValueError(
                    Message(
                        "another preparation is under way, or a publication or a pruning (it holds {folder}); "
                        "wait until it has ended, then run again",
                        folder=folder,
                    )
                )
        yield


def depot_of(release: Path) -> Path:
    """The depot that the folder of a release and architecture is in."""
    above = release.expanduser().absolute().parent.parent
    return above.parent if above.name in {product.depot_folder for product in (*PRODUCTS.values(), HARMLESS)} else above


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    wanted = folder.expanduser().resolve()
    return next(path for path in (wanted, *wanted.parents) if path.is_dir())
