# SPDX-License-Identifier: GPL-3.0-or-later
"""What the columns of each export of stations are called. Data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["FIELDS", "PRESETS", "Preset"]

FIELDS = ("name", "address", "mac", "room", "school", "uai")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One export. ``headings`` by field, the first that is there wins; lower case, without accents."""

    key: str
    headings: Mapping[str, tuple[str, ...]]
    # Cells of school and room are ways from a root, as "Entité racine > Lycée Exemple > Bâtiment A".
    trees: bool = False


PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset(
            key="plain",
            headings={
                "name": ("name", "nom", "poste", "station", "hostname"),
                "address": ("address", "adresse", "ip", "adresse ip", "ip address"),
                "mac": ("mac", "adresse mac", "mac address"),
                "room": ("room", "salle"),
                "school": ("school", "etablissement"),
                "uai": ("uai", "rne"),
            },
        ),
        # GLPI's search export: "<group of the option> - <name of the option>" (src/Glpi/Search/Output/Spreadsheet.php),
        # options 21 (MAC) and 126 (IP) of the group Networking (src/NetworkPort.php, src/NetworkName.php).
        Preset(
            key="glpi",
            headings={
                "name": ("name", "nom"),
                "address": ("networking - ip address", "networking - ip", "reseau - adresse ip", "reseau - ip"),
                "mac": ("networking - mac address", "networking - mac", "reseau - adresse mac", "reseau - mac"),
                "room": ("location", "lieu", "characteristics - location", "caracteristiques - lieu"),
                "school": ("entity", "entite", "characteristics - entity", "caracteristiques - entite"),
            },
            trees=True,
        ),
        # OCS Inventory's "all computers" (ms_all_computers.php, ms_csv.php; labels 23, 34 and 95 of its language
        # files). It knows no rooms; the TAG is what sites are told apart with.
        Preset(
            key="ocs",
            headings={
                "name": ("computer", "machine", "name", "nom machine"),
                "address": ("ip address", "adresse ip"),
                "mac": ("mac address", "adresse mac"),
                "school": ("tag",),
            },
        ),
    )
}
