"""curl's command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

__all__ = ["CurlOptions", "CurlUsageError", "parse_options"]


class CurlUsageError(ValueError):
    """An option that is unknown or lacks its value."""


@dataclass
class CurlOptions:
    """Times are station seconds, rates bytes a station second."""

    urls: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    remote_names: int = 0
    fail: bool = False
    silent: bool = False
    show_error: bool = False
    location: bool = False
    insecure: bool = False
    head: bool = False
    create_dirs: bool = False
    resume: str | None = None
    retry: int = 0
    retry_delay: float = 0.0
    retry_connrefused: bool = False
    retry_all_errors: bool = False
    connect_timeout: float = 300.0
    max_time: float = 0.0
    limit_rate: float = 0.0
    speed_limit: float = 0.0
    speed_time: float = 30.0
    no_revocation: bool = False
    best_effort: bool = False
    cacert: str = ""
    user: str = ""
    agent: str = ""
    headers: list[str] = field(default_factory=list)
    write_out: str = ""
    proxy: str = ""
    noproxy: str | None = None

    def output_for(self, index: int, url: str) -> str | None:
        """The file for the URL at this place; None: standard output."""
        if index < len(self.outputs):
            return self.outputs[index]
        if self.remote_names:
            return unquote(urlsplit(url).path.rpartition("/")[2])
        return None


_FLAGS = {
    "f": "fail", "fail": "fail", "s": "silent", "silent": "silent", "S": "show_error", "show-error": "show_error",
    "L": "location", "location": "location", "k": "insecure", "insecure": "insecure", "I": "head", "head": "head",
    "create-dirs": "create_dirs", "retry-connrefused": "retry_connrefused", "retry-all-errors": "retry_all_errors",
    "ssl-no-revoke": "no_revocation", "ssl-revoke-best-effort": "best_effort",
}  # fmt: skip
# Options that came with a version which some Windows is older than ("Added in", curl manual).
_SINCE: dict[str, tuple[int, ...]] = {
    "ssl-revoke-best-effort": (7, 70),
    "retry-all-errors": (7, 71),
    "no-progress-meter": (7, 67),
}
# Accepted, without effect on what the lab does.
_IGNORED = frozenset(
    {"#", "progress-bar", "no-progress-meter", "N", "no-buffer", "g", "globoff", "4", "ipv4", "http1.1", "q", "disable"}
)
_VALUED = {
    "o": "output", "output": "output", "C": "resume", "continue-at": "resume", "retry": "retry",
    "retry-delay": "retry_delay", "connect-timeout": "connect_timeout", "m": "max_time", "max-time": "max_time",
    "limit-rate": "limit_rate", "cacert": "cacert", "u": "user", "user": "user", "A": "agent", "user-agent": "agent",
    "H": "header", "header": "header", "w": "write_out", "write-out": "write_out", "url": "url",
    "Y": "speed_limit", "speed-limit": "speed_limit", "y": "speed_time", "speed-time": "speed_time",
    "noproxy": "noproxy", "x": "proxy", "proxy": "proxy", "retry-max-time": "ignored",
}  # fmt: skip


def _number(option: str, value: str) -> float:
    try:
        return float(value)
    except ValueError as exc:
        raise CurlUsageError(f"option {option}: expected a proper numerical parameter") from exc


def _rate(option: str, value: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgG]?)[bB]?", value)
    if match is None:
        raise CurlUsageError(f"option {option}: expected a proper numerical parameter")
    return float(match[1]) * {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[match[2].lower()]


def _set(options: CurlOptions, shown: str, name: str, value: str) -> None:
    if name == "output":
        options.outputs.append(value)
    elif name == "url":
        options.urls.append(value)
    elif name == "header":
        options.headers.append(value)
    elif name == "retry":
        options.retry = int(_number(shown, value))
    elif name in ("retry_delay", "connect_timeout", "max_time", "speed_time", "speed_limit"):
        setattr(options, name, _number(shown, value))
    elif name == "limit_rate":
        options.limit_rate = _rate(shown, value)
    elif name != "ignored":
        setattr(options, name, value)


def parse_options(arguments: list[str], *, version: tuple[int, ...] = (8, 9, 1)) -> CurlOptions:
    """``version``: of this curl, which knows no option of a later one. Raises CurlUsageError."""
    options = CurlOptions()
    words = iter(arguments)

    def value_of(shown: str) -> str:
        value = next(words, None)
        if value is None:
            raise CurlUsageError(f"option {shown}: requires parameter")
        return value

    for word in words:
        if word.startswith("--"):
            name = word[2:]
            if version < _SINCE.get(name, ()):
                raise CurlUsageError(f"option {word}: is unknown")
            if name in _FLAGS:
                setattr(options, _FLAGS[name], True)
            elif name == "remote-name":
                options.remote_names += 1
            elif name in _VALUED and len(name) > 1:
                _set(options, word, _VALUED[name], value_of(word))
            elif name not in _IGNORED:
                raise CurlUsageError(f"option {word}: is unknown")
        elif word.startswith("-") and len(word) > 1:
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in _FLAGS:
                    setattr(options, _FLAGS[letter], True)
                elif letter == "O":
                    options.remote_names += 1
                elif letter in _VALUED:
                    _set(options, f"-{letter}", _VALUED[letter], letters or value_of(f"-{letter}"))
                    letters = ""
                elif letter not in _IGNORED:
                    raise CurlUsageError(f"option -{letter}: is unknown")
        else:
            options.urls.append(word)
    if not options.urls:
        raise CurlUsageError("no URL specified")
    return options
