# SPDX-License-Identifier: GPL-3.0-or-later
"""Causes that no number tells, but the class of an exception or the place where it was raised. Pure."""

from __future__ import annotations

from typing import Final

from .errors import AnswerError, Cause, ControllerError, CredentialsRefusedError, InventoryError
from .network_codes import CUT, NO_ANSWER, NO_HTTP, PROXY, SILENT

__all__ = [
    "ADDRESS",
    "BY_NAME",
    "CERTIFICATE",
    "LIBRARY",
    "METHOD",
    "OPTIONS",
    "OUT_OF_MEMORY",
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
REDIRECT: Final = Cause(
    kind=AnswerError,
    fact="the station's address redirects elsewhere while {doing}, which WinRM never does",
    fact_fr="l'adresse du poste redirige ailleurs : ce n'est pas WinRM",
    remedy="A portal or another machine answers there: check ansible_host.",
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
