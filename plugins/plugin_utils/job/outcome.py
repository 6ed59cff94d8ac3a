# SPDX-License-Identifier: GPL-3.0-or-later
"""The files a job leaves in its folder, read back: what happened, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ...module_utils.product.technologies import TECHNOLOGIES
from .curl import curl_cause
from .installshield import parse_log, result_words

__all__ = ["JobFiles", "JobOutcome", "State", "parse_exit", "read_outcome"]

# Windows Installer: a restart is needed; one was begun by the installer itself.
_RESTART = frozenset({3010, 1641})


State = Literal["absent", "registered", "started", "ended"]


@dataclass(frozen=True, kw_only=True)
class JobFiles:
    """The state of a job as its files show it. ``exit`` and the logs are None when absent."""

    state: State
    exit: str | None = None
    setup_log: str | None = None
    curl_log: str | None = None
    # The boot under which a restart of Windows was asked for, as WMI told it.
    restart: str | None = None

    def as_log(self) -> str:
        """Everything in one text, for the controller's log file."""
        parts = [("exit", self.exit), ("setup.log", self.setup_log), ("curl.log", self.curl_log)]
        return "".join(f"== {name} ==\n{text.rstrip()}\n" for name, text in parts if text)


@dataclass(frozen=True, kw_only=True)
class JobOutcome:
    """How a job ended, before the exe itself has been looked at."""

    accepted: bool
    fact: str
    remedy: str = ""
    code: int | None = None
    restart_needed: bool = False
    # Somebody started the program meanwhile: nothing was done yet, so it is no failure of the station.
    client_started: bool = False
    # The program runs although nobody used it when the job began: it holds its files, and shows its old release.
    client_running: bool = False


def parse_exit(text: str) -> dict[str, str]:
    """Read the ``exit`` file (``key=value`` lines). Raises ValueError when it has no step."""
    values = dict(line.strip().split("=", 1) for line in text.splitlines() if "=" in line)
    if not values.get("step"):
        raise ValueError(f"the job's exit file cannot be read ({text.strip()[:80]!r})")
    return values


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1


# What a step other than "done" means: the fact and the remedy, with the exit file's {file} and {code}.
_STEPS: dict[str, tuple[str, str]] = {
    "download": (
        "the station could not fetch {file}: {words} (curl {code})",
        "{remedy}",
    ),
    "busy": (
        "the depot had no place for {file} for longer than a station waits (it answered HTTP 503)",
        "Run again; let the depot serve more stations at once, or deploy to fewer.",
    ),
    "digest": (
        "{file} from the depot does not have the digest that was published; nothing was run",
        "Publish the release again (playbooks/publish.yml) and find out who changed the depot.",
    ),
    "client_running": (
        "somebody started the program before the setup began; nothing was changed",
        "Run again later, or set pronote_client_when_running to close.",
    ),
    "no_log": (
        "the setup ended (code {code}) but wrote no result into its log",
        "Run the setup by hand on one station with this response file and look for a dialog.",
    ),
    "no_update": (
        "this release was published without the answers of an update",
        "Publish it again with update_response, then run again.",
    ),
    "no_uninstall": (
        "this release was published without what removing it needs",
        "Publish it again with uninstall_response and product_code.",
    ),
    "uninstall_command": (
        "the uninstall entry's command is not one that can be run: no program with its full path, RunDll32, or "
        "characters that cmd.exe reads as its own",
        "See uninstall_string in what client_info shows of the station, and remove this client by hand.",
    ),
    "uninstaller_gone": (
        "the station has the uninstall entry, and the uninstaller that it names is gone",
        "Install a release of that year over it, then remove it; or delete the entry by hand after a look.",
    ),
    "uninstall_entry": (
        "the station has no uninstall entry with the product code that was published",
        "Compare product_code with what client_info shows on the station.",
    ),
}


def read_outcome(files: JobFiles) -> JobOutcome:
    """Say how an ended job ended."""
    try:
        values = parse_exit(files.exit or "")
    except ValueError as exc:
        return JobOutcome(accepted=False, fact=str(exc), remedy="Run again; the disk of the station may be full.")
    step, code = values["step"], _number(values.get("code", ""))
    if step == "done":
        return _meanwhile(values, _setup_outcome(values, code, files.setup_log or ""))
    if step == "staged":
        return JobOutcome(accepted=True, fact="the files are on the station")
    fact, remedy = _STEPS.get(step, (f"the job stopped at {step!r} (code {{code}})", "Look at the job's logs."))
    words, curl_remedy = curl_cause(code, files.curl_log or "")
    return JobOutcome(
        accepted=False,
        fact=fact.format(file=values.get("file", "").removesuffix(".part"), code=code, words=words),
        remedy=remedy.replace("{remedy}", curl_remedy),
        code=code,
        client_started=step == "client_running",
    )


def _meanwhile(values: Mapping[str, str], outcome: JobOutcome) -> JobOutcome:
    """Add what happened on the station during the setup: a client that was started, renames left for a restart."""
    running = values.get("running") == "yes"
    renames = values.get("restart") == "renames"
    outcome = replace(outcome, client_running=running, restart_needed=outcome.restart_needed or renames)
    if outcome.accepted or not running:
        return outcome
    return replace(
        outcome,
        fact=f"{outcome.fact}; somebody started the program meanwhile, which locks its files",
        remedy="Close it (or set pronote_client_when_running to close), then run again.",
    )


def _setup_outcome(values: Mapping[str, str], code: int, log: str) -> JobOutcome:
    known = TECHNOLOGIES.get(values.get("technology", ""))
    if known is not None and known.log == "installscript":
        try:
            result = parse_log(log)
        except ValueError as exc:
            return JobOutcome(accepted=False, fact=str(exc), remedy="Run again; look at the setup's log.")
        if result == 0:
            return JobOutcome(accepted=True, fact=result_words(0), code=0)
        return JobOutcome(
            accepted=False,
            fact=f"the setup answered: {result_words(result)}",
            remedy="Record it again with this release's setup (playbooks/record_response.yml, on a reference station), "
            "publish the release again, then run again."
            if result in {-3, -12}
            else "Run again; if it stays, run the setup by hand on this station.",
            code=result,
        )
    # What the release was published with: the script says it, so that its codes and its command line never part.
    if code in {_number(word) for word in values.get("success", "0").split()}:
        return JobOutcome(
            accepted=True, fact=f"the installer ended with {code}", code=code, restart_needed=code in _RESTART
        )
    return JobOutcome(
        accepted=False,
        fact=f"the installer ended with {code}",
        remedy="Look the code up in the installer's documentation; its log is on the controller.",
        code=code,
    )
