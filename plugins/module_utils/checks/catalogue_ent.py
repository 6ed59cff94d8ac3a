# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of findings about the ENT: its connection (operation 5) and the export of identifiers (6). Data. Pure."""

from __future__ import annotations

from ..base.message import Message
from .catalogue_words import doubt, info, to_do, unseen, warning

__all__ = ["CAS_FINDINGS", "EXPORT_FINDINGS"]

# Operation 5: CAS.
CAS_FINDINGS = {
    "pronote_unreadable": unseen(
        Message(
            "The PRONOTE server could not be read: {fact}. Do not insist (addresses that ask too often are "
            "suspended); run again later."
        )
    ),
    "cas_off": to_do(Message("CAS is not active on the PRONOTE server. Activate it in the hosting console.")),
    "cas_address_absent": doubt(
        Message("CAS is active, but the server does not give the ENT's address. Check it in the hosting console.")
    ),
    "cas_other_host": to_do(
        Message("CAS points to {found}, not to the ENT {expected}. Correct the address in the hosting console.")
    ),
    "cas_host_not_configured": doubt(
        Message(
            "The ENT's address is not configured: CAS points to {found}, which nothing confirms. Give the "
            "ENT's CAS host name (ent_cas_host)."
        )
    ),
    "redirect_absent": to_do(
        Message(
            "The page of PRONOTE does not redirect to the ENT. Check the authentication mode in the hosting console."
        )
    ),
    "redirect_refused": unseen(
        Message("The page of PRONOTE could not be read: {fact}. Run again later, without insisting.")
    ),
    "redirect_loop": to_do(
        Message("The page of PRONOTE redirects to itself, endlessly. Check CAS in the hosting console.")
    ),
    "redirect_malformed": to_do(
        Message("The page of PRONOTE redirects to an address that cannot be read. Check CAS in the hosting console.")
    ),
    "redirect_other_host": to_do(
        Message("The page of PRONOTE redirects to {found}, not to {expected}. Correct CAS in the hosting console.")
    ),
    "redirect_plain_http": to_do(
        Message(
            "The page of PRONOTE redirects to the ENT over plain HTTP: passwords would pass in the clear. Give "
            "the https address in the hosting console."
        )
    ),
    "redirect_no_service": to_do(
        Message(
            "The redirect to the ENT does not say whom to come back to (no service parameter). Check CAS in "
            "the hosting console."
        )
    ),
    "redirect_other_service": to_do(
        Message(
            "The ENT would come back to {found}, not to the PRONOTE server {expected}. Check CAS in the "
            "hosting console."
        )
    ),
    "login_down": unseen(
        Message(
            "The ENT's login page does not answer ({reason}). Check the controller's way to the Internet, then the ENT."
        )
    ),
    "login_tls_expired": doubt(
        Message("The certificate of the ENT {host} has expired (or is not valid yet). Tell the ENT's administrator.")
    ),
    "login_tls_name": doubt(
        Message(
            "The certificate that {host} presents is of another name. Check the CAS address; tell the ENT's "
            "administrator."
        )
    ),
    "login_tls_untrusted": doubt(
        Message(
            "The certificate of the ENT {host} is signed by no authority that the controller knows. Check that "
            "no proxy intercepts the connection; else give the authority (cas_ca_path)."
        )
    ),
    "login_tls_other": doubt(
        Message("The encrypted connection to the ENT {host} fails ({reason}). Tell the ENT's administrator.")
    ),
    "login_http": doubt(
        Message("The ENT's login page answers with an error (HTTP {status}). Tell the ENT's administrator.")
    ),
    "login_service_refused": to_do(
        Message(
            "The ENT does not know this PRONOTE server: it refuses the service. Have the ENT's administrator "
            "declare it."
        )
    ),
    "login_loop": doubt(Message("The ENT's login page redirects endlessly. Tell the ENT's administrator.")),
    "login_plain_http": doubt(
        Message("The ENT's login page redirects to {host} over plain HTTP. Tell the ENT's administrator.")
    ),
    "login_elsewhere": info(Message("The ENT's login page redirects to {host} (an identity provider): not followed.")),
    "login_not_page": doubt(Message("The ENT's login address does not answer with a page. Open it in a browser.")),
}

# Operation 6: the export of identifiers.
EXPORT_FINDINGS = {
    "export_not_xml": to_do(
        Message("{path} is not an XML file. Give the file that PRONOTE exported (Imports/Exports > Socles ENT).")
    ),
    "export_truncated": to_do(
        Message("The file stops before its end (line {line}): the export or the copy was interrupted. Export again.")
    ),
    "export_malformed": to_do(
        Message("The file is not correct XML (line {line}: {reason}). Export again, without editing it.")
    ),
    "export_encoding": to_do(
        Message(
            "The encoding stated is not the file's own (line {line}): another program has saved it again. Export again."
        )
    ),
    "export_dtd": doubt(
        Message(
            "The file declares entities or a DTD (line {line}), which no export does and which serves to "
            "overwhelm or to spy on its reader: refused unread. Find out where it comes from."
        )
    ),
    "export_beyond_limits": doubt(
        Message(
            "The file goes beyond what an export can hold ({reason}): reading was stopped. Find out where it "
            "comes from."
        )
    ),
    "export_other_root": to_do(
        Message("The file is XML, but not an export of PRONOTE identifiers: neither people nor encrypted content.")
    ),
    "export_utf16": doubt(
        Message(
            "The file is in UTF-16: another program has probably saved it again, and the ENT may refuse it. "
            "Export again."
        )
    ),
    "export_bom": info(Message("The file begins with a byte order mark (UTF-8); it was read all the same.")),
    "export_other_school": to_do(
        Message("The file is that of the school {found}, not {expected}. Export from the right school's base.")
    ),
    "export_school_unknown": warning(Message("The file does not say which school it is of (UAI).")),
    "export_other_year": to_do(
        Message("The file is of PRONOTE's year {found}, not {expected}. Export from the new year's base.")
    ),
    "export_year_unknown": warning(Message("The file does not say which year of PRONOTE it comes from.")),
    "export_other_partner": to_do(
        Message("The file is meant for {found}, not for {expected}. Export again for the right ENT.")
    ),
    "export_partner_unknown": warning(Message("The file does not say which ENT it is meant for.")),
    "export_date_of_file": info(Message("The file bears no readable date: that of the file itself is used.")),
    "export_encrypted": info(
        Message(
            "Export encrypted for the ENT: only the envelope (school, year, date) can be checked, not the identifiers."
        )
    ),
    "envelope_other_namespace": warning(
        Message("The envelope has not the known namespace: the format may have changed.")
    ),
    "envelope_no_content": to_do(Message("The encrypted envelope has no content. Export again.")),
    "envelope_bad_content": to_do(
        Message("The envelope's encrypted content is damaged (it is not base64). Export again.")
    ),
    "export_no_people": to_do(
        Message("The file holds nobody. Check that the base is initialised (step 3), then export again.")
    ),
    "export_kind_missing": doubt(
        Message("The file holds no {kind} element. Check the base and the options of the export.")
    ),
    "export_unknown_elements": info(
        Message.plural(
            "{n} element of an unknown kind, merely counted: the format is not public.",
            "{n} elements of an unknown kind, merely counted: the format is not public.",
        )
    ),
    "ids_absent": doubt(
        Message.plural(
            "{n} person without an identifier (line {lines}). In PRONOTE, generate the missing one.",
            "{n} people without an identifier (lines {lines}). In PRONOTE, generate the missing ones.",
        )
    ),
    "ids_malformed": doubt(
        Message.plural(
            "{n} malformed identifier (line {lines}). Export again, without editing the file.",
            "{n} malformed identifiers (lines {lines}). Export again, without editing the file.",
        )
    ),
    "ids_repeating": warning(
        Message.plural(
            "{n} identifier in which a character comes back (line {lines}), which the one public "
            "description rules out.",
            "{n} identifiers in which a character comes back (lines {lines}), which the one public "
            "description rules out.",
        )
    ),
    "ids_shared": doubt(
        Message.plural(
            "{n} identifier shared by different people (lines {lines}). Correct this in PRONOTE before the import.",
            "{n} identifiers shared by different people (lines {lines}). Correct this in PRONOTE before the import.",
        )
    ),
    "ids_lost": doubt(
        Message.plural(
            "{n} person still there has no identifier any more since the previous export.",
            "{n} people still there have no identifier any more since the previous export.",
        )
    ),
    "ids_changed": doubt(
        Message.plural(
            "{n} person has another identifier than in the previous export: the ENT would give them "
            "a second account. Check the recovery of last year's data (step 4).",
            "{n} people have another identifier than in the previous export: the ENT would give them "
            "a second account. Check the recovery of last year's data (step 4).",
        )
    ),
    "ids_reassigned": warning(
        Message.plural(
            "{n} identifier now stands for another name than in the previous export (a name "
            "corrected, or an identifier given to somebody else).",
            "{n} identifiers now stand for another name than in the previous export (a name "
            "corrected, or an identifier given to somebody else).",
        )
    ),
    "previous_unusable": warning(Message("The comparison with the previous export {path} could not be made: {reason}")),
}
