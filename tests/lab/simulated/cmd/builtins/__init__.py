"""The built-in commands of cmd.exe.

Each takes the shell and the text after its name, and returns its return code. Which ones touch ERRORLEVEL on success
follows the list measured by the batch community (stackoverflow.com/questions/34987885): CD, COPY, DEL, DIR, MD, MOVE,
PUSHD, REN, SETLOCAL, START, TYPE, VER, VERIFY and VOL clear it; SET and PATH only in .cmd scripts; the others never.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from .copying import copy, move, rename
from .echo import echo
from .files import delete, make_directory, remove_directory, type_file
from .folders import change_directory, popd, pushd
from .information import date, dir_, time, ver, verify, vol
from .scripts import call, endlocal, exit_, goto, pause, quiet, setlocal, shift
from .start import start
from .variables import path, prompt, set_

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["BUILTINS"]

BUILTINS: dict[str, Callable[[Shell, str], Awaitable[int]]] = {
    "break": quiet,
    "call": call,
    "cd": change_directory,
    "chdir": change_directory,
    "cls": quiet,
    "copy": copy,
    "date": date,
    "del": delete,
    "dir": dir_,
    "echo": echo,
    "endlocal": endlocal,
    "erase": delete,
    "exit": exit_,
    "goto": goto,
    "md": make_directory,
    "mkdir": make_directory,
    "move": move,
    "path": path,
    "pause": pause,
    "popd": popd,
    "prompt": prompt,
    "pushd": pushd,
    "rd": remove_directory,
    "rem": quiet,
    "ren": rename,
    "rename": rename,
    "rmdir": remove_directory,
    "set": set_,
    "setlocal": setlocal,
    "shift": shift,
    "start": start,
    "time": time,
    "title": quiet,
    "type": type_file,
    "ver": ver,
    "verify": verify,
    "vol": vol,
}
