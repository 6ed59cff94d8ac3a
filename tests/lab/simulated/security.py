"""Who may do what with a file: SIDs, access masks, ACLs with inheritance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

__all__ = [
    "ADMINISTRATORS",
    "AUTHENTICATED_USERS",
    "CREATOR_OWNER",
    "DELETE",
    "DELETE_CHILD",
    "EVERYONE",
    "FULL",
    "MODIFY",
    "NO_ACL",
    "READ",
    "READ_EXECUTE",
    "SYSTEM",
    "TRUSTED_INSTALLER",
    "USERS",
    "WRITE",
    "WRITE_DAC",
    "WRITE_OWNER",
    "Ace",
    "Acl",
    "Token",
    "granted",
    "inherited",
]

SYSTEM = "S-1-5-18"
LOCAL_SERVICE = "S-1-5-19"
NETWORK_SERVICE = "S-1-5-20"
ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
EVERYONE = "S-1-1-0"
AUTHENTICATED_USERS = "S-1-5-11"
INTERACTIVE = "S-1-5-4"
CREATOR_OWNER = "S-1-3-0"
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

# winnt.h; the combined ones are those icacls writes as F, M, RX, R and W.
READ_DATA = 0x1
WRITE_DATA = 0x2  # on a directory: add a file
APPEND_DATA = 0x4  # on a directory: add a subdirectory
DELETE_CHILD = 0x40
DELETE = 0x10000
WRITE_DAC = 0x40000
WRITE_OWNER = 0x80000
FULL = 0x1F01FF
MODIFY = 0x1301BF
READ_EXECUTE = 0x1200A9
READ = 0x120089
WRITE = 0x100116


@dataclass(frozen=True)
class Ace:
    """One entry. ``objects``/``containers``: inherited by files/folders; ``only``: does not apply to this object."""

    sid: str
    mask: int
    objects: bool = False
    containers: bool = False
    only: bool = False
    deny: bool = False
    no_propagate: bool = False


@dataclass(frozen=True)
class Acl:
    """A file's own entries; ``protected``: nothing is inherited from the folder above."""

    entries: tuple[Ace, ...] = ()
    protected: bool = False


# No entry of its own: all is inherited.
NO_ACL = Acl()


@dataclass(frozen=True)
class Token:
    """Who a process runs as."""

    name: str  # "SALLE-101\\admin", "NT AUTHORITY\\SYSTEM"
    sid: str
    groups: frozenset[str]
    # Members of Administrators with an elevated token, and SYSTEM, may take ownership of anything.
    elevated: bool = False

    @property
    def sids(self) -> frozenset[str]:
        return self.groups | {self.sid}

    @property
    def owner(self) -> str:
        """Who owns what this token creates: elevated administrators create for the group."""
        return ADMINISTRATORS if self.elevated and self.sid != SYSTEM else self.sid

    @classmethod
    def system(cls, language: str = "en") -> Token:
        name = "AUTORITE NT\\Système" if language == "fr" else "NT AUTHORITY\\SYSTEM"
        return cls(name, SYSTEM, frozenset({ADMINISTRATORS, EVERYONE, AUTHENTICATED_USERS}), elevated=True)

    @classmethod
    def administrator(cls, name: str, sid: str) -> Token:
        return cls(name, sid, frozenset({ADMINISTRATORS, USERS, EVERYONE, AUTHENTICATED_USERS}), elevated=True)

    @property
    def filtered(self) -> Token:
        """What User Account Control gives an administrator's own session: the group is for denials only."""
        return replace(self, groups=(self.groups - {ADMINISTRATORS}) | {INTERACTIVE}, elevated=False)

    @classmethod
    def standard(cls, name: str, sid: str) -> Token:
        return cls(name, sid, frozenset({USERS, EVERYONE, AUTHENTICATED_USERS, INTERACTIVE}))


def granted(entries: list[Ace], owner: str, token: Token) -> int:
    """The access mask these effective entries give the token (deny entries come first, as Windows orders them)."""
    mask = 0x60000 if owner in token.sids else 0  # an owner may always read and change the DACL
    denied = 0
    for ace in entries:
        if ace.only or ace.sid not in token.sids:
            continue
        if ace.deny:
            denied |= ace.mask
        else:
            mask |= ace.mask & ~denied
    return mask


@lru_cache(maxsize=1024)
def inherited(ace: Ace, creator: str, *, directory: bool) -> tuple[Ace, ...]:
    """What an entry of a folder is for what lies in it: a file, or another folder. Kept: there are few, and every
    program that starts asks for those of all folders above it."""
    if not (ace.containers if directory else ace.objects):
        # A file-only entry still travels through a folder, without applying to it.
        return (replace(ace, only=True),) if directory and ace.objects and not ace.no_propagate else ()
    travels = directory and not ace.no_propagate
    passed = replace(ace, only=False, objects=ace.objects and travels, containers=ace.containers and travels)
    if ace.sid == CREATOR_OWNER:
        own = replace(passed, sid=creator, objects=False, containers=False)
        return (own, replace(ace, only=True)) if travels else (own,)
    return (passed,)
