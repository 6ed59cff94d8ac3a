"""Response files and logs of silent setups: INI texts, and the codes of ``[ResponseResult]``."""

from __future__ import annotations

from dataclasses import dataclass

from .package import Manifest

__all__ = ["ResponseRefusedError", "check_response", "log_text", "read_ini"]

Ini = dict[str, dict[str, str]]


@dataclass
class ResponseRefusedError(Exception):
    """The response file is refused with this ResultCode."""

    code: int


def read_ini(data: bytes) -> Ini:
    """Sections and keys in lower case; ANSI, or UTF with a byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "cp1252", "replace")
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


def check_response(data: bytes, manifest: Manifest, *, uninstall: bool) -> bool:
    """Whether the recording starts the program at the end. Raises ResponseRefusedError.

    -3: a section or value is missing (also a recording of another year, whose product code differs); -12: the dialogs
    are not those this release shows, in their order; -10: a Result that is no number.
    """
    ini = read_ini(data)
    silent = ini.get("installshield silent", {})
    code = manifest.code.lower()
    order = ini.get(f"{code}-dlgorder")
    if silent.get("file", "").lower() != "response file" or order is None:
        raise ResponseRefusedError(-3)
    wanted = manifest.uninstall_dialogs if uninstall else manifest.dialogs
    if not order.get("count", "").isdecimal():
        raise ResponseRefusedError(-3)
    recorded = [order.get(f"dlg{index}", "").lower() for index in range(int(order["count"]))]
    if recorded != [f"{code}-{dialog.lower()}" for dialog in wanted]:
        raise ResponseRefusedError(-12)
    launch = False
    for dialog in wanted:
        section = ini.get(f"{code}-{dialog.lower()}", {})
        if "result" not in section:
            raise ResponseRefusedError(-3)
        if not section["result"].lstrip("-").isdecimal():
            raise ResponseRefusedError(-10)
        if dialog.startswith("SdFinish"):
            launch = section.get("bopt1", "0") != "0"
    return launch


def log_text(manifest: Manifest, result: int) -> str:
    """The log /f2 names."""
    return (
        "[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Log File\r\n"
        f"[ResponseResult]\r\nResultCode={result}\r\n"
        f"[Application]\r\nName={manifest.product}\r\nVersion={manifest.release}\r\n"
        "Company=Index Education\r\nLang=040c\r\n"
    )
