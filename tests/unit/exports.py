"""Exports of identifiers with invented people, and what must never be seen of them.

Nobody of these exists: names are drawn from a list of rivers and stones, identifiers from a counter.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

__all__ = ["SECRETS", "UAI", "Somebody", "clear_export", "envelope", "identifier", "school"]

UAI = "0310001A"
_ALPHABET = "2345789ABCDEFGHJKMNPQRSTUVWXYZ"


def identifier(number: int) -> str:
    """The nth sound identifier: 16 different characters of the alphabet."""
    left, drawn = list(_ALPHABET), ""
    for _ in range(16):
        number, at = divmod(number * 7919 + 13, len(left))
        drawn += left.pop(at)
    return drawn


@dataclass(frozen=True)
class Somebody:
    """One person of an export, as an element."""

    kind: str
    last: str
    first: str
    idpn: str | None
    born: str = ""
    spelling: str = "IdPN"
    children: tuple[Somebody, ...] = field(default=())

    def xml(self) -> str:
        attributes = {"Ident": "1", "Nom": self.last, "Prenom": self.first}
        if self.born:
            attributes["DateNaissance"] = self.born
        if self.idpn is not None:
            attributes[self.spelling] = self.idpn
        shown = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        if not self.children:
            return f"<{self.kind} {shown}/>"
        return f"<{self.kind} {shown}>\n" + "\n".join(child.xml() for child in self.children) + f"\n</{self.kind}>"


def school(*, first_number: int = 0) -> list[Somebody]:
    """A teacher, three pupils of whom two are siblings with one mother, and a homonym of the eldest's father."""
    one = first_number
    mother = Somebody("Responsable", "GARONNETTE", "Basaltine", identifier(one + 1))
    mother_again = Somebody("Responsable", "Garonnette", "BASALTINE", identifier(one + 1), spelling="IDPN")
    father = Somebody("Responsable", "LAUQUETTE", "Schistophe", identifier(one + 2))
    homonym = Somebody("Responsable", "LAUQUETTE", "Schistophe", identifier(one + 3))
    return [
        Somebody("Professeur", "DORDOGNARD", "Gneissandre", identifier(one), born="1971-04-02"),
        Somebody("Eleve", "LAUQUETTE", "Ardoisie", identifier(one + 4), "2012-05-06", children=(mother, father)),
        Somebody("Eleve", "LAUQUETTE", "Micaël-Grès", identifier(one + 5), "2014-07-08", "IDPN", (mother_again,)),
        Somebody("Eleve", "TARNEAU", "Calcédoine", identifier(one + 6), "2013-09-10", children=(homonym,)),
    ]


# What no output may hold: names and identifiers of the school above, in whatever spelling (compared without case).
SECRETS = (
    *("garonnette", "basaltine", "lauquette", "schistophe", "dordognard", "gneissandre", "ardoisie"),
    *("micaël", "tarneau", "calcédoine"),
    *(identifier(number).lower() for number in range(60)),
)


def clear_export(
    people: Iterable[Somebody], *, uai: str = UAI, software: str = "PRONOTE 2026.2.7", more: str = ""
) -> str:
    """The clear form. Where it says its school and year is a guess (docs/fidelity.md)."""
    body = "\n".join(person.xml() for person in people)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<EXPORT UAI="{uai}" LOGICIEL="{software}" DATEHEURE="28/08/2026 09:12:00">\n{body}\n{more}</EXPORT>\n'
    )


def envelope(
    *,
    uai: str = UAI,
    software: str = "PRONOTE réseau 2026 - 2.7",
    date: str = "28/08/2026 09:12:00",
    content: str | None = None,
    namespace: str = "http://www.index-education.com/conteneurexportchiffre",
    partner: str = "KOSMOS",
) -> str:
    """The encrypted envelope (shape of a public sibling, docs/fidelity.md, O)."""
    packed = base64.b64encode(bytes(range(256)) * 20).decode() if content is None else content
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<EXPORT_INDEX_EDUCATION xmlns="{namespace}"><VERSION>1</VERSION><LOGICIEL>{software}</LOGICIEL>\n'
        f'<CLES><PARTENAIRE NOM="{partner}">QUJDRA==</PARTENAIRE></CLES>\n<CONTENU>{packed}</CONTENU>\n'
        f"<VERIFICATION>QUJDRA==</VERIFICATION><DATEHEURE>{date}</DATEHEURE><UAI>{uai}</UAI>\n"
        "<NOMETABLISSEMENT>Lycée d'Exemple</NOMETABLISSEMENT>"
        "<CODEPOSTALVILLE>31000 Toulouse</CODEPOSTALVILLE></EXPORT_INDEX_EDUCATION>\n"
    )
