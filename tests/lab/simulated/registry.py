"""The registry, with its 64-bit and 32-bit views.

Keys are stored under their real (64-bit view) path; the 32-bit view is a translation of paths, as WOW64 does it
("Registry Keys Affected by WOW64", learn.microsoft.com/windows/win32/winprog64/shared-registry-keys).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from .cowtree import CowTree, FrozenTree, Image
from .errors import Win32Error
from .security import ADMINISTRATORS, Token

__all__ = ["Data", "Key", "Registry", "Value", "ValueType", "View"]

View = Literal[32, 64]
Data = str | int | bytes | list[str]


class ValueType(IntEnum):
    """winnt.h."""

    REG_NONE = 0
    REG_SZ = 1
    REG_EXPAND_SZ = 2
    REG_BINARY = 3
    REG_DWORD = 4
    REG_MULTI_SZ = 7
    REG_QWORD = 11


@dataclass(frozen=True)
class Value:
    """One value; the default value has an empty name."""

    name: str
    type: ValueType
    data: Data


@dataclass
class Key:
    """One key; values by lower-case name, in the order they were set."""

    name: str
    values: dict[str, Value] = field(default_factory=dict)


ROOTS = {
    "hklm": "HKEY_LOCAL_MACHINE",
    "hkcu": "HKEY_CURRENT_USER",
    "hkcr": "HKEY_CLASSES_ROOT",
    "hku": "HKEY_USERS",
    "hkcc": "HKEY_CURRENT_CONFIG",
}
_LONG = {long.lower(): long for long in ROOTS.values()}

# Below HKLM\SOFTWARE, what both views share (Windows 7 and later).
_SHARED = (
    "classes",
    "clients",
    "microsoft\\com3",
    "microsoft\\cryptography\\calais\\current",
    "microsoft\\eventsystem",
    "microsoft\\ole",
    "microsoft\\rpc",
    "microsoft\\systemcertificates",
    "microsoft\\windows nt\\currentversion\\fontdpi",
    "microsoft\\windows nt\\currentversion\\fonts",
    "microsoft\\windows nt\\currentversion\\networkcards",
    "microsoft\\windows nt\\currentversion\\print",
    "microsoft\\windows nt\\currentversion\\time zones",
    "microsoft\\windows\\currentversion\\control panel\\cursors\\schemes",
    "microsoft\\windows\\currentversion\\group policy",
    "microsoft\\windows\\currentversion\\policies",
    "microsoft\\windows\\currentversion\\setup",
    "policies",
    "registeredapplications",
)
_REDIRECTED_CLASSES = ("clsid", "directshow", "interface", "media type", "mediafoundation", "appid")
_SOFTWARE = "hkey_local_machine\\software"
_WOW = "WOW6432Node"


def _below(path: str, top: str) -> bool:
    return path == top or path.startswith(top + "\\")


class Registry:
    """Paths: ``HKLM\\…`` or the long names; ``view`` is the caller's. Raises Win32Error 2 (absent), 5 (denied)."""

    def __init__(self, base: FrozenTree[Key], *, x64: bool = True) -> None:
        self._tree: CowTree[Key] = CowTree(base, lambda key: Key(key.name, dict(key.values)))
        self._x64 = x64
        # Keys an administrator may not read, as security-hardened images have them.
        self.denied: set[str] = set()

    def resolve(self, path: str, *, view: View = 64, sid: str = "S-1-5-18") -> str:
        """The real path, spelled with the long root name. Error 2 for an unknown root."""
        root, _, rest = path.strip("\\").partition("\\")
        root = ROOTS.get(root.lower(), _LONG.get(root.lower(), ""))
        if not root:
            raise Win32Error(2, path)
        rest = "\\".join(part for part in rest.split("\\") if part)
        if root == "HKEY_CURRENT_USER":
            root, rest = "HKEY_USERS", f"{sid}\\{rest}".rstrip("\\")
        elif root == "HKEY_CLASSES_ROOT":
            root, rest = "HKEY_LOCAL_MACHINE", f"SOFTWARE\\Classes\\{rest}".rstrip("\\")
        full = f"{root}\\{rest}".rstrip("\\")
        return self._redirected(full) if self._x64 and view == 32 else full

    def _redirected(self, full: str) -> str:
        if not _below(full.lower(), _SOFTWARE):
            return full
        rest = full[len(_SOFTWARE) + 1 :]
        low = rest.lower()
        if _below(low, _WOW.lower()):
            return full
        if _below(low, "classes"):
            inner = low[len("classes\\") :]
            if not any(_below(inner, name) for name in _REDIRECTED_CLASSES):
                return full
            return f"{full[: len(_SOFTWARE)]}\\Classes\\{_WOW}\\{rest[len('classes') + 1 :]}"
        if any(_below(low, shared) for shared in _SHARED):
            return full
        return f"{full[: len(_SOFTWARE)]}\\{_WOW}\\{rest}".rstrip("\\")

    # -- by real path ------------------------------------------------------------------------------------------------

    def key(self, path: str) -> Key:
        """The key at a resolved path. Errors 2, 5."""
        low = path.lower()
        if any(_below(low, denied) for denied in self.denied):
            raise Win32Error(5, path)
        key = self._tree.get(low)
        if key is None:
            raise Win32Error(2, path)
        return key

    def exists(self, path: str) -> bool:
        return self._tree.get(path.lower()) is not None

    def subkeys(self, path: str) -> list[str]:
        """Names of the direct subkeys, sorted."""
        self.key(path)
        return [key.name for low in self._tree.children(path.lower()) if (key := self._tree.get(low)) is not None]

    def spelled(self, path: str) -> str:
        """The resolved path as its keys are spelled."""
        parts = path.split("\\")
        for index in range(len(parts)):
            key = self._tree.get("\\".join(parts[: index + 1]).lower())
            if key is not None:
                parts[index] = key.name
        return "\\".join(parts)

    def create_key(self, path: str) -> None:
        """Create a key with those above it."""
        parts = path.split("\\")
        for index in range(1, len(parts) + 1):
            low = "\\".join(parts[:index]).lower()
            if self._tree.get(low) is None:
                self._tree.put(low, Key(parts[index - 1]))

    def delete_key(self, path: str) -> None:
        """Delete a key with everything below it."""
        self.key(path)
        self._tree.remove(path.lower())

    def set_value(self, path: str, name: str, type_: ValueType, data: Data) -> None:
        """Set a value, creating the key."""
        self.create_key(path)
        self._tree.edit(path.lower()).values[name.lower()] = Value(name, type_, data)

    def delete_value(self, path: str, name: str) -> None:
        """Delete a value. Error 2 when absent."""
        if name.lower() not in self.key(path).values:
            raise Win32Error(2, path)
        del self._tree.edit(path.lower()).values[name.lower()]

    # -- shorthands for the simulated programs ------------------------------------------------------------------------

    def get(self, path: str, name: str = "", *, view: View = 64) -> Data | None:
        """A value's data; None when the key or the value is absent."""
        key = self._tree.get(self.resolve(path, view=view).lower())
        value = key.values.get(name.lower()) if key else None
        return value.data if value else None

    def set(self, path: str, name: str, data: Data, *, view: View = 64, type_: ValueType | None = None) -> None:
        """Set a value; the type follows the data unless given."""
        by_data = {str: ValueType.REG_SZ, int: ValueType.REG_DWORD, bytes: ValueType.REG_BINARY}
        kind = type_ if type_ is not None else by_data.get(type(data), ValueType.REG_MULTI_SZ)
        self.set_value(self.resolve(path, view=view), name, kind, data)

    def remove(self, path: str, *, view: View = 64) -> None:
        """Delete a key if it is there."""
        full = self.resolve(path, view=view)
        if self.exists(full):
            self.delete_key(full)

    def freeze(self) -> FrozenTree[Key]:
        return self._tree.freeze()

    def image(self) -> Image[Key]:
        """Everything as it is now."""
        return self._tree.image()

    def put_back(self, image: Image[Key]) -> None:
        """Everything as it was when the image was taken."""
        self._tree.put_back(image)

    def changes(self) -> list[tuple[str, Key | None]]:
        """What differs from the baseline."""
        return self._tree.changes()

    @staticmethod
    def writable(token: Token, path: str) -> bool:
        """Whether the token may change a key: administrators everywhere, others in their own hive."""
        return ADMINISTRATORS in token.groups or path.lower().startswith(f"hkey_users\\{token.sid.lower()}")
