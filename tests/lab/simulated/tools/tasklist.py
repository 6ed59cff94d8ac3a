"""tasklist.exe."""

from __future__ import annotations

import re

from ..messages import text
from ..paths import match_wildcard
from ..processes import Invocation, Process

__all__ = ["matching", "run"]

_FILTER = re.compile(r"\s*(\w+)\s+(eq|ne|gt|lt|ge|le)\s+(.+?)\s*\Z", re.IGNORECASE)


class FilterError(ValueError):
    """A /FI expression that is refused."""


def matching(process: Process, expression: str) -> bool:
    """Whether a process passes a filter: IMAGENAME, PID, SESSION, SESSIONNAME, USERNAME. Raises FilterError."""
    match = _FILTER.match(expression)
    if match is None:
        raise FilterError(expression)
    field, operator, wanted = match[1].upper(), match[2].lower(), match[3]
    if field in ("PID", "SESSION"):
        if not wanted.isdecimal():
            raise FilterError(expression)
        value, number = (process.pid if field == "PID" else process.session), int(wanted)
        return {
            "eq": value == number,
            "ne": value != number,
            "gt": value > number,
            "lt": value < number,
            "ge": value >= number,
            "le": value <= number,
        }[operator]
    texts = {"IMAGENAME": process.name, "USERNAME": process.token.name, "SESSIONNAME": session_name(process)}
    if field not in texts or operator not in ("eq", "ne"):
        raise FilterError(expression)
    return match_wildcard(texts[field], wanted) is (operator == "eq")


def session_name(process: Process) -> str:
    return "Console" if process.session else "Services"


def _memory(process: Process, language: str) -> str:
    kilobytes = f"{process.working_set // 1024:,}"
    # The French list separates thousands with a no-break space and counts in Ko.
    return f"{kilobytes.replace(',', chr(0xA0))} Ko" if language == "fr" else f"{kilobytes} K"


async def run(invocation: Invocation) -> int:
    """``tasklist [/FO TABLE|CSV|LIST] [/NH] [/V] [/FI filter]…``."""
    style, heading, filters, verbose = "TABLE", True, [], False
    words = iter(invocation.arguments)
    for word in words:
        flag = word.lower()
        if flag == "/fo":
            style = next(words, "").upper()
        elif flag == "/nh":
            heading = False
        elif flag == "/fi":
            filters.append(next(words, ""))
        elif flag == "/v":
            verbose = True
        else:
            style = ""
    if style not in ("TABLE", "CSV", "LIST") or (style == "LIST" and not heading):
        invocation.err(text("tool_syntax", invocation.language, "TASKLIST"))
        return 1
    try:
        found = [each for each in invocation.station.processes if all(matching(each, rule) for rule in filters)]
    except FilterError:
        invocation.err(text("error", invocation.language, "The search filter cannot be recognized."))
        return 1
    if not found:
        invocation.out(text("no_tasks_match", invocation.language))
        return 0
    rows = [
        [each.name, str(each.pid), session_name(each), str(each.session), _memory(each, invocation.language)]
        + (["Unknown", each.token.name, "0:00:01", "N/A"] if verbose else [])
        for each in found
    ]
    names = ["Image Name", "PID", "Session Name", "Session#", "Mem Usage"]
    if invocation.language == "fr":
        names = ["Nom de l’image", "PID", "Nom de la session", "Numéro de s", "Utilisation"]
    if verbose:
        names += ["Status", "User Name", "CPU Time", "Window Title"]
    if "tasklist_columns" in invocation.station.options.contradicts:
        rows = [[row[0], row[3], row[2], row[1], *row[4:]] for row in rows]
    if style == "CSV":
        for row in ([names] if heading else []) + rows:
            invocation.out(",".join(f'"{value}"' for value in row))
    elif style == "LIST":
        for row in rows:
            invocation.out()
            for name, value in zip(names, row, strict=True):
                invocation.out(f"{name + ':':<13} {value}")
    else:
        if heading:
            invocation.out()
            invocation.out(f"{names[0]:<25} {names[1]:>8} {names[2]:<16} {names[3]:>11} {names[4]:>12}")
            invocation.out(" ".join("=" * width for width in (25, 8, 16, 11, 12)))
        for row in rows:
            invocation.out(f"{row[0][:25]:<25} {row[1]:>8} {row[2]:<16} {row[3]:>11} {row[4]:>12}")
    return 0
