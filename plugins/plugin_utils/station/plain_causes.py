# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes that no number tells, but the class of an exception or the place where it was raised. Pure."""

from __future__ import annotations

from typing import Final

from .errors import (
    AnswerError,
    Cause,
    ControllerError,
    CredentialsRefusedError,
    EndlessAnswerError,
    InventoryError,
    OversizeAnswerError,
    PackedAnswerError,
    RedirectedError,
    UnencryptedAnswerError,
)
from .network_codes import CUT, NO_ANSWER, NO_HTTP, PROXY, SILENT
from .rules import Breach

__all__ = [
    "ADDRESS",
    "BREACHES",
    "BUG",
    "BY_NAME",
    "CERTIFICATE",
    "ENDLESS",
    "IN_CLEAR",
    "LIBRARY",
    "METHOD",
    "OPTIONS",
    "OUT_OF_MEMORY",
    "OVERSIZE",
    "PACKED",
    "PASSWORD",
    "REDIRECT",
    "SENSELESS",
    "UNENCRYPTED",
]

PASSWORD: Final = Cause(
    kind=CredentialsRefusedError,
    fact="the station refuses the user name or the password",
    fact_fr="le poste refuse le compte ou le mot de passe",
    remedy="Check ansible_user and ansible_password for this station (vault), the account's lock-out, and "
    "that the listener offers the method of ansible_winrm_transport.",
)
METHOD: Final = Cause(
    kind=CredentialsRefusedError,
    fact="the station does not offer the way to authenticate that was asked for ({text})",
    fact_fr="le poste n'offre pas cette méthode d'authentification",
    remedy="Set ansible_winrm_transport to one that it offers, or allow it on the station (winrm get "
    "winrm/config/service/auth; basic also needs AllowUnencrypted over HTTP).",
)
CERTIFICATE: Final = Cause(
    kind=CredentialsRefusedError,
    fact="the station refuses the client certificate",
    fact_fr="le poste refuse le certificat client",
    remedy="Check that it is mapped to an account (winrm enumerate winrm/config/service/certmapping), that its "
    "authority is in the station's Root store, and that Certificate is true in winrm/config/service/auth.",
)
SENSELESS: Final = Cause(
    kind=AnswerError,
    fact="the station answered {text} while {doing}",
    fact_fr="le poste ne répond pas comme WinRM",
    remedy="Restart the WinRM service of the station; if it lasts, something else may answer there: a proxy, another "
    "machine.",
)
UNENCRYPTED: Final = Cause(
    kind=AnswerError,
    fact="the station's answer could not be decrypted while {doing} ({text})",
    fact_fr="la réponse du poste n'a pas pu être déchiffrée",
    remedy="Run again. If it lasts, something between the controller and the station changes messages: look for a "
    "proxy or an antivirus that opens them.",
)
_WHO = (
    "Nothing of it was believed. Look at what answers at the station's address (ansible_host): a portal, a proxy, "
    "another machine, or a station that is not in your hands any more."
)
REDIRECT: Final = Cause(
    kind=RedirectedError,
    fact="the station's address redirects elsewhere while {doing}, which WinRM never does ({text})",
    fact_fr="l'adresse du poste redirige ailleurs : ce n'est pas WinRM",
    remedy=f"Nothing was sent there. {_WHO}",
)
IN_CLEAR: Final = Cause(
    kind=UnencryptedAnswerError,
    fact="the station answered in the clear while {doing}, although messages are encrypted ({text})",
    fact_fr="le poste a répondu en clair alors que les messages sont chiffrés",
    remedy=_WHO,
)
PACKED: Final = Cause(
    kind=PackedAnswerError,
    fact="the station's answer is packed while {doing}, which was not asked for ({text})",
    fact_fr="le poste a répondu sous une forme compressée qui n'a pas été demandée",
    remedy=_WHO,
)
OVERSIZE: Final = Cause(
    kind=OversizeAnswerError,
    fact="the station answers more than any answer may hold while {doing} ({text})",
    fact_fr="le poste envoie plus de données qu'une réponse ne peut en contenir",
    remedy=_WHO,
)
ENDLESS: Final = Cause(
    kind=EndlessAnswerError,
    fact="the station began to answer while {doing}, and was not done in its time ({text})",
    fact_fr="le poste n'en finit pas de répondre",
    remedy=f"Where the network is that slow, raise ansible_winrm_read_timeout_sec (docs/winrm.md). {_WHO}",
)
ADDRESS: Final = Cause(
    kind=InventoryError,
    fact="the station's address cannot be one: {text}",
    fact_fr="l'adresse du poste dans l'inventaire est mal écrite",
    remedy="Correct ansible_host, ansible_port and ansible_winrm_scheme in the inventory.",
)
OPTIONS: Final = Cause(
    kind=InventoryError,
    fact="the connection's settings in the inventory cannot be used: {text}",
    fact_fr="les réglages de connexion de l'inventaire sont inutilisables",
    remedy="Correct the ansible_winrm_… variables, ansible_user and ansible_password of this station (docs/winrm.md).",
)
LIBRARY: Final = Cause(
    kind=ControllerError,
    fact="the controller lacks what this connection needs: {text}",
    fact_fr="il manque au contrôleur une bibliothèque pour cette connexion",
    remedy="Install it in .venv (pip install 'pywinrm[credssp]'), or choose another ansible_winrm_transport.",
)
OUT_OF_MEMORY: Final = Cause(
    kind=ControllerError,
    fact="the controller has no memory left",
    fact_fr="le contrôleur n'a plus de mémoire",
    remedy="Run with fewer forks, or give it more.",
)
BUG: Final = Cause.ours(
    "this program failed while it read the station ({text})",
    "le programme a échoué en lisant le poste",
    "Report it, with the output of -vvv: it is a fault of the collection, and not the station's.",
)

BREACHES: Final[dict[Breach, Cause]] = {
    "redirect": REDIRECT,
    "unencrypted": IN_CLEAR,
    "packed": PACKED,
    "oversize": OVERSIZE,
    "endless": ENDLESS,
}
"""What an answer that may not be is called (``rules.py``)."""

BY_NAME: Final[dict[tuple[str, str], Cause]] = {
    # The client of the survey, which real modules and workers do not load.
    ("aiohttp", "ConnectionTimeoutError"): NO_ANSWER,
    ("aiohttp", "ServerTimeoutError"): SILENT,
    ("aiohttp", "ServerDisconnectedError"): CUT,
    ("aiohttp", "ClientPayloadError"): CUT,
    ("aiohttp", "ClientHttpProxyError"): PROXY,
    ("aiohttp", "ClientProxyConnectionError"): PROXY,
    ("aiohttp", "TooManyRedirects"): REDIRECT,
    ("aiohttp", "InvalidURL"): ADDRESS,
    ("aiohttp", "NonHttpUrlClientError"): ADDRESS,
    ("aiohttp", "ContentEncodingError"): SENSELESS,
    ("aiohttp", "HttpProcessingError"): NO_HTTP,
}
"""By package and name of the exception's class, or of one that it is derived from (the nearest counts)."""
