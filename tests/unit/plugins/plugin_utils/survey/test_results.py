from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible_collections.rentree.pronote.plugins.module_utils.base.text import printable_data
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.results import SurveyResults, read_results


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path), raising=False)
    return tmp_path


def test_what_was_told_of_each_is_read_again_in_its_order(folder: Path) -> None:
    told: dict[str, dict[str, Any]] = {
        "b": {"record": {"status": "late", "reason": "« é »"}},
        "a": {"failed": True, "msg": "no"},
    }
    with SurveyResults() as results:
        for station, result in told.items():
            results.add(station, result)
    assert dict(read_results(str(results.path))) == told
    assert list(dict(read_results(str(results.path)))) == ["b", "a"]
    assert (results.path.parent, stat.S_IMODE(results.path.stat().st_mode)) == (folder, 0o600)


def test_what_a_station_says_steers_no_terminal() -> None:
    with SurveyResults() as results:
        results.add("a", {"record": {"facts": ["\x1b[2J\u2028\u202eowned\ud800"]}})
    ((_station, told),) = read_results(str(results.path))
    assert told == printable_data({"record": {"facts": ["\x1b[2J\u2028\u202eowned\ud800"]}})
    assert "\x1b" not in str(told)


def test_each_survey_has_a_file_of_its_own() -> None:
    with SurveyResults() as one, SurveyResults() as other:
        assert one.path != other.path


def test_a_folder_without_room_is_named_with_what_to_do() -> None:
    results = SurveyResults()
    results._file.close()
    with Path("/dev/full").open("wb") as results._file:
        results.add("a", {"failed": True, "msg": "no"})
        with pytest.raises(OSError, match=r"pronote-survey-\w+\.jsonl: No space left on device\. Make room there"):
            results.__exit__(None, None, None)
