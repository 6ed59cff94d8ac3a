# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``pronote-startup.cmd`` is rendered with. Pure.

How a job's folder is made, locked and filled is said once, in ``job/commands.py``: its lines are taken over as they
are, with the variables of a batch file in the place of what a run knows of a station.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ..job.commands import Job, depot_folder, lock_commands, look_below, valid_rate
from ..station.cmdline import REVOCATION
from ..station.job_name import Arch, JobName
from ..station.overview import TOP_FOLDER
from ..station.protection import FREEZER_IMAGES
from ..station.startup import STARTUP_VERSION

__all__ = ["MOST_SPREAD", "StartupScript", "startup_context", "startup_name"]

MOST_SPREAD = 3 * 3600
"""Seconds. What begins later than that begins in the middle of a lesson."""

_TRIES = 3  # setups of one publication
_STAGE_TRIES = 8  # some four minutes: a network that is late, a depot that is full
_DIGEST = re.compile(r"[0-9a-f]{64}")
# What the lines of job/commands.py are asked for, and what stands for it in the script.
_PLACE, _URL, _SHA = "C:\\@TOP@", "http://depot.invalid/at", "f" * 64
_LATER_YEARS = 5


@dataclass(frozen=True, kw_only=True)
class StartupScript:
    """One school's script. ``digests``: SHA-256 of ``install.cmd`` by architecture, as the lock file has them;
    ``updates``: architectures with answers of an update. ``spread``: seconds over which stations begin."""

    release: Release
    depot: str
    digests: Mapping[str, str]
    updates: frozenset[str] = frozenset()
    spread: int = 600
    rate: str = ""
    revocation: str = "require"


def startup_name() -> str:
    """What the file is called."""
    return "pronote-startup.cmd"


def startup_context(script: StartupScript) -> dict[str, Any]:
    """What the template is rendered with. Raises ValueError for what must not reach a batch file."""
    release = script.release.client
    if not 0 <= script.spread <= MOST_SPREAD:
        raise ValueError(
            Message("a delay of {spread} is not between 0 and {most} (seconds)", spread=script.spread, most=MOST_SPREAD)
        )
    if len(release.parts) != 3:
        raise ValueError(Message("a start-up script is for releases since 2024, not for {release}", release=release))
    if not script.digests:
        raise ValueError(
            Message("release {release} is published for no architecture: prepare it first", release=release)
        )
    year, minor, patch = release.parts
    jobs = {arch: _job(script, arch, digest) for arch, digest in sorted(script.digests.items())}
    product = PRONOTE_CLIENT
    return {
        "script_version": STARTUP_VERSION,
        "title": product.title,
        "name": product.title.lower(),
        "release": str(release),
        "year": year,
        "minor": minor,
        "patch": patch,
        "later_years": [year + more for more in range(1, _LATER_YEARS + 1)],
        "exe": product.exe,
        "vendor_folder": product.vendor_folder,
        "year_folder": "Pronote",
        "product": product.key.replace("_", "-"),
        "top": TOP_FOLDER,
        "task": f"{TOP_FOLDER} startup",
        "job_task": TOP_FOLDER,
        "jobs": jobs,
        "freezers": sorted(FREEZER_IMAGES),
        "spread": script.spread,
        "tries": _TRIES,
        "stage_tries": _STAGE_TRIES,
        "rate": valid_rate(script.rate),
        "revocation": REVOCATION[script.revocation],
        **_lines(script.revocation),
    }


def _job(script: StartupScript, arch: str, digest: str) -> dict[str, Any]:
    digest = digest.lower()
    if arch not in {"x64", "x86"} or not _DIGEST.fullmatch(digest):
        raise ValueError(Message("{arch} has no usable SHA-256 ({digest})", arch=arch, digest=repr(digest)))
    known: Arch = "x64" if arch == "x64" else "x86"
    name = JobName.of(PRONOTE_CLIENT, "install", script.release, known, digest)
    return {
        "digest": digest,
        "url": depot_folder(script.depot, str(name.release), arch),
        "goes_over": arch in script.updates,
        "stem": str(name).removesuffix("-install"),
    }


def _lines(revocation: str) -> dict[str, str]:
    """The lines of a job's life that the script has in common with a run."""
    name = JobName.of(PRONOTE_CLIENT, "install", Release.parse("2026.1.1"), "x64", _SHA)
    job = Job(name=name, program_files=_PLACE)
    stage = job.stage(f"{_URL}/install.cmd", _SHA, "install.cmd.startup", revocation, looked=True)
    own = lock_commands(job.top, job.folder, looked=True)
    # What makes and locks the folder itself comes before the first word of what is below it.
    own = own[: next(number for number, line in enumerate(own) if "dir /s" in line)]
    lines = {"stage": stage, "adopt": job.adopt([job.at_rest]), "below": look_below(job.top)}
    return {
        "own_folder": "\r\n".join(_batch(line, name) for line in own),
        **{key: _batch(line, name) for key, line in lines.items()},
    }


def _batch(line: str, name: JobName) -> str:
    """A line of WinRS as a subroutine of a batch file has it: it leaves the subroutine, not cmd, and its loop has two
    percent signs.
    """
    line = re.sub(r"\bexit (\d)", r"exit /b \1", line).replace("%d", "%%d")
    for text, variable in (
        (f"{_PLACE}\\{TOP_FOLDER}", "%TOP%"),
        (str(name.at_rest), "%STAGED%"),
        (str(name), "%NAME%"),
        (_SHA, "%DIGEST%"),
        (_URL, "%URL%"),
    ):
        line = line.replace(text, variable)
    return line
