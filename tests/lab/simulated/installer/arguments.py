"""The command line of a setup, as the InstallScript engine reads it: not by the C runtime's rules."""

from __future__ import annotations

import re

__all__ = ["Switches"]

# A word of the raw line, its quotes kept.
_WORD = re.compile(r'(?:[^\s"]|"[^"]*(?:"|\Z))+')
_CLONE = ("-media_path:", "-tempdisk1folder:")


class Switches:
    """``/s``, ``/r``, ``/f1"path"``, ``/f2"path"``, ``-runfromtemp``, ``-removeonly``, with ``/`` or ``-``.

    A word that begins with a quote is not understood ([E] in docs/fidelity.md, S): with ``"/f1C:\\a b\\x.iss"`` the
    setup takes the ``setup.iss`` beside it, and with ``"/f2…"`` it logs there.
    """

    def __init__(self, command_line: str) -> None:
        self.words = _WORD.findall(command_line)[1:]
        low = [word.lower() for word in self.words]
        self.silent = self._has(low, "s")
        self.record = self._has(low, "r")
        self.remove = any(self._has(low, name) for name in ("removeonly", "uninst", "x"))
        self.from_temporary = self._has(low, "runfromtemp")
        # What the first process of a removal has started.
        self.clone = any(word.startswith(_CLONE) for word in low)
        self.response = self._path("f1")
        self.log = self._path("f2")

    def clone_line(self, path: str, *, media: str, folder: str) -> str:
        """How the first process of a removal starts its clone."""
        dropped = ("-runfromtemp", "-removeonly", "-l0x", "/l0x")
        kept = [word for word in self.words if not word.lower().startswith(dropped)]
        words = [f'"{path}"', "-removeonly", *kept, f'-media_path:"{media}"', f'-tempdisk1folder:"{folder}"']
        return " ".join(words)

    @staticmethod
    def _has(words: list[str], name: str) -> bool:
        return f"/{name}" in words or f"-{name}" in words

    def _path(self, name: str) -> str:
        found = [word[3:].replace('"', "") for word in self.words if word[:3].lower() in (f"/{name}", f"-{name}")]
        return found[-1] if found else ""
