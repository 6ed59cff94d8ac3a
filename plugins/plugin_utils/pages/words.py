# SPDX-License-Identifier: GPL-3.0-or-later
"""What all pages for people share: their language, their titles, and dates as people write them. Pure."""

from __future__ import annotations

import datetime as dt

from ...module_utils.base.times import local
from ...module_utils.product.products import PRODUCTS

__all__ = ["audit_title", "board_title", "date", "date_time", "page_words"]

_WORDS = {
    "fr": {
        "lang": "fr",
        "skip": "Aller au contenu",
        "pages": "Autres pages",
        "top": "Haut de page",
        "by": "Produit par rentree.pronote. Toutes les heures sont celles du contrôleur.",
        "audit": "Audit du client PRONOTE",
        "audit_of": "Audit : {product}",
        "board": "Opérations de rentrée",
    },
    "en": {
        "lang": "en",
        "skip": "Skip to content",
        "pages": "Other pages",
        "top": "Top of page",
        "by": "Made by rentree.pronote. All times are the controller's.",
        "audit": "Audit of the PRONOTE client",
        "audit_of": "Audit: {product}",
        "board": "Yearly operations",
    },
}
_MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def page_words(language: str) -> dict[str, str]:
    """The words around every page. Unknown languages are shown in English."""
    return _WORDS["fr" if language == "fr" else "en"]


def audit_title(product: str, language: str) -> str:
    """The title of the audit of a product."""
    words = page_words(language)
    return words["audit"] if product == "pronote_client" else words["audit_of"].format(product=PRODUCTS[product].title)


def board_title(language: str) -> str:
    """The title of the board of the yearly operations."""
    return page_words(language)["board"]


def date(text: str, *, language: str, zone: dt.tzinfo | None = None) -> str:
    """A time of the store as a local date for people; ``zone`` None is the controller's. Raises ValueError."""
    moment = local(text, zone=zone)
    months = _MONTHS["fr" if language == "fr" else "en"]
    day = "1er" if language == "fr" and moment.day == 1 else str(moment.day)
    return f"{day}\u00a0{months[moment.month - 1]}\u00a0{moment.year}"


def date_time(text: str, *, language: str, zone: dt.tzinfo | None = None) -> str:
    """The same with hours and minutes."""
    return f"{date(text, language=language, zone=zone)}, {local(text, zone=zone):%H:%M}"
