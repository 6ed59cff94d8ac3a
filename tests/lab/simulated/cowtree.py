"""A tree of named nodes over a shared, immutable baseline.

Thousands of stations share one baseline; each keeps only the nodes it changed. Keys are lower-case paths with ``\\``
between the parts (``c:\\windows``, ``hklm\\software``); the nodes hold the names as they are spelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

__all__ = ["CowTree", "FrozenTree", "Image", "parent_key"]

N = TypeVar("N")
Image = tuple[dict[str, N | None], dict[str, dict[str, None]]]


def parent_key(key: str) -> str | None:
    """The key one level up; None for a root."""
    head, separator, _ = key.rpartition("\\")
    return head if separator else None


@dataclass(frozen=True)
class FrozenTree(Generic[N]):
    """A baseline: never changed once built."""

    nodes: Mapping[str, N] = field(default_factory=dict)
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # What was worked out of a node and those above it, by key: the same for every station that has not changed them.
    worked_out: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


class CowTree(Generic[N]):
    """The baseline with this station's changes."""

    def __init__(self, base: FrozenTree[N], copy: Callable[[N], N]) -> None:
        self._base = base
        self._copy = copy
        self._own: dict[str, N | None] = {}
        self._own_children: dict[str, dict[str, None]] = {}

    def get(self, key: str) -> N | None:
        """The node to read; never change it."""
        if key in self._own:
            return self._own[key]
        return self._base.nodes.get(key)

    def shared(self, key: str) -> dict[str, Any] | None:
        """What was worked out of this node for all stations; None where it, or one above it, is this station's own."""
        if key not in self._base.nodes:
            return None
        above: str | None = key
        while above is not None:
            if above in self._own:
                return None
            above = parent_key(above)
        return self._base.worked_out

    def edit(self, key: str) -> N:
        """The node to change: this station's own copy. KeyError when absent."""
        node = self._own.get(key)
        if node is not None:
            return node
        if key in self._own or key not in self._base.nodes:
            raise KeyError(key)
        node = self._copy(self._base.nodes[key])
        self._own[key] = node
        return node

    def put(self, key: str, node: N) -> None:
        """Add or replace a node; its parent must exist unless it is a root."""
        parent = parent_key(key)
        if parent is not None:
            if self.get(parent) is None:
                raise KeyError(parent)
            self._children_of(parent)[key] = None
        self._own[key] = node

    def remove(self, key: str) -> None:
        """Remove a node with everything below it."""
        for child in list(self.children(key)):
            self.remove(child)
        parent = parent_key(key)
        if parent is not None:
            self._children_of(parent).pop(key, None)
        self._own_children.pop(key, None)
        if key in self._base.nodes:
            self._own[key] = None
            self._own_children[key] = {}
        else:
            self._own.pop(key, None)

    def children(self, key: str) -> list[str]:
        """Keys of the direct children, sorted as NTFS and the registry list them."""
        own = self._own_children.get(key)
        return sorted(own if own is not None else self._base.children.get(key, ()))

    def walk(self, key: str) -> Iterator[str]:
        """The key and all below it, depth first."""
        yield key
        for child in self.children(key):
            yield from self.walk(child)

    def changes(self) -> list[tuple[str, N | None]]:
        """What differs from the baseline, sorted by key; None: removed."""
        return sorted(
            ((key, node) for key, node in self._own.items() if node != self._base.nodes.get(key)),
            key=lambda item: item[0],
        )

    def image(self) -> Image[N]:
        """Everything as it is now."""
        own = {key: self._copy(node) if node is not None else None for key, node in self._own.items()}
        return own, {key: dict(names) for key, names in self._own_children.items()}

    def put_back(self, image: Image[N]) -> None:
        """Make everything as it was when the image was taken."""
        own, children = image
        self._own = {key: self._copy(node) if node is not None else None for key, node in own.items()}
        self._own_children = {key: dict(names) for key, names in children.items()}

    def freeze(self) -> FrozenTree[N]:
        """A new baseline with this tree's content."""
        nodes = {key: node for key, node in {**self._base.nodes, **self._own}.items() if node is not None}
        return FrozenTree(nodes, {key: tuple(self.children(key)) for key in nodes})

    def _children_of(self, key: str) -> dict[str, None]:
        if key not in self._own_children:
            self._own_children[key] = dict.fromkeys(self._base.children.get(key, ()))
        return self._own_children[key]
