# SPDX-License-Identifier: GPL-3.0-or-later
"""What init asks: what each answer is for, and an example. Pure.

``key`` is the variable that answers it in a file: all of them are options of the role pronote_init.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...module_utils.base.message import Message

__all__ = [
    "AGREED",
    "DEPOT_PATH",
    "DEPOT_URL",
    "FOLDER",
    "INTRODUCTION",
    "PASSWORD",
    "PRESET",
    "REFERENCE",
    "SCHOOL",
    "SCHOOLS",
    "SERVER",
    "STATIONS",
    "TRANSPORT",
    "UAI",
    "USER",
    "VAULT_FILE",
    "VAULT_PASSWORD",
    "Question",
]


@dataclass(frozen=True, kw_only=True)
class Question:
    """``text``: what the answer is for. ``private``: it is not shown while it is typed, and is typed twice."""

    key: str
    text: Message
    example: str = ""
    private: bool = False


SCHOOLS: Final = "pronote_init_schools"
PRESET: Final = "pronote_init_preset"

FOLDER = Question(
    key="pronote_init_folder",
    text=Message("The folder of the inventory, which is made: it says which stations there are and how to reach them."),
)
STATIONS = Question(
    key="pronote_init_stations",
    text=Message(
        "The file with your stations: a table saved as CSV (name, address, room, school), or the export of GLPI or OCS "
        "Inventory. It is copied into the inventory."
    ),
    example="~/glpi.csv",
)
SCHOOL = Question(
    key=SCHOOLS,
    text=Message("The name of the school, as it is to stand in reports: no column of the file says it."),
    example="Lycée Jean Moulin",
)
UAI = Question(
    key=SCHOOLS,
    text=Message("The UAI of {school}, seven digits and a letter: its PRONOTE server is found by it.", school=""),
    example="0310036W",
)
SERVER = Question(
    key=SCHOOLS,
    text=Message(
        "The address of the PRONOTE server of {school}. In brackets, where Index Éducation hosts it for that UAI.",
        school="",
    ),
)
TRANSPORT = Question(
    key="pronote_init_transport",
    text=Message("How to log on to the stations: ntlm, or kerberos where they are in a domain and you have its tools."),
)
USER = Question(
    key="pronote_init_user",
    text=Message("An account that is an administrator of the stations. It is encrypted with its password."),
    example=r"LYCEE\deploy, .\deploy, deploy@LYCEE.EXAMPLE.ORG",
)
PASSWORD = Question(
    key="pronote_init_password",
    text=Message("The password of that account. It is not shown, and is kept encrypted."),
    private=True,
)
DEPOT_URL = Question(
    key="pronote_depot_url",
    text=Message("The address of the depot: the folder of a web server that the stations fetch the installer from."),
    example="http://depot.example.org/pronote",
)
DEPOT_PATH = Question(
    key="pronote_depot_path",
    text=Message("The folder of the depot on this machine, which is filled when a release is prepared."),
)
REFERENCE = Question(
    key="pronote_init_reference",
    text=Message(
        "The station on which the answers to the installer's questions are recorded, once a year. With nothing, you "
        "say it later."
    ),
)
VAULT_FILE = Question(
    key="pronote_init_vault_password_file",
    text=Message(
        "A file with the password that the account is encrypted with, outside of the inventory; it is made if there is "
        "none. With nothing, you choose a password now and type it at each command."
    ),
    example="~/.config/rentree-pronote/vault-password",
)
VAULT_PASSWORD = Question(
    key=VAULT_FILE.key,
    text=Message("The password that the account is encrypted with, of your choice. Without it nothing opens it again."),
    private=True,
)
INTRODUCTION: Final = Message(
    "Each question has its default in brackets: Enter takes it. Nothing is written before the last one; Ctrl+C ends."
)
AGREED = Question(key="", text=Message("Write this? yes or no"))
