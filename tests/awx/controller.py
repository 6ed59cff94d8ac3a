"""A stand-in of AWX's API v2 that keeps what it is told, and refuses what AWX would: references to nothing, prompts
that a template does not ask for, answers that a survey wants, two credentials of a kind. Pages, filters and statuses
as the collection awx.awx asks for them. I/O: a server on loopback.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from .kinds import KINDS, Kind
from .rules import Refused, check

__all__ = ["TOKEN", "Controller", "controller"]

TOKEN = "of-the-tests"
_TOP = "/api/v2/"
_PAGE = 25  # objects, AWX's own default
_SUMS = {
    "unified_job_templates": ("job_templates", "workflow_job_templates", "workflow_approval_templates", "projects")
}
Thing = dict[str, Any]


class Controller:
    """``kept``: objects by endpoint and number, with their links by name; ``writes``: what changed something, in
    order."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[int, Thing]] = {endpoint: {} for endpoint in KINDS}
        self.writes: list[str] = []
        self._next = 1
        for kind, name in (("ssh", "Machine"), ("vault", "Vault")):
            self.make("credential_types", {"name": name, "kind": kind})
        self.make("instances", {"hostname": "node1"})
        self.writes.clear()

    def all(self, endpoint: str) -> list[Thing]:
        """Every object of an endpoint, in the order in which they were made."""
        found = {number: each for part in _SUMS.get(endpoint, (endpoint,)) for number, each in self.kept[part].items()}
        return [found[number] for number in sorted(found)]

    def one(self, endpoint: str, **wanted: Any) -> Thing:
        """The only object with these values."""
        (found,) = (each for each in self.all(endpoint) if wanted.items() <= each.items())
        return found

    def make(self, endpoint: str, data: Thing) -> Thing:
        """Keep a new object. Raises Refused."""
        kind = KINDS[endpoint]
        self._check(endpoint, kind, data)
        if missing := [name for name in kind.required if data.get(name) in (None, "")]:
            raise Refused({name: ["This field is required."] for name in missing})
        number, self._next = self._next, self._next + 1
        blank = {str: "", bool: False, int: 0, dict: {}}
        thing = {name: blank[of] for name, of in kind.fields.items()} | dict.fromkeys(kind.refers)
        thing |= {name: value for name, value in data.items() if name not in kind.read_only}
        if endpoint == "job_templates":
            thing["organization"] = self.kept["projects"][data["project"]]["organization"]
        thing |= {"id": number, "type": kind.type, "url": f"{_TOP}{endpoint}/{number}/"}
        thing |= {"links": {name: [] for name in kind.links}, "survey": {}}
        self._check_unique(endpoint, kind, thing)
        self.kept[endpoint][number] = thing
        self.writes.append(f"POST {endpoint} {data.get('name') or data.get('identifier')}")
        return thing

    def change(self, endpoint: str, number: int, data: Thing) -> Thing:
        """Change an object that is there. Raises Refused."""
        kind, thing = KINDS[endpoint], self.kept[endpoint][number]
        self._check(endpoint, kind, {**{name: thing.get(name) for name in kind.known - {*kind.read_only}}, **data})
        changed = {**thing, **{name: value for name, value in data.items() if name not in kind.read_only}}
        self._check_unique(endpoint, kind, changed)
        if changed != thing:
            self.writes.append(f"PATCH {endpoint} {number}")
        thing.update(changed)
        return thing

    def remove(self, endpoint: str, number: int) -> None:
        """Forget an object, and every link to it."""
        del self.kept[endpoint][number]
        for name, things in self.kept.items():
            for thing in things.values():
                for link, to in KINDS[name].links.items():
                    if to == endpoint and number in thing["links"][link]:
                        thing["links"][link].remove(number)
        self.writes.append(f"DELETE {endpoint} {number}")

    def link(self, endpoint: str, number: int, name: str, data: Thing) -> None:
        """Link an object to another, or take the link away. Raises Refused."""
        kind, thing = KINDS[endpoint], self.kept[endpoint][number]
        other = self._at(kind.links[name], data.get("id"))
        if other is None:
            raise Refused({"detail": "No such object."})
        links = thing["links"][name]
        if data.get("disassociate"):
            links.remove(other["id"])
        elif other["id"] not in links:
            if name == "credentials":
                self._check_kinds(thing, other)
            links.append(other["id"])
        self.writes.append(f"LINK {endpoint} {number} {name} {other['id']}")

    def _check_kinds(self, thing: Thing, other: Thing) -> None:
        types, held = self.kept["credential_types"], self.kept["credentials"]
        kinds = [types[held[each]["credential_type"]]["name"] for each in thing["links"]["credentials"]]
        if (name := types[other["credential_type"]]["name"]) in kinds:
            raise Refused({"error": f"Cannot assign multiple {name} credentials."})

    def _check(self, endpoint: str, kind: Kind, data: Thing) -> None:
        if unknown := set(data) - kind.known:
            raise Refused({name: ["This field is not known."] for name in sorted(unknown)})
        for name, to in kind.refers.items():
            if data.get(name) is not None and self._at(to, data[name]) is None:
                raise Refused({name: [f'Invalid pk "{data[name]}" - object does not exist.']})
        for name, of in kind.fields.items():
            value = data.get(name)
            if value is not None and (not isinstance(value, of) or (of is int and isinstance(value, bool))):
                raise Refused({name: [f"Not a valid {of.__name__}."]})
        check(endpoint, data, self._at)

    def _check_unique(self, endpoint: str, kind: Kind, thing: Thing) -> None:
        for each in self.kept[endpoint].values():
            same = all(each.get(name) == thing.get(name) for name in kind.unique)
            if kind.unique and same and each["id"] != thing["id"]:
                raise Refused({"__all__": [f"{kind.type} with this {' and '.join(kind.unique)} already exists."]})

    def _at(self, endpoint: str, number: Any) -> Thing | None:
        return next((each for each in self.all(endpoint) if each["id"] == number), None)


def _shown(endpoint: str, thing: Thing) -> Thing:
    """As the API tells of an object."""
    told = {name: value for name, value in thing.items() if name not in {"links", "survey"}}
    told["related"] = {"survey_spec": f"{thing['url']}survey_spec/"}
    told["summary_fields"] = {}
    if endpoint == "credential_types":
        told["managed"] = thing["name"] in {"Machine", "Vault"}
    if endpoint == "projects":
        told["scm_revision"] = "1" * 40
    if endpoint == "credentials":
        told["inputs"] = dict.fromkeys(thing["inputs"], "$encrypted$")
    return told


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"detail": "Authentication credentials were not provided."})
            return
        with self.server.lock:
            try:
                self._answer(*self._act(json.loads(body) if body else {}))
            except Refused as exc:
                self._answer(400, exc.told)
            except KeyError:
                self._answer(404, {"detail": "Not found."})

    do_GET = do_POST = do_PATCH = do_DELETE = _do  # noqa: N815  (http.server's names)

    def _act(self, data: Thing) -> tuple[int, Any]:
        made, url = self.server.controller, urlsplit(self.path)
        endpoint, *rest = url.path.removeprefix(_TOP).strip("/").split("/")
        if not rest:
            if self.command == "POST":
                return 201, self._told(endpoint, made.make(endpoint, data))
            return 200, self._page(endpoint, made.all(endpoint), url.path, dict(parse_qsl(url.query)))
        number = int(rest[0])
        thing = made.kept[endpoint][number]
        if rest[1:] == ["survey_spec"]:
            return self._survey(thing, data)
        if rest[1:] == ["create_approval_template"]:
            approval = made.make("workflow_approval_templates", data)
            thing["unified_job_template"] = approval["id"]
            return 201, _shown("workflow_approval_templates", approval)
        if rest[1:]:
            if self.command == "POST":
                made.link(endpoint, number, rest[1], data)
                return 204, None
            to = KINDS[endpoint].links[rest[1]]
            linked = [made.kept[to][each] for each in thing["links"][rest[1]]]
            return 200, self._page(to, linked, url.path, dict(parse_qsl(url.query)))
        if self.command == "DELETE":
            made.remove(endpoint, number)
            return 204, None
        return 200, self._told(endpoint, made.change(endpoint, number, data) if self.command == "PATCH" else thing)

    def _survey(self, thing: Thing, data: Thing) -> tuple[int, Any]:
        if self.command == "POST":
            thing["survey"] = data
            self.server.controller.writes.append(f"SURVEY {thing['name']}")
        return 200, thing["survey"]

    def _told(self, endpoint: str, thing: Thing) -> Thing:
        told = _shown(endpoint, thing)
        named = thing.get("unified_job_template") or 0
        approvals = self.server.controller.kept["workflow_approval_templates"]
        if endpoint == "workflow_job_template_nodes" and named in approvals:
            told["related"]["unified_job_template"] = approvals[named]["url"]
        return told

    def _page(self, endpoint: str, things: list[Thing], path: str, asked: dict[str, str]) -> Thing:
        page, size = int(asked.pop("page", 1)), int(asked.pop("page_size", _PAGE))
        found = [each for each in things if self._fits(endpoint, each, asked)]
        begin = (page - 1) * size
        more = urlencode({**asked, "page": page + 1, "page_size": size})
        return {
            "count": len(found),
            "next": f"{path}?{more}" if begin + size < len(found) else None,
            "previous": None,
            "results": [self._told(endpoint, each) for each in found[begin : begin + size]],
        }

    def _fits(self, endpoint: str, thing: Thing, asked: dict[str, str]) -> bool:
        """Every filter, but of those with ``or__`` any. One of an unknown field is refused, as AWX does."""
        alternatives, fits = [], True
        for key, value in asked.items():
            either, name = key.startswith("or__"), key.removeprefix("or__")
            name, _, more = name.partition("__")
            kinds = [KINDS[each] for each in _SUMS.get(endpoint, (endpoint,))]
            if name not in {"id", "type"}.union(*(each.known for each in kinds)):
                raise Refused({"detail": f"{kinds[0].type} has no field named '{name}'"})
            held = thing.get(name)
            if more not in {"", "in"}:
                to = next(each.refers[name] for each in kinds if name in each.refers)
                held = self.server.controller.kept[to][thing[name]][more]
            met = str(held) in value.split(",") if more == "in" else str(held) == value
            if either:
                alternatives.append(met)
            else:
                fits = fits and met
        return fits and (any(alternatives) or not alternatives)

    def _answer(self, status: int, data: Any) -> None:
        body = b"" if data is None else json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, made: Controller) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.controller, self.lock = made, Lock()


@contextmanager
def controller() -> Iterator[tuple[Controller, str]]:
    """The stand-in and its address, until the end of the block."""
    server = _Server(Controller())
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.controller, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
