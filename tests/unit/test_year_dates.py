"""What ``make demo-year`` prints is dated by the moment that is played; what people dated stays."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.year import on_day


@pytest.mark.parametrize("ago", [-1, 0, 1])
def test_what_was_read_now_has_the_day_of_the_moment(ago: int) -> None:
    # It may be another day in another time zone, or when midnight passes.
    when = (dt.datetime.now(dt.UTC) - dt.timedelta(days=ago)).date().isoformat()
    text = f"│ {when} serveur │ {when}T10:00:00Z lu │ 2025-08-29 export │ 2025-08-26 Claude Martin"
    assert on_day(text, "2026-06-15") == (
        "│ 2026-06-15 serveur │ 2026-06-15 lu │ 2025-08-29 export │ 2025-08-26 Claude Martin"
    )
