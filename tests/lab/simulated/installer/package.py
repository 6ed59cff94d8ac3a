"""Installers and response files, as bytes and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ...pe import make_pe
from ..content import Content
from ..images import LAB_SECTION, Image, build_image
from .products import CLIENT, UNINSTALL_STRING, Arch, product_code, year_of

__all__ = [
    "INSTALL_DIALOGS",
    "MAINTENANCE_DIALOGS",
    "MAINTENANCE_REMOVAL",
    "UNINSTALL_DIALOGS",
    "Manifest",
    "build_installer",
    "build_iss",
    "build_responses",
    "is_last",
]

# The dialogs of a recorded silent installation, in their order; the last one offers to start the program.
INSTALL_DIALOGS = ("SdWelcome-0", "SdLicense2-0", "SdAskDestPath-0", "AskOptions-0", "SdStartCopy-0", "SdFinish-0")
UNINSTALL_DIALOGS = ("MessageBox-0", "SdFinish-0")
# What InstallShield's own script asks when the program is there already, and when it is removed ([E]).
MAINTENANCE_DIALOGS = ("SdWelcomeMaint-0", "SdFinish-0")
MAINTENANCE_REMOVAL = ("SdWelcomeMaint-0", "MessageBox-0", "SdFinishReboot-0")
_DIALOGS = ("dialogs", "update_dialogs", "maintenance_dialogs", "uninstall_dialogs")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an installer does. Durations are station seconds, sizes bytes."""

    product: str
    release: str
    arch: str
    code: str
    # What the script asks on a first installation. Each dialog that its response file has no section for ends it (-3);
    # one whose name begins with SdFinish comes after the files.
    dialogs: tuple[str, ...] = INSTALL_DIALOGS
    # The same over an older release of the year, and over this one or a newer one ("maintenance"): as `dialogs` when
    # None. InstallShield's own maintenance asks SdWelcomeMaint (MAINTENANCE_DIALOGS).
    update_dialogs: tuple[str, ...] | None = None
    maintenance_dialogs: tuple[str, ...] | None = None
    uninstall_dialogs: tuple[str, ...] = UNINSTALL_DIALOGS
    # From the start to the end of the last process, `linger` not counted.
    seconds: float = 20.0
    # How long the process, or a removal's clone, stays when all is done.
    linger: float = 0.0
    # How long the log is empty or partial when it is rewritten.
    rewrite_seconds: float = 0.03
    exe_size: int = 40 << 20
    updater: bool = True
    # Refuses to go over a newer release of its year, as setups that look at the installed version do.
    refuses_older: bool = False
    # Leaves files to be replaced at the next start of Windows, as for a library in use.
    renames: bool = False
    # Leaves its own temporary files to be deleted at the next start of Windows.
    leaves_temporary: bool = False
    # UninstallString of the entry; {setup} is the path of the engine's copy.
    uninstall_string: str = UNINSTALL_STRING
    maintenance: bool = False

    @property
    def year(self) -> int:
        return year_of(self.release)

    @classmethod
    def of(cls, image: Image) -> Manifest:
        """The manifest of a setup image."""
        data = dict(image.manifest)
        # Of images that an earlier lab has made (tests/upgrade).
        data.pop("early_parent", None)
        data |= {name: tuple(data[name]) for name in _DIALOGS if data.get(name) is not None}
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
    *, product: str = CLIENT, release: str, arch: Arch = "x64", size: int = 1 << 20, **behaviour: Any
) -> bytes:
    """An installer file of at least ``size`` bytes (filler compresses to nothing in the lab's memory): a PE file.

    Its version resource is the launcher's, with the product's name, as InstallShield fills it in by default.
    ``behaviour`` are fields of ``Manifest``. Raises TypeError for unknown ones.
    """
    for name in _DIALOGS:
        if behaviour.get(name) is not None:
            behaviour[name] = tuple(behaviour[name])
    code = product_code(year_of(release), arch, product)
    manifest = Manifest(product=product, release=release, arch=arch, code=code, **behaviour)
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


def is_last(dialog: str) -> bool:
    """Whether it comes after the files."""
    return dialog.startswith("SdFinish")


def _recorded(dialog: str, *, mode: str, launch: bool) -> dict[str, Any]:
    """What a section holds once its dialog has been answered."""
    if dialog.startswith("SdAskDestPath"):
        return {"szDir": "", "Result": 1}
    if dialog.startswith("SdFinishReboot"):
        return {"Result": 1, "BootOption": 0}
    if dialog.startswith("SdFinish"):
        return {"Result": 1, "bOpt1": int(launch), "bOpt2": 0}
    if dialog.startswith("SdWelcomeMaint"):
        # 301: modify, 302: repair, 303: remove.
        return {"Result": 303 if mode == "uninstall" else 302}
    # 6: the button "Yes".
    return {"Result": 6 if dialog.startswith(("MessageBox", "SprintfBox")) else 1}


def build_iss(
    *,
    product: str = "Client PRONOTE",
    release: str,
    arch: Arch = "x64",
    dialogs: Sequence[str] | None = None,
    mode: Literal["install", "update", "uninstall"] = "install",
    launch: bool = False,
    answered: int | None = None,
    files: bool = True,
) -> str:
    """A response file as ``setup.exe /r`` records it; ``launch``: the box "Lancer PRONOTE" was left ticked.

    ``answered``: what is there of it once so many dialogs have been answered, all when None; ``files``: and whether the
    files are copied, which is when ``[Application]`` is written ([E] in docs/fidelity.md, R5).
    """
    code = product_code(year_of(release), arch, product)
    usual = UNINSTALL_DIALOGS if mode == "uninstall" else INSTALL_DIALOGS
    asked = (tuple(dialogs) if dialogs is not None else usual)[:answered]
    ini = _Ini()
    ini.section("InstallShield Silent", Version="v7.00", File="Response File")
    ini.section("File Transfer", OverwrittenReadOnly="NoToAll")
    if asked:
        order = {f"Dlg{index}": f"{code}-{dialog}" for index, dialog in enumerate(asked)}
        first, *rest = order.items()
        # Count is written anew with each dialog, where it stood after the first.
        ini.section(f"{code}-DlgOrder", **dict([first]), Count=len(asked), **dict(rest))
    before = [dialog for dialog in asked if not is_last(dialog)]
    for dialog in before:
        ini.section(f"{code}-{dialog}", **_recorded(dialog, mode=mode, launch=launch))
    if files:
        ini.section("Application", Name=product, Version=release, Company="Index Education", Lang="040c")
    for dialog in asked[len(before) :]:
        ini.section(f"{code}-{dialog}", **_recorded(dialog, mode=mode, launch=launch))
    return "\r\n".join(ini.lines) + "\r\n"


def build_responses(options: dict[str, Any], *, product: str, release: str, arch: str = "x64") -> dict[str, bytes]:
    """The response files of a release, by name, recorded for what its ``options`` say that it asks.

    ``iss``, ``update_iss`` and ``uninstall_iss`` are taken from the options: what ``build_iss`` is told for a file that
    does not fit. There is an update's only when it is among them.
    """
    known: dict[str, Any] = {"product": product, "release": release, "arch": arch}
    install = {**known, "dialogs": options.get("dialogs"), **options.pop("iss", {})}
    removal = {**known, "dialogs": options.get("uninstall_dialogs"), **options.pop("uninstall_iss", {})}
    recordings = {"response.iss": install, "uninstall.iss": {"mode": "uninstall", **removal}}
    update = options.pop("update_iss", None)
    if update is not None:
        asked = {"dialogs": options["update_dialogs"]} if "update_dialogs" in options else {}
        recordings["update.iss"] = {**install, "mode": "update", **asked, **update}
    return {name: build_iss(**recording).encode("cp1252") for name, recording in recordings.items()}
