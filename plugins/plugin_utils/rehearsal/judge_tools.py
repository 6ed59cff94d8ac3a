# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command lines' answers say of each assumption about Windows' tools. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ..station.sections import digest_in
from .ask import ECHOED, QUOTED, Depot, Evidence
from .judged import Judged, contradicted, held, not_settled, unasked
from .texts import page_of

__all__ = [
    "codes_of_curl",
    "columns_of_reg",
    "curl_options",
    "digest",
    "echoes",
    "environment",
    "exit_code",
    "first_quote",
    "matching",
    "message_program",
    "nothing_between",
    "pages",
    "plain_quotes",
    "registry_page",
    "revocation",
    "same_views",
    "status_with_failure",
    "temporary_folder",
]

_PAGE_NUMBER = re.compile(r"[0-9]{3,5}")
_VALUE = re.compile(r" {4}\S.*? {4}REG_[A-Z_]{1,30}(?: {4}.*)?", re.DOTALL)
_PAGE = re.compile(r"\b(OEMCP|ACP)\s+REG_SZ\s+([0-9]{3,5})")
_OPTIONS = re.compile(r"(?:[0-9]{3})?;([0-9]{1,10})")
_VERSION = re.compile(r"curl ([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})\b")
_REVOCATION = re.compile(r"0x80092012|0x80092013|REVOCATION")
_WIN32 = re.compile(r"0x8[0-9A-Fa-f]{7}|\b(?:CRYPT|SEC|CERT)_E?_?[A-Z_]+")
_TLS = {35, 60}
_NOT_REACHED = {5, 6, 7, 28, 52, 56}
_NO_PROGRAM = {1, 3, 9009}


def pages(evidence: Evidence) -> tuple[int, int]:
    """OEM and ANSI, as the registry has them; 850 and 1252 where it does not say."""
    found = dict(_PAGE.findall(evidence.text("pages") or ""))
    return natural(found.get("OEMCP")) or 850, natural(found.get("ACP")) or 1252


def registry_page(evidence: Evidence) -> Judged:
    """E1."""
    bodies = [evidence.part(name) for name in ("texts64", "texts32")]
    oem, ansi = pages(evidence)
    match page_of([line for body in bodies for line in (body or b"").splitlines()], oem=oem, ansi=ansi):
        case "utf-8":
            return held(Message("reg.exe writes UTF-8"))
        case "oem":
            return held(Message("reg.exe writes in the OEM code page ({number})", number=oem))
        case "ansi":
            return contradicted(Message("reg.exe writes in the ANSI code page ({number})", number=ansi))
        case "?":
            return not_settled(Message("what reg.exe writes may be in the OEM page or in the ANSI page"))
    return not_settled(Message("no text with an accent was found in the registry"))


def echoes(evidence: Evidence) -> Judged:
    """E2."""
    # The last number of a sentence in Windows' language.
    body, numbers = evidence.part("echo"), _PAGE_NUMBER.findall(evidence.text("codepage") or "")
    if body is None:
        return unasked(evidence, "tools")
    number = natural(numbers[-1]) if numbers else 0
    if body.strip() == ECHOED.encode():
        return held(Message("accents come back in UTF-8; the shell's code page is {number}", number=number))
    return contradicted(Message("accents do not come back in UTF-8; the shell's code page is {number}", number=number))


def columns_of_reg(evidence: Evidence) -> Judged:
    """E4."""
    lines = [line for name in ("windows", "texts64") for line in (evidence.text(name) or "").split("\n")]
    told = [line.rstrip("\r") for line in lines if "REG_SZ" in line]
    if not told:
        return not_settled(Message("nothing of the registry could be read"))
    # The first line of a section has lost its spaces with those around the whole.
    wrong = sum(not _VALUE.fullmatch(line) for line in told)
    if wrong:
        return contradicted(
            Message("lines that are not parted by four spaces: {wrong} of {n}", wrong=wrong, n=len(told))
        )
    return held(Message("lines that are parted by four spaces: all of {n}", n=len(told)))


def same_views(evidence: Evidence) -> Judged:
    """E6."""
    if evidence.part("environment") is None:
        return unasked(evidence, "tools")
    if not _narrow(evidence):
        return not_settled(Message("only a 32-bit Windows can tell"))
    both = [evidence.part(name) for name in ("texts64", "texts32")]
    if not all(both):
        return not_settled(Message("nothing of the registry could be read"))
    if both[0] == both[1]:
        return held(Message("both views show the same"))
    return contradicted(Message("the two views differ on a 32-bit Windows"))


def _narrow(evidence: Evidence) -> bool:
    return "(x86)" not in (evidence.text("environment") or "").lower()


def environment(evidence: Evidence) -> Judged:
    """E11."""
    told = (evidence.text("environment") or "").upper()
    if "PROGRAMFILES=" not in told:
        return unasked(evidence, "tools")
    if "PROCESSOR_ARCHITEW6432=" in told:
        return contradicted(Message("the shell runs a 32-bit cmd on a 64-bit Windows"))
    if _narrow(evidence):
        return not_settled(Message("only a 64-bit Windows can tell"))
    return held(Message("the shell runs the 64-bit cmd"))


def temporary_folder(evidence: Evidence) -> Judged:
    """W41. The folder's name has the account's in it, and is not told."""
    told = dict(
        line.strip().upper().split("=", 1) for line in (evidence.text("environment") or "").splitlines() if "=" in line
    )
    if not told.get("TEMP"):
        return unasked(evidence, "tools")
    profile = told.get("USERPROFILE", "")
    # A long name may be written short in one of them.
    if (profile and told["TEMP"].startswith(profile + "\\")) or "\\APPDATA\\LOCAL\\TEMP" in told["TEMP"]:
        return held(Message("it lies in the account's own profile"))
    return contradicted(Message("it does not lie in the account's own profile"))


def plain_quotes(evidence: Evidence) -> Judged:
    """E10."""
    body = evidence.text("quoting")
    if body is None:
        return unasked(evidence, "tools")
    if body == QUOTED:
        return held(Message("a text between quotes came back as it was"))
    return contradicted(Message("a text between quotes came back changed"))


def first_quote(evidence: Evidence) -> Judged:
    """W23."""
    result = evidence.answers.get("quotes")
    if result is None:
        return unasked(evidence, "quotes")
    if result.code or not result.stdout.strip():
        return held(Message("a line that begins with a quote is not understood, as expected"))
    return contradicted(Message("a line that begins with a quote runs as it was written"))


def exit_code(section: str, wanted: int) -> Callable[[Evidence], Judged]:
    """A judge of one exit code that a section ends with."""

    def judged(evidence: Evidence) -> Judged:
        body = evidence.text(section)
        code = natural(body.split()[-1]) if body else None
        if code is None:
            return unasked(evidence, "tools")
        if code == wanted:
            return held(Message("exit code {code}", code=wanted))
        return contradicted(Message("exit code {code} instead of {wanted}", code=code, wanted=wanted))

    return judged


def matching(evidence: Evidence) -> Judged:
    """J13."""
    first, second = (natural(evidence.text(name)) for name in ("match", "no_match"))
    if first is None or second is None:
        return unasked(evidence, "tools")
    seen = Message("exit codes {first} and {second}", first=first, second=second)
    return held(seen) if (first, second) == (0, 1) else contradicted(seen)


def digest(evidence: Evidence) -> Judged:
    """J12."""
    body = evidence.part("digest")
    if body is None:
        return unasked(evidence, "tools")
    if digest_in(body):
        return held(Message("the digest is alone on its line"))
    return contradicted(Message("no line of certutil is a digest"))


def message_program(evidence: Evidence) -> Judged:
    """L3."""
    there, windows = evidence.text("msg"), evidence.text("windows") or ""
    edition = re.search(r"EditionID\s+REG_SZ\s+(\w+)", windows)
    if there not in {"0", "1"} or edition is None:
        return unasked(evidence, "tools")
    home = edition[1].startswith("Core")
    seen = Message("msg.exe is there") if there == "1" else Message("there is no msg.exe")
    return held(seen) if home == (there == "0") else contradicted(seen)


def curl_options(evidence: Evidence) -> Judged:
    """J10."""
    found = _OPTIONS.fullmatch(evidence.text("options") or "")
    code = natural(found[1]) if found else None
    if code is None:
        return unasked(evidence, "tools")
    version = _VERSION.match(evidence.text("version") or "")
    told = version[1] if version else "?"
    if code == 2:
        return contradicted(Message("curl {version} does not know one of our options", version=told))
    if code in _NO_PROGRAM:
        return contradicted(Message("curl.exe could not be run (exit code {code})", code=code))
    if code in {7, 28}:
        return held(Message("curl {version} knows all our options", version=told))
    return not_settled(Message("curl {version} ended with {code} where nothing listens", version=told, code=code))


def _asked(evidence: Evidence) -> Depot | Judged:
    depot = evidence.answers.get("depot")
    if isinstance(depot, Depot):
        return depot
    if "depot" in evidence.problems:
        return unasked(evidence, "depot")
    return not_settled(Message("no depot is named (pronote_depot_url)"))


def codes_of_curl(evidence: Evidence) -> Judged:
    """J11."""
    depot = _asked(evidence)
    if not isinstance(depot, Depot):
        return depot
    seen = Message("curl's exit code is {code}", code=depot.code)
    refused = depot.status[:1] in {"4", "5"}
    if refused or depot.code == 22:
        return held(seen) if refused and depot.code == 22 else contradicted(seen)
    if depot.code in _TLS:
        return held(seen) if _WIN32.search(depot.said) else contradicted(seen)
    return not_settled(seen)


def status_with_failure(evidence: Evidence) -> Judged:
    """J20."""
    depot = _asked(evidence)
    if not isinstance(depot, Depot):
        return depot
    if depot.code != 22:
        return not_settled(Message("the depot answered no HTTP error"))
    if depot.status:
        return held(Message("HTTP status {status} is printed with exit code 22", status=natural(depot.status)))
    return contradicted(Message("no HTTP status is printed with exit code 22"))


def nothing_between(evidence: Evidence) -> Judged:
    """N1."""
    depot = _asked(evidence)
    if not isinstance(depot, Depot):
        return depot
    if depot.status == "404":
        return held(Message("a file that the depot has not is answered with 404"))
    if depot.status:
        return contradicted(
            Message("a file that the depot has not is answered with {status}", status=natural(depot.status))
        )
    seen = Message("curl's exit code is {code}", code=depot.code)
    return contradicted(seen) if depot.code in _NOT_REACHED else not_settled(seen)


def revocation(evidence: Evidence) -> Judged:
    """N2."""
    depot = _asked(evidence)
    if not isinstance(depot, Depot):
        return depot
    if not depot.https:
        return not_settled(Message("the depot's address is http://, so no certificate is looked at"))
    if depot.status:
        return held(Message("the certificate was accepted"))
    seen = Message("curl's exit code is {code}", code=depot.code)
    return contradicted(seen) if depot.code in _TLS and _REVOCATION.search(depot.said) else not_settled(seen)
