"""Response files of silent setups: INI texts, asked section by section as the dialogs come ([E] in fidelity, S)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Answers", "ResponseRefusedError", "read_ini"]

Ini = dict[str, dict[str, str]]


@dataclass
class ResponseRefusedError(Exception):
    """The setup ends with this ResultCode."""

    code: int


def read_ini(data: bytes) -> Ini:
    """Sections and keys in lower case; ANSI, or UTF-16LE with a byte order mark (GetPrivateProfileString)."""
    text = data.decode("utf-16", "replace") if data.startswith(b"\xff\xfe") else data.decode("cp1252", "replace")
    sections: Ini = {}
    current: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            current = sections.setdefault(stripped[1:-1].lower(), {})
        elif "=" in stripped and not stripped.startswith(";"):
            key, _, value = stripped.partition("=")
            current[key.strip().lower()] = value.strip()
    return sections


class Answers:
    """A response file. ``DlgOrder`` is not looked at: each dialog finds its section by its name.

    Raises ResponseRefusedError: -8 for a file without the header (an empty one, UTF-16 without its mark).
    """

    def __init__(self, data: bytes, code: str) -> None:
        self._ini = read_ini(data)
        self._code = code.lower()
        if self._ini.get("installshield silent", {}).get("file", "").lower() != "response file":
            raise ResponseRefusedError(-8)

    def to(self, dialog: str) -> dict[str, str]:
        """What a dialog is answered.

        Raises ResponseRefusedError: -3 when its section is missing (also in a recording of another year, whose product
        code differs) or has no ``Result``, -1 when that is no number.
        """
        section = self._ini.get(f"{self._code}-{dialog.lower()}", {})
        if "result" not in section:
            raise ResponseRefusedError(-3)
        if not section["result"].lstrip("-").isdecimal():
            raise ResponseRefusedError(-1)
        return section
