# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of Index Éducation that are deployed: how each is recognised on a station. Data, not code. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["EDT_MONOPOSTE", "HARMLESS", "PRODUCTS", "PRONOTE_CLIENT", "UPDATER_NAME", "Product"]


@dataclass(frozen=True, kw_only=True)
class Product:
    """One program, by what a station shows of it."""

    key: str
    title: str  # as people say it, with the year appended
    # Group 1 is the year. Seen in the wild: "Client PRONOTE 2023 - 64bit", "INDEX EDUCATION - Client PRONOTE 2026".
    display_name: re.Pattern[str]
    # Publisher of a genuine entry; the 2026 entry was seen without one, so an empty publisher is accepted too.
    publisher: re.Pattern[str]
    exe: str
    # Folder below Program Files that holds every year side by side; the year stands in a folder's name under it.
    vendor_folder: str
    year_folder: re.Pattern[str]
    # Where a setup puts the exe: one elsewhere below the vendor's folder is a copy, if there is one here.
    usual_place: re.Pattern[str]
    processes: tuple[str, ...]
    # Folder of the depot below which its releases lie; the client's lie at the top, where they always have.
    depot_folder: str
    # The group of the inventory whose stations the playbooks bring to its release.
    group: str


PRONOTE_CLIENT = Product(
    key="pronote_client",
    title="Client PRONOTE",
    display_name=re.compile(r"client pronote (\d{4})", re.IGNORECASE),
    publisher=re.compile(r"^$|index.?[eé]ducation", re.IGNORECASE),
    exe="Client PRONOTE.exe",
    vendor_folder="Index Education",
    year_folder=re.compile(r"\\pronote (\d{4})\\", re.IGNORECASE),
    usual_place=re.compile(r"\\index education\\pronote \d{4}\\r.{1,2}seau\\client\\[^\\]{1,60}$", re.IGNORECASE),
    processes=("Client PRONOTE.exe", "IECefSubProcess.exe"),
    depot_folder="",
    group="pronote_stations",
)

# The timetable program on the workstation of a school's head. Folder and exe are known, the uninstall entry is not: a
# name after the pattern of the client's, in either order, is what is looked for (docs/fidelity.md, "EDT monoposte").
EDT_MONOPOSTE = Product(
    key="edt_monoposte",
    title="EDT monoposte",
    # The name of an entry has tens of characters; without an end to what may lie between, a long one costs its square.
    display_name=re.compile(r"\bedt\b(?=.{0,80}\bmonopost[eo]\b)\D{0,80}(\d{4})", re.IGNORECASE),
    publisher=PRONOTE_CLIENT.publisher,
    exe="EDT Monoposte.exe",
    vendor_folder=PRONOTE_CLIENT.vendor_folder,
    year_folder=re.compile(r"\\edt (\d{4})\\", re.IGNORECASE),
    usual_place=re.compile(r"\\index education\\edt \d{4}\\monoposte\\[^\\]{1,60}$", re.IGNORECASE),
    processes=("EDT Monoposte.exe",),
    depot_folder="edt_monoposte",
    group="pronote_edt_stations",
)

# What a rehearsal carries through as a job: it installs nothing, so there is nothing of it to be recognised.
HARMLESS = Product(
    key="rehearsal",
    title="Rehearsal",
    display_name=re.compile(r"(?!)"),
    publisher=re.compile(r"(?!)"),
    exe="",
    usual_place=re.compile(r"(?!)"),
    vendor_folder="",
    year_folder=re.compile(r"(?!)"),
    processes=(),
    depot_folder="rehearsal",
    group="",
)

PRODUCTS = {product.key: product for product in (PRONOTE_CLIENT, EDT_MONOPOSTE)}

# The updater of all products is a second entry: "Mise à jour automatique - Index Education -".
UPDATER_NAME = re.compile(r"mise [àa] jour automatique.{0,40}index.?[eé]ducation", re.IGNORECASE)
