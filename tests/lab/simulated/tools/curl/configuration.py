"""What curl takes from around it: the configuration file of whoever runs it, and a proxy out of the environment."""

from __future__ import annotations

import re

from ...errors import Win32Error
from ...processes import Invocation
from .options import CurlOptions

__all__ = ["configured", "proxy_for"]

# In this order ("-K, --config", curl manual; findfile.c): the first folder that has one, then that of curl.exe.
_HOMES = ("CURL_HOME", "XDG_CONFIG_HOME", "HOME", "USERPROFILE", "APPDATA")


def configured(invocation: Invocation) -> list[str]:
    """Options of the first ``.curlrc`` or ``_curlrc``; none after ``-q`` ("if used as the first parameter")."""
    first = next(iter(invocation.arguments), "")
    if first == "--disable" or re.match("-q", first):
        return []
    folders = [invocation.environment.get(name) for name in _HOMES]
    folders.append(invocation.process.path.rpartition("\\")[0])
    files = invocation.station.files
    for folder in filter(None, folders):
        for name in (".curlrc", "_curlrc"):
            try:
                text = files.read(f"{folder}\\{name}", token=invocation.token).read().decode("utf-8", "replace")
            except Win32Error:
                continue
            return _words(text)
    return []


def _words(text: str) -> list[str]:
    words = []
    for line in text.splitlines():
        match = re.fullmatch(r"\s*(-{0,2})([A-Za-z0-9-]+)(?:\s*[=:\s]\s*(.+?))?\s*", line)
        if match is None:
            continue
        words.append(f"{match[1] or ('--' if len(match[2]) > 1 else '-')}{match[2]}")
        if match[3]:
            words.append(match[3].strip('"'))
    return words


def proxy_for(invocation: Invocation, options: CurlOptions, scheme: str, host: str) -> str | None:
    """The proxy that curl goes through to this host, with its scheme; None: it goes straight.

    ``http_proxy``, ``https_proxy``, then ``all_proxy``, unless ``no_proxy`` or ``--noproxy`` has the host
    ("ENVIRONMENT", curl manual). Windows does not tell the case of their names apart.
    """
    get = invocation.environment.get
    spared = get("no_proxy", "") if options.noproxy is None else options.noproxy
    names = [name.strip().lstrip(".").lower() for name in re.split(r"[,\s]+", spared or "") if name.strip()]
    if "*" in names or any(host.lower() == name or host.lower().endswith(f".{name}") for name in names):
        return None
    proxy = options.proxy or get(f"{scheme}_proxy") or get("all_proxy")
    return (proxy if "://" in proxy else f"http://{proxy}") if proxy else None
