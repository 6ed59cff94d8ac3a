"""icacls.exe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from .. import security
from ..errors import Win32Error, error_text
from ..messages import text
from ..paths import absolute, join, match_wildcard
from ..processes import Invocation
from ..security import Ace, Acl

__all__ = ["run"]

_SIMPLE = {
    "N": 0,
    "F": security.FULL,
    "M": security.MODIFY,
    "RX": security.READ_EXECUTE,
    "R": security.READ,
    "W": security.WRITE,
    "D": security.DELETE,
}
_SPECIFIC = {
    "DE": 0x10000, "RC": 0x20000, "WDAC": 0x40000, "WO": 0x80000, "S": 0x100000, "GR": security.READ,
    "GW": security.WRITE, "GE": 0x1200A0, "GA": security.FULL, "RD": 0x1, "WD": 0x2, "AD": 0x4, "REA": 0x8, "WEA": 0x10,
    "X": 0x20, "DC": 0x40, "RA": 0x80, "WA": 0x100,
}  # fmt: skip
_NAMES = {
    security.SYSTEM: ("NT AUTHORITY\\SYSTEM", "AUTORITE NT\\Système"),
    security.ADMINISTRATORS: ("BUILTIN\\Administrators", "BUILTIN\\Administrateurs"),
    security.USERS: ("BUILTIN\\Users", "BUILTIN\\Utilisateurs"),
    security.EVERYONE: ("Everyone", "Tout le monde"),
    security.AUTHENTICATED_USERS: ("NT AUTHORITY\\Authenticated Users", "AUTORITE NT\\Utilisateurs authentifiés"),
    security.CREATOR_OWNER: ("CREATOR OWNER", "CREATEUR PROPRIETAIRE"),
    security.TRUSTED_INSTALLER: ("NT SERVICE\\TrustedInstaller", "NT SERVICE\\TrustedInstaller"),
}


class _RefusalError(Exception):
    def __init__(self, code: int, parameter: str) -> None:
        super().__init__(parameter)
        self.code = code
        self.parameter = parameter


@dataclass
class _Flags:
    tree: bool = False
    quiet: bool = False
    go_on: bool = False


Change = Callable[[Invocation, str], None]


def _sid(invocation: Invocation, name: str) -> str:
    """``*S-1-…`` or a name in this station's language. Error 1332 for an unknown one."""
    if name.startswith("*"):
        if not re.fullmatch(r"\*S-1(-\d+)+", name, re.IGNORECASE):
            raise _RefusalError(1332, name)
        return name[1:].upper()
    index = 1 if invocation.language == "fr" else 0
    for sid, names in _NAMES.items():
        if name.lower() in (names[index].lower(), names[index].rpartition("\\")[2].lower()):
            return sid
    token = invocation.station.token_named(name)
    if token is None:
        raise _RefusalError(1332, name)
    return token.sid


def _permission(invocation: Invocation, argument: str, *, deny: bool = False) -> Ace:
    """``sid:(OI)(CI)F`` and the like."""
    match = re.fullmatch(r"(.+?):((?:\((?:OI|CI|IO|NP|I)\))*)(?:\(?([A-Za-z,]+)\)?)", argument, re.IGNORECASE)
    if match is None:
        raise _RefusalError(87, argument)
    flags = set(re.findall(r"\((\w+)\)", match[2].upper()))
    mask = 0
    for right in match[3].upper().split(","):
        value = _SIMPLE.get(right, _SPECIFIC.get(right))
        if value is None:
            raise _RefusalError(87, argument)
        mask |= value
    return Ace(
        _sid(invocation, match[1]),
        mask,
        objects="OI" in flags,
        containers="CI" in flags,
        only="IO" in flags,
        no_propagate="NP" in flags,
        deny=deny,
    )


def _grant(ace: Ace, *, replacing: bool) -> Change:
    def change(invocation: Invocation, path: str) -> None:
        node = invocation.station.files.change(path)
        applied = ace if node.directory else replace(ace, objects=False, containers=False, only=False)
        kept = [each for each in node.acl.entries if not (replacing and each.sid == ace.sid and not each.deny)]
        entries = [applied, *kept] if ace.deny else [*kept, applied]
        node.acl = replace(node.acl, entries=tuple(dict.fromkeys(entries)))

    return change


def _remove(sid: str, *, denied: bool, granted: bool) -> Change:
    def change(invocation: Invocation, path: str) -> None:
        node = invocation.station.files.change(path)
        entries = [ace for ace in node.acl.entries if not (ace.sid == sid and (denied if ace.deny else granted))]
        node.acl = replace(node.acl, entries=tuple(entries))

    return change


def _inheritance(letter: str) -> Change:
    def change(invocation: Invocation, path: str) -> None:
        files = invocation.station.files
        effective = files.entries(path)
        node = files.change(path)
        if letter == "e":
            node.acl = replace(node.acl, protected=False)
            return
        entries = node.acl.entries
        if letter == "d" and not node.acl.protected:
            entries = tuple(ace for ace, _ in effective)
        node.acl = Acl(entries, protected=True)

    return change


def _owner(sid: str) -> Change:
    def change(invocation: Invocation, path: str) -> None:
        invocation.station.files.change(path).owner = sid

    return change


def _reset(invocation: Invocation, path: str) -> None:
    node = invocation.station.files.change(path)
    node.acl = Acl()
    # The entries are inherited anew, so those of CREATOR OWNER go to who owns it now.
    node.creator = node.owner


def _parse(invocation: Invocation, words: list[str]) -> tuple[list[tuple[str, Change]], _Flags]:
    changes: list[tuple[str, Change]] = []
    flags = _Flags()
    index = 0

    def following(option: str) -> list[str]:
        nonlocal index
        taken = []
        while index < len(words) and not words[index].startswith("/"):
            taken.append(words[index])
            index += 1
        if not taken:
            raise _RefusalError(87, option)
        return taken

    while index < len(words):
        word = words[index]
        option = word.lower()
        index += 1
        if option in ("/t", "/q", "/c", "/l"):
            flags.tree |= option == "/t"
            flags.quiet |= option == "/q"
            flags.go_on |= option == "/c"
        elif option in ("/grant", "/grant:r", "/deny"):
            for each in following(word):
                ace = _permission(invocation, each, deny=option == "/deny")
                changes.append(("grant", _grant(ace, replacing=option == "/grant:r")))
        elif option in ("/remove", "/remove:g", "/remove:d"):
            for each in following(word):
                sid = _sid(invocation, each)
                changes.append(("remove", _remove(sid, denied=option != "/remove:g", granted=option != "/remove:d")))
        elif option in ("/inheritance:r", "/inheritance:d", "/inheritance:e"):
            changes.append(("inheritance", _inheritance(option[-1])))
        elif option == "/setowner":
            changes.append(("owner", _owner(_sid(invocation, following(word)[0]))))
        elif option == "/reset":
            changes.append(("reset", _reset))
        else:
            raise _RefusalError(87, word)
    # Inheritance is dealt with before the entries of the same command are added.
    changes.sort(key=lambda item: {"owner": 0, "reset": 1, "inheritance": 2}.get(item[0], 3))
    return changes, flags


def _tops(invocation: Invocation, name: str) -> list[str]:
    files = invocation.station.files
    if "*" in name or "?" in name:
        folder, _, pattern = name.rpartition("\\")
        home = absolute(folder or ".", invocation.directory)
        files.require(home)
        return [join(home, node.name) for node in files.children(home) if match_wildcard(node.name, pattern)]
    path = absolute(name, invocation.directory)
    files.require(path)
    return [path]


def _trees(invocation: Invocation, tops: list[str]) -> Iterator[str]:
    """Each with what is below it, as far as it may be looked into when it comes to that: entries change on the way."""
    files = invocation.station.files
    may_list = partial(files.allows, token=invocation.token, mask=security.READ_DATA)
    for top in tops:
        yield top
        yield from (below for below, _ in files.walk(top, enter=may_list))


def _may(invocation: Invocation, path: str, what: str) -> None:
    """WRITE_DAC or WRITE_OWNER; an elevated administrator may always take ownership. Raises error 5."""
    files = invocation.station.files
    mask = security.WRITE_OWNER if what == "owner" else security.WRITE_DAC
    if files.allows(path, invocation.token, mask) or (what == "owner" and invocation.token.elevated):
        return
    raise Win32Error(5, path)


async def run(invocation: Invocation) -> int:
    """``icacls path [/grant[:r]|/deny|/remove|/inheritance:x|/setowner|/reset …] [/T] [/C] [/Q]``."""
    language = invocation.language
    words = invocation.arguments
    if not words:
        invocation.out("ICACLS name [/grant[:r] Sid:perm[...]] ...")
        return 87
    name = words[0]
    try:
        changes, flags = _parse(invocation, words[1:])
        tops = _tops(invocation, name)
    except _RefusalError as refusal:
        if refusal.code == 1332:
            invocation.err(f"{refusal.parameter}: {error_text(1332, language)}")
        else:
            invocation.err(text("icacls_parameter", language, refusal.parameter))
        return refusal.code
    except Win32Error as error:
        invocation.err(f"{name}: {error_text(error.code, language)}")
        invocation.out(text("icacls_summary", language, 0, 1))
        return error.code
    done = failed = code = 0
    for path in _trees(invocation, tops) if flags.tree else tops:
        try:
            for what, change in changes:
                _may(invocation, path, what)
                change(invocation, path)
        except Win32Error as error:
            failed += 1
            code = error.code
            invocation.err(f"{path}: {error_text(error.code, language)}")
            if not flags.go_on:
                break
            continue
        done += 1
        if not changes:
            _show(invocation, path)
        elif not flags.quiet:
            invocation.out(text("icacls_processed", language, path))
    invocation.out(text("icacls_summary", language, done, failed))
    return code


def _letters(ace: Ace, inherited: bool) -> str:
    flags = "".join(
        letter
        for letter, on in (
            ("(I)", inherited),
            ("(OI)", ace.objects),
            ("(CI)", ace.containers),
            ("(NP)", ace.no_propagate),
            ("(IO)", ace.only),
        )
        if on
    )
    for letter in ("F", "M", "RX", "R", "W", "D"):
        if ace.mask == _SIMPLE[letter]:
            return f"{'(DENY)' if ace.deny else ''}{flags}({letter})"
    single = [letter for letter, bit in _SPECIFIC.items() if not letter.startswith("G") and ace.mask & bit]
    return f"{'(DENY)' if ace.deny else ''}{flags}({','.join(single)})"


def _show(invocation: Invocation, path: str) -> None:
    index = 1 if invocation.language == "fr" else 0
    shown = path
    entries = invocation.station.files.entries(path)
    for number, (ace, inherited) in enumerate(entries):
        name = _NAMES[ace.sid][index] if ace.sid in _NAMES else _account(invocation, ace.sid)
        lead = shown if number == 0 else " " * len(shown)
        invocation.out(f"{lead} {name}:{_letters(ace, inherited)}")
    invocation.out()


def _account(invocation: Invocation, sid: str) -> str:
    station = invocation.station
    names = [account.name for account in station.accounts] + list(station.options.users)
    return next((f"{station.computer_name}\\{each}" for each in names if station.account_sid(each) == sid), sid)
