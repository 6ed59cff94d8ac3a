"""Files that the next start of Windows renames: whose they are decides whether a restart is due."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Overview
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import build_state


@pytest.mark.parametrize(
    ("pending", "renames", "told", "due"),
    [
        ([], [], [], []),
        ([], [r"\??\C:\Windows\Temp\old.tmp\0\0"], ["file_renames"], []),
        (["windows_update"], [r"\??\C:\x\0\0"], ["windows_update", "file_renames"], ["windows_update"]),
        # Whatever the program folder, the case, and the mark of a file that may be replaced.
        (
            [],
            [r"*1\??\C:\Program Files (x86)\INDEX EDUCATION\Pronote 2026\a.dll\0!\??\C:\b"],
            ["product_renames"],
            None,
        ),
        ([], [r"\??\C:\x\0\0", r"\??\C:\Program Files\Index Education\EDT 2026\a.dll\0\0"], ["product_renames"], None),
        ([], [r"\??\C:\Users\a\Index Education.tmp\0\0"], ["file_renames"], []),
    ],
)
def test_file_renames_are_told_apart_from_a_restart_that_is_due(
    pending: list[str], renames: list[str], told: list[str], due: list[str] | None
) -> None:
    overview = Overview(
        environment={},
        windows={},
        entries=[],
        exes=[],
        processes=[],
        pending_reboot=pending,
        jobs=[],
        renames=renames,
    )
    state = build_state(overview, [], {}, PRONOTE_CLIENT, free_bytes=None)
    assert (state.pending_reboot, state.restart_due) == (told, told if due is None else due)
