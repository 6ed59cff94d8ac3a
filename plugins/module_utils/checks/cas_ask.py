# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Ask PRONOTE and the ENT whether they are connected: three requests per school and lifetime, for all workers.

The description is that of ``server/release.py``, kept by itself. The page of PRONOTE is asked once and not followed.
The ENT's login page is asked once; what it sends elsewhere *on its own host* is followed for some steps, with cookies,
as browsers do: login pages test for cookies that way.

The login page is asked only at the host that is expected, over TLS that is always verified, and with nothing in the
address but ``service``: another server's word must not send the controller, or a token, anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from ..base.http import REDIRECTS, Reply, RequestError, ask
from ..base.identifiers import host_of
from ..base.message import Message, message_of
from ..base.times import iso_of
from ..server.answers import Answer, ask_once
from ..server.description import HostedServerError, known_refusal
from ..server.release import HostedOptions, read_hosted_release
from .cas import Observation, Redirect, judge_cas, parse_redirect, refuses_service, tls_problem
from .findings import Report

__all__ = ["CasRequest", "check_cas"]

_MAX_STEPS = 5


@dataclass(frozen=True, kw_only=True)
class CasRequest:
    """Which school, and the ENT that it should be connected to. ``cas_ca_path``: authorities for the ENT's page."""

    uai: str
    url: str
    ent_host: str
    options: HostedOptions
    cas_ca_path: str | None = None


def check_cas(request: CasRequest) -> dict[str, Any]:
    """Everything about one school. Raises ValueError for a malformed option."""
    report = Report(operation=5)
    ent_host = _ent_host(request)
    try:
        answer = read_hosted_release(request.uai, request.url, options=request.options)
    except HostedServerError as exc:
        report.find("pronote_unreadable", fact=exc.fact)
        return {**report.as_dict(), "cas": None, "cached": False}
    cas = answer.info["cas"]
    seen: Answer[_Observations] = Answer(value=(None, None), read_at=answer.read_at, cached=True)
    if cas["active"]:
        seen = _asked_once(request, answer.server, ent_host or host_of(str(cas["host"])))
    judge_cas(
        report,
        stated=cas,
        stated_at=iso_of(answer.read_at),
        server=answer.server,
        ent_host=ent_host,
        redirect=seen.value[0],
        login=seen.value[1],
        asked_at=iso_of(seen.read_at),
    )
    return {**report.as_dict(), "cas": dict(cas), "cached": seen.cached and answer.cached}


def _ent_host(request: CasRequest) -> str:
    """The ENT's host. Raises ValueError for what the admin got wrong: the ENT would be blamed for it."""
    host = host_of(request.ent_host)
    if request.ent_host and not host:
        given = repr(request.ent_host)
        raise ValueError(Message("{host} is not a host name, as in cas.mon-ent.example.org", host=given))
    if request.cas_ca_path and not Path(request.cas_ca_path).is_file():
        raise ValueError(Message("cas_ca_path {path} is not a file", path=repr(request.cas_ca_path)))
    return host


_CORRECTED = 600.0
"""Seconds until a wrong redirect or login page is looked at again: somebody is at the hosting console."""

_Observations = tuple[Observation | None, Observation | None]


def _asked_once(request: CasRequest, server: str, expected: str) -> Answer[_Observations]:
    options = request.options

    def ask() -> dict[str, Any]:
        redirect, login = _ask(request, server, expected)
        return {"redirect": redirect.dump(), "login": login.dump() if login else None}

    def lifetime(seen: _Observations) -> float:
        # What somebody will correct is looked at again sooner; a server that refuses is left alone.
        said = [each.what if each else "" for each in seen]
        if said == ["redirect", "login"]:
            return options.lifetime
        return options.failure_lifetime if said[0] == "redirect_refused" else min(_CORRECTED, options.failure_lifetime)

    question = ("cas", server, expected, request.cas_ca_path or "")
    return ask_once(server, question, ask, _load, options=options, lifetime=lifetime, requests=1 + _MAX_STEPS)


def _load(data: Any) -> _Observations:
    redirect, login = (Observation.load(data[name]) if data[name] else None for name in ("redirect", "login"))
    return redirect, login


def _ask(request: CasRequest, server: str, expected: str) -> tuple[Observation, Observation | None]:
    seen, target = _page(server, request.options)
    if target is None or target.scheme != "https" or not expected or target.host != expected:
        return seen, None
    return seen, _login(target, request, back=host_of(server))


def _page(server: str, options: HostedOptions) -> tuple[Observation, Redirect | None]:
    """The page of PRONOTE, which should send its visitor to the ENT."""
    try:
        answer = ask(server, bounds=options.bounds())
        if answer.status not in REDIRECTS:
            return _not_redirected(server, answer), None
        target = parse_redirect(answer.headers.get("Location", ""), server)
    except RequestError as exc:
        fact = Message("no answer ({reason})", reason=message_of(exc))
        return Observation(what="redirect_refused", values={"fact": fact}), None
    except ValueError:
        return Observation(what="redirect_malformed", values={}), None
    if target.host == host_of(server):
        # To itself, without end; or to one of its own pages, which is no redirect to the ENT.
        itself = target.address.rstrip("/").lower() == server.rstrip("/").lower()
        return Observation(what="redirect_loop" if itself else "redirect_absent", values={}), None
    values = {"host": target.host, "scheme": target.scheme, "service_host": target.service_host}
    return Observation(what="redirect", values=values), target


def _not_redirected(server: str, answer: Reply) -> Observation:
    refusal = known_refusal(server, answer.body)
    if refusal is not None:
        return Observation(what="redirect_refused", values={"fact": refusal.fact})
    if answer.status >= 400:
        fact = Message("it answered HTTP {status}", status=answer.status)
        return Observation(what="redirect_refused", values={"fact": fact})
    return Observation(what="redirect_absent", values={})


def _login(target: Redirect, request: CasRequest, *, back: str) -> Observation:
    """The ENT's login page."""
    address, jar = target.login, CookieJar()
    bounds = replace(request.options.bounds(), validate_certs=True, ca_path=request.cas_ca_path)
    for _turn in range(_MAX_STEPS):
        try:
            answer = ask(address, bounds=bounds, jar=jar)
            if answer.status not in REDIRECTS:
                return _judged(answer, target)
            step = parse_redirect(answer.headers.get("Location", ""), address)
        except RequestError as exc:
            return _failed(exc, target.host)
        except ValueError:
            return Observation(what="login_not_page", values={})
        if step.scheme != "https":
            return Observation(what="login_plain_http", values={"host": step.host})
        if step.host == back:
            # Back to PRONOTE, which sends to the ENT again: nobody logs in.
            break
        if step.host != target.host:
            return Observation(what="login_elsewhere", values={"host": step.host})
        address = step.whole
    return Observation(what="login_loop", values={})


def _judged(answer: Reply, target: Redirect) -> Observation:
    text = answer.body.decode("utf-8", "replace")
    if refuses_service(text):
        return Observation(what="login_service_refused", values={})
    if answer.status != 200:
        return Observation(what="login_http", values={"status": str(answer.status)})
    if "html" not in answer.headers.get("Content-Type", "").lower() or "<" not in text:
        return Observation(what="login_not_page", values={})
    return Observation(what="login", values={"host": target.host, "address": target.address})


def _failed(exc: RequestError, host: str) -> Observation:
    if exc.tls is not None:
        return Observation(what=tls_problem(exc.tls), values={"host": host, "reason": exc.tls.reason or "TLS"})
    return Observation(what="login_down", values={"reason": message_of(exc)})
