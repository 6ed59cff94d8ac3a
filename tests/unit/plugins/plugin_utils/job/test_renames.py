"""What a setup has left to be replaced at the next start of Windows."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.renames import foreign_renames

_HEAD = (
    "\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\n"
    "    PendingFileRenameOperations    REG_MULTI_SZ    "
)
_JOB = r"\??\C:\Program Files\Rentree PRONOTE\jobs\pronote-client-2026.2.7-x64-0123456789ab-remove\tmp\{A}\x.dll"
_OTHER = r"\??\C:\Windows\Temp\0a.tmp\0"
_DLL = r"\??\C:\Program Files (x86)\Index Education\moteur.new\0!\??\C:\Program Files (x86)\Index Education\moteur.dll"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, _HEAD + _DLL + "\n", True),
        (None, _HEAD + _JOB + r"\0" + "\n", False),
        (None, _HEAD + _JOB + r"\0\0" + _JOB.replace("x.dll", "y.dll") + r"\0" + "\n", False),
        (None, _HEAD + _JOB + r"\0\0" + _DLL + "\n", True),
        # Unpacked into the job's folder, to take the place of the program's.
        (None, _HEAD + _JOB + r"\0!\??\C:\Program Files\Index Education\moteur.dll" + "\n", True),
        (_HEAD + _OTHER + "\n", _HEAD + _OTHER + r"\0" + _JOB + r"\0" + "\n", False),
        (_HEAD + _OTHER + "\n", _HEAD + _OTHER + r"\0" + _DLL + "\n", True),
        (_HEAD + _OTHER + "  \r\n", _HEAD + _OTHER + r"\0" + _JOB + r"\0" + "\n", False),
        # The same file once more.
        (_HEAD + _DLL + "\n", _HEAD + _DLL + r"\0" + _DLL + "\n", True),
        # What cannot be told is no reason to do without the restart.
        (None, None, True),
        (_HEAD + _OTHER, _HEAD + _OTHER, True),
        ("nonsense", "other nonsense", True),
    ],
)
def test_what_its_own_folder_held_is_no_reason_to_restart(
    before: str | None, after: str | None, expected: bool
) -> None:
    assert foreign_renames(before, after) is expected
