"""Installers and response files, as bytes and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ...pe import make_pe
from ..content import Content
from ..images import LAB_SECTION, Image, build_image
from .products import Arch, product_code, year_of

__all__ = ["INSTALL_DIALOGS", "UNINSTALL_DIALOGS", "Manifest", "build_installer", "build_iss"]

# The dialogs of a recorded silent installation, in their order; the last one offers to start the program.
INSTALL_DIALOGS = ("SdWelcome-0", "SdLicense2-0", "SdAskDestPath-0", "AskOptions-0", "SdStartCopy-0", "SdFinish-0")
UNINSTALL_DIALOGS = ("MessageBox-0", "SdFinish-0")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an installer does. Durations are station seconds, sizes bytes."""

    product: str
    release: str
    arch: str
    code: str
    dialogs: tuple[str, ...] = INSTALL_DIALOGS
    uninstall_dialogs: tuple[str, ...] = UNINSTALL_DIALOGS
    seconds: float = 20.0
    exe_size: int = 40 << 20
    # The process that was started ends at once, a child does the work ([W] in docs/fidelity.md, S).
    early_parent: bool = False
    updater: bool = True
    # Refuses to go over a newer release of its year, as setups that look at the installed version do.
    refuses_older: bool = False
    # Leaves files to be replaced at the next start of Windows, as for a library in use.
    renames: bool = False
    maintenance: bool = False

    @property
    def year(self) -> int:
        return year_of(self.release)

    @classmethod
    def of(cls, image: Image) -> Manifest:
        """The manifest of a setup image."""
        data = dict(image.manifest)
        data["dialogs"] = tuple(data["dialogs"])
        data["uninstall_dialogs"] = tuple(data["uninstall_dialogs"])
        return cls(**data)

    def image(self, size: int) -> Content:
        """The setup.exe; a 32-bit program whatever it installs."""
        return build_image(
            kind="setup",
            name="setup",
            arch="x86",
            version="25.0.0.764",
            company="Index Education",
            size=size,
            manifest=asdict(self),
        )


def build_installer(
    *,
    product: str = "Client PRONOTE",
    release: str,
    arch: Arch = "x64",
    dialogs: Sequence[str] = INSTALL_DIALOGS,
    seconds: float = 20.0,
    size: int = 1 << 20,
    exe_size: int = 40 << 20,
    early_parent: bool = False,
    updater: bool = True,
    refuses_older: bool = False,
    renames: bool = False,
) -> bytes:
    """An installer file of at least ``size`` bytes (filler compresses to nothing in the lab's memory): a PE file.

    Its version resource is the launcher's, with the product's name, as InstallShield fills it in by default.

    ``dialogs`` is what this release asks; a response file recorded for others is refused (-12).
    """
    manifest = Manifest(
        product=product,
        release=release,
        arch=arch,
        code=product_code(year_of(release), arch, product),
        dialogs=tuple(dialogs),
        seconds=seconds,
        exe_size=exe_size,
        early_parent=early_parent,
        updater=updater,
        refuses_older=refuses_older,
        renames=renames,
    )
    version = (25, 0, 0, 764)
    strings = {
        "CompanyName": "Index Education",
        "FileDescription": "Setup Launcher Unicode",
        "FileVersion": ".".join(map(str, version)),
        "ProductName": f"{product} {manifest.year} - {'64' if arch == 'x64' else '32'}bit",
        "ProductVersion": ".".join(map(str, version)),
    }
    return make_pe(manifest.image(size).read(), strings=strings, version=version, section=LAB_SECTION)


@dataclass
class _Ini:
    lines: list[str] = field(default_factory=list)

    def section(self, name: str, **values: Any) -> None:
        self.lines.append(f"[{name}]")
        self.lines += [f"{key}={value}" for key, value in values.items()]


def build_iss(
    *,
    product: str = "Client PRONOTE",
    release: str,
    arch: Arch = "x64",
    dialogs: Sequence[str] | None = None,
    mode: Literal["install", "uninstall"] = "install",
    launch: bool = False,
) -> str:
    """A response file as ``setup.exe /r`` records it; ``launch``: the box "Lancer PRONOTE" was left ticked."""
    code = product_code(year_of(release), arch, product)
    asked = tuple(dialogs) if dialogs is not None else INSTALL_DIALOGS if mode == "install" else UNINSTALL_DIALOGS
    ini = _Ini()
    ini.section("InstallShield Silent", Version="v7.00", File="Response File")
    ini.section("File Transfer", OverwrittenReadOnly="NoToAll")
    order = {f"Dlg{index}": f"{code}-{dialog}" for index, dialog in enumerate(asked)}
    first = dict(list(order.items())[:1])
    rest = dict(list(order.items())[1:])
    ini.section(f"{code}-DlgOrder", **first, Count=len(asked), **rest)
    for dialog in asked:
        values: dict[str, Any] = {"Result": 6 if dialog.startswith("MessageBox") else 1}
        if dialog.startswith("SdAskDestPath"):
            values = {"szDir": "", **values}
        if dialog.startswith("SdFinish"):
            values = {**values, "bOpt1": int(launch), "bOpt2": 0}
        ini.section(f"{code}-{dialog}", **values)
    ini.section("Application", Name=product, Version=release, Company="Index Education", Lang="040c")
    return "\r\n".join(ini.lines) + "\r\n"
