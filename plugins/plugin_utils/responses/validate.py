# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a response file, for the case (mode) that it is to serve. Pure.

Severities follow what real InstallScript engines did with such files (docs/fidelity.md, R8 and R11): they find each
dialog's section by its name and look at neither the order nor the number; a section or a ``Result`` that is missing, or
is no number, ends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.numbers import natural
from .findings import Finding, finding
from .response import GUID, Mode, ResponseFile

__all__ = ["left_open", "validate", "validate_bytes"]

_PATH_KEY = re.compile(r"s[zv](Dir|Path)\w*", re.IGNORECASE)
# Symbolic folders of InstallShield, as in <ProgramFiles>\…, are absolute too.
_ABSOLUTE = re.compile(r"[A-Z]:[\\/]|<\w+>", re.IGNORECASE)
_USER_FOLDER = re.compile(
    r"[A-Z]:[\\/](Users|Utilisateurs|Documents and Settings)[\\/](?!Public\b)|%(USERPROFILE|APPDATA|LOCALAPPDATA)%",
    re.IGNORECASE,
)
_LAUNCH_KEY = re.compile(r"launch|lancer|demarrer|run(app|now|prog)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)
# Values of Result: NEXT 1, BACK 12, CANCEL 2 (IDCANCEL); of a message box also Abort 3, Yes 6 and No 7 (IDYES, IDNO).
_BACK, _CANCEL, _ABORT, _YES, _NO = "12", "2", "3", "6", "7"
_REMOVE_ALL = "303"
"""``REMOVEALL`` of SdWelcomeMaint; 301 (MODIFY) and 302 (REPAIR) leave the program."""
# A dialog has a number; what else is listed ("File Transfer") has answers, and no Result.
_HAS_RESULT = re.compile(r"\w+-\d+", re.ASCII)
_MESSAGE = re.compile(r"(messagebox|sprintfbox|sprintfmsgbox)", re.IGNORECASE)
_MAINTENANCE = re.compile(r"(sd)?welcomemaint", re.IGNORECASE)
_OF_INSTALLATIONS = re.compile(r"sd(license|askdestpath|startcopy|registeruser|customerinformation)", re.IGNORECASE)
# Its Result is the name of the type that was chosen, in the setup's language ([V] recordings in public repositories).
_NAMED = re.compile(r"sdsetuptypeex-\d+", re.IGNORECASE | re.ASCII)
_FAILED = re.compile(r"sdsetupcompleteerror", re.IGNORECASE)
_DIALOG = re.compile(rf"{GUID}-\w+-\d+", re.IGNORECASE | re.ASCII)
# What setups show once all is done.
_LAST = re.compile(r"(sd)?finish|rebootdialog|sdsetupcomplete")
_NO_RESULT = Message("the dialog {dialog} is listed and has no Result", dialog="")
_NO_SECTION = Message("the dialog {dialog} is listed and has no section", dialog="")
_SHOWN = 80
_RESTART = {"bootoption": "", "choice": "rebootdialog"}


def validate_bytes(
    data: bytes, *, mode: Mode, product_code: str = "", language: int | None = None, year: int | None = None
) -> tuple[ResponseFile | None, list[Finding]]:
    """Parse and validate; what is no response file at all is a finding like the others."""
    try:
        response = ResponseFile.parse(data)
    except ValueError as exc:
        return None, [finding("not_response", Message("this is not a response file: {error}", error=message_of(exc)))]
    return response, validate(response, mode=mode, product_code=product_code, language=language, year=year)


def validate(
    response: ResponseFile, *, mode: Mode, product_code: str = "", language: int | None = None, year: int | None = None
) -> list[Finding]:
    """Everything wrong with a recording for this mode. Empty or None: that is not compared."""
    if (other := _something_else(response)) is not None:
        return [other]
    found = [
        *_dialogs(response, mode),
        *_identity(response, product_code.upper(), language, year),
        *_answers(response, mode),
    ]
    return sorted(dict.fromkeys(found), key=lambda each: each.severity != "error")


def left_open(response: ResponseFile) -> list[Finding]:
    """What a recording that has just been made lacks of a setup that went to its end (docs/fidelity.md, R5).

    Not asked of other files: setups look for no ``[Application]``, and people leave it out.
    """
    names = list(response.sections)
    done = next((index for index, name in enumerate(names) if name.lower() == "application"), None)
    if done is None:
        fact = Message("the setup has not written [Application]: it ended before its files were copied")
        return [finding("no_application", fact)]
    shown = {dialog.lower() for dialog, _key, _value in response.answers()}
    if any(_DIALOG.fullmatch(name) for name in names[done:]) or any(_LAST.match(name) for name in shown):
        return []
    fact = Message("no dialog was answered after the files: the last one was still open, if there is one")
    return [finding("no_end", fact)]


def _something_else(response: ResponseFile) -> Finding | None:
    silent = response.section("InstallShield Silent")
    kind = silent.get("file", "")
    if kind.lower() == "response file":
        return None
    if not silent and response.product_codes:
        return finding(
            "no_header",
            Message(
                "it has dialogs and no [InstallShield Silent]: a setup with an MSI inside (InstallScript MSI) records "
                "so, or its beginning is missing; an InstallScript setup answers -8 to it"
            ),
        )
    if kind.lower() == "log file" or response.section("ResponseResult"):
        return finding("not_response", Message("this is not a response file, but the log of a silent setup"))
    what = f"File={kind}" if kind else Message("it has no [InstallShield Silent] File=")
    return finding("not_response", Message("this is not a response file: {error}", error=what))


def _dialogs(response: ResponseFile, mode: Mode) -> Iterator[Finding]:
    codes, listed = response.product_codes, response.dialogs
    answered = list(dict.fromkeys(name for name, _key, _value in response.answers()))
    if len(codes) > 1:
        fact = Message("it holds the dialogs of several products ({codes})", codes=", ".join(codes))
        yield finding("several_products", fact)
        return
    if not codes or not (listed or answered):
        yield finding("no_dialog", Message("it has neither a list of dialogs nor their answers"))
        return
    if not listed:
        yield finding("no_order", Message("it has no list of dialogs, [{code}-DlgOrder]", code=codes[0]))
    elif response.order.get("count", "") != str(len(listed)):
        fact = Message("DlgOrder does not say how many dialogs it lists ({listed})", listed=len(listed))
        if count := response.order.get("count", ""):
            told = count[:_SHOWN]
            fact = Message("DlgOrder says Count={count} and lists {listed}", count=told, listed=len(listed))
        yield finding("miscounted", fact)
    for dialog in listed:
        values = response.section(f"{codes[0]}-{dialog}")
        if not values or ("result" not in values and _HAS_RESULT.fullmatch(dialog)):
            fact = _NO_RESULT if values else _NO_SECTION
            yield finding("truncated", fact.given(dialog=dialog[:_SHOWN]))
    known = {dialog.lower() for dialog in listed}
    for dialog in answered:
        if listed and dialog.lower() not in known:
            fact = Message("the dialog {dialog} has answers and is not listed in DlgOrder", dialog=dialog)
            yield finding("extra_dialog", fact)
    yield from _kinds(response, mode, list(dict.fromkeys([*listed, *answered])))


def _kinds(response: ResponseFile, mode: Mode, dialogs: list[str]) -> Iterator[Finding]:
    """What the dialogs themselves tell of the setup's run."""
    for dialog in dialogs:
        if _FAILED.match(dialog):
            yield finding("setup_failed", Message("the setup failed while it was recorded ({dialog})", dialog=dialog))
        if mode == "uninstall" and _OF_INSTALLATIONS.match(dialog):
            yield finding("not_removal", Message("only an installation shows the dialog {dialog}", dialog=dialog))
    shown = [dialog for dialog in dialogs if _HAS_RESULT.fullmatch(dialog)]
    messages = [dialog for dialog in shown if _MESSAGE.match(dialog)]
    said = {response.section(f"{response.product_code}-{dialog}").get("result") for dialog in messages}
    if shown and messages == shown and not (mode == "uninstall" and _YES in said):
        fact = Message("it has nothing but a message, as of a setup that refuses the PC")
        yield finding("only_message", fact)


def _identity(response: ResponseFile, product_code: str, language: int | None, year: int | None) -> Iterator[Finding]:
    own = response.product_code
    # A code that is none is the caller's mistake, and told as such where it is used.
    if own and re.fullmatch(GUID, product_code) and own != product_code:
        fact = Message("it is a recording of the product {own}, not of {code}", own=own, code=product_code)
        yield finding("other_product", fact)
    # 0009 was seen where 0409 was meant: without a country, the language alone is compared.
    told = response.language
    if language is not None and told is not None:
        same = told & 0x3FF == language & 0x3FF if told < 0x400 else told == language
        if not same:
            fact = Message(
                "it was recorded in the language {told}, not {language}",
                told=f"0x{told:04x}",
                language=f"0x{language:04x}",
            )
            yield finding("other_language", fact)
    version = response.section("Application").get("version", "")
    told_year = re.match(r"(20\d\d)\.", version, re.ASCII)
    if year is not None and told_year and int(told_year[1]) != year:
        fact = Message("it was recorded with {version}, not with a release of {year}", version=version[:40], year=year)
        yield finding("other_year", fact)


def _answers(response: ResponseFile, mode: Mode) -> Iterator[Finding]:
    for dialog, key, value in response.answers():
        name, low = f"{dialog} {key}={value}"[:120], key.lower()
        if low == "result":
            yield from _result(dialog, value, name, mode)
        elif (low.startswith("bopt") or _LAUNCH_KEY.search(key)) and natural(value):
            if dialog.lower().startswith("sdfinish") or not low.startswith("bopt"):
                yield finding("launches", Message("a box of the last dialog is ticked ({answer})", answer=name))
        elif dialog.lower().startswith(_RESTART.get(low, "\n")):
            if value.strip("0"):
                yield finding("reboots", Message("the setup is told to restart Windows ({answer})", answer=name))
        elif _USER_FOLDER.match(value):
            yield finding("user_folder", Message("a folder of a user is in it ({answer})", answer=name))
        elif _PATH_KEY.fullmatch(key) and value.startswith("\\\\"):
            yield finding("network_path", Message("a folder on the network is in it ({answer})", answer=name))
        elif _PATH_KEY.fullmatch(key) and value and not _ABSOLUTE.match(value):
            yield finding("relative_path", Message("a path without drive is in it ({answer})", answer=name))


def _result(dialog: str, value: str, name: str, mode: Mode) -> Iterator[Finding]:
    if not _NUMBER.fullmatch(value):
        if value and _NAMED.fullmatch(dialog):
            return
        yield finding("not_number", Message("an answer is no number ({answer})", answer=name))
    elif _MAINTENANCE.match(dialog):
        yield from _maintenance(value, name, mode)
    elif value == _CANCEL or (value == _ABORT and _MESSAGE.match(dialog)):
        yield finding("cancelled", Message("a dialog was answered with Cancel ({answer})", answer=name))
    elif value == _BACK:
        yield finding("went_back", Message("the Back button was used ({answer})", answer=name))
    elif (value == _NO and _MESSAGE.match(dialog)) or (
        value == "0" and dialog.lower().startswith("askyesno") and mode == "uninstall"
    ):
        yield finding("refused", Message("a question was answered with no ({answer})", answer=name))


def _maintenance(value: str, name: str, mode: Mode) -> Iterator[Finding]:
    """The first dialog of a setup that finds the product installed."""
    if mode == "install":
        yield finding(
            "maintenance", Message("it was recorded where the client was installed already ({answer})", answer=name)
        )
    elif value == _CANCEL:
        yield finding("cancelled", Message("a dialog was answered with Cancel ({answer})", answer=name))
    elif mode == "uninstall" and value != _REMOVE_ALL:
        yield finding(
            "not_removal", Message("it repairs or changes the client and does not remove it ({answer})", answer=name)
        )
    elif mode == "update" and value == _REMOVE_ALL:
        yield finding("removes", Message("it removes the client ({answer})", answer=name))
