# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where exceptions and answers become a fact and a remedy. I/O: none of its own, it names the classes of
libraries that do some.

Everything that can be raised while a station is talked to ends in ``from_exception``: told by its class first, by a
number that it carries second. What is raised before the station is asked ends in ``from_preparation``, where the stock
plugin and ``kinit`` leave nothing but texts. The numbers are tables: ``fault_codes.py`` (WS-Man, WinRM, WMI),
``network_codes.py`` (system, names, TLS, HTTP), ``kerberos.py``. A new client, or a new cause, is a row or a rule here.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import requests
import urllib3
from spnego import exceptions as spnego
from winrm.exceptions import (
    AuthenticationError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from ...module_utils.base.deadline import DrippingError, OverflowingError
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import one_line, printable_message, reason_of
from . import kerberos
from .errors import Cause, StationError
from .fault_codes import NOTHING_YET, REQUEST_TOO_LARGE, from_fault
from .network_codes import (
    BROKEN_OFF,
    CUT,
    CUT_OFF,
    ERRNO,
    GAI,
    MUTE,
    NO_ADDRESS,
    NO_ANSWER,
    NO_HTTP,
    OUR_FILES,
    PROXY,
    SILENT,
    TLS,
    TLS_FAILED,
    UNTRUSTED,
    VERIFY,
    http_cause,
    told,
)
from .plain_causes import (
    ADDRESS,
    BREACHES,
    BY_NAME,
    CRYPTOGRAPHY,
    ENDLESS,
    IN_CLEAR,
    LIBRARY,
    OPTIONS,
    OUT_OF_MEMORY,
    OVERSIZE,
    REDIRECT,
    SENSELESS,
    UNENCRYPTED,
    is_cryptography,
)
from .refusals import not_let_in
from .rules import BreachError, SealError, UnsealedError
from .soap import Fault, FaultAnswerError, OddAnswerError, fault_in

__all__ = ["Way", "from_answer", "from_exception", "from_preparation"]

_MOST_LINKS = 30
# SSL_ERROR_… of ssl.h end here; each is the errno of an SSLError on a connection.
_LAST_SSL_ERROR = 12


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the station was asked. ``doing``: what for, in words; ``transport``: ansible_winrm_transport."""

    doing: str
    transport: str = ""
    opening: bool = False  # nothing was answered on this connection yet
    server: str = ""  # the header Server of the last answer


# How the stock plugin begins the text in which kinit's own words follow (ansible/plugins/connection/winrm.py).
_KINIT_REFUSED = "Kerberos auth failure for principal "
# Beginnings of other texts of the stock plugin and of pywinrm (transport.py), whose class says nothing.
_PREPARATION: Final[tuple[tuple[str, Cause], ...]] = (
    (r"Kerberos auth failure when calling kinit", kerberos.LIBRARY_MISSING),
    (r"WinRM Kerberos authentication requested but", kerberos.LIBRARY_MISSING),
    (r"(?:kerberos: )?requested auth method is kerberos, but", kerberos.LIBRARY_MISSING),
    (r"The installed version of WinRM does not support transport\(s\) .*'kerberos'", kerberos.LIBRARY_MISSING),
    (r"The installed version of WinRM does not support transport\(s\) .*'(?:credssp|ntlm)'", LIBRARY),
    (r"(?:\w+: )?request(?:ed|s) auth method is \w+, but \S+ is not installed", LIBRARY),
    (r"(?:winrm or requests|xmltodict) is not installed", LIBRARY),
    (r"(?:\w+: )?cert(?:_key)?_pem file not found", OUR_FILES),
)
_PREPARATION_TEXTS: Final = tuple((re.compile(beginning), cause) for beginning, cause in _PREPARATION)

_Rule = Callable[[Any, Way], StationError | None]


def _links(exc: BaseException) -> Iterator[BaseException]:
    """The exception and everything it was made of: causes, contexts, and what libraries put into arguments."""
    waiting, seen = [exc], set[int]()
    while waiting and len(seen) < _MOST_LINKS:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = [link.__cause__, None if link.__suppress_context__ else link.__context__, getattr(link, "reason", None)]
        waiting += [each for each in (*link.args, *inner) if isinstance(each, BaseException)]


def from_answer(status: int, body: bytes, way: Way, *, server: str = "") -> StationError:
    """The error of an answer that is none: a fault whatever the status, or what else answered."""
    fault = fault_in(body)
    if fault is not None:
        return from_fault(fault, doing=way.doing)
    if status == 413:
        return REQUEST_TOO_LARGE.error(doing=way.doing)
    return http_cause(status).error(doing=way.doing, code=status, text=told(body, server))


def from_exception(exc: BaseException, way: Way) -> StationError:
    """The error of whatever was raised while the station was talked to."""
    if isinstance(exc, StationError):
        return exc
    links = list(_links(exc))
    for classes, rule in _RULES:
        for link in links:
            if isinstance(link, classes) and (error := rule(link, way)) is not None:
                return error
    return SENSELESS.error(doing=way.doing, text=Message("something that is not WinRM's ({error})", error=_named(exc)))


def from_preparation(exc: BaseException) -> StationError:
    """The error of what was raised before the station was asked anything: settings, files, libraries, Kerberos."""
    text = reason_of(exc)
    if text.startswith(_KINIT_REFUSED):
        return kerberos.from_kinit(str(exc))
    links = list(_links(exc))
    for beginning, cause in _PREPARATION_TEXTS:
        if beginning.match(text):
            # What the plugin says after it is what to do elsewhere.
            return cause.error(text=text.partition(". ")[0])
    if any(is_cryptography(link) for link in links):
        return CRYPTOGRAPHY.error(text=text)
    if any(isinstance(link, OSError) for link in links):
        return OUR_FILES.error(text=text)
    return (LIBRARY if any(isinstance(link, ImportError) for link in links) else OPTIONS).error(text=text)


def _named(exc: BaseException) -> str:
    said = one_line(exc, longest=120)
    return f"{type(exc).__name__}: {said}" if said else type(exc).__name__


def _response(exc: BaseException) -> requests.Response | None:
    for link in _links(exc):
        response = getattr(link, "response", None)
        if isinstance(response, requests.Response):
            return response
    return None


def _unauthorized(exc: AuthenticationError, way: Way) -> StationError:
    if way.transport == "kerberos" and not way.opening:
        return kerberos.ticket_over()
    response = _response(exc)
    offers = "" if response is None else response.headers.get("WWW-Authenticate", "")
    return not_let_in(way.transport, offers)


def _status(exc: WinRMTransportError, way: Way) -> StationError:
    response = _response(exc)
    body = exc.response_text if isinstance(exc.response_text, bytes) else str(exc.response_text).encode()
    return from_answer(int(exc.code), body, way, server=_server(response) or way.server)


def _wsman_fault(exc: WSManFaultError, way: Way) -> StationError:
    # Its own numbers are those of one of the two shapes, and of no inner fault.
    return from_answer(int(exc.code), str(exc.response).encode(), way)


def _timed_out(_exc: WinRMOperationTimeoutError, way: Way) -> StationError:
    # pywinrm's name for this fault, whatever was asked.
    return from_fault(Fault(codes=(NOTHING_YET,), subcode="TimedOut", reason=""), doing=way.doing)


def _server(response: requests.Response | None) -> str:
    return "" if response is None else response.headers.get("Server", "")


def _undecoded(exc: UnicodeDecodeError, way: Way) -> StationError | None:
    # pywinrm takes every error's page for UTF-8.
    response = _response(exc)
    return None if response is None else from_answer(response.status_code, exc.object, way, server=_server(response))


def _fault(exc: FaultAnswerError, way: Way) -> StationError:
    return from_fault(exc.fault, doing=way.doing)


def _gss(exc: BaseException, _way: Way) -> StationError | None:
    module, name = type(exc).__module__, type(exc).__name__
    if name == "MutualAuthenticationError" and "requests_kerberos" in module:
        return kerberos.not_proven()
    if module.partition(".")[0] not in {"kerberos", "winkerberos", "gssapi", "krb5"}:
        return None
    # python-gssapi has both codes as attributes, krb5 one, pykerberos pairs of text and number as arguments.
    major, minor = getattr(exc, "maj_code", None), getattr(exc, "min_code", getattr(exc, "err_code", None))
    if major is None and minor is None:
        pairs = [pair for pair in exc.args if isinstance(pair, tuple) and len(pair) == 2]
        major, minor = (next((n for n in pair if isinstance(n, int)), 0) for pair in [*pairs, (0,), (0,)][:2])
    return kerberos.from_gss(int(major or 0), int(minor or 0), _named(exc))


def _by_name(exc: BaseException, way: Way) -> StationError | None:
    for base in type(exc).__mro__:
        if cause := BY_NAME.get((base.__module__.partition(".")[0], base.__name__)):
            return _at_first(cause, way).error(doing=way.doing, text=one_line(exc, longest=200))
    status = getattr(exc, "status", None)
    if type(exc).__module__.startswith("aiohttp.") and isinstance(status, int):
        return from_answer(status, b"", way)
    return None


def _spnego(exc: spnego.SpnegoError, way: Way) -> StationError:
    if isinstance(exc, spnego.InvalidCredentialError | spnego.NoCredentialError):
        return OPTIONS.error(text=_named(exc))
    if isinstance(exc, spnego.CredentialsExpiredError | spnego.ContextExpiredError) or way.transport == "kerberos":
        return kerberos.from_gss(11 << 16 if "Expired" in type(exc).__name__ else 0, 0, _named(exc))
    return UNENCRYPTED.error(doing=way.doing, text=_named(exc))


def _verified(exc: ssl.SSLCertVerificationError, _way: Way) -> StationError:
    cause = VERIFY.get(getattr(exc, "verify_code", 0), UNTRUSTED)
    return cause.error(text=one_line(getattr(exc, "verify_message", "") or exc, longest=100))


def _tls(exc: ssl.SSLError, way: Way) -> StationError:
    reason = getattr(exc, "reason", None)
    cause = TLS.get(reason if isinstance(reason, str) else "")
    if cause is None and (exc.errno or 0) > _LAST_SSL_ERROR:
        # OpenSSL's own number: it was reading a file, not talking.
        cause = OUR_FILES
    if cause is None:
        cause = CUT if isinstance(exc, ssl.SSLEOFError | ssl.SSLZeroReturnError) else TLS_FAILED
    return _at_first(cause, way).error(doing=way.doing, text=one_line(reason or exc, longest=100))


def _at_first(cause: Cause, way: Way) -> Cause:
    """Who takes a connection is there, whatever it makes of the first request."""
    return {CUT: CUT_OFF, SILENT: MUTE}.get(cause, cause) if way.opening else cause


def _name(exc: socket.gaierror, _way: Way) -> StationError:
    return GAI.get(exc.errno or 0, NO_ADDRESS).error(text=one_line(exc.strerror or exc, longest=100))


def _system(exc: OSError, way: Way) -> StationError | None:
    if isinstance(exc, requests.exceptions.RequestException):
        # An OSError of its own making, around the one that tells.
        return None
    if exc.filename is not None or (type(exc) is OSError and exc.errno is None):
        # Without a number: requests, of the files of a certificate (adapters.py, cert_verify).
        return OUR_FILES.error(text=reason_of(exc))
    cause = ERRNO.get(exc.errno or 0)
    if type(exc) is PermissionError and exc.errno is None:  # requests_ntlm: NTLM is offered, and not spoken
        return SENSELESS.error(doing=way.doing, text=Message("nothing where NTLM was asked for"))
    if cause is None and isinstance(exc, TimeoutError):
        cause = NO_ANSWER if way.opening else SILENT
    if cause is None and isinstance(exc, ConnectionError):
        cause = CUT
    if cause is None:
        return None
    return _at_first(cause, way).error(doing=way.doing, text=one_line(exc.strerror or exc, longest=100))


def _encoded(exc: UnicodeError, _way: Way) -> StationError | None:
    if isinstance(exc, UnicodeDecodeError):
        return None
    # A host's name goes through IDNA, a password of Basic through Latin-1 (requests/auth.py).
    return (ADDRESS if "idna" in str(exc) else OPTIONS).error(text=_named(exc))


def _missing(exc: KeyError, way: Way) -> StationError:
    # pywinrm and requests_ntlm look headers up without asking whether they are there.
    return SENSELESS.error(doing=way.doing, text=Message("without the header {name}", name=one_line(exc, longest=60)))


def _breach(exc: BreachError, way: Way) -> StationError:
    return BREACHES[exc.breach].error(doing=way.doing, text=_answered_by(exc.text, exc.server or way.server))


def _unsealed(exc: UnsealedError, way: Way) -> StationError:
    if fault_in(exc.body) is not None:
        # A message, then, and anybody's.
        return IN_CLEAR.error(
            doing=way.doing, text=_answered_by(Message("a fault with HTTP {code}", code=exc.status), exc.server)
        )
    return from_answer(exc.status, exc.body, way, server=exc.server)


def _beyond(cause: Cause) -> _Rule:
    return lambda exc, way: cause.error(doing=way.doing, text=_answered_by(_said(exc, longest=100), way.server))


def _said(exc: BaseException, *, longest: int) -> str:
    """What an error says: a Message of ours, or a line of somebody else's."""
    told = message_of(exc)
    return printable_message(told, longest=longest) if isinstance(told, Message) else one_line(exc, longest=longest)


def _answered_by(text: str, server: str) -> str:
    return Message("{text}, server {name}", text=text, name=repr(one_line(server, longest=60))) if server else text


def _head(exc: http.client.HTTPException, way: Way) -> StationError | None:
    # "got more than 100 headers" has no class of its own (http/client.py).
    too_large = isinstance(exc, http.client.LineTooLong) or type(exc) is http.client.HTTPException
    return _beyond(OVERSIZE)(exc, way) if too_large else None


def _always(cause: Cause) -> _Rule:
    return lambda exc, way: _at_first(cause, way).error(doing=way.doing, text=_said(exc, longest=200), code=0)


# The first rule that has an error for any link counts.
_RULES: Final[tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _Rule], ...]] = (
    (BreachError, _breach),
    (UnsealedError, _unsealed),
    (DrippingError, _beyond(ENDLESS)),
    (OverflowingError, _beyond(OVERSIZE)),
    (FaultAnswerError, _fault),
    (OddAnswerError, _always(SENSELESS)),
    (MemoryError, _always(OUT_OF_MEMORY)),
    (WSManFaultError, _wsman_fault),
    (AuthenticationError, _unauthorized),
    (WinRMTransportError, _status),
    (WinRMOperationTimeoutError, _timed_out),
    # Its own class is left for what its decryption finds.
    ((WinRMError, SealError), _always(UNENCRYPTED)),
    (UnicodeDecodeError, _undecoded),
    (ssl.SSLCertVerificationError, _verified),
    (BaseException, _gss),
    (BaseException, _by_name),
    (Exception, lambda exc, _way: CRYPTOGRAPHY.error(text=_named(exc)) if is_cryptography(exc) else None),
    (spnego.SpnegoError, _spnego),
    (spnego.FeatureMissingError, _always(LIBRARY)),
    (
        (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError, requests.exceptions.InvalidProxyURL),
        _always(PROXY),
    ),
    (socket.gaierror, _name),
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
            urllib3.exceptions.LocationValueError,
        ),
        _always(ADDRESS),
    ),
    (UnicodeError, _encoded),
    (ssl.SSLError, _tls),
    (http.client.RemoteDisconnected, _always(CUT)),
    ((requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError), _always(SILENT)),
    (OSError, _system),
    ((http.client.IncompleteRead, urllib3.exceptions.IncompleteRead), _always(CUT)),
    (http.client.HTTPException, _head),
    (http.client.HTTPException, _always(NO_HTTP)),
    ((requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError), _always(NO_ANSWER)),
    (requests.exceptions.TooManyRedirects, _always(REDIRECT)),
    (
        (
            requests.exceptions.ContentDecodingError,
            urllib3.exceptions.DecodeError,
            urllib3.exceptions.HeaderParsingError,
        ),
        _always(SENSELESS),
    ),
    (requests.exceptions.ChunkedEncodingError, _always(CUT)),
    (requests.exceptions.Timeout, _always(SILENT)),
    (requests.exceptions.ConnectionError, _always(CUT)),
    (requests.exceptions.RequestException, _always(BROKEN_OFF)),
    (KeyError, _missing),
)
