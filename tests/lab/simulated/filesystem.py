"""The station's system volume: an NTFS-like tree with contents, owners, ACLs, locks and a limited capacity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from . import security
from .clock import Clock
from .content import EMPTY, Content
from .cowtree import CowTree, FrozenTree, Image, parent_key
from .errors import Win32Error
from .open_file import OpenFile
from .paths import join, key_of, name_of, parent_of
from .scanner import Scanner
from .security import NO_ACL, Ace, Acl, Token, granted, inherited

__all__ = ["FileNode", "FileSystem"]


@dataclass
class FileNode:
    """A file or a folder. ``creator`` is who CREATOR OWNER entries inherited at creation stand for."""

    name: str
    directory: bool
    owner: str
    creator: str
    created: dt.datetime
    modified: dt.datetime
    acl: Acl = NO_ACL
    content: Content = EMPTY
    attributes: str = ""  # of R, H, S, A

    @property
    def size(self) -> int:
        return self.content.size


class FileSystem:
    """Paths are absolute (``paths.absolute``). Operations take the token of who asks and raise Win32Error."""

    def __init__(
        self, base: FrozenTree[FileNode], *, clock: Clock, drive: str = "C:", capacity: int, free_space: int
    ) -> None:
        self._tree: CowTree[FileNode] = CowTree(base, replace)
        self._clock = clock
        self.drive = drive
        self.capacity = capacity
        self.free_space = free_space
        self._writers: dict[str, int] = {}
        self._images: dict[str, int] = {}
        self._renamed: dict[str, str] = {}  # images renamed while they run: old key to new one
        self.scanner = Scanner()
        # Set by the station: is a process working in this folder (it cannot be removed then)?
        self.in_use: Callable[[str], bool] = lambda _key: False
        # Set by the station: told of each file before it is made, under the name it gets. May raise Win32Error.
        self.on_write: Callable[[str], None] = lambda _path: None
        # And of each that is about to go.
        self.on_delete: Callable[[str], None] = lambda _path: None

    # -- reading -----------------------------------------------------------------------------------------------------

    def find(self, path: str) -> FileNode | None:
        """The file or folder at a path."""
        return self._tree.get(key_of(path))

    def require(self, path: str) -> FileNode:
        """The node, or error 15 (drive), 3 (folder above missing) or 2."""
        node = self.find(path)
        if node is not None:
            return node
        if not key_of(path).startswith(self.drive.lower()):
            raise Win32Error(15 if len(path) <= 3 else 3, path)
        above = self.find(parent_of(path))
        raise Win32Error(2 if above is not None and above.directory else 3, path)

    def is_file(self, path: str) -> bool:
        node = self.find(path)
        return node is not None and not node.directory

    def is_directory(self, path: str) -> bool:
        node = self.find(path)
        return node is not None and node.directory

    def read(self, path: str, *, token: Token) -> Content:
        """A file's content. Error 5 on a folder, as ReadFile; 32 while a scanner has it."""
        node = self.require(path)
        if node.directory:
            raise Win32Error(5, path)
        if self.scanner.has(key_of(path)):
            raise Win32Error(32, path)
        self._check(path, token, security.READ_DATA)
        return node.content

    def children(self, path: str) -> list[FileNode]:
        """What a folder holds, by name."""
        return [node for key in self._tree.children(key_of(path)) if (node := self._tree.get(key)) is not None]

    def spelled(self, path: str) -> str:
        """The path as its parts are spelled on the disk."""
        parts = path.rstrip("\\").split("\\")
        for index in range(1, len(parts)):
            node = self._tree.get("\\".join(parts[: index + 1]).lower())
            if node is None:
                break
            parts[index] = node.name
        return "\\".join(parts) if len(parts) > 1 else parts[0] + "\\"

    def walk(self, path: str, *, enter: Callable[[str], bool] = lambda _path: True) -> Iterator[tuple[str, FileNode]]:
        """All below a folder, folders before what they hold. ``enter``: whether that is shown, asked at that moment."""
        if not enter(path):
            return
        for node in self.children(path):
            below = join(path, node.name)
            yield below, node
            if node.directory:
                yield from self.walk(below, enter=enter)

    def changes(self) -> list[tuple[str, FileNode | None]]:
        """What differs from the baseline."""
        return self._tree.changes()

    # -- writing -----------------------------------------------------------------------------------------------------

    def make_directory(self, path: str, *, token: Token, acl: Acl | None = None) -> FileNode:
        """Create one folder; its parent must exist. Error 183 when something has that name."""
        if self.find(path) is not None:
            raise Win32Error(183, path)
        self._require_folder(path)
        self._check(parent_of(path), token, security.APPEND_DATA)
        return self._add(path, token=token, directory=True, acl=acl)

    def make_directories(self, path: str, *, token: Token) -> None:
        """Create a folder with those above it that are missing."""
        if self.is_directory(path):
            return
        above = parent_of(path)
        if above != path:
            self.make_directories(above, token=token)
        self.make_directory(path, token=token)

    def open_write(self, path: str, *, token: Token, append: bool = False, exclusive: bool = True) -> OpenFile:
        """Create or open a file for writing; without ``append`` it is emptied. Errors 32 (in use), 5, 3."""
        key = key_of(path)
        node = self.find(path)
        if node is not None and node.directory:
            raise Win32Error(5, path)
        if key in self._images or (exclusive and key in self._writers):
            raise Win32Error(32, path)
        if node is None:
            self._require_folder(path)
            self._check(parent_of(path), token, security.WRITE_DATA)
            self.on_write(path)
            self._add(path, token=token, directory=False)
        else:
            if "R" in node.attributes:
                raise Win32Error(5, path)
            self._check(path, token, security.WRITE_DATA)
            if not append:
                self.store(path, EMPTY)
        self._writers[key] = self._writers.get(key, 0) + 1
        return OpenFile(self, path)

    def write(self, path: str, content: Content | bytes, *, token: Token) -> None:
        """Write a whole file at once."""
        handle = self.open_write(path, token=token)
        try:
            self.store(path, Content.of(content) if isinstance(content, bytes) else content)
        finally:
            handle.close()

    def store(self, path: str, content: Content) -> None:
        """Replace a file's content; error 112 leaves it as it was."""
        node = self._tree.edit(key_of(path))
        growth = content.size - node.content.size
        if growth > self.free_space:
            raise Win32Error(112, path)
        self.free_space -= growth
        node.content = content
        node.modified = self._clock.now()

    def delete(self, path: str, *, token: Token) -> None:
        """Delete a file. Error 5 for a running image or a folder, 32 for a file being written."""
        node = self.require(path)
        if node.directory or "R" in node.attributes or key_of(path) in self._images:
            raise Win32Error(5, path)
        if key_of(path) in self._writers:
            raise Win32Error(32, path)
        self._check_delete(path, token)
        self.on_delete(path)
        self._drop(key_of(path))

    def remove_directory(self, path: str, *, token: Token) -> None:
        """Remove an empty folder. Errors 267 (a file), 145 (not empty), 32 (a process works in it)."""
        node = self.require(path)
        key = key_of(path)
        if not node.directory:
            raise Win32Error(267, path)
        if self._tree.children(key):
            raise Win32Error(145, path)
        if parent_key(key) is None or self.in_use(key):
            raise Win32Error(32, path)
        self._check_delete(path, token)
        self.on_delete(path)
        self._tree.remove(key)

    def rename(self, path: str, target: str, *, token: Token, overwrite: bool = False) -> None:
        """Rename or move within the volume, as MoveFileEx. Errors 32, 183, 5."""
        node = self.require(path)
        key, target_key = key_of(path), key_of(target)
        moved = list(self._tree.walk(key))
        if any(below in self._writers for below in moved) or (node.directory and self.in_use(key)):
            raise Win32Error(32, path)
        if node.directory and any(below in self._images for below in moved):
            raise Win32Error(5, path)
        existing = self.find(target)
        if existing is not None and target_key != key:
            if not overwrite or existing.directory:
                raise Win32Error(183, target)
            if target_key in self._images or target_key in self._writers:
                raise Win32Error(5, target)
            self._check_delete(target, token)
        self._require_folder(target)
        self._check_delete(path, token)
        self._check(parent_of(target), token, security.APPEND_DATA if node.directory else security.WRITE_DATA)
        self.on_write(target)
        nodes = [(below, self._tree.edit(below)) for below in moved]
        self._tree.remove(key)
        if existing is not None and target_key != key:
            self._drop(target_key)
        node = nodes[0][1]
        node.name = name_of(target)
        for below, each in nodes:
            self._tree.put(target_key + below[len(key) :], each)
        if key in self._images and key != target_key:
            self._images[target_key] = self._images.pop(key)
            self._renamed[key] = target_key

    def change(self, path: str) -> FileNode:
        """The node to change in place (owner, ACL, attributes)."""
        self.require(path)
        return self._tree.edit(key_of(path))

    # -- locks -------------------------------------------------------------------------------------------------------

    def hold_image(self, path: str) -> None:
        """A process runs from this file: it can be read and renamed, neither written nor deleted."""
        key = key_of(path)
        self._images[key] = self._images.get(key, 0) + 1

    def release_image(self, path: str) -> None:
        key = key_of(path)
        if key not in self._images:
            key = self._renamed.pop(key, key)
        self._release(self._images, key)

    def release_writer(self, path: str) -> None:
        self._release(self._writers, key_of(path))
        self.scanner.written(key_of(path))

    def power_lost(self) -> None:
        """Nobody holds anything any more."""
        self._writers.clear()
        self._images.clear()
        self._renamed.clear()

    def image(self) -> tuple[Image[FileNode], int]:
        """Everything on the disk as it is now."""
        return self._tree.image(), self.free_space

    def put_back(self, image: tuple[Image[FileNode], int]) -> None:
        """The disk as it was when the image was taken."""
        tree, self.free_space = image
        self._tree.put_back(tree)

    def is_held(self, path: str) -> bool:
        """Whether a process runs from this file or writes to it."""
        return key_of(path) in self._images or key_of(path) in self._writers

    # -- security ----------------------------------------------------------------------------------------------------

    def entries(self, path: str) -> list[tuple[Ace, bool]]:
        """The effective entries of a node, own ones first, each with whether it is inherited."""
        known = self._tree.shared(key_of(path))
        if known is None:
            return self._entries(path)
        if key_of(path) not in known:
            known[key_of(path)] = self._entries(path)
        return list(known[key_of(path)])

    def _entries(self, path: str) -> list[tuple[Ace, bool]]:
        node = self.require(path)
        found = [(ace, False) for ace in node.acl.entries]
        if node.acl.protected or parent_of(path) == path or parent_key(key_of(path)) is None:
            return found
        for ace, _ in self.entries(parent_of(path)):
            found += [(each, True) for each in inherited(ace, node.creator, directory=node.directory)]
        return found

    def allows(self, path: str, token: Token, mask: int) -> bool:
        """Whether the token has all these rights on an existing node."""
        node = self.require(path)
        entries = [ace for ace, _ in self.entries(path)]
        return granted(entries, node.owner, token) & mask == mask

    def _check(self, path: str, token: Token, mask: int) -> None:
        if not self.allows(path, token, mask):
            raise Win32Error(5, path)

    def _check_delete(self, path: str, token: Token) -> None:
        if not self.allows(path, token, security.DELETE):
            self._check(parent_of(path), token, security.DELETE_CHILD)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _require_folder(self, path: str) -> None:
        if not self.is_directory(parent_of(path)):
            raise Win32Error(3, path)

    def _add(self, path: str, *, token: Token, directory: bool, acl: Acl | None = None) -> FileNode:
        now = self._clock.now()
        node = FileNode(
            name=name_of(path),
            directory=directory,
            owner=token.owner,
            creator=token.sid,
            created=now,
            modified=now,
            acl=acl or Acl(),
            attributes="" if directory else "A",
        )
        self._tree.put(key_of(path), node)
        return node

    def _drop(self, key: str) -> None:
        node = self._tree.get(key)
        self.free_space += node.size if node else 0
        self._tree.remove(key)

    @staticmethod
    def _release(locks: dict[str, int], key: str) -> None:
        count = locks.get(key, 0) - 1
        if count > 0:
            locks[key] = count
        else:
            locks.pop(key, None)
