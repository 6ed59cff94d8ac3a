"""where.exe."""

from __future__ import annotations

from ..errors import Win32Error
from ..messages import text
from ..paths import absolute, join, match_wildcard
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``where [/q] [/r folder] pattern…``: current folder and path; 1 when nothing is found."""
    words = invocation.arguments
    quiet = any(word.lower() == "/q" for word in words)
    words = [word for word in words if word.lower() != "/q"]
    files = invocation.station.files
    found: list[str] = []
    if len(words) == 3 and words[0].lower() == "/r":
        root = absolute(words[1], invocation.directory)
        found = [path for path, node in files.walk(root) if not node.directory and match_wildcard(node.name, words[2])]
    else:
        extensions = ["", *(invocation.environment.get("PATHEXT") or "").split(";")]
        folders = [invocation.directory, *(invocation.environment.get("Path") or "").split(";")]
        for word in words:
            for folder in filter(None, folders):
                try:
                    home = absolute(folder.strip('"'), invocation.directory)
                except Win32Error:
                    continue
                if not files.is_directory(home):
                    continue
                found += [
                    join(home, node.name)
                    for node in files.children(home)
                    if not node.directory and any(match_wildcard(node.name, word + ext) for ext in extensions)
                ]
    if not found:
        if not quiet:
            invocation.err(text("where_not_found", invocation.language))
        return 1
    if not quiet:
        for path in dict.fromkeys(map(files.spelled, found)):
            invocation.out(path)
    return 0
