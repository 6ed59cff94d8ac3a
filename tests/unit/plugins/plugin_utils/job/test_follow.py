"""Following a job while its station comes and goes, with the station's answers played back."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.follow import JobTimes, patiently
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    CredentialsRefusedError,
    StationError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

_TIMES = JobTimes(poll=0, reconnect=60)
_LOST, _REFUSED = UnreachableError("cut", remedy="Wait."), CredentialsRefusedError("refused", remedy="Check.")


class _Station:
    def close(self) -> None:
        pass


def _patiently(*answers: StationError | str) -> str:
    left = list(answers)

    def look() -> str:
        answer = left.pop(0)
        if isinstance(answer, StationError):
            raise answer
        return answer

    return patiently(cast(WinrmStation, _Station()), _TIMES, look)


@pytest.mark.parametrize("answers", [(), (_LOST,), (_LOST, _REFUSED), (_LOST, _REFUSED, _LOST, _REFUSED)])
def test_a_station_that_has_just_started_may_know_nobody_yet(answers: Any) -> None:
    """Windows answers before it can ask its domain who we are."""
    assert _patiently(*answers, "there") == "there"


@pytest.mark.parametrize("answers", [(_REFUSED,), (_LOST, *([_REFUSED] * 6))])
def test_an_account_that_is_refused_is_not_tried_until_it_is_locked_out(answers: Any) -> None:
    with pytest.raises(CredentialsRefusedError):
        _patiently(*answers, "there")
