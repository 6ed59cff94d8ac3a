# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains of a deployment whose own last task never came.

A play all of whose stations have failed or could not be reached is over for Ansible, and the playbook with it
(``PlaybookExecutor.run``): the task that lists what remains has no station to run for. An evening on which the depot is
down would so end without a word about who is to be tried again. I/O: the store and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...module_utils.product.products import PRODUCTS
from ..inventory.typed import playbook_command
from ..remaining.listing import what_remains
from ..store.store import StoreError
from ..words.words import Words
from .state import PlayProgress

__all__ = ["how_to_list", "remaining_of"]


def how_to_list(playbook: str, inventories: Sequence[str]) -> str:
    """The command that lists what remains: the playbook beside the one that ran, on the same inventories."""
    return playbook_command("remaining", str(Path(playbook).parent) if playbook else "", inventories)


def remaining_of(progress: PlayProgress, *, words: Words, command: str) -> str:
    """The table of what remains of a play; where no one store tells it, a line with the command that does."""
    stores = set(progress.stores.values())
    if len(stores) > 1:
        # Inventories of several folders: each has its own.
        return words("Remaining: {command}", command=command)
    places = {name: {"room": room} if room else {} for name, room in progress.stations.items()}
    try:
        return what_remains(Path(stores.pop()), places, product=PRODUCTS[progress.product], words=words)[1]
    except StoreError as exc:
        return words("{error} What remains to be done is not known. Afterwards: {command}", error=exc, command=command)
