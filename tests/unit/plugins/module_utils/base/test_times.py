from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import (
    iso,
    iso_of,
    local_day,
    local_minute,
    moment,
)

_PARIS = dt.timezone(dt.timedelta(hours=1))


def test_a_moment_is_written_in_utc_and_to_the_second() -> None:
    assert iso(dt.datetime(2026, 8, 28, 0, 12, 3, 999_999, tzinfo=_PARIS)) == "2026-08-27T23:12:03Z"
    assert iso_of(1.5) == "1970-01-01T00:00:01Z"


def test_people_read_it_where_the_controller_is() -> None:
    assert local_day("2026-08-27T23:12:03Z", zone=_PARIS) == "2026-08-28"
    assert local_minute("2026-08-27T23:12:03Z", zone=_PARIS) == "2026-08-28 00:12"


@pytest.mark.parametrize("text", ["2026-08-25", "2026-08-25T14:30:00", "2026-08-25T14:30:00+02:00", "20260825"])
def test_moments(text: str) -> None:
    assert iso(moment(text)).startswith("2026-08-2")


@pytest.mark.parametrize("text", ["", "25/08/2026", "hier", "2026-13-01"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        moment(text)
