# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of what the board itself finds: operations 1 and 8, attestations, contradictions. Data. Pure."""

from __future__ import annotations

from ..base.message import Message
from .catalogue_words import (
    Finding,
    doubt,
    info,
    to_do,
    unseen,
    warning,
)

__all__ = ["BOARD_EVIDENCE", "BOARD_FINDINGS"]

_RELEASE = {
    "release_no_proof": info(
        Message(
            "The release alone is no proof: a base may be created automatically at the end of August. Check in "
            "the hosting console that the update is the school's doing."
        )
    ),
    "release_other_year": to_do(
        Message("The hosted server runs {release}, not {year} yet. Update it from the hosting console.")
    ),
    "release_later_year": doubt(
        Message("The hosted server already runs {release}, after {year}. Check in the hosting console."),
        admin=Message("Check the year asked for (pronote_rentree_year)."),
    ),
    "release_unpublished": to_do(
        Message("The installer of {release} is not published in the depot: that is the network administrator's to do."),
        admin=Message("Download the installer and run playbooks/publish.yml."),
    ),
    "server_unreadable": unseen(Message("The hosted server's release could not be read ({fact}).")),
    "server_stale": warning(Message("The server does not answer now ({fact}): this is its last known release.")),
    "depot_not_read": info(
        Message("The depot's files were not read again: the folder {path} is not on this controller.")
    ),
    "depot_not_given": info(
        Message("The depot's files were not read again: its folder is not known here."),
        admin=Message("Give the folder of the depot (pronote_depot_path)."),
    ),
    "depot_wrong": to_do(
        Message("The depot does not hold what was published: {problem}."),
        admin=Message("Run playbooks/publish.yml again."),
    ),
}

_AUDIT = {
    "audit_none": unseen(Message("No station of the school has been audited yet ({path}). Run playbooks/audit.yml.")),
    "audit_pinned": doubt(
        Message(
            "The stations were compared with {release}, which the inventory asks for; the server's release is "
            "not known. Run again when the server answers."
        )
    ),
    "audit_partial": info(
        Message.plural(
            "{n} of {total} stations was not in the last audit: it counts as last known, on {date}.",
            "{n} of {total} stations were not in the last audit: they count as last known, the oldest on {date}.",
        )
    ),
    "audit_other_release": to_do(
        Message(
            "The last audit compares the stations with {audited}, not {release}. Deploy, then run playbooks/audit.yml."
        )
    ),
    "audit_other_year": to_do(
        Message(
            "The last audit compares the stations with {audited}, not the year {year}. Deploy, then run "
            "playbooks/audit.yml."
        )
    ),
    "audit_no_release": unseen(
        Message("At the last audit the server's release was not known. Run playbooks/audit.yml again.")
    ),
    "stations_behind": to_do(
        Message.plural(
            "{n} of {total} stations does not have the release. Run playbooks/deploy.yml.",
            "{n} of {total} stations do not have the release. Run playbooks/deploy.yml.",
        )
    ),
    "stations_other_release": to_do(
        Message.plural(
            "{n} of {total} stations has not been compared with {release} yet. Run "
            "playbooks/audit.yml without --limit, then deploy what is late.",
            "{n} of {total} stations have not been compared with {release} yet. Run "
            "playbooks/audit.yml without --limit, then deploy what is late.",
        )
    ),
    "stations_unseen": doubt(
        Message.plural(
            "{n} of {total} stations could not be read (off, access refused…). Run again when it is on.",
            "{n} of {total} stations could not be read (off, access refused…). Run again when they are on.",
        )
    ),
    "stations_left_out": doubt(
        Message.plural(
            "{n} station was never audited. Run playbooks/audit.yml without --limit.",
            "{n} stations were never audited. Run playbooks/audit.yml without --limit.",
        )
    ),
}

_ATTESTED = {
    "not_attested": to_do(
        Message("Nobody has attested this operation, which leaves no trace to look at."),
        admin=Message("Once it is done, record it (playbooks/attest.yml)."),
    ),
    "attestation_revoked": info(Message("The attestation of {name} ({date}) was revoked by {by} on {at} ({reason}).")),
    "store_unreadable": unseen(Message("What is kept (audits and attestations) cannot be read ({fact}).")),
    "attested_other_year": doubt(
        Message(
            "Attested on {date}, but the hosted server runs {release}: the base of {year} is not there yet. "
            "Check, then attest again or revoke."
        )
    ),
    "attested_before_archive": doubt(
        Message(
            "Attested on {date}, but the EDT archive is newer ({later}). If the timetables changed, initialise "
            "the base again, then attest again."
        )
    ),
    "attested_before_operation": doubt(
        Message(
            "Attested on {date}, before operation {other} ({later}) which it depends on: what was done may be "
            "lost. Check, then attest again."
        )
    ),
    "attested_before_export": doubt(
        Message("Attested on {date}, but there is a newer export ({later}). Import it in the ENT, then attest again.")
    ),
}

_ORDER = {
    "prerequisite_undone": doubt(
        Message("It seems done, but operation {other}, which it depends on, is not. Check operation {other}.")
    ),
    "archive_not_configured": unseen(
        Message("Where the EDT archive is saved is not known here. Tell the network administrator."),
        admin=Message("Give the place of the EDT archive (pronote_rentree_edt.path)."),
    ),
    "export_not_configured": unseen(
        Message("Where the export of identifiers is saved is not known here. Tell the network administrator."),
        admin=Message("Give the place of the exported file (pronote_rentree_export.path)."),
    ),
    "check_failed": unseen(Message("The check could not be made ({fact}).")),
}

BOARD_FINDINGS: dict[str, Finding] = {**_RELEASE, **_AUDIT, **_ATTESTED, **_ORDER}

BOARD_EVIDENCE: dict[str, Message] = {
    "release": Message("hosted server runs {release} (evidence, not proof)"),
    "published": Message("installer of {release} published ({arches})"),
    "depot_verified": Message.plural(
        "{n} file of the depot read, its digest right", "{n} files of the depot read, digests right"
    ),
    "attested": Message("attested by {name}, {role}"),
    "attested_file": Message("evidence file of the attestation, SHA-256 {digest}"),
    "audit": Message.plural("{n} of {total} stations at {release}", "{n} of {total} stations at {release}"),
}
