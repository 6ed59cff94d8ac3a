"""curl.exe, doing real HTTP requests."""

from __future__ import annotations

from ...processes import Invocation
from .configuration import configured
from .options import CurlUsageError, parse_options
from .transfer import CurlError, transfer

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """Fetch each URL; the exit code of the last one ("EXIT CODES", curl.se/docs/manpage.html)."""
    if "--version" in invocation.arguments:
        number = invocation.station.options.curl
        invocation.out(f"curl {number} (Windows) libcurl/{number} Schannel zlib/1.3 WinIDN")
        return 0
    try:
        version = tuple(int(part) for part in invocation.station.options.curl.split("."))
        options = parse_options([*configured(invocation), *invocation.arguments], version=version)
    except CurlUsageError as error:
        invocation.err(f"curl: {error}")
        invocation.err("curl: try 'curl --help' for more information")
        return 2
    code = 0
    for index, url in enumerate(options.urls):
        try:
            await transfer(invocation, options, url, options.output_for(index, url))
            code = 0
        except CurlError as error:
            code = error.code
            if not options.silent or options.show_error:
                invocation.err(f"curl: ({error.code}) {error}")
    return code
