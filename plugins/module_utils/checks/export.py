# SPDX-License-Identifier: GPL-3.0-or-later
"""Read PRONOTE's export of identifiers (``IdPN_To_Kosmos.xml`` and its like) as a stream. Pure.

The format is not public. What is relied on (docs/fidelity.md): a clear form with ``Professeur``, ``Eleve`` and
``Responsable`` elements that carry ``Nom Prenom DateNaissance IdPN`` (the case of names varies), and an encrypted
envelope. Whatever else is there is counted. The clear form of a public sibling has its school as an attribute of the
root, and ``AnneeScolaire DateDebut``; the envelope's names are looked at there too, in the root and right below it.

The file is hostile: no DTD, no entity, bounded depth, counts and sizes; and nothing of its text is put in an error,
since all of it may be personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers.expat import ExpatError, errors
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from ..base.message import Message
from .export_people import KINDS, OTHER, Detail, People
from .findings import CheckError

try:
    from defusedxml.common import DefusedXmlException
    from defusedxml.expatreader import DefusedExpatParser
except ImportError:  # On the host that runs the module; it says so itself.
    HAS_DEFUSEDXML = False
else:
    HAS_DEFUSEDXML = True

__all__ = ["HAS_DEFUSEDXML", "NAMESPACE", "Export", "read_export"]

NAMESPACE = "http://www.index-education.com/conteneurexportchiffre"
_ROOT = "export_index_education"
# Of the envelope (docs/fidelity.md, O8); the address and the school's name are not looked at.
_FACTS = frozenset({"version", "logiciel", "dateheure", "uai", "rne"})
_ENVELOPE = _FACTS | {"cles", "contenu", "verification", "nometablissement", "codepostalville"}

_CHUNK = 1 << 16
_MAX_DEPTH = 32
_MAX_ELEMENTS = 2_000_000
_MAX_PEOPLE = 200_000  # the largest schools have some 3,000 pupils
_MAX_PARTNERS = 50
_MAX_TEXT = 200
# A start tag that goes on and on is read again from its beginning with every chunk (expat before 2.6, CVE-2023-52425).
_MAX_SILENCE = 1 << 20

_KINDS = {kind.lower(): kind for kind in KINDS}
_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
_CUT_OFF = frozenset(
    {errors.XML_ERROR_NO_ELEMENTS, errors.XML_ERROR_UNCLOSED_TOKEN, errors.XML_ERROR_PARTIAL_CHAR}
    | {errors.XML_ERROR_UNCLOSED_CDATA_SECTION}
)
_ENCODING = frozenset({errors.XML_ERROR_UNKNOWN_ENCODING, errors.XML_ERROR_INCORRECT_ENCODING})


@dataclass(kw_only=True)
class Export:
    """What an export says. ``facts``: the raw texts of the envelope or of the root, by lower-case name."""

    people: People
    root: str = ""
    namespace: str = ""
    encoding: str = "utf-8"  # "utf-8-sig" with a byte order mark, "utf-16"
    facts: dict[str, str] = field(default_factory=dict)
    partners: list[str] = field(default_factory=list)
    unknown: int = 0
    # Characters of base64 in CONTENU; None when there is no such element.
    content: int | None = None
    content_sound: bool = True

    @property
    def encrypted(self) -> bool:
        return self.root.lower() == _ROOT and not len(self.people)

    @property
    def recognised(self) -> bool:
        """Something shows that PRONOTE wrote it."""
        return (
            self.encrypted
            or bool(len(self.people))
            or bool(self.facts.keys() & {"uai", "rne", "logiciel", "anneescolaire"})
        )


class _Handler(ContentHandler):
    """Takes the events of the parser in."""

    def __init__(self, export: Export, line: Callable[[], int | None]) -> None:
        super().__init__()
        self.export = export
        self._line = line
        self.events = 0
        self.elements = 0
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._padding = 0

    # The names are xml.sax's.
    def startElementNS(self, name: Any, _qname: Any, attrs: AttributesNSImpl) -> None:  # noqa: N802
        self.events += 1
        self.elements += 1
        uri, local = name
        lower = local.lower()
        self._path.append(lower)
        if len(self._path) > _MAX_DEPTH:
            raise CheckError("export_beyond_limits", reason=Message("more than {most} levels", most=_MAX_DEPTH))
        if self.elements > _MAX_ELEMENTS:
            raise CheckError("export_beyond_limits", reason=Message("more than {most} elements", most=_MAX_ELEMENTS))
        attributes = {attribute[1].lower(): value for attribute, value in attrs.items()}
        if len(self._path) == 1:
            self.export.root, self.export.namespace = local, uri or ""
            for fact in _FACTS & attributes.keys():
                self.export.facts[fact] = attributes[fact][:_MAX_TEXT]
        elif "idpn" in attributes or (lower in _KINDS and attributes.keys() & {"nom", "prenom"}):
            # In the public sibling a Professeur with nothing but an Ident, below a Cours, only refers to one.
            self._person(_KINDS.get(lower, OTHER), attributes)
        else:
            self._other(lower, attributes)

    def _person(self, kind: str, attributes: dict[str, str]) -> None:
        self.export.people.meet(kind, attributes, self._line() or 0)
        if len(self.export.people) > _MAX_PEOPLE:
            raise CheckError("export_beyond_limits", reason=Message("more than {most} people", most=_MAX_PEOPLE))

    def _other(self, lower: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        if depth == 2 and lower in _ENVELOPE:
            if lower in _FACTS:
                self._text = []
            elif lower == "contenu":
                self.export.content = 0
        elif lower == "anneescolaire" and "datedebut" in attributes:
            self.export.facts.setdefault("anneescolaire", attributes["datedebut"][:_MAX_TEXT])
        elif lower == "partenaire" and self._path[-2] == "cles":
            if len(self.export.partners) < _MAX_PARTNERS:
                self.export.partners.append(attributes.get("nom", "")[:_MAX_TEXT])
        else:
            self.export.unknown += 1

    def characters(self, content: str) -> None:
        self.events += 1
        if self._text is not None:
            if sum(map(len, self._text)) < _MAX_TEXT:
                self._text.append(content[:_MAX_TEXT])
        elif len(self._path) == 2 and self._path[1] == "contenu":
            packed = "".join(content.split())
            data = packed.rstrip("=")
            # Padding ends it, in however many pieces it comes.
            if (data and self._padding) or not _BASE64.fullmatch(data):
                self.export.content_sound = False
            self._padding += len(packed) - len(data)
            self.export.content = (self.export.content or 0) + len(packed)

    def endElementNS(self, _name: Any, _qname: Any) -> None:  # noqa: N802
        self.events += 1
        ended = self._path.pop()
        if ended == "contenu" and (self._padding > 2 or (self.export.content or 0) % 4):
            self.export.content_sound = False
        if self._text is not None and len(self._path) == 1:
            self.export.facts.setdefault(ended, "".join(self._text).strip()[:_MAX_TEXT])
            self._text = None


def read_export(content: IO[bytes], *, path: str, key: bytes, tell: Callable[[Detail], None] | None = None) -> Export:
    """Read an open export. ``path`` is for findings; ``tell`` receives personal data. Raises CheckError, OSError."""
    export = Export(people=People(key=key, tell=tell))
    parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
    handler = _Handler(export, parser.getLineNumber)
    parser.setContentHandler(handler)
    try:
        _feed(parser, handler, content)
    except DefusedXmlException as exc:
        raise CheckError("export_dtd", line=parser.getLineNumber()) from exc
    except SAXParseException as exc:
        raise _broken(exc, path=path, seen=bool(handler.elements)) from exc
    except (ValueError, LookupError) as exc:
        # What Python's codecs say of the encoding that the file declares.
        raise CheckError("export_encoding", line=parser.getLineNumber()) from exc
    return export


def _feed(parser: DefusedExpatParser, handler: _Handler, content: IO[bytes]) -> None:
    events = silence = 0
    first = True
    while chunk := content.read(_CHUNK):
        if first:
            handler.export.encoding = _encoding(chunk)
            first = False
        parser.feed(chunk)
        silence = silence + len(chunk) if handler.events == events else 0
        events = handler.events
        if silence >= _MAX_SILENCE:
            raise CheckError(
                "export_beyond_limits", reason=Message("more than {most} bytes without an element", most=_MAX_SILENCE)
            )
    parser.close()


def _encoding(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        return "utf-16"
    return "utf-8-sig" if start.startswith(b"\xef\xbb\xbf") else "utf-8"


def _broken(exc: SAXParseException, *, path: str, seen: bool) -> CheckError:
    cause = exc.getException()
    reason = errors.messages.get(cause.code, "") if isinstance(cause, ExpatError) else ""
    line = exc.getLineNumber() or 0
    if reason in _ENCODING:
        return CheckError("export_encoding", line=line)
    if not seen:
        return CheckError("export_not_xml", path=path)
    if reason in _CUT_OFF:
        return CheckError("export_truncated", line=line)
    # One of expat's own sentences ("mismatched tag"): never the file's words.
    return CheckError("export_malformed", line=line, reason=reason)
