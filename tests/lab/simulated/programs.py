"""Which program runs when an image is started."""

from __future__ import annotations

from .images import Image
from .installer.setup import run_setup
from .processes import Program
from .tools import TOOLS

__all__ = ["find_program"]


def find_program(image: Image) -> Program | None:
    """The program of an image; None: it starts and stays until it is killed (windows, services)."""
    if image.kind == "tool":
        return TOOLS[image.name]
    if image.kind == "setup":
        return run_setup
    return None
