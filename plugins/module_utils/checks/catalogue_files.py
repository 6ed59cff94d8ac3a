# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of findings about files, and about the archive of operation 2. Data. Pure."""

from __future__ import annotations

from ..base.message import Message
from .catalogue_words import doubt, info, to_do, unseen

__all__ = ["ARCHIVE_FINDINGS", "FILE_FINDINGS"]

# Any file on the controller.
FILE_FINDINGS = {
    "file_absent": to_do(Message("{path} does not exist. Check the path, or do the operation.")),
    "file_empty": to_do(Message("{path} is empty (0 bytes). Make the file again: saving it was interrupted.")),
    "file_is_folder": to_do(Message("{path} is a folder, not a file. Give the path of the file itself.")),
    "file_not_regular": unseen(
        Message("{path} is not a regular file (device, pipe…): it was not opened. Check the path.")
    ),
    "file_no_permission": unseen(
        Message("The controller's account may not read {path}. Give that right to the account that runs Ansible.")
    ),
    "file_unreadable": unseen(
        Message("{path} cannot be read ({reason}). Check the share or the disk, then run again.")
    ),
    "file_too_large": doubt(
        Message(
            "{path} has {size} bytes, more than the limit of {limit}: it was not read. Check that it is the "
            "right file, or raise the limit."
        )
    ),
    "file_old": to_do(
        Message("The file is of {date}, before {limit}: it belongs to an earlier year or step. Do the operation again.")
    ),
    "file_from_future": doubt(
        Message("The file bears a date to come ({date}). Check the clock of the station that made it.")
    ),
}

# Operation 2: the archive of EDT monoposte.
ARCHIVE_FINDINGS = {
    "archive_none_in_folder": to_do(
        Message("No archive (.zip or .archs) in the folder {path}. In EDT: Fichier > Fabriquer une archive.")
    ),
    "archive_unknown_kind": doubt(
        Message("{path} is neither a .zip nor an .archs. Give the path of the archive that EDT made.")
    ),
    "archive_not_zip": to_do(Message("{path} is called .zip but is not one. Make the archive again in EDT.")),
    "archive_truncated": to_do(Message("The archive is cut off: its end is missing. Copy it or make it again.")),
    "archive_corrupt": to_do(
        Message.plural(
            "The archive is damaged: {n} file of {entries} cannot be read. Make it again in EDT.",
            "The archive is damaged: {n} files of {entries} cannot be read. Make it again in EDT.",
        )
    ),
    "archive_no_directory": to_do(Message("The archive's table of contents is damaged. Copy it or make it again.")),
    "archive_no_entry": to_do(Message("The archive holds no file. Make it again in EDT.")),
    "archive_encrypted": doubt(
        Message.plural(
            "The .zip has a password ({n} file of {entries}): its content cannot be checked. EDT is not known to "
            "make such ones: find out where it comes from.",
            "The .zip has a password ({n} files of {entries}): its content cannot be checked. EDT is not known to "
            "make such ones: find out where it comes from.",
        )
    ),
    "archive_unsafe_names": doubt(
        Message.plural(
            "The archive holds {n} dangerous file name (outside the folder, link…). Do not open it; make it "
            "again in EDT.",
            "The archive holds {n} dangerous file names (outside the folder, link…). Do not open it; make it "
            "again in EDT.",
        )
    ),
    "archive_bomb": doubt(
        Message(
            "The archive unfolds beyond the limits ({reason}): its content was not read to the end. Do not "
            "open it; find out where it comes from."
        )
    ),
    "archive_method": doubt(
        Message.plural(
            "The archive uses a compression that is not checked here ({n} file of {entries}). Make it again in EDT, "
            "without compressing it anew.",
            "The archive uses a compression that is not checked here ({n} files of {entries}). Make it again in EDT, "
            "without compressing it anew.",
        )
    ),
    "archs_not_encrypted": doubt(
        Message(
            "{path} is called .archs but its content is not encrypted ({reason}). Check that it is the archive "
            "that EDT made."
        )
    ),
    "archs_opaque": info(
        Message(
            "Encrypted .archs archive: its format is not public, its content cannot be checked. Only EDT can "
            "read it back."
        )
    ),
    "archive_too_small": to_do(
        Message("The archive has only {size} bytes: it cannot hold a timetable. Make it again.")
    ),
    "archive_shrunk": doubt(
        Message(
            "The archive has {size} bytes, the previous one {previous}: much smaller. Check in EDT that the "
            "timetables are in it."
        )
    ),
    "archive_grown": doubt(
        Message(
            "The archive has {size} bytes, the previous one {previous}: much larger. Check that it is the right one."
        )
    ),
    "archive_content_unread": doubt(
        Message(
            "On this station only the archive's date and size can be checked. To be surer, check a copy on a "
            "share and give its digest (sha256), or give the previous archive's size."
        )
    ),
    "archive_other_digest": doubt(
        Message(
            "The archive's SHA-256 is not that of the checked copy: they are not the same file. Find out which "
            "one is right."
        )
    ),
    "archive_digest_unread": doubt(Message("The archive's digest could not be computed on the station ({reason}).")),
    "archive_no_date": doubt(Message("The archive's date could not be read. Check on the station.")),
    "station_unreadable": unseen(
        Message("The station could not be read: {fact}. Switch it on or correct the access, then run again.")
    ),
    "edt_absent": doubt(
        Message(
            "EDT monoposte is not installed on this station. Check that it is the one where the timetables are made."
        )
    ),
    "edt_other_year": to_do(
        Message(
            "EDT monoposte {year} is not installed (found: {found}). Install the year asked for, convert the "
            "base with it, then make the archive."
        )
    ),
    "edt_not_looked_at": info(Message("The year of EDT monoposte was not checked.")),
}
