"""What a standard user of the station could tamper with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import security
from .paths import parent_of
from .security import ADMINISTRATORS, SYSTEM, TRUSTED_INSTALLER

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["could_standard_user"]

_TRUSTED = frozenset({ADMINISTRATORS, SYSTEM, TRUSTED_INSTALLER})


def could_standard_user(station: SimulatedStation, path: str, what: str) -> bool:
    """Whether any standard user could "write", "create" (in a folder) or "delete" what is at an absolute path.

    Rights to change the DACL or the owner count as all rights. Raises Win32Error when nothing is there.
    """
    files = station.files
    node = files.require(path)
    users = [station.standard_user(name) for name in (station.options.users or ("eleve",))]
    administrators = {station.account_sid(account.name) for account in station.accounts}
    if node.owner not in _TRUSTED | administrators and not node.owner.startswith("S-1-5-80-"):
        return True
    masks = {
        "write": (security.WRITE_DATA,),
        "create": (security.WRITE_DATA, security.APPEND_DATA),
        "delete": (security.DELETE,),
    }[what]
    for user in users:
        wanted = (*masks, security.WRITE_DAC, security.WRITE_OWNER)
        if any(files.allows(path, user, mask) for mask in wanted):
            return True
        if what == "delete" and files.allows(parent_of(path), user, security.DELETE_CHILD):
            return True
    return False
