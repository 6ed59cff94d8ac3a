"""One transfer: request, retries, resumption, writing to the station's disk."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from ...errors import Win32Error
from ...open_file import OpenFile
from ...options import SimulatedOptions
from ...paths import absolute, is_device, parent_of
from ...processes import Invocation
from .configuration import proxy_for
from .options import CurlOptions

__all__ = ["CurlError", "transfer"]

# "Transient error means either: a timeout, … or an HTTP 408, 429, 500, 502, 503 or 504 response code."
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_BLOCK = 1 << 16
# Windows' own words for the two codes (FormatMessage).
_NO_LIST = {
    "en": "The revocation function was unable to check revocation for the certificate.",
    "fr": "La fonction de révocation n'a pas pu vérifier la révocation du certificat.",
}
_OFFLINE = {
    "en": "The revocation function was unable to check revocation because the revocation server was offline.",
    "fr": "La fonction de révocation n'a pas pu vérifier la révocation car le serveur de révocation était déconnecté.",
}


class CurlError(Exception):
    """A transfer failed with curl's exit code; ``status``: the HTTP status behind it, if any."""

    def __init__(self, code: int, message: str, *, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after = retry_after


class _Hosts(AbstractResolver):
    """The station's name resolution: its hosts file (option ``hosts``) and localhost; there is no DNS in the lab."""

    def __init__(self, hosts: dict[str, str]) -> None:
        self._hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = "127.0.0.1" if host.lower() == "localhost" else self._hosts.get(host.lower())
        if address is None:
            raise OSError(None, f"Could not resolve host: {host}")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        pass


async def transfer(invocation: Invocation, options: CurlOptions, url: str, output: str | None) -> None:
    """Fetch one URL with its retries. Raises CurlError."""
    delay = 1.0
    for attempt in range(options.retry + 1):
        try:
            status = await _attempt(invocation, options, url, output)
        except CurlError as error:
            if attempt == options.retry or not _retriable(error, options):
                # Of a transfer that failed too: "what to display on stdout after a completed transfer" is written
                # whatever its result (tool_operate.c, post_per_transfer), 000 without an answer.
                _write_out(invocation, options, error.status)
                raise
            wait = error.retry_after or options.retry_delay or delay
            if not options.silent:
                invocation.err(f"Warning: Problem : {error}. Will retry in {wait:g} seconds.")
            await invocation.station.clock.sleep(wait)
            delay = min(delay * 2, 600.0)
        else:
            _write_out(invocation, options, status)
            return


def _retriable(error: CurlError, options: CurlOptions) -> bool:
    if options.retry_all_errors:
        return True
    if error.code == 7:
        return options.retry_connrefused
    return error.code == 28 or error.status in _TRANSIENT


def _tls(invocation: Invocation, options: CurlOptions) -> ssl.SSLContext:
    context = ssl.create_default_context()
    trusted = invocation.station.options.trusted_ca
    if trusted:
        context.load_verify_locations(cadata=trusted)
    if options.cacert:
        try:
            path = absolute(options.cacert, invocation.directory)
            data = invocation.station.files.read(path, token=invocation.token).read()
            context.load_verify_locations(cadata=data.decode("ascii"))
        except (Win32Error, ValueError, ssl.SSLError) as exc:
            raise CurlError(77, "error setting certificate verify locations") from exc
    if options.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _unchecked(station: SimulatedOptions, options: CurlOptions) -> str:
    """What schannel says when the revocation of a private authority's certificate cannot be known; empty when it can.

    curl 8 has names for these codes, 7.55 none (curl_sspi.c, Curl_sspi_strerror).
    """
    ignored = options.insecure or options.no_revocation or options.best_effort or options.cacert
    if ignored or not station.trusted_ca or station.revocation == "fetched":
        return ""
    name, code, words = {
        "no_list": ("CRYPT_E_NO_REVOCATION_CHECK", 0x80092012, _NO_LIST),
        "offline": ("CRYPT_E_REVOCATION_OFFLINE", 0x80092013, _OFFLINE),
    }[station.revocation]
    known = int(station.curl.partition(".")[0]) >= 8
    return f"{name if known else 'Unknown error'} (0x{code:08X}) - {words[station.language]}"


def _headers(options: CurlOptions, offset: int, version: str) -> dict[str, str]:
    headers = {"User-Agent": options.agent or f"curl/{version}", "Accept": "*/*"}
    for header in options.headers:
        name, _, value = header.partition(":")
        headers[name.strip()] = value.strip()
    if options.user:
        headers["Authorization"] = "Basic " + base64.b64encode(options.user.encode()).decode()
    if offset:
        headers["Range"] = f"bytes={offset}-"
    return headers


async def _attempt(invocation: Invocation, options: CurlOptions, url: str, output: str | None) -> int:
    """One request; returns its HTTP status. Raises CurlError."""
    if "://" not in url:
        url = f"http://{url}"
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https"):
        raise CurlError(1, f'Protocol "{parts.scheme}" not supported')
    if not parts.hostname or re.search(r"[\s<>\"{}|\\^`]", url):
        raise CurlError(3, "URL rejected: Malformed input to a URL function")
    offset = _offset(invocation, options, output)
    station = invocation.station.options
    proxy = proxy_for(invocation, options, parts.scheme.lower(), parts.hostname)
    unchecked = _unchecked(station, options) if parts.scheme.lower() == "https" else ""
    if not invocation.station.online:
        raise CurlError(
            7, f"Failed to connect to {parts.hostname} port {parts.port or 80}: Could not connect to server"
        )
    factor = 1 / station.network_scale
    local = (station.address, 0) if station.address else None
    connector = aiohttp.TCPConnector(
        resolver=_Hosts({name.lower(): address for name, address in station.hosts}),
        local_addr=local,
        # Reading the authorities takes longer than the rest of a lab's transfer.
        ssl=_tls(invocation, options) if parts.scheme.lower() == "https" or options.location else True,
        force_close=True,
    )
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout * factor)
    limit = options.max_time * factor if options.max_time else None
    try:
        async with (
            asyncio.timeout(limit),
            aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session,
            session.request(
                "HEAD" if options.head else "GET",
                url,
                headers=_headers(options, offset, station.curl),
                proxy=proxy,
                allow_redirects=options.location,
                max_redirects=50,
            ) as response,
        ):
            if unchecked:
                raise CurlError(35, f"schannel: next InitializeSecurityContext failed: {unchecked}")
            await _receive(invocation, options, response, output, offset)
            return response.status
    except TimeoutError as exc:
        raise CurlError(28, "Operation timed out") from exc
    except aiohttp.ClientConnectorDNSError as exc:
        if proxy:
            raise CurlError(5, f"Could not resolve proxy: {urlsplit(proxy).hostname}") from exc
        raise CurlError(6, f"Could not resolve host: {parts.hostname}") from exc
    except aiohttp.ClientConnectorCertificateError as exc:
        raise CurlError(
            60,
            "schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain was issued by an authority that is "
            "not trusted.",
        ) from exc
    except aiohttp.ClientConnectorSSLError as exc:
        raise CurlError(35, "schannel: next InitializeSecurityContext failed") from exc
    except aiohttp.ClientConnectorError as exc:
        to = urlsplit(proxy) if proxy else parts
        message = f"Failed to connect to {to.hostname} port {to.port or 80}: Could not connect to server"
        raise CurlError(7, message) from exc
    except aiohttp.TooManyRedirects as exc:
        raise CurlError(47, "Maximum (50) redirects followed") from exc
    except aiohttp.ServerDisconnectedError as exc:
        raise CurlError(52, "Empty reply from server") from exc
    except aiohttp.ClientPayloadError as exc:
        raise CurlError(18, "end of response with bytes missing") from exc
    except aiohttp.InvalidURL as exc:
        raise CurlError(3, "URL rejected: Malformed input to a URL function") from exc
    except (aiohttp.ClientError, ConnectionError) as exc:
        raise CurlError(56, "Recv failure: Connection was reset") from exc


def _path(invocation: Invocation, output: str) -> str:
    try:
        return absolute(output, invocation.directory)
    except Win32Error as exc:
        raise CurlError(23, f"Failed to open the file {output}") from exc


def _offset(invocation: Invocation, options: CurlOptions, output: str | None) -> int:
    if options.resume is None:
        return 0
    if options.resume != "-":
        return int(options.resume) if options.resume.isdecimal() else 0
    if output is None:
        return 0
    node = invocation.station.files.find(_path(invocation, output))
    return node.size if node is not None and not node.directory else 0


async def _receive(
    invocation: Invocation, options: CurlOptions, response: aiohttp.ClientResponse, output: str | None, offset: int
) -> None:
    status = response.status
    if offset and status == 416 and not (options.fail and _fails_on_416(invocation, response)):
        return  # the file is already complete: curl takes this answer for success, body ignored
    if options.fail and status >= 400:
        raise CurlError(
            22,
            f"The requested URL returned error: {status}",
            status=status,
            retry_after=_retry_after(response),
        )
    if offset and status < 300 and not (status == 206 and _resumes_at(response, offset)):
        raise CurlError(33, "HTTP server does not seem to support byte ranges. Cannot resume.")
    if options.head:
        lines = [f"HTTP/1.1 {status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        invocation.out("\r\n".join([*lines, ""]))
        return
    handle = _open(invocation, options, output, append=bool(offset)) if output is not None else None
    try:
        async for block in _blocks(invocation, options, response):
            if handle is None:
                invocation.stdio.stdout.write(block)
            else:
                handle.write(block)
    except Win32Error as exc:
        raise CurlError(23, "client returned ERROR on write") from exc
    finally:
        if handle is not None:
            handle.close()
    if status in _TRANSIENT and options.retry:
        # Without -f the body counts as a success, but the retry still happens.
        raise CurlError(0, f"HTTP error {status}", status=status, retry_after=_retry_after(response))


def _fails_on_416(invocation: Invocation, response: aiohttp.ClientResponse) -> bool:
    """Whether ``-f`` makes a failure of "the file is whole": until 7.75 always, until 8.4 when the answer has a
    Content-Range (github.com/curl/curl/pull/6753 and 12176; tried with 7.88.1).
    """
    version = tuple(int(part) for part in invocation.station.options.curl.split("."))
    return version < (7, 76) or (version < (8, 5) and "Content-Range" in response.headers)


def _retry_after(response: aiohttp.ClientResponse) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else 0.0


def _resumes_at(response: aiohttp.ClientResponse, offset: int) -> bool:
    match = re.match(r"bytes\s+(\d+)-", response.headers.get("Content-Range", ""))
    return match is not None and int(match[1]) == offset


def _open(invocation: Invocation, options: CurlOptions, output: str, *, append: bool) -> OpenFile | None:
    if is_device(output) == "nul":
        return _Discard(invocation.station.files, output)
    path = _path(invocation, output)
    files = invocation.station.files
    try:
        if options.create_dirs:
            files.make_directories(parent_of(path), token=invocation.token)
        return files.open_write(path, token=invocation.token, append=append)
    except Win32Error as exc:
        raise CurlError(23, f"Failed to open the file {output}: {exc}") from exc


class _Discard(OpenFile):
    """``-o nul``."""

    def __init__(self, *_: object) -> None:
        pass

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


async def _blocks(
    invocation: Invocation, options: CurlOptions, response: aiohttp.ClientResponse
) -> AsyncIterator[bytes]:
    """The body, at most ``limit_rate`` bytes a station second, given up below ``speed_limit``."""
    size = _BLOCK if not options.limit_rate else max(1, min(_BLOCK, int(options.limit_rate / 4)))
    factor = 1 / invocation.station.options.network_scale
    while True:
        began = time.monotonic()
        try:
            stall = options.speed_time * factor if options.speed_limit else None
            async with asyncio.timeout(stall):
                block = await response.content.read(size)
        except TimeoutError as exc:
            message = f"Operation too slow. Less than {options.speed_limit:g} bytes/sec"
            raise CurlError(28, message) from exc
        if not block:
            return
        yield block
        if options.limit_rate:
            spent = (time.monotonic() - began) * invocation.station.clock.scale
            await invocation.station.clock.sleep(len(block) / options.limit_rate - spent)


def _write_out(invocation: Invocation, options: CurlOptions, status: int) -> None:
    if options.write_out:
        text = options.write_out.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
        text = text.replace("%{http_code}", f"{status:03d}").replace("%{response_code}", f"{status:03d}")
        invocation.out(text, end="")
